"""Where the class is, in a small file that a second terminal can follow."""

from pathlib import Path

import msgspec

from workshop_tui.files import write_atomic

POSITION_FILE = "position.json"


class Position(msgspec.Struct, frozen=True):
    """The section that a class is in."""

    lesson: str
    """The lesson's id."""
    section: str
    """The section's id."""
    folder: str = ""
    """Where the lesson was opened from."""


def write_position(root: Path, position: Position) -> None:
    """Say where the class is.

    Args:
        root: The learner's folder, `LearnerPaths.root`.
        position: Lesson and section.

    Raises:
        WorkshopError: The folder cannot be written.
    """
    write_atomic(root / POSITION_FILE, msgspec.json.encode(position))


def read_position(root: Path) -> Position | None:
    """Return where the class is; None where no class was begun, or the file cannot be read."""
    try:
        return msgspec.json.decode((root / POSITION_FILE).read_bytes(), type=Position)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
