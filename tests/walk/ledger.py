"""What was typed, what the app was told to keep, and whether the notebook on the disk has it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textual.widgets import Input, TextArea

from workshop_tui.app.widgets.note_field import NoteField
from workshop_tui.app.widgets.observation import ObservationField
from workshop_tui.exercises.answers import NOT_RATED
from workshop_tui.notebook.entries import Check, Observation
from workshop_tui.notebook.store import Notebook
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp
    from workshop_tui.app.desk import Desk

KEPT_SECONDS = 20.0
"""How long what was typed may take to the disk, on a machine that has other work."""

Key = tuple[str, ...]


def clean(text: str) -> str:
    """Return a text as the notebook compares: without what is not kept as it was typed."""
    return plain(text.replace("\r\n", "\n").replace("\r", "\n"), keep_newlines=True).strip()


@dataclass
class Ledger:
    """One learner's, over all openings of the app."""

    typed: dict[Key, str] = field(default_factory=dict[Key, str])
    """What stands in a field since it was last typed in, by its place in the notebook."""
    given: dict[Key, list[str]] = field(default_factory=dict[Key, list[str]])
    """What the desk was asked to keep there since then, the last one last."""
    kept: dict[Key, str] = field(default_factory=dict[Key, str])
    """What the desk said is on the disk."""
    ever: int = 0
    """How many texts were looked for and found."""

    def follow(self, app: WorkshopApp) -> None:
        """Hear of all that this app keeps; it has opened its desk."""
        desk = app.desk

        def hear(name: str, entry: Any) -> None:
            inner = getattr(desk, name)

            async def keep(*arguments: Any) -> bool:
                key, value = entry(*arguments)
                self.given.setdefault(key, []).append(clean(value))
                done = await inner(*arguments)
                if done:
                    self.kept[key] = clean(value)
                return done

            setattr(desk, name, keep)

        hear("observe", lambda each: (_place(each), each.value))
        hear("set_note", lambda section, text: (("note", section), text))
        hear("set_improvement", lambda place, text: (("improvement", str(place)), text))
        self._follow_checks(desk)
        hear("delete_check", lambda problem: (("check", problem), ""))

    def _follow_checks(self, desk: Desk) -> None:
        """Hear of the checklist's lines, which are changed as they stand in the notebook."""
        inner = desk.change_check

        async def keep(problem: str, change: Callable[[Check], Check]) -> bool:
            key = ("check", problem)

            def changed(check: Check) -> Check:
                new = change(check)
                self.given.setdefault(key, []).append(clean(f"{new.state} {new.note}"))
                return new

            done = await inner(problem, changed)
            if done:
                self.kept[key] = self.given[key][-1]
            return done

        desk.change_check = keep

    def look(self, before: object, text: str, app: WorkshopApp) -> None:
        """Take down what a key has changed in the field that had the focus.

        Args:
            before: What had the focus.
            text: What stood in it.
            app: After the key.
        """
        if not isinstance(before, Input | TextArea) or content(before) == text or app.book.read_only:
            return
        key, field_ = _key(before), before.parent
        if key is None:
            return
        value = content(before)
        if isinstance(field_, ObservationField) and field_.field.kind == "rating" and value == "0":
            value = NOT_RATED
        self.typed[key] = clean(value)
        self.given.pop(key, None)
        if isinstance(field_, ObservationField) and field_.choices and value.strip() not in ("", *field_.choices):
            del self.typed[key]  # it is no answer to this question, and the screen says so

    async def check(self, app: WorkshopApp, *, at_once: bool = False) -> str:
        """Return what is lost: empty, where the notebook has all that was typed, or what replaced it later.

        Args:
            app: Whose notebook; it may have been left.
            at_once: It was left: what is not there now never will be.
        """
        end = time.monotonic() + (0 if at_once else KEPT_SECONDS)
        while True:
            missing = self._missing(app)
            if not missing:
                self.ever += len(self.typed)
                self.typed.clear()
                return ""
            if time.monotonic() > end:
                return missing
            await asyncio.sleep(0.1)

    def _missing(self, app: WorkshopApp) -> str:
        there = _read(app)
        for key, value in self.typed.items():
            given, found = self.given.get(key, []), there.get(key, "")
            replaced = value in given and given[-1] == found
            if found != value and not replaced:
                return f"typed into {key}: {value!r}; the notebook has {found!r}; given to it: {given!r}"
        for key, value in self.kept.items():
            found = there.get(key, "")
            if found != value and [found] != self.given.get(key, [])[-1:]:  # whoever asked may have left meanwhile
                return f"kept as {key}: {value!r}; the notebook has {found!r}"
        return ""


def content(line: object) -> str:
    """Return what stands in a text field; of anything else nothing."""
    return line.value if isinstance(line, Input) else line.text if isinstance(line, TextArea) else ""


def _place(entry: Observation) -> Key:
    return ("observation", entry.exercise, entry.sweep, entry.field)


def _key(line: Input | TextArea) -> Key | None:
    parent = line.parent
    if isinstance(parent, ObservationField):
        return ("observation", parent.part.exercise.id, parent.part.id, parent.field.id)
    return ("note", parent.section) if isinstance(parent, NoteField) else None


def _read(app: WorkshopApp) -> dict[Key, str]:
    """Return everything that a learner's notebook holds, as another program reads it."""
    notebook, lesson = Notebook(app.learner.notebook, app.learner.pictures), app.lesson.id
    try:
        found = {_place(entry): clean(entry.value) for entry in notebook.observations(lesson)}
        found |= {("note", section): clean(text) for section, text in notebook.notes(lesson).items()}
        found |= {("improvement", str(place)): clean(text) for place, text in notebook.improvements(lesson).items()}
        checks = notebook.checks(lesson).items()
        return found | {("check", name): clean(f"{check.state} {check.note}") for name, check in checks}
    finally:
        notebook.close()
