"""The line by which a learner brings pictures and hand-in from this machine onto their own."""

import os
import shlex
from pathlib import Path

from workshop_tui.config import load_config

UNKNOWN_HOST = "HOST"
"""Stands in a line where nobody has said how this machine is reached."""


def scp_line(path: Path, connect: str, *, folder: bool = False) -> str:
    """Return an `scp` command for the learner's own computer.

    Args:
        path: The file or folder on this machine.
        folder: Whether it is a folder.
        connect: What stands after `ssh` to reach it: `[user@]host[:port]`, an IPv6 address in brackets.
    """
    host, colon, port = connect.rpartition(":")
    if not colon or not port.isdecimal():
        host, port = connect, ""
    options = [*(["-r"] if folder else []), *(["-P", port] if port else [])]
    return shlex.join(["scp", *options, f"{host}:{path.absolute()}", "."])


def over_ssh() -> bool:
    """Tell whether this process belongs to an SSH session."""
    return any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))


def fetch_line(path: Path, *, folder: bool = False) -> str:
    """Return the `scp` command as far as it is known; empty where learner and file are on one machine.

    Raises:
        UserError: The configuration is wrong.
    """
    connect = load_config().connect
    if connect:
        return scp_line(path, connect, folder=folder)
    return scp_line(path, UNKNOWN_HOST, folder=folder) if over_ssh() else ""
