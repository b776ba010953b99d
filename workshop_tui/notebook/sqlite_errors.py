"""What SQLite's errors mean to a person."""

import shlex
import sqlite3
from pathlib import Path

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.files import cannot_write
from workshop_tui.text import plain

BUSY_SECONDS = 10.0
"""How long a write waits for another writer."""


def explained(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> WorkshopError:
    """Return an error of a notebook as one that says what to do.

    Args:
        path: The notebook.
        error: As SQLite raised it; a message of its own that names damaged text cannot be decoded.
    """
    said = plain(str(error))
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL"):
        return WorkshopError(f"Cannot write {path}: the disk is full.", "Free some space, then go on.")
    if name in ("SQLITE_NOTADB", "SQLITE_CORRUPT") or isinstance(error, UnicodeDecodeError):
        return UserError(
            f"The notebook {path} is damaged ({said}).",
            move_aside(path),
        )
    if name.startswith("SQLITE_BUSY"):
        return WorkshopError(
            f"The notebook {path} has been locked for {BUSY_SECONDS:.0f} s.",
            "Another program holds it: close it, then try again.",
        )
    if name.startswith("SQLITE_IOERR"):
        return WorkshopError(
            f"The notebook {path} cannot be read or written: the disk or its file system failed ({said}).",
            "Look at your quota (quota -s), the room on the disk, and its mount; then go on.",
        )
    if name == "SQLITE_READONLY_DBMOVED":
        return WorkshopError(
            f"The notebook {path} was moved or removed while it was open.",
            "Put it back if you have it; then leave the class and open it again.",
        )
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
        return cannot_write(path, PermissionError(13, said))
    return WorkshopError(f"The notebook {path} cannot be used: {said}.")


def move_aside(path: Path) -> str:
    """Return what to do with a notebook that is damaged, the command included."""
    return f"Move it aside, pictures stay: {shlex.join(['mv', str(path), f'{path}.damaged'])}"
