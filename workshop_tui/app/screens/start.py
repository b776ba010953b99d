"""The card that stands before the class: who, what, and how; Enter begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from workshop_tui.app.book import Book
from workshop_tui.generation.models import BUILT_IN, label
from workshop_tui.lesson.schedule import Schedule
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp

SHORT_GAP = 60.0
"""s; a shorter absence is not worth a question."""

WORDS = {
    "own": "own pace (times are shown, nothing is ever late)",
    "printed": "as printed",
    "fit": "shortened to {} minutes in all",
}


class StartScreen(ModalScreen[float]):
    """Answers with the seconds of absence that shall count.

    Args:
        away: Seconds that the class clock ran on without this program; 0 where it did not.
    """

    BINDINGS = [
        Binding("enter", "begin", "Begin", tooltip="Begin, or go on with the class"),
        Binding("c", "count", "Count the time away", tooltip="Add the time away to the section"),
        Binding("s", "schedule", "Schedule", tooltip="Change how the class is paced"),
        Binding("q", "app.quit", "Quit", tooltip="Leave"),
    ]

    def __init__(self, away: float) -> None:
        super().__init__()
        self._away = away if away >= SHORT_GAP else 0.0

    @property
    def _workshop(self) -> WorkshopApp:
        return cast("WorkshopApp", self.app)

    def compose(self) -> ComposeResult:
        with Vertical(id="card"):
            yield Static(id="card-text")

    def on_mount(self) -> None:
        self.watch(self.app, "book", self._draw)

    def _draw(self, book: Book | None = None) -> None:
        app = self._workshop
        clock = app.class_clock
        lesson = app.lesson
        minutes = sum(section.minutes for section in lesson.sections)
        breaks = sum(section.minutes for section in lesson.sections if section.kind == "break")
        rows: list[Content | str | tuple[str, str]] = [
            (plain(lesson.title), "bold"),
            f"\n{minutes:g} minutes as printed, {minutes - breaks:g} without the break; "
            f"stated: {lesson.data.stated_minutes:g}\n\n",
            f"Learner   {plain(app.learner.name)}\n",
            f"Model     {plain(label(app.model))}\n",
        ]
        if app.model == BUILT_IN:
            rows.append("          a real FLUX, only small and untrained: its pictures are noise\n")
        rows.append(f"Schedule  {_words(clock.schedule)}\n")
        rows.append(f"Hand-in   {plain(str(app.learner.hand_in))}\n")
        if clock.begun:
            section = clock.view().current
            rows.append(f"\nYou were in {section.label}, at {clock.view().timer}.")
            if book:
                rows.append(f" Your notebook holds {_count(len(book.runs), 'run')}")
                rows.append(f" and {_count(len(book.observations), 'observation')}.")
            if app.work.waiting:
                rows.append(f"\nStill to be made: {_count(len(app.work.waiting), 'picture')}.")
            if self._away:
                rows.append(f"\nThe clock ran when you left, {_away(self._away)} ago.")
                rows.append(("\n\nEnter  go on; the time away does not count    c  it counts", "bold"))
            else:
                rows.append(("\n\nEnter  go on", "bold"))
        else:
            rows.append(("\nEnter  begin the class", "bold"))
        rows.append(("    s  schedule    q  quit", "bold"))
        self.query_one("#card-text", Static).update(Content.assemble(*rows))

    def action_begin(self) -> None:
        self.dismiss(0.0)

    def action_count(self) -> None:
        if self._away:
            self.dismiss(self._away)

    def action_schedule(self) -> None:
        from workshop_tui.app.screens.ask import ScheduleScreen

        self.app.push_screen(ScheduleScreen(self._workshop.class_clock), lambda _: self._draw(self._workshop.book))


def _words(schedule: Schedule) -> str:
    return WORDS[schedule.kind].format(schedule.minutes)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _away(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"
