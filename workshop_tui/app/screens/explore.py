"""The advanced exploration: what to read, sweeps of extremes, and a log of unexpected things; all of it optional."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from workshop_tui.app.book import Book
from workshop_tui.app.key_table import HELP, key_of, keys
from workshop_tui.app.screens.ask import write_line
from workshop_tui.app.screens.evidence import choose_evidence, run_told
from workshop_tui.app.screens.mode import may_write
from workshop_tui.app.screens.own_items import add_own, change_own, delete_own
from workshop_tui.app.widgets.key_line import KeyLine
from workshop_tui.exercises.exploring import Explored, explored, part_words
from workshop_tui.exercises.part import Part
from workshop_tui.notebook.entries import Check, Tick
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


class ExploreScreen(ModalScreen[Part | None]):
    """Lists the lesson's exploration; it is left with the part that the Lab shall open, or with None."""

    CSS = """
    ExploreScreen { background: $background; }
    #explored { height: 1fr; border: none; }
    """

    BINDINGS = keys(
        "explore",
        Binding("escape,q", "dismiss(None)", "Close", id="close", tooltip="Back to the hand-in"),
        Binding("a", "add", "Log", tooltip="Log something unexpected, with the run that shows it"),
        Binding("o", "note", "Note", tooltip="Write what you saw"),
        Binding("v", "evidence", "Evidence", tooltip="Choose the run that shows it"),
        Binding("e", "change", "Change", tooltip="Change the title of something logged"),
        Binding("d", "delete", "Delete", tooltip="Delete something logged"),
        HELP,
    )

    @property
    def workshop(self) -> WorkshopApp:
        """The app, by its own type."""
        return cast("WorkshopApp", self.app)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("Optional, and part of the hand-in. Enter ticks what you read, and opens a sweep in the Lab.")
            yield OptionList(id="explored", compact=True)
        yield KeyLine()

    def on_mount(self) -> None:
        self._rows: list[tuple[Explored, str | Part | Check]] = []
        """What each row that can be chosen is about: something to read by its id, a sweep, or something logged."""
        self.query_one(OptionList).focus()
        self.watch(self.app, "book", self._draw)

    def _draw(self, book: Book) -> None:
        listed = self.query_one(OptionList)
        place = listed.highlighted
        options: list[Option] = []
        self._rows = []
        for each in explored(self.workshop.lesson, book.checks, book.runs):
            about = f" {plain(each.item.text)}" + (f" ({key_of('explore.add')} logs one)" if each.item.log else "")
            options.append(Option(Content.styled(about, "bold"), disabled=True))
            for row, text in self._rows_of(each):
                options.append(Option(Content(f"   {text}"), id=str(len(self._rows))))
                self._rows.append((each, row))
        listed.set_options(options)
        if self._rows:
            listed.highlighted = min(place, len(options) - 1) if place is not None else 1

    def _rows_of(self, each: Explored) -> list[tuple[str | Part | Check, str]]:
        rows: list[tuple[str | Part | Check, str]] = [
            (read.id, f"[{'x' if each.check.ticked(read.id) else ' '}] {plain(read.text)}") for read in each.item.reads
        ]
        rows += [(part, plain(part_words(part, made))) for part, made in each.parts]
        for check in each.discoveries:
            none = f"no run: {key_of('explore.evidence')} chooses one"
            shown = run_told(self.workshop, check.run_id) if check.run_id else none
            note = f" {plain(check.note)}" if check.note else ""
            rows.append((check, f"{plain(check.title)}.{note} ({shown})"))
        return rows

    @property
    def _chosen(self) -> tuple[Explored, str | Part | Check] | None:
        listed = self.query_one(OptionList)
        option = listed.get_option_at_index(listed.highlighted) if listed.highlighted is not None else None
        return self._rows[int(option.id)] if option and option.id else None

    def _logged(self) -> Check | None:
        """Return what was logged in the chosen row, or say that this is not such a row."""
        row = self._chosen[1] if self._chosen else None
        if not may_write(self.workshop):
            return None
        if isinstance(row, Check):
            return row
        self.notify(f"Choose something that you logged; {key_of('explore.add')} logs one.")
        return None

    @on(OptionList.OptionSelected)
    async def _selected(self) -> None:
        if not self._chosen:
            return
        each, row = self._chosen
        if isinstance(row, Part):
            self.dismiss(row)
        elif isinstance(row, str) and may_write(self.workshop):
            ticked = None if each.check.ticked(row) else Tick(row)
            await self.workshop.desk.change_check(each.check.problem, lambda check: check.with_tick(row, ticked))

    @work
    async def action_add(self) -> None:
        if not any(each.item.log for each in explored(self.workshop.lesson, {}, ())):
            self.notify("This lesson asks for no log.")
        elif may_write(self.workshop):
            await add_own(self.workshop, "discovery")

    @work
    async def action_note(self) -> None:
        check = self._logged()
        if check:
            question = f"{plain(check.title)}: what did you see?"
            change = self.workshop.desk.change_check
            await write_line(
                self.app,
                question,
                check.note,
                lambda note: change(check.problem, lambda now: msgspec.structs.replace(now, note=note.strip())),
            )

    @work
    async def action_evidence(self) -> None:
        check = self._logged()
        if check:
            await choose_evidence(self.workshop, check.problem)

    @work
    async def action_change(self) -> None:
        check = self._logged()
        if check:
            await change_own(self.workshop, check)

    @work
    async def action_delete(self) -> None:
        check = self._logged()
        if check:
            await delete_own(self.workshop, check)
