"""Whose notebook was chosen last: named there again, but not opened unasked, for accounts are shared."""

from contextlib import suppress

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.files import write_atomic
from workshop_tui.paths import LearnerPaths, Paths

_FILE = "last-learner"


def remember(paths: Paths, learner: LearnerPaths) -> None:
    """Keep whose notebook was chosen; what cannot be kept is no trouble."""
    with suppress(WorkshopError):
        write_atomic(paths.data / _FILE, learner.name)


def last_other(paths: Paths, learner: LearnerPaths) -> str:
    """Return the name that was chosen last; empty where that is this learner's, or nothing is there of it."""
    try:
        chosen = paths.learner((paths.data / _FILE).read_text("utf-8"))
    except (OSError, ValueError, UserError):
        return ""
    return chosen.name if chosen.root != learner.root and chosen.notebook.exists() else ""
