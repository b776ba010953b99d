"""Mode 2: run, watch, note."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Mount
from textual.reactive import var
from textual.widgets import DataTable
from textual.worker import WorkerCancelled

from workshop_tui.app.book import Work
from workshop_tui.app.key_table import key_of
from workshop_tui.app.lab_state import cells_of, in_line_for, last_part_key, left_out_of, rows_of
from workshop_tui.app.picture_cells import NEAR_IN_SMALL
from workshop_tui.app.preparation import get_ready
from workshop_tui.app.screens.lab_boards import keep_three_presets, show_boards
from workshop_tui.app.screens.lab_keys import LAB_KEYS
from workshop_tui.app.screens.lab_looking import compare, copy_picture, mark_or_unmark, show_whole
from workshop_tui.app.screens.lab_making import in_its_place, make_missing
from workshop_tui.app.screens.lab_questions import ask_what_to_stop, pause_or_go_on, picture_of, value_to_note
from workshop_tui.app.screens.lab_rating import check_seeing, is_checked, is_to_be_checked, keep_answer, rate_blind
from workshop_tui.app.screens.lab_setup import changed_in_form, kept_setup, the_other_way
from workshop_tui.app.screens.mode import ModeScreen, may_write
from workshop_tui.app.screens.rework import make_final, make_refined, rework
from workshop_tui.app.widgets.answers import Answers
from workshop_tui.app.widgets.cells import CellTable
from workshop_tui.app.widgets.lab_head import LabHead
from workshop_tui.app.widgets.observation import ObservationField
from workshop_tui.app.widgets.picture import PictureView
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.exercises.lacking import lacking_of
from workshop_tui.exercises.part import Part, place_of
from workshop_tui.exercises.registry import all_parts
from workshop_tui.exercises.scenarios import hints_key
from workshop_tui.exercises.sweeps import Cell, Setup
from workshop_tui.exercises.trials import begun, trials
from workshop_tui.notebook.entries import Observation
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp
    from workshop_tui.app.screens.rework import MakeOut


class LabScreen(ModeScreen):
    """One part of an exercise: its pictures, and what was seen in them."""

    mode_title = "Lab"

    BINDINGS = LAB_KEYS

    WRITES = frozenset({"run", "presets", "edit", "final", "refine", "best", "answer", "blind", "way"})

    place: var[int] = var(0, init=False)
    """Which part is shown."""

    def __init__(self) -> None:
        super().__init__()
        self._setup: Setup | None = None
        self._left_out: list[str] = []
        """What a smaller set of the exercise's pictures went without."""
        self._shown: Part | None = None
        """The part whose fields stand there."""
        self._last_part: str | None = None
        """What the notebook keeps as the part that was shown last."""
        self._hints = 0
        """How many of the part's hints were asked for."""
        self._waiting: tuple[str, ...] = ()
        self._cells: list[Cell] = []
        self._rows: list[Cell] = []
        """The part's cells, then what was made out of them: what the table shows."""
        self._checked = False
        """Whether it was asked, in this terminal, whether a difference can be seen."""
        self._marked: tuple[str, ...] = ()
        """Run ids of the pictures that are marked, to be compared; the first is what drift is measured from."""

    def body(self) -> ComposeResult:
        yield LabHead()
        yield CellTable()
        with Horizontal(id="lab-body"):
            yield PictureView(near=NEAR_IN_SMALL)
            yield Answers()

    @on(Mount)
    async def _open(self) -> None:
        self._parts = all_parts(self.workshop.lesson)
        self.workshop.saving.append(self._flush)
        self._last_key = last_part_key(self.workshop.lesson.id)
        self._last_part = await self.workshop.desk.kept(self._last_key, str)
        self._checked = await is_checked(self.workshop)
        self._parts += begun(trials(self.workshop.lesson, self.workshop.model), self.workshop.book.runs)
        places = [part.name for part in self._parts]
        if self._last_part in places:
            self.set_reactive(LabScreen.place, places.index(self._last_part))
        self._showing = self._show_part()
        self.watch(self.app, "book", self._draw, init=False)
        self.watch(self.app, "work", self._work_changed, init=False)
        await self._is_shown()
        self.run_worker(get_ready(self.workshop, self._setup.settings if self._setup else None), group="warm")

    @property
    def part(self) -> Part | None:
        """The part that is shown; None in a lesson without exercises."""
        return self._parts[self.place] if self._parts else None

    def watch_place(self) -> None:
        self._setup = None  # keys that come before the part is shown do not act on the one before
        self._marked = ()
        self._showing = self._show_part()

    @work(exclusive=True, group="part")
    async def _show_part(self) -> None:
        part = self.part
        if part is None:
            self.query_one(LabHead).update(
                Content(f"This lesson has no exercises: {key_of('app.class')} goes back to it.")
            )
            return
        await self._flush()
        self._left_out = await left_out_of(self.workshop.desk, part.exercise)
        setup = await kept_setup(self.workshop, part)
        await self._flush()  # what was typed since
        self._setup = None  # nothing is drawn into fields that are only half there
        answers = self.query_one(Answers)
        with self.app.batch_update():
            written_in = answers.written_in if part is self._shown else ""
            values, pictures = setup.values if part.sweep else (), self.workshop.learner.pictures
            await answers.ask(part, values, pictures, explain=self.place == 0)
            self._shown = part
        self._hints = await self.workshop.desk.kept(hints_key(self.workshop.lesson.id, part), int) or 0
        answers.show_hints(self._hints)
        self._setup = setup
        vary = part.sweep.vary if part.sweep else ""
        self.query_one(CellTable).set_columns(vary, with_seed=not vary or setup.own_seeds)
        self._draw()
        if not answers.go_to(written_in):  # the rest of a word shall not be keys of the Lab's
            self.query_one(CellTable).focus()
        if part.name != self._last_part and not self.workshop.book.read_only:
            self._last_part = part.name
            await self.workshop.desk.keep(self._last_key, part.name)

    async def _is_shown(self) -> None:
        """Wait until the part is there: the next key is for it."""
        with contextlib.suppress(WorkerCancelled):  # another part was asked for meanwhile
            await self._showing.wait()

    def _work_changed(self, work: Work) -> None:
        if work.waiting != self._waiting:  # a smaller set may have been asked for, from whatever mode
            self._waiting = work.waiting
            self._look_what_is_left_out()
        self._draw_cells()

    @work(exclusive=True, group="left-out")
    async def _look_what_is_left_out(self) -> None:
        if self.part:
            self._left_out = await left_out_of(self.workshop.desk, self.part.exercise)
            self._draw_cells()

    def _draw(self) -> None:
        """Draw everything that the notebook tells: the pictures, and the answers."""
        self._draw_cells()
        self.query_one(Answers).disabled = self.workshop.book.read_only  # nothing is typed that is not kept
        if self.part and self._setup:
            self.query_one(Answers).show(self.part, self._setup, self._cells, self.workshop.book)

    def _draw_cells(self) -> None:
        part, setup = self.part, self._setup
        if part is None or setup is None:
            return
        book, worker = self.workshop.book, self.workshop.work
        in_line = in_line_for(self.workshop.desk, part)
        try:
            self._cells = cells_of(self.workshop.desk, part, setup, self._left_out)
        except UserError:  # a size, say, that this model does not make
            self._cells = []
        self._rows = rows_of(self.workshop.desk, part, self._cells)
        done = not part.exercise.optional and lacking_of(part, book.runs, list(book.observations)).is_done
        self.query_one(LabHead).show(part, setup, f"{place_of(part, self._parts)}{' ✓' if done else ''}")
        self.query_one(CellTable).show(self._rows, worker, in_line, self._marked)
        self._draw_picture()

    def _chosen(self) -> Cell | None:
        row = self.query_one(CellTable).cursor_row
        return self._rows[row] if self._setup and 0 <= row < len(self._rows) else None

    @on(DataTable.RowHighlighted)
    def _draw_picture(self) -> None:
        cell = self._chosen()
        view, in_line = self.query_one(PictureView), in_line_for(self.workshop.desk, self.part) if self.part else []
        view.show(*picture_of(self.workshop, cell, in_line))
        if self._setup and self.part:
            view.empty = in_its_place(self.workshop, self.part, self._setup, cell, in_line)
            show_boards(self.workshop, self.query_one(Answers), self.part, self._setup.settings, self._cells, cell)

    @on(DataTable.RowSelected)
    def action_answer(self) -> None:
        """Go into the first field that can be written in."""
        if not may_write(self.workshop):
            return
        if self.part and not self._checked and is_to_be_checked(self.part, self._cells):
            self._check_seeing()
        else:
            self.query_one(Answers).begin()

    @work
    async def _check_seeing(self) -> None:
        self._checked = True
        self.query_one(Answers).begin()  # first: what is typed right after the question shall not be a key of the Lab's
        await check_seeing(self.workshop, self._cells)

    @on(Answers.Written)
    def focus_first(self) -> None:
        self.query_one(CellTable).focus()

    @on(Answers.Wrong)
    def _wrong(self, event: Answers.Wrong) -> None:
        self.notify(event.text, severity="warning", markup=False)

    @on(ObservationField.Answered)
    def _answered(self, event: ObservationField.Answered) -> None:
        self.run_worker(self._keep(event.field, event.observation), group="answers")

    async def _keep(self, field: ObservationField, observation: Observation) -> bool:
        return await keep_answer(self.workshop, field, observation, self.query_one(PictureView).drawn_cells)

    async def _flush(self) -> bool:
        """Write down what was typed less than half a second ago, or could not be before; tell whether all is kept."""
        return all([await self._keep(*each) for each in self.query_one(Answers).flush()])

    async def _may_leave(self) -> bool:
        """Tell whether the fields can be taken away: nothing stands in them that is nowhere else."""
        if await self._flush() or self.workshop.book.read_only:
            return True
        self.notify("What you wrote here is not on disk yet: it is tried again while you stay.", severity="warning")
        return False

    # Actions

    async def action_part(self, step: int) -> None:
        if self._parts and await self._may_leave():
            self.place = (self.place + step) % len(self._parts)
            await self._is_shown()

    async def action_run(self) -> None:
        await self._is_shown()  # a setup that was changed a moment ago
        part, setup = self.part, self._setup
        if part and setup:
            # Nobody needs to see come along what is not shown.
            shown = bool(self.query_one(PictureView).display)
            self._about_the_line(lambda app: make_missing(app, part, setup, self._cells, previews=shown))

    def action_presets(self) -> None:
        part = self.part
        if part:
            self._about_the_line(lambda app: keep_three_presets(app, part, self._cells))

    async def action_hint(self) -> None:
        answers = self.query_one(Answers)
        if self.part and self._hints < answers.rungs:
            self._hints += 1
            answers.show_hints(self._hints)
            await self.workshop.desk.keep(hints_key(self.workshop.lesson.id, self.part), self._hints)

    def action_scroll(self, step: int) -> None:
        self.query_one(Answers).scroll_relative(y=step, animate=False)

    def action_final(self) -> None:
        self._rework(make_final)

    def action_refine(self) -> None:
        self._rework(make_refined)

    def _rework(self, make: MakeOut) -> None:
        cell, name = self._chosen(), f"#{self.query_one(CellTable).cursor_row + 1}"
        self._about_the_line(lambda app: rework(app, make, name, cell))

    def action_stop(self) -> None:
        self._about_the_line(ask_what_to_stop)

    def action_pause(self) -> None:
        self._about_the_line(pause_or_go_on)

    @work
    async def _about_the_line(self, act: Callable[[WorkshopApp], Awaitable[None]]) -> None:
        try:
            await act(self.workshop)
        except WorkshopError as error:
            self.notify(plain(str(error), keep_newlines=True), severity="error", markup=False)

    @work(group="open")
    async def open_on(self, part: Part, setting: str) -> None:
        """Show a part; where a setting is to be tried in one without a sweep, open its form there."""
        if not await self._may_leave():
            return
        if part not in self._parts:  # of the checklist: those come in as they are tried
            self._parts = [*(each for each in self._parts if each.name != part.name), part]
        self.set_reactive(LabScreen.place, self._parts.index(part))
        self.watch_place()  # also where another part has come to the same place
        await self._is_shown()
        if setting and part.sweep is None and not self.workshop.book.read_only:
            self.action_edit(setting)

    @work
    async def action_edit(self, first: str = "prompt") -> None:
        if self.part and self._setup and await self._may_leave():
            self._use(await changed_in_form(self.workshop, self.part, self._setup, first))

    async def action_way(self) -> None:
        if self.part and self._setup and await self._may_leave():
            self._use(await the_other_way(self.workshop, self.part, self._setup))
            await self._is_shown()

    def _use(self, setup: Setup | None) -> None:
        """Run the part with another setup from now on; None changes nothing."""
        if setup:
            self._setup = setup
            self._draw_cells()  # the next key may be r
            self._showing = self._show_part()

    def action_zoom(self) -> None:
        show_whole(self.workshop, self._chosen())

    def action_copy(self) -> None:
        copy_picture(self.workshop, self._chosen())

    def action_mark(self) -> None:
        self._marked = mark_or_unmark(self.workshop, self._marked, self._chosen())
        self._draw_cells()

    def action_compare(self) -> None:
        if self.part:
            row = self.query_one(CellTable).cursor_row
            compare(self.workshop, self.part, self._rows, self._marked, row)

    @work
    async def action_blind(self) -> None:
        if self.part and self._setup:
            await rate_blind(self.workshop, self.part, self._cells)

    def action_best(self) -> None:
        value = value_to_note(self.workshop, self.part, self._chosen())
        if value:
            self.query_one(Answers).choose(value)
