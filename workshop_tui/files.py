"""Files that are whole or not there: atomic writes and private folders."""

import contextlib
import os
import shlex
import stat
import tempfile
from pathlib import Path

from workshop_tui.errors import UserError, WorkshopError


def write_atomic(path: Path, content: bytes | str, mode: int = 0o644) -> None:
    """Write a file so that a reader sees the old content or the new one, never half.

    The temporary file lies in the same folder, is flushed to disk, and is renamed over `path`.

    Args:
        path: Where to write; its folder is made if it is missing. Of a link the file that it points to is written.
        content: Bytes, or text that is written as UTF-8.
        mode: Permission bits of the result.

    Raises:
        UserError: It is a device, a pipe or a socket, in whose place no file may come.
        WorkshopError: The folder is read-only, belongs to someone else, or the disk is full. Nothing is left behind.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary = None
    try:
        target = _target(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".tmp", dir=target.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException as error:  # ctrl+c leaves no half file either
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        if isinstance(error, OSError):
            raise cannot_write(path, error) from error
        raise


def _target(path: Path) -> Path:
    """Return the file that is written for `path`.

    Raises:
        UserError: There is something that is neither a file nor a folder.
        OSError: The system lets nobody follow the link, as another user's in /tmp; or it leads in a circle.
    """
    try:
        kind = path.stat().st_mode
    except FileNotFoundError:  # or a link to what is not there yet
        kind = stat.S_IFREG
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise UserError(f"{path} is no file: it is a device, a pipe or a socket.", "Name a file.")
    return path.resolve() if path.is_symlink() else path


def cannot_write(path: Path, error: OSError) -> WorkshopError:
    """Return the error that tells a person why `path` could not be written, and what to do."""
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        hint = "The disk or the quota is full: free some space; `workshop-tui paths` shows where things lie."
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        hint = "The folder cannot be written by you: choose another one, or ask its owner for write permission."
    elif error.errno in (errno.ENOTDIR, errno.EEXIST, errno.EISDIR):
        hint = "A part of this path is a file where a folder should be, or the other way round."
    else:
        hint = "Check the path, then try again."
    return WorkshopError(f"Cannot write {path}: {error.strerror or error}.", hint)


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner can enter, or check that an existing one is so.

    Raises:
        UserError: The path is a link or a file, belongs to another user, or others may enter it.
        WorkshopError: It cannot be made.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = os.lstat(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    if not stat.S_ISDIR(status.st_mode):
        raise UserError(f"{path} is not a folder.", f"Remove it: rm {shlex.quote(str(path))}")
    if status.st_uid != os.getuid():
        raise UserError(
            f"{path} belongs to user id {status.st_uid}, not to you.",
            "Someone else may have put it there: ask them, or root, to remove it.",
        )
    if status.st_mode & 0o077:
        raise UserError(f"{path} is open to other users.", f"Close it: chmod 700 {shlex.quote(str(path))}")
    return path
