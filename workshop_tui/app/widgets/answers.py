"""What a part asks the learner to write down: its fields, one below the other, and the lesson's hints."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual import on
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from workshop_tui.app.book import Book
from workshop_tui.app.key_table import key_of, with_keys
from workshop_tui.app.widgets.observation import ObservationField
from workshop_tui.app.widgets.scenario_board import ScenarioBoard
from workshop_tui.errors import UserError
from workshop_tui.exercises.answers import choices
from workshop_tui.exercises.blind import rating_field, summary
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.scenarios import Case
from workshop_tui.exercises.sweeps import Cell, Setup, measured
from workshop_tui.notebook.entries import Observation
from workshop_tui.text import plain


class Answers(VerticalScroll):
    """The fields of one part; what is written in them is sent up as `ObservationField.Answered`."""

    @dataclass
    class Written(Message):
        """Enter was pressed in the last line."""

    @dataclass
    class Wrong(Message):
        """What stands in a line is no answer to its question, and is not kept."""

        text: str

    def __init__(self) -> None:
        super().__init__(id="fields", can_focus=False)

    @property
    def _fields(self) -> list[ObservationField]:
        return list(self.query(ObservationField))

    @property
    def _lines(self) -> list[Input]:
        return list(self.query("ObservationField Input").results(Input))

    async def ask(self, part: Part, values: Sequence[str], pictures: Path, *, explain: bool) -> None:
        """Show the fields of a part in place of those before.

        Args:
            part: Whose.
            values: What may be chosen where the best one is asked for.
            pictures: The folder that its pictures lie in.
            explain: Say what a sweep is.
        """
        await self.remove_children()
        self._help = Static()
        self._help_lines, self._hints, self._hints_shown = part.help_lines, len(part.hints), 0
        about = ["A sweep is a series of pictures with one setting changed."] if part.sweep and explain else []
        notes = [Static(Content(plain(with_keys(line)))) for line in (*about, *part.about)]
        goal = [Static(Content(plain(f"Goal: {part.goal}")))] if part.goal else []
        board: list[Static] = [ScenarioBoard(pictures)] if part.scenario else []
        board += [Static(classes="board")] if part.ladder or part.search or part.sums_up else []
        asks = [ObservationField(part, field, values if field.kind == "choice" else ()) for field in part.asks]
        rated = [Static(classes="rated")] if rating_field(part) else []
        if part.scenario:  # it is read before it is written about
            await self.mount_all([*goal, self._help, *board, *asks, *rated, *notes])
        else:
            await self.mount_all([*board, *asks, *rated, *notes, *goal, self._help])
        self.scroll_home(animate=False)

    def show(self, part: Part, setup: Setup, cells: Sequence[Cell], book: Book) -> None:
        """Show what the notebook holds, unless the learner is typing there.

        Args:
            part: Which part the screen shows.
            setup: What it is run with.
            cells: Its pictures.
            book: The notebook.
        """
        for rated in self.query(".rated").results(Static):
            told = summary(part, book.observations)
            rated.update(
                Content(plain(f"Rated blind: {told}" if told else f"{key_of('lab.blind')} rates the pictures blind"))
            )
        for field in self._fields:
            if field.field.kind == "auto":
                field.show(measured(field.field, cells))
            elif field.part is part:
                if field.field.kind == "choice":
                    made = [run for run in book.runs if part.owns(run.origin)]
                    field.choices = tuple(dict.fromkeys([*setup.values, *choices(part, made)]))
                field.show(part.answer(field.field.id, list(book.observations)))

    def show_board(self, lines: Sequence[str]) -> None:
        """Show what the program found out by itself, of a part that has a board."""
        for board in self.query(".board").results(Static):
            board.update(Content(plain("\n".join(lines), keep_newlines=True)))

    def show_case(
        self, case: Case, chosen: str, ratings: tuple[float | None, float | None], *, is_written: bool
    ) -> None:
        """Show how far a scenario is; see `ScenarioBoard.show`."""
        for board in self.query(ScenarioBoard):
            board.show(case, chosen, ratings, is_written=is_written)

    @property
    def rungs(self) -> int:
        """How often a further hint can be shown: the part's hints, and at last what a good solution looks like."""
        return len(self._help_lines)

    def show_hints(self, count: int) -> None:
        """Show the first so many hints of the part; the solution after the last one, or once the part is solved."""
        self._hints_shown = count
        told = list(self._help_lines[:count])
        left = self._hints - len(told)
        solution = self._help_lines[self._hints :]
        if solution and count < self.rungs and any(board.is_solved for board in self.query(ScenarioBoard)):
            told += solution
        elif left > 0:
            told.append(f"{key_of('lab.hint')} shows {'one more' if told else 'a'} hint ({left} left).")
        elif solution and count < self.rungs:
            told.append(f"{key_of('lab.hint')} shows what a good solution looks like.")
        self._help.update(Content.styled(plain("\n".join(told), keep_newlines=True), "$text-muted"))

    def begin(self) -> None:
        """Go into the first field that can be written in."""
        for line in self._lines[:1]:
            line.focus()

    @property
    def written_in(self) -> str:
        """The id of the question whose line has the focus; empty where none has."""
        return next((field.field.id for field in self._fields if field.has_focus_within), "")

    def go_to(self, question: str) -> bool:
        """Go into the line of a question; tell whether it is there."""
        for field in self._fields:
            if field.field.id == question:
                for line in field.query(Input):
                    line.focus()
                    return True
        return False

    def choose(self, value: str) -> bool:
        """Write a value into the field that asks for the best one; tell whether there is one."""
        for field in self._fields:
            if field.field.kind == "choice":
                field.fill(value)
                return True
        return False

    def flush(self) -> list[tuple[ObservationField, Observation]]:
        """Return what was typed less than half a second ago, and where."""
        found: list[tuple[ObservationField, Observation]] = []
        for field in self._fields:
            try:
                observation = field.flush()
            except UserError as error:
                self.post_message(self.Wrong(str(error)))
                continue
            if observation:
                found.append((field, observation))
        return found

    @on(ScenarioBoard.Measured)
    def _measured(self) -> None:
        self.show_hints(self._hints_shown)

    @on(Input.Submitted)
    def _next_field(self, event: Input.Submitted) -> None:
        event.stop()
        lines = self._lines
        place = lines.index(event.input) + 1 if event.input in lines else len(lines)
        if place < len(lines):
            lines[place].focus()
        else:
            self.post_message(self.Written())
