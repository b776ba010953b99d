"""Reads a hand-in that may come from a stranger: a plain file, up to a stated size, as TOML, nothing followed."""

import os
import stat
from pathlib import Path
from typing import Any, cast

from workshop_tui.lesson.finding import Finding
from workshop_tui.lesson.read import Source, Unreadable, parse_toml

LARGEST_FILE = 2 * 1024 * 1024
"""Bytes. A class's hand-in has some 20,000; a thousand runs are under 700,000."""

_LARGEST_NUMBER = 2**63
_DEEPEST = 20
"""Tables in tables; a hand-in has four."""


def read_toml(path: Path, name: str) -> dict[str, Any]:
    """Read one file of a hand-in.

    Args:
        path: The file.
        name: What findings call it.

    Raises:
        Unreadable: It is missing, no plain file, too large, not UTF-8, not TOML, or its numbers or depths are absurd.
    """
    data = _read_bytes(path, name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"it is not UTF-8 text: byte 0x{data[error.start]:02x} cannot be read."
        raise _unreadable(name, message, "Save the file as UTF-8.", f"line {line}") from None
    raw = parse_toml(Source(name, data, text))
    _check_values(raw, name)
    return raw


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


def _check_values(raw: dict[str, Any], name: str) -> None:
    """Refuse numbers and depths that what comes after cannot bear.

    Raises:
        Unreadable: There are such.
    """
    level: list[Any] = [raw]
    for _ in range(_DEEPEST):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += cast("dict[str, Any]", value).values()
            elif isinstance(value, list):
                inner += cast("list[Any]", value)
            elif isinstance(value, int) and not -_LARGEST_NUMBER <= value < _LARGEST_NUMBER:
                raise _unreadable(name, "a whole number in it has more than 64 bits.", "Write a smaller number.")
        if not inner:
            return
        level = inner
    message = f"its tables lie more than {_DEEPEST} deep in each other."
    raise _unreadable(name, message, "No hand-in has such tables: ask where the file is from.")


def _unreadable(name: str, message: str, todo: str, where: str = "") -> Unreadable:
    return Unreadable(Finding("error", name, where, "", message, todo))
