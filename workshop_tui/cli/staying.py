"""What `workshop-tui clean` leaves on purpose, and the empty folders that it does not leave."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from workshop_tui.config import APP, user_file
from workshop_tui.lesson.loader import own_lessons
from workshop_tui.paths import LearnerPaths, Paths, socket_folder


class Stays(msgspec.Struct, frozen=True):
    """One thing that no option of `clean` removes."""

    what: str
    path: str


def stays() -> list[Stays]:
    """Return what is there and is never removed: it is the user's own, or other programs use it too."""
    from workshop_tui.generation.hub_layout import hub_cache

    places = (("own lessons", own_lessons()), ("configuration", user_file()), ("hub cache", hub_cache()))
    return [Stays(what, str(path)) for what, path in places if _is_something(path)]


def remove_empty(paths: Paths, whole: Sequence[LearnerPaths]) -> None:
    """Remove the program's own folders that hold nothing any more.

    Args:
        paths: Whose folders.
        whole: The learners all of whose state was removed; without any the sockets' folder stays, in which a worker
            may be about to begin.
    """
    folders = [learner.hand_in for learner in whole]
    if paths.hand_ins.is_relative_to(paths.data):  # elsewhere it is a folder of somebody's choice
        folders.append(paths.hand_ins)
    folders += [paths.data / "learners", paths.data / "lessons", paths.cache / "models"]
    folders += [paths.data, paths.cache, paths.log]
    folders += [paths.log.parent] if paths.log.parent.name == APP else []
    folders += [socket_folder()] if whole else []
    for folder in folders:
        with contextlib.suppress(OSError):  # not empty, not there, or not ours to remove
            folder.rmdir()


def _is_something(path: Path) -> bool:
    try:
        return path.is_file() or any(path.iterdir())
    except OSError:
        return False
