"""Where a lesson's hand-in lies in a learner's folder."""

import os
import tomllib
from pathlib import Path

from workshop_tui.notebook.run_table import SHORT
from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE

_FILES = (PROFILE_FILE, CHECKLIST_FILE)


def hand_in_place(folder: Path, lesson_id: str) -> Path:
    """Return the folder of a lesson's hand-in: the learner's own, unless another lesson's lies there already.

    Files there that do not say whose they are count as another lesson's: nothing is written over them.

    Args:
        folder: The learner's, `LearnerPaths.hand_in`.
        lesson_id: A further lesson's hand-in lies in a folder of this name in it.
    """
    first = lesson_in(folder)
    if first == lesson_id:
        return folder
    own = folder / lesson_id
    is_taken = first is not None or any(os.path.lexists(folder / name) for name in _FILES)
    return own if is_taken or lesson_in(own) == lesson_id else folder


def lesson_in(folder: Path) -> str | None:
    """Return the id of the lesson whose hand-in lies in a folder; None where there is none, or none to be read.

    Either of its files says so: one that cannot be read will be moved aside.
    """
    return next((lesson_id for name in _FILES if (lesson_id := _lesson_of(folder / name))), None)


def _lesson_of(file: Path) -> str | None:
    try:
        lesson_id = tomllib.loads(file.read_text(encoding="utf-8"))["lesson"]["id"]
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return None
    return lesson_id if isinstance(lesson_id, str) else None


def hand_ins_in(folder: Path) -> list[Path]:
    """Return the folders of all hand-ins of a learner."""
    return [
        profile.parent for pattern in (PROFILE_FILE, f"*/{PROFILE_FILE}") for profile in sorted(folder.glob(pattern))
    ]


def picture_place(folder: Path, run_id: str) -> Path:
    """Return where a hand-in's folder has the picture of a run that it rests on."""
    return folder / "pictures" / f"{run_id[:SHORT]}.png"
