"""A class with a shared engine: what the learner shares with the instructor, and the clock that they may follow."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from workshop_tui.app.key_table import key_of
from workshop_tui.app.screens.ask import ChoiceScreen
from workshop_tui.errors import WorkshopError
from workshop_tui.generation.protocol import ClassClock, Standing

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp

LOOK_SECONDS = 2.0
"""Between two looks at the instructor's clock and at whether there is something to share."""
SHARE_SECONDS = 60.0
"""A learner who does nothing is told of again after this long: minutes behind grow."""

QUESTION = (
    "This class shares an engine. May the instructor see your section, your minutes ahead or behind and how many "
    "answers you have (never what they say)? And shall your clock follow the instructor's? {key} asks again."
)
CHOICES = (
    ("share follow", "Share, and follow the class clock"),
    ("share", "Share, at my own pace"),
    ("follow", "Share nothing, follow the class clock"),
    ("none", "Neither"),
)


class Classroom:
    """One app's part in a class that shares an engine.

    Args:
        app: The app; it has opened its desk.
    """

    def __init__(self, app: WorkshopApp) -> None:
        self._app = app
        self._key = f"class:{app.learner.engine}"
        self._chosen: str | None = None
        self._followed: ClassClock | None = None
        self._told: Standing | None = None
        self._told_at = 0.0

    async def open(self) -> None:
        """Find out what the learner wants of it: asked once, and kept. An instructor's own clock follows."""
        self._chosen = "follow" if self._app.instructor else await self._app.desk.kept(self._key, str)
        if self._chosen is None:
            await self.ask()
        self._app.set_interval(LOOK_SECONDS, self._look)

    async def ask(self) -> None:
        """Ask what to share and whether to follow."""
        chosen = await self._app.push_screen_wait(
            ChoiceScreen(QUESTION.format(key=key_of("app.classroom")), CHOICES, self._chosen or "")
        )
        if chosen is None:
            return
        if "share" in (self._chosen or "") and "share" not in chosen:
            with contextlib.suppress(WorkshopError):  # then it knows nothing to forget
                await self._app.desk.pictures.share(None)
        self._chosen, self._told = chosen, None
        await self._app.desk.keep(self._key, chosen)

    async def _look(self) -> None:
        """Follow the instructor's clock, and share where the learner is, as far as they wish."""
        with contextlib.suppress(WorkshopError):  # the engine is away, or does not take this client now
            await self._take_part()

    async def _take_part(self) -> None:
        if self._chosen in (None, "none"):
            return
        await self._app.desk.pictures.find_engine()
        self._follow()
        if "share" not in (self._chosen or "") or not self._app.class_clock.begun:
            return
        now = self.standing()
        changed = self._told is None or (now.number, now.answers) != (self._told.number, self._told.answers)
        is_due = changed or time.monotonic() - self._told_at > SHARE_SECONDS
        if is_due and await self._app.desk.pictures.share(now):
            self._told, self._told_at = now, time.monotonic()

    def standing(self) -> Standing:
        """Return where the learner is."""
        app = self._app
        view, book = app.class_clock.view(), app.book
        order = [section.id for section in app.lesson.sections]
        answers = len(book.observations) + len(book.checks) + len(book.notes) + len(book.improvements)
        number = order.index(view.current.id) + 1
        behind = None if app.class_clock.schedule.kind == "own" else -view.ahead / 60
        return Standing(app.lesson.id, number, view.current.label, behind, answers)

    def _follow(self) -> None:
        """Go where the instructor's clock is, once for each of its changes: whoever goes back meanwhile may stay."""
        clock, sections = self._app.desk.pictures.class_clock, self._app.lesson.sections
        if clock is None or clock == self._followed or "follow" not in (self._chosen or ""):
            return
        if not self._app.class_clock.begun or self._app.book.read_only or clock.number > len(sections):
            return
        self._followed = clock
        section = sections[clock.number - 1]
        self._app.class_clock.follow(section.id, running=clock.running)
        state = "" if clock.running else ", paused"
        self._app.notify(f"{section.title}{state}", title="The instructor's clock", markup=False)
