"""The card that stands before the class: who, what, and how; Enter begins."""

from __future__ import annotations

import asyncio
import textwrap
from datetime import datetime
from typing import TYPE_CHECKING, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from workshop_tui.app.key_table import HELP, key_of, keys
from workshop_tui.app.last_learner import last_other, remember
from workshop_tui.app.screens.mode import may_write
from workshop_tui.app.widgets.key_line import KeyLine
from workshop_tui.generation.models import BUILT_IN, label
from workshop_tui.notebook.counting import runs_words, tries_words
from workshop_tui.text import counted, plain, plain_start

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp

SHORT_GAP = 60.0
"""s; a shorter absence is not worth a question."""

INDENT = " " * 10

ROWS_AROUND, COLUMNS_AROUND = 5, 8
"""Of the card's frame and its bar, and of the line of keys below it."""

WIDEST = 72
"""Columns of a text in the card."""


class StartScreen(ModalScreen[float]):
    """Answers with the seconds of absence that shall count.

    Args:
        away: Seconds that the class clock ran on without this program; 0 where it did not.
        left: When the program was last seen, ISO 8601; empty the first time.
    """

    BINDINGS = keys(
        "start",
        Binding("enter", "begin", "Begin, or go on", tooltip="Begin the class, or go on with it"),
        Binding("c", "count", "Count the time", tooltip="Add the time away to the section"),
        Binding("n", "name", "Name", tooltip="Open the notebook of another learner"),
        Binding("m", "model", "Model", tooltip="Choose which model makes the pictures"),
        Binding("s", "schedule", "Schedule", tooltip="Change how the class is paced"),
        Binding("q", "app.quit", "Quit", tooltip="Leave"),
        HELP,
    )

    def __init__(self, away: float, left: str = "") -> None:
        super().__init__()
        self._away = away if away >= SHORT_GAP else 0.0
        self._left = datetime.fromisoformat(left) if left else None

    @property
    def _workshop(self) -> WorkshopApp:
        return cast("WorkshopApp", self.app)

    def compose(self) -> ComposeResult:
        with Vertical(id="card"), VerticalScroll(id="card-scroll"):
            yield Static(id="card-text")
        yield KeyLine()

    def on_mount(self) -> None:
        self._last_other = last_other(self._workshop.desk.paths, self._workshop.learner)
        self.watch(self.app, "book", self._redraw)
        self.watch(self.app, "work", self._redraw, init=False)
        self.watch(self.app, "model", self._redraw, init=False)

    def _redraw(self) -> None:
        app = self._workshop
        lesson = app.lesson
        minutes = sum(section.minutes for section in lesson.sections)
        breaks = sum(section.minutes for section in lesson.sections if section.kind == "break")
        without = f", {minutes - breaks:g} without the break" if breaks else ""
        rows: list[Content | str | tuple[str, str]] = [
            (plain(lesson.title), "bold"),
            f"\n{minutes:g} minutes as printed{without}; stated: {lesson.data.stated_minutes:g}\n\n",
            f"Learner   {plain(app.learner.name)}\n",
        ]
        if self._last_other:
            other = (
                f"{key_of('start.name')} opens the notebook of {plain_start(self._last_other, 40)}, chosen here last"
            )
            rows.append((f"{self._indented(other)}\n", "$text-muted"))
        rows.append(f"Model     {plain(label(app.model))}\n")
        if app.model == BUILT_IN:
            small = "a small, real FLUX: it paints what the prompt's line offers"
            rows.append(f"{self._indented(small)}\n")
        if app.model_reason:
            rows.append((f"{self._indented(plain(app.model_reason))}\n", "$text-muted"))
        if app.learner.engine:
            rows.append(f"Engine    shared, {plain(str(app.learner.engine))}\n")
        rows.append(f"Schedule  {app.class_clock.schedule.words(app.lesson.sections)}\n")
        rows.append(f"Hand-in   {plain(str(app.desk.hand_in.folder))}\n")
        if app.class_clock.begun:
            rows += self._return()
        self.query_one("#card-text", Static).update(Content.assemble(*rows).rstrip())
        self._fit()

    def on_resize(self) -> None:
        self._redraw()

    def _indented(self, text: str) -> str:
        """Return a text as lines that stand below a row's value."""
        width = max(2 * len(INDENT), min(WIDEST, self.size.width - COLUMNS_AROUND))
        return textwrap.fill(text, width, initial_indent=INDENT, subsequent_indent=INDENT)

    def _fit(self) -> None:
        """Leave the text what the frame and the keys do not need; it scrolls."""
        self.query_one("#card-scroll").styles.max_height = max(1, self.size.height - ROWS_AROUND)

    def _return(self) -> list[Content | str | tuple[str, str]]:
        """Say where the learner was, and what happened meanwhile."""
        app = self._workshop
        clock, book = app.class_clock.view(), app.book
        rows: list[Content | str | tuple[str, str]] = [
            f"\nYou were in {plain(clock.current.label)}, at {clock.timer}. Your notebook holds "
            f"{runs_words(book.runs, 'of this lesson')} and {counted(len(book.observations), 'observation')}."
        ]
        meanwhile = [run for run in book.runs if self._left and run.ended > self._left]
        if meanwhile:
            made = [run.outcome == "ok" for run in meanwhile if not run.origin.is_try]
            pictures = counted(made.count(True), "picture") if made else ""
            failed = f"{made.count(False)} without success" if False in made else ""
            told = ", ".join(filter(None, (pictures, failed, tries_words(meanwhile))))
            rows.append(f"\nMade while you were away: {told}.")
        if app.work.waiting:
            rows.append(f"\nStill to be made: {counted(len(app.work.waiting), 'picture')}.")
        if self._away:
            begin, count = key_of("start.begin"), key_of("start.count")
            rows.append(f"\nThe clock ran when you left, {_away_words(self._away)} ago: ")
            rows.append((f"{begin} goes on without that time, {count} counts it.", "bold"))
        return rows

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to count the time away where there is some."""
        return self._away > 0 if action == "count" else True

    def action_begin(self) -> None:
        self.dismiss(0.0)

    def action_count(self) -> None:
        self.dismiss(self._away)

    def action_schedule(self) -> None:
        from workshop_tui.app.screens.ask import ScheduleScreen

        if may_write(self._workshop):
            self.app.push_screen(ScheduleScreen(self._workshop.class_clock), lambda _: self._redraw())

    @work
    async def action_name(self) -> None:
        from workshop_tui.app.screens.ask import LineScreen

        app = self._workshop
        name = self._last_other or app.learner.name
        question = LineScreen("Whose notebook? Each name has its own.", name, app.check_learner)
        if await self.app.push_screen_wait(question) and question.value.strip() != app.learner.name:
            if app.is_web:  # the server opens the class again as it was told to
                self.notify(f"In the browser: workshop-tui serve --learner {question.value.strip()}", markup=False)
                return
            await asyncio.to_thread(remember, app.desk.paths, app.desk.paths.learner(question.value))
            app.open_learner(question.value)

    @work
    async def action_model(self) -> None:
        from workshop_tui.app.first_model import QUESTION, choices, to_choose_from
        from workshop_tui.app.screens.ask import ChoiceScreen

        found = await asyncio.to_thread(to_choose_from)
        chosen = await self.app.push_screen_wait(ChoiceScreen(QUESTION, choices(found)))
        model = next((model for model, _ in found if model.name == chosen), None)
        if model and model.whole:
            self._workshop.use_model(model.name)
        elif model:
            self.notify(plain(f"{model.name}: {model.trouble}."), severity="warning", markup=False)


def _away_words(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"
