"""Tells a learner who looks elsewhere that something has ended: one line, one bell, the terminal's title."""

from __future__ import annotations

import time
from collections.abc import Callable

from workshop_tui.app.book import Work
from workshop_tui.app.key_table import key_of
from workshop_tui.lesson.clock_view import ClockView
from workshop_tui.text import plain

LONG_WORK_SECONDS = 20.0
"""Work that took longer is worth a bell when it ends."""


class Alerts:
    """Watches the work and the break, and speaks once when one of them ends.

    Args:
        say: Shows one line on the screen, and tells whether it is bad news.
        bell: Rings.
        set_title: Sets the terminal's title; None gives it back.
        loud: False leaves bell and title out.
    """

    def __init__(
        self,
        say: Callable[[str, bool], None],
        bell: Callable[[], None],
        set_title: Callable[[str | None], None],
        loud: bool,
    ) -> None:
        self._say = say
        self._bell = bell
        self._set_title = set_title
        self._loud = loud
        self._work = Work()
        self._work_began = 0.0
        self._stopped: set[str] = set()
        """What the learner has stopped: its end is no news."""
        self._break = ""
        self._break_over = False
        self._titled = False

    def work(self, work: Work, is_searching: bool = False) -> None:
        """Take the worker's state; speak where long work has ended, but not of each try of a search for a limit."""
        before, self._work = self._work, work
        if work.waiting and not before.waiting:
            self._work_began = time.monotonic()
            self._stopped.clear()
        self._stopped |= work.stopping
        if time.monotonic() - self._work_began < LONG_WORK_SECONDS or not before.waiting or is_searching:
            return
        if work.activity == "lost" and before.activity != "lost":
            self._ring("the pictures have stopped")  # the screen says so already
        elif not work.waiting and before.total > len(self._stopped):
            count = before.total - len(self._stopped)
            pictures = "1 picture has" if count == 1 else f"{count} pictures have"
            failed = f", {work.failed} without success" if work.failed else ""
            self._say(f"{pictures} ended{failed}: {key_of('app.lab')} shows them.", bool(work.failed))
            self._ring("pictures have ended")

    def clock(self, clock: ClockView) -> None:
        """Take the clock; speak where the break's time is up."""
        section = clock.current
        if section.id != self._break:  # a break that was over when the class was opened is no news
            self._break, self._break_over = section.id, clock.over > 0
        if section.kind == "break" and clock.begun and clock.over > 0 and not self._break_over:
            self._break_over = True
            self._say(f"{plain(section.label)} is over: {key_of('class.next_section')} goes on.", False)
            self._ring("the break is over")

    def seen(self) -> None:
        """Take the title back, because the learner is here."""
        if self._titled:
            self._titled = False
            self._set_title(None)

    def _ring(self, title: str) -> None:
        if self._loud:
            self._bell()
            self._set_title(f"* {title} - workshop-tui")
            self._titled = True
