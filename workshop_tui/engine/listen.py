"""The socket of a shared engine: where it lies, who may reach it, and that no other engine has it."""

import asyncio
import fcntl
import grp
import os
import stat
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from workshop_tui.config import APP
from workshop_tui.engine.limits import MOST_CONNECTIONS
from workshop_tui.errors import UserError
from workshop_tui.files import cannot_write, private_folder

LONGEST_PATH = 107
"""Bytes that a Unix socket's address holds, unix(7)."""

LEAVING_SECONDS = 3.0
"""One that was told to stop may hold its lock this long."""

LOCK = "engine.lock"
"""Held in the state folder by the engine that runs."""

Client = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def usual_socket() -> Path:
    """Return where an engine listens if nothing is said: root's in /run, a user's in /tmp."""
    folder = Path("/run") / APP if os.getuid() == 0 else Path("/tmp") / f"{APP}-class-{os.getuid()}"
    return folder / "engine.sock"


def group_id(name: str) -> int:
    """Return a group's number.

    Raises:
        UserError: There is none of that name.
    """
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        raise UserError(
            f"--group: there is no group '{name[:80]}' on this machine.",
            "`getent group` lists them; groupadd makes one.",
        ) from None


def hold(root: Path) -> int:
    """Make sure that this is the only engine with this state; return a file that holds that until it is closed.

    Args:
        root: The engine's state folder; made where it is missing.

    Raises:
        UserError: Another one runs.
        WorkshopError: The folder cannot be made.
    """
    private_folder(root)
    lock = os.open(root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + LEAVING_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            os.close(lock)
            raise UserError(
                "This shared engine runs already.", "See it: workshop-tui class status. End it: workshop-tui class stop"
            ) from None
        return lock


def is_held(root: Path) -> bool:
    """Tell whether an engine runs with this state folder."""
    try:
        lock = os.open(root / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


async def listen(socket: Path, group: int | None, client: Client) -> asyncio.Server:
    """Listen on a socket path, at which no other engine may listen.

    Args:
        socket: Its folder is made, open to all, where it is missing.
        group: Whose members may reach it; None for this user alone.
        client: Serves a connection.

    Raises:
        UserError: The path is too long, holds something else than a socket or the socket of an engine that runs, or the
            group is not this user's.
        WorkshopError: It cannot be made.
    """
    check_path(socket)
    # Made beside it and renamed: nobody meets a socket that is not open to the group yet.
    made = socket.with_name(f".{os.getpid()}")
    try:
        if not socket.parent.exists():
            socket.parent.mkdir(parents=True)
            socket.parent.chmod(0o755)
        _check_folder(socket.parent)
        await _check_silent(socket)
        made.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(client, made, backlog=2 * MOST_CONNECTIONS)
        finally:
            os.umask(before)
        if group is not None:
            _give_to(made, group)
        made.rename(socket)
    except OSError as error:
        raise cannot_write(socket, error) from error
    return server


async def _check_silent(socket: Path) -> None:
    """Refuse to take the place of an engine that runs, with another state folder; a dead one's socket is replaced.

    Raises:
        UserError: Somebody listens there.
        OSError: It cannot be found out.
    """
    try:
        _, writer = await asyncio.open_unix_connection(socket)
    except (FileNotFoundError, ConnectionRefusedError):
        return
    writer.close()
    raise UserError(
        f"--socket: another shared engine listens at {socket}.",
        "See it: workshop-tui class status. Name another path, or end that one: workshop-tui class stop",
    )


def _give_to(socket: Path, group: int) -> None:
    try:
        os.chown(socket, -1, group, follow_symlinks=False)
    except PermissionError as error:
        socket.unlink()
        raise UserError(
            f"--group: you are no member of {grp.getgrgid(group).gr_name}, and so cannot open the engine to it.",
            "Ask root to add you, or let root run the engine.",
        ) from error
    socket.chmod(0o660)


def _check_folder(folder: Path) -> None:
    """Refuse a folder in which somebody else could put another socket in the place of this one.

    Raises:
        UserError: It is another user's, or all may write there and no sticky bit keeps them apart.
    """
    status = os.lstat(folder.resolve())
    if status.st_uid not in (os.getuid(), 0):
        raise UserError(
            f"--socket: {folder} belongs to user id {status.st_uid}, who could pose as the engine.",
            "Name another path.",
        )
    if status.st_mode & 0o022 and not status.st_mode & stat.S_ISVTX:
        raise UserError(f"--socket: others may write in {folder}, and pose as the engine.", f"chmod go-w {folder}")


def check_path(socket: Path) -> None:
    """Refuse a path that can be no engine's socket.

    Raises:
        UserError: It is too long, or holds something else than a socket of this user's.
    """
    if len(os.fsencode(socket)) > LONGEST_PATH:
        raise UserError(f"--socket: {socket} has more than {LONGEST_PATH} bytes.", "Choose a shorter path.")
    try:
        status = os.lstat(socket)
    except OSError:
        return
    if not stat.S_ISSOCK(status.st_mode):
        raise UserError(f"--socket: {socket} is there, and is no socket.", "Name another path, or move it away.")
    if status.st_uid not in (os.getuid(), 0) and os.getuid() != 0:
        raise UserError(f"--socket: {socket} belongs to user id {status.st_uid}.", "Name another path.")
