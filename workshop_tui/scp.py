"""The lines by which a learner brings pictures and hand-in from this machine onto their own, or looks at them there."""

import getpass
import json
import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from workshop_tui.config import connect_fault, load_config
from workshop_tui.errors import UserError
from workshop_tui.files import private_folder, write_atomic

UNKNOWN_HOST = "HOST"
"""Stands in a line where nobody has said how this machine is reached."""

_FILE = "connect.json"
"""In the learner's folder: what they said that they type after `ssh`; empty where they would not say."""


def scp_line(path: Path, connect: str, *, folder: bool = False) -> str:
    """Return an `scp` command for the learner's own computer, right in a POSIX shell, PowerShell and cmd alike.

    Those quote differently, and what a path's special characters become differs once more between an scp that speaks
    SFTP (OpenSSH 9 and newer) and an older one, which hands the path to the shell over there. All of them take `?` for
    any one character, and all know double quotes around what holds nothing else that is special.

    Args:
        path: The file or folder on this machine.
        folder: Whether it is a folder.
        connect: What stands after `ssh` to reach it: `[user@]host[:port]`, an IPv6 address in brackets.
    """
    host, port = _host_and_port(connect)
    options = [*(["-r"] if folder else []), *(["-P", port] if port else [])]
    source = f"{host}:{''.join(map(_same_everywhere, str(path.absolute())))}"
    if not re.fullmatch(r"[A-Za-z0-9@.:/_+-]+", source):
        source = f'"{source}"'
    return " ".join(["scp", *options, source, "."])


def _same_everywhere(char: str) -> str:
    if char.isalnum() or char in "@.:/_+,=-":
        return char
    return "?" if char.isascii() else "*"  # SFTP's `?` is a byte, a shell's a character


def over_ssh() -> bool:
    """Tell whether this process belongs to an SSH session."""
    return any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))


def address(root: Path) -> str:
    """Return how the learner reaches this machine, as far as it is known; empty where they sit at it.

    What site, user or environment have set wins over what the learner has said in the class.

    Args:
        root: The learner's folder.

    Raises:
        UserError: The configuration is wrong.
    """
    return load_config().connect or remembered(root) or (UNKNOWN_HOST if over_ssh() else "")


def is_to_be_asked(root: Path) -> bool:
    """Tell whether the learner sits elsewhere, nothing is set, and they were not asked yet; raises as `address`."""
    return over_ssh() and not load_config().connect and remembered(root) is None


def remembered(root: Path) -> str | None:
    """Return what the learner has said; empty where they would not say, None where they were never asked."""
    try:
        found = json.loads((root / _FILE).read_bytes())
    except (OSError, ValueError):
        return None
    connect = found.get("connect") if isinstance(found, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return connect if isinstance(connect, str) and (not connect or not connect_fault(connect)) else None


def remember(root: Path, connect: str) -> None:
    """Keep what the learner types after `ssh`, or an empty text where they would not say.

    Raises:
        UserError: It is no address.
        WorkshopError: The folder cannot be written.
    """
    if connect and (fault := connect_fault(connect)):
        raise UserError(fault)
    private_folder(root)
    write_atomic(root / _FILE, json.dumps({"connect": connect}))


def guess(environment: Mapping[str, str]) -> str:
    """Return what the learner may have typed: this user, at the address that the connection came in by.

    That is a guess: behind NAT, a jump host or a port that is forwarded, the learner reaches another one.
    """
    at = environment.get("SSH_CONNECTION", "").split()
    host, port = (at[2], at[3]) if len(at) == 4 else ("", "")
    host = f"[{host}]" if ":" in host else host
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container's user id without an entry in passwd
        user = ""
    guessed = f"{user}@{host or UNKNOWN_HOST.lower()}{'' if port in ('', '22') else f':{port}'}"
    return guessed if not connect_fault(guessed) else ""


def fetch_line(path: Path, root: Path, *, folder: bool = False) -> str:
    """Return the `scp` command as far as it is known; empty where learner and file are on one machine.

    Raises:
        UserError: The configuration is wrong.
    """
    connect = address(root)
    return scp_line(path, connect, folder=folder) if connect else ""


def serve_line(folder: Path, port: int) -> str:
    """Return the command that shows a folder to browsers on this machine, and to no other."""
    command = ["python3", "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder.absolute())]
    return shlex.join(command)


def tunnel_line(port: int, root: Path) -> str:
    """Return the `ssh` command that makes such a port the learner's own; empty where they sit at this machine.

    Raises:
        UserError: The configuration is wrong.
    """
    connect = address(root)
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
