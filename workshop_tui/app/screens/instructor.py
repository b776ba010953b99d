"""Mode 6, for instructors: where each learner of a class with a shared engine is, and the class's clock."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import DataTable, Static

from workshop_tui.app.key_table import key_of, keys
from workshop_tui.app.screens.mode import ModeScreen
from workshop_tui.engine import ask
from workshop_tui.errors import WorkshopError
from workshop_tui.generation.link import Link
from workshop_tui.generation.pace import duration
from workshop_tui.generation.protocol import Board, ClassClock, Member, SetClock
from workshop_tui.text import counted, plain

LOOK_SECONDS = 2.0
"""Between two looks at the class."""

STUCK_FAILURES = 3
"""Pictures in a row that failed: the learner is stuck."""
STUCK_SECONDS = 10 * 60.0
"""Without anything done: the learner is stuck, or away."""

COLUMNS = (("Learner", 16), ("Section", 17), ("Pace", 8), ("Done", 4), ("Line", 4), ("What to know", 60))
EMPTY = (
    "This class has no shared engine, so that nobody's place is known here.\n"
    "Start one: workshop-tui class serve --group GROUP. Then open the class with --engine SOCKET --instructor."
)


class InstructorScreen(ModeScreen):
    """A row a learner; those who are stuck come first."""

    mode_title = "Instructor"

    BINDINGS = keys(
        "instructor",
        Binding("n", "section(1)", "Next section", id="next", tooltip="Move the class clock to the next section"),
        Binding("b", "section(-1)", "Back", id="back", tooltip="Move the class clock back a section"),
        Binding("space", "start_or_pause", "Start, pause", tooltip="Start or pause the class clock"),
    )

    def body(self) -> ComposeResult:
        yield Static(id="class-line")
        yield DataTable[str](id="members", cursor_type="row")

    def on_mount(self) -> None:
        table = self._table
        for label, width in COLUMNS:
            table.add_column(label, width=width, key=label)
        self._board: Board | None = None
        self._rows: list[tuple[str, ...]] = []
        """What stands in the table; two users of the machine may have learners of one name."""
        self._clock: ClassClock | None = None
        self._link: Link | None = None
        table.visible = self.workshop.learner.engine is not None  # its place is kept: the strip stays at the bottom
        if engine := self.workshop.learner.engine:
            self._line("Looking at the class ...")
            self._keep_looking(engine)
        else:
            self._line(EMPTY)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to move the class clock where there is one."""
        if action in ("section", "start_or_pause"):
            return self.workshop.learner.engine is not None
        return super().check_action(action, parameters)

    def focus_first(self) -> None:
        self._table.focus()

    @property
    def _table(self) -> DataTable[str]:
        return self.query_one(DataTable[str])

    @work(group="board")
    async def _keep_looking(self, engine: Path) -> None:
        while True:
            try:
                await self._look(engine)
            except WorkshopError as error:
                self._hang_up()
                self._line(str(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, engine: Path) -> None:
        """Keep up one connection, and ask on it while this mode is shown."""
        if self.is_current:
            self._link = self._link or await ask.open_engine(engine, self.workshop.learner.name)
            self._show(await ask.board(self._link, self._heard))

    def _hang_up(self) -> None:
        if self._link:
            self._link.close()
            self._link = None

    def _heard(self, clock: ClassClock) -> None:
        self._clock = clock

    def _show(self, board: Board) -> None:
        self._board = board
        starts = key_of("instructor.start_or_pause")
        clock = self._clock.words(time.time()) if self._clock else f"the class clock was never set: {starts} starts it"
        self._line(f"Class: {clock}.\n{line_words(board)}")
        members = sorted(board.members, key=lambda each: (not stuck(each), not each.connected))
        rows = [cells(member) for member in members]
        if rows == self._rows:
            return
        table = self._table
        row, left = table.cursor_row, table.scroll_x
        at = [learner for learner, *_ in self._rows[row : row + 1]]
        self._rows = rows
        table.clear()
        for told in rows:
            table.add_row(*(Content(plain(cell)) for cell in told))  # pyright: ignore[reportArgumentType]
        same = (place for place, (learner, *_) in enumerate(rows) if learner in at)
        table.move_cursor(row=next(same, min(row, max(0, len(rows) - 1))))
        table.scroll_to(x=left, animate=False)

    def _line(self, text: str) -> None:
        self.query_one("#class-line", Static).update(Content(plain(text, keep_newlines=True)))

    def action_section(self, step: int) -> None:
        """Move the class clock by a section."""
        number = (self._clock.number if self._clock else 0) + step
        if 1 <= number <= len(self.workshop.lesson.sections):
            self._set(SetClock(running=True, number=number))

    def action_start_or_pause(self) -> None:
        """Start the class clock, or pause it."""
        self._set(SetClock(running=not (self._clock and self._clock.running)))

    @work(group="clock")
    async def _set(self, asked: SetClock) -> None:
        engine = self.workshop.learner.engine
        if engine is None:
            return
        try:
            link = await ask.open_engine(engine, self.workshop.learner.name)
            with contextlib.closing(link):
                self._clock = await ask.set_clock(link, asked)
        except WorkshopError as error:
            self.notify(plain(str(error), keep_newlines=True), severity="error", markup=False)
        else:
            if self._board:
                self._show(self._board)


def stuck(member: Member) -> str:
    """Return why a learner is stuck; empty where they are not."""
    if member.failures >= STUCK_FAILURES:
        return f"{member.failures} failed in a row"
    if member.connected and member.quiet > STUCK_SECONDS:
        return f"nothing for {duration(member.quiet).removeprefix('about ')}"
    return ""


def cells(member: Member) -> tuple[str, ...]:
    """Return a row: learner, section, minutes behind or ahead, answers, pictures in line, what is to be seen."""
    where = member.standing
    hint = f"! {stuck(member)}" if stuck(member) else "" if member.connected else "not here"
    told = "; ".join(filter(None, (hint, member.last_error)))
    return (
        member.learner,
        f"{where.number} {where.section}" if where else "not shared",
        pace(where.minutes_behind) if where else "",
        str(where.answers) if where else "",
        str(member.waiting),
        told,
    )


def pace(minutes_behind: float | None) -> str:
    """Return how far ahead or behind a learner is: `3 late`, `2 early`, `on time`, in minutes; or `own pace`."""
    if minutes_behind is None:
        return "own pace"
    if abs(minutes_behind) < 1:
        return "on time"
    return f"{abs(minutes_behind):.0f} {'late' if minutes_behind > 0 else 'early'}"


def line_words(board: Board) -> str:
    """Return who is here and what the engine does for all of them."""
    active = sum(member.waiting > 0 for member in board.members)
    here = sum(member.connected for member in board.members)
    return (
        f"{here} of {len(board.members)} here; {counted(board.waiting, 'picture')} in line of {active}, "
        f"{board.made} made, {board.shared} answered by an equal one."
    )
