"""The lines by which a learner brings pictures and hand-in from this machine onto their own, or looks at them there."""

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
    host, port = _host_and_port(connect)
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


def serve_line(folder: Path, port: int) -> str:
    """Return the command that shows a folder to browsers on this machine, and to no other."""
    command = ["python3", "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder.absolute())]
    return shlex.join(command)


def tunnel_line(port: int) -> str:
    """Return the `ssh` command that makes such a port the learner's own; empty where they sit at this machine.

    Raises:
        UserError: The configuration is wrong.
    """
    connect = load_config().connect or (UNKNOWN_HOST if over_ssh() else "")
    if not connect:
        return ""
    host, ssh_port = _host_and_port(connect)
    host = host.replace("[", "").replace("]", "")  # ssh takes an IPv6 address bare, scp in brackets
    return shlex.join(["ssh", *(["-p", ssh_port] if ssh_port else []), "-L", f"{port}:127.0.0.1:{port}", host])


def own_port() -> int:
    """Return a port that no other user of this machine is given as well, unless it has very many."""
    return 8000 + os.getuid() % 1000


def browser_port() -> int:
    """Return the port of the class in a browser, as much a user's own, beside the one of their pictures."""
    return own_port() + 1000


def _host_and_port(connect: str) -> tuple[str, str]:
    """Take `[user@]host[:port]` apart; the port is empty where none is named."""
    host, colon, port = connect.rpartition(":")
    return (host, port) if colon and port.isdecimal() else (connect, "")
