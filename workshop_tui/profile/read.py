"""Reads a hand-in that may come from a stranger: a plain file, up to a stated size, as TOML, nothing followed."""

import os
import stat
from pathlib import Path
from typing import Any

from workshop_tui.lesson.finding import Finding
from workshop_tui.lesson.read import Unreadable, parse_toml, source_of

LARGEST_FILE = 2 * 1024 * 1024
"""Bytes. A class's hand-in has some 20,000; a thousand runs are under 700,000."""


def read_toml(path: Path, name: str) -> dict[str, Any]:
    """Read one file of a hand-in.

    Args:
        path: The file.
        name: What findings call it.

    Raises:
        Unreadable: It is missing, no plain file, too large, not UTF-8, not TOML, or its numbers or depths are absurd.
    """
    return parse_toml(source_of(name, _read_bytes(path, name)))


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        # Without O_NONBLOCK a named pipe would hold the reader until somebody writes to it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _unreadable(name, "this is not a file.", "Name a hand-in's TOML file, or its folder.")
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise _unreadable(name, "there is no such file.", "Write it: workshop-tui profile export --out DIR") from None
    except OSError as error:
        if path.is_symlink():
            raise _unreadable(name, "this is a link.", "A hand-in holds files: copy the file itself.") from None
        reason = error.strerror or str(error)
        raise _unreadable(name, f"it cannot be read: {reason}.", "Check the file and its permissions.") from None
    if len(data) > LARGEST_FILE:
        message = f"it has more than {LARGEST_FILE:,} bytes, which is all that is read."
        raise _unreadable(name, message, "Ask for a smaller one.")
    return data


def _unreadable(name: str, message: str, todo: str) -> Unreadable:
    return Unreadable(Finding("error", name, "", "", message, todo))
