"""Finds lessons and opens them."""

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from workshop_tui.config import load_config
from workshop_tui.errors import UserError
from workshop_tui.lesson.check import inspect, lesson_folder
from workshop_tui.lesson.model import Lesson
from workshop_tui.lesson.read import LESSON_TOML, Unreadable, first_values, read_file
from workshop_tui.lesson.translations import translated
from workshop_tui.paths import find_paths, shipped
from workshop_tui.text import plain

DEFAULT_LESSON = "flux-deep-dive"
"""The lesson that is opened where none is named."""


class Listed(msgspec.Struct, frozen=True):
    """A lesson in a list."""

    id: str
    """Its id, or its folder's name where `lesson.toml` cannot be read."""
    title: str
    """Its title; empty where `lesson.toml` cannot be read."""
    minutes: float
    """What its sections add up to, breaks included."""
    breaks: float
    """What of that are breaks."""
    sections: int
    """How many sections it has."""
    exercises: int
    """How many exercises it has; optional ones are not counted."""
    folder: str
    """Where it lies."""
    problem: str = ""
    """Why it cannot be opened; empty where it can."""
    same_id: tuple[str, ...] = ()
    """Other folders with its id, which the id does not find."""


def lesson_places() -> tuple[Path, ...]:
    """Return the folders in which lessons are looked for: shipped, the configuration's, the user's own."""
    return (shipped("lessons"), *load_config().lesson_folders, own_lessons())


def own_lessons() -> Path:
    """Return the folder of the user's own lessons; it need not exist."""
    return find_paths().data / "lessons"


def load_lesson(path: Path, lang: str | None = None) -> Lesson:
    """Open a lesson.

    Args:
        path: Its folder, or its `lesson.toml`.
        lang: The language to read it in where it is translated; None for the lesson as it was written.

    Raises:
        UserError: It is not there, or it has errors; the first one is named.
    """
    folder = lesson_folder(path)
    found = inspect(folder)
    if found.errors or found.data is None or found.texts is None:
        first, *others = found.errors
        also = f" ({len(others)} more)" if others else ""
        raise UserError(
            f"The lesson in {folder} cannot be opened{also}:\n  {first}",
            f"See everything that is wrong: workshop-tui lesson check {folder}",
        )
    lesson = Lesson(folder=folder, sha256=found.sha256, data=found.data, texts=dict(found.texts))
    return translated(lesson, lang) if lang else lesson


def open_lesson(name: str, places: Sequence[Path] | None = None, lang: str | None = None) -> Lesson:
    """Open a lesson by id or by folder; see `load_lesson` for `lang`.

    Raises:
        UserError: There is no such lesson, or it has errors.
    """
    try:
        return load_lesson(find_lesson(name, places), lang)
    except UserError as error:
        if others := _by_id(places).get(name, [])[1:]:
            error.hint += f"\n  Another has this id too, and is found by its folder: {', '.join(map(str, others))}"
        raise


def find_lesson(name: str, places: Sequence[Path] | None = None) -> Path:
    """Return the folder of a lesson.

    Args:
        name: A lesson's id, a path to its folder, or one to its `lesson.toml`. An id wins over a folder of that name in
            the current directory; `./NAME` names the folder.
        places: Where to look for ids; `lesson_places` where None.

    Raises:
        UserError: There is no such lesson.
    """
    known = _by_id(places)
    if name in known:
        return known[name][0]
    path = lesson_path(name)
    if path.name == LESSON_TOML or _is_lesson(path):
        return lesson_folder(path)
    if os.sep in name:
        raise UserError(
            f"{path} holds no {LESSON_TOML}.", "Name a lesson's folder, or an id from: workshop-tui lesson list"
        )
    import difflib  # only where a name is wrong: it takes a moment

    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(sorted(known)) or 'none'}."
    raise UserError(f"There is no lesson '{name}'.", f"{hint} A path to a lesson's folder works too.")


def lesson_path(name: str) -> Path:
    """Return the path that a person wrote, `~` being a home.

    Raises:
        UserError: It names a home that is not there.
    """
    try:
        return Path(name).expanduser()
    except RuntimeError:  # ~somebody who has no home here
        raise UserError(f"'{plain(name)}' names a home that is not there.", "Write the whole path.") from None


def list_lessons(places: Sequence[Path] | None = None) -> list[Listed]:
    """Return all lessons in these places, those with errors too; of two with one id, the first place's."""
    return [_listed(id_, *folders) for id_, folders in _by_id(places).items()]


def _listed(id_: str, folder: Path, *others: Path) -> Listed:
    found, same_id = inspect(folder), tuple(map(str, others))
    if found.data is None or found.errors:
        title = found.data.title if found.data else ""
        return Listed(id_, title, 0, 0, 0, 0, str(folder), str(found.errors[0]), same_id)
    data = found.data
    minutes = sum(section.minutes for section in data.sections)
    breaks = sum(section.minutes for section in data.sections if section.kind == "break")
    exercises = sum(not exercise.optional for exercise in data.exercises)
    return Listed(data.id, data.title, minutes, breaks, len(data.sections), exercises, str(folder), same_id=same_id)


def _by_id(places: Sequence[Path] | None) -> dict[str, list[Path]]:
    """Return the lessons' folders by id; of several with one id, the first is the one that it finds."""
    found: dict[str, list[Path]] = {}
    folders: dict[Path, Path] = {}
    for folder in _folders(lesson_places() if places is None else places):
        folders.setdefault(folder.resolve(), folder)
    for folder in folders.values():
        found.setdefault(_id_of(folder), []).append(folder)
    return found


def _folders(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        # A place that is not there, or that may not be looked into, has no lessons.
        with contextlib.suppress(OSError):
            yield from [folder for folder in sorted(place.iterdir()) if _is_lesson(folder)]


def _is_lesson(folder: Path) -> bool:
    try:
        return (folder / LESSON_TOML).is_file()
    except (OSError, ValueError):  # another user's private folder; a name that is no path
        return False


def _id_of(folder: Path) -> str:
    try:
        value = first_values(read_file(folder, LESSON_TOML)).get("id")
    except Unreadable:
        return folder.name
    return plain(value) if isinstance(value, str) and value else folder.name
