"""Where a lesson's hand-in lies in a learner's folder."""

import tomllib
from pathlib import Path

from workshop_tui.notebook.run_table import SHORT
from workshop_tui.profile.hand_in import PROFILE_FILE


def hand_in_place(folder: Path, lesson_id: str) -> Path:
    """Return the folder of a lesson's hand-in: the learner's own, unless another lesson's lies there already.

    Args:
        folder: The learner's, `LearnerPaths.hand_in`.
        lesson_id: A further lesson's hand-in lies in a folder of this name in it.
    """
    return folder if lesson_in(folder) in (None, lesson_id) else folder / lesson_id


def lesson_in(folder: Path) -> str | None:
    """Return the id of the lesson whose hand-in lies in a folder; None where there is none, or none to be read."""
    try:
        lesson_id = tomllib.loads((folder / PROFILE_FILE).read_text(encoding="utf-8"))["lesson"]["id"]
    except (OSError, ValueError, KeyError, TypeError):  # none yet, or one that will be moved aside
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
