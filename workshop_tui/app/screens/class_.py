"""Mode 1: read the lesson, against the clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.reactive import var
from textual.widgets import OptionList

from workshop_tui.app.book import Book
from workshop_tui.app.key_table import key_of, keys
from workshop_tui.app.screens.mode import ModeScreen
from workshop_tui.app.widgets.lesson_text import LessonText
from workshop_tui.app.widgets.part_list import PartList
from workshop_tui.app.widgets.prepare import PrepareLine
from workshop_tui.errors import UserError
from workshop_tui.lesson.clock_view import ClockView
from workshop_tui.lesson.model import Page, Section
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.widgets.note_field import NoteField
    from workshop_tui.app.widgets.search_bar import SearchBar
    from workshop_tui.lesson.search import Hit


class ClassScreen(ModeScreen):
    """The sections on the left, the text of one on the right; a note or a search below them."""

    mode_title = "Class"

    BINDINGS = keys(
        "class",
        Binding("n", "next_section", "Next", tooltip="Move the class to the next section"),
        Binding("p", "pause", "Pause", tooltip="Stop the class clock, or let it run again"),
        Binding("t", "try_it", "Try it", tooltip="Open the Lab on the setting that you are reading about"),
        Binding("o", "note", "Note", tooltip="Write a note on what you are reading"),
        Binding("slash", "search", "Search", tooltip="Look for words in the whole lesson"),
        Binding("g", "go_here", "Class here", show=False, tooltip="Move the class to the section that you are reading"),
        Binding(
            "left_square_bracket",
            "read(-1)",
            "Read",
            id="read_back",
            key_display="{read_back} {read_on}",
            tooltip="Read the part before",
        ),
        Binding("right_square_bracket", "read(1)", "Read on", id="read_on", show=False, tooltip="Read the part after"),
        Binding("b", "skip_break", "Skip break", show=False, tooltip="Leave out the coming break, or end this one"),
        Binding("m", "move_break", "Break here", show=False, tooltip="Hold the coming break before the part you read"),
        Binding("s", "schedule", "Schedule", show=False, tooltip="Choose own pace, printed minutes, or fit N"),
        Binding("l", "last_hand_in", "Last hand-in", show=False, tooltip="Read your last hand-in"),
        Binding("j,down", "scroll(1)", "Down", id="down", show=False, tooltip="Scroll down"),
        Binding("k,up", "scroll(-1)", "Up", id="up", show=False, tooltip="Scroll up"),
        Binding("space,pagedown", "page(1)", "Page down", id="page_down", show=False, tooltip="A page down"),
        Binding("pageup", "page(-1)", "Page up", id="page_up", show=False, tooltip="A page up"),
    )

    WRITES = frozenset({"next_section", "pause", "go_here", "skip_break", "move_break", "schedule"})

    part: var[str] = var("")
    """The id of the section or page that is read."""

    _begun = False
    _hits: tuple[list[Hit], Hit | None] = ([], None)
    """What is looked for, and the hit that the reader is at."""

    def body(self) -> ComposeResult:
        with Horizontal(id="class-body"):
            yield PartList()
            yield LessonText(self.workshop.lesson, instructor=self.workshop.instructor)
        yield PrepareLine()

    def on_mount(self) -> None:
        self.workshop.saving.append(self._save_note)
        self.watch(self.app, "clock", self._clock_changed)
        self.watch(self.app, "book", self._book_changed, init=False)
        self.focus_first()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the last hand-in only where the lesson asks for it."""
        if action == "last_hand_in":
            part = next((part for part in self.workshop.lesson.sections if part.id == self.part), None)
            return part is not None and part.shows == "hand-in"
        if action == "search":  # in a field a slash is text
            return not self.query("TextArea:focus, Input:focus")
        return super().check_action(action, parameters)

    # What is read

    def _clock_changed(self, clock: ClockView | None) -> None:
        if clock and not self.part:
            self.part = self.workshop.class_clock.section if clock.begun else self._order()[0].id
        elif clock and clock.begun and not self._begun:
            self.part = self.workshop.class_clock.section
        self._begun = clock is not None and clock.begun
        self._draw_parts()

    def _book_changed(self, book: Book) -> None:
        self._draw_parts()
        self._show_own(book)
        for field in self._notes():
            field.show(book.notes.get(field.section, ""), read_only=book.read_only)

    def watch_part(self, part: str) -> None:
        if part:
            self._show(part)
            self._draw_parts()
            self.refresh_bindings()
            for field in self._notes():
                if field.section != part:
                    self.run_worker(field.leave(), group="note")

    @work(exclusive=True, group="text")
    async def _show(self, part_id: str) -> None:
        text = self.query_one(LessonText)
        await text.show(self.workshop.lesson.part(part_id), self.workshop.book)
        self.call_after_refresh(text.highlight, *self._hits)

    @work(group="own")
    async def _show_own(self, book: Book) -> None:
        await self.query_one(LessonText).show_own(book)

    def _draw_parts(self) -> None:
        self.query_one(PartList).show(self._order(), self.workshop.clock, self.workshop.book.notes, self.part)

    def _order(self) -> list[Section | Page]:
        """Return pages and sections as they are read, a moved break at its new place."""
        parts = {part.id: part for part in self.workshop.lesson.reading_order(instructor=self.workshop.instructor)}
        clock = self.workshop.clock
        if clock is None:
            return list(parts.values())
        timed = [parts[section.id] for section in clock.sections]
        untimed = [part for part in parts.values() if part not in timed]
        before = [part for part in untimed if getattr(part, "place", "after") == "before"]
        return [*before, *timed, *(part for part in untimed if part not in before)]

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.part = event.option_id or self.part

    # The class

    def action_next_section(self) -> None:
        before = self.workshop.class_clock.section
        self.workshop.class_clock.next()
        self.part = self.workshop.class_clock.section
        if self.part == before:
            order = self._order()
            after = [part.label for part in order[[part.id for part in order].index(self.part) + 1 :]]
            read = f"{key_of('class.read_on')} leads to {plain(after[0])}, " if after else ""
            self.notify(
                f"This is the last section, the class is over: {read}{key_of('app.profile')} opens the hand-in.",
                markup=False,
            )

    def action_go_here(self) -> None:
        if self._is_section():
            self.workshop.class_clock.go_to(self.part)

    def _is_section(self) -> bool:
        """Tell whether a section is read; say so where it is a page."""
        if any(section.id == self.part for section in self.workshop.lesson.sections):
            return True
        self.notify("This page takes no class time: choose a section.")
        return False

    def action_pause(self) -> None:
        self.workshop.class_clock.toggle()

    def action_skip_break(self) -> None:
        if self._try(self.workshop.class_clock.skip_break):
            back, on, here = (key_of(f"class.{name}") for name in ("read_back", "read_on", "go_here"))
            text = f"The break is left out. To hold it after all: go to it with {back} or {on}, then {here}."
            self.notify(text, markup=False)

    def action_move_break(self) -> None:
        if self._is_section():
            self._try(lambda: self.workshop.class_clock.move_break(self.part))

    def action_schedule(self) -> None:
        from workshop_tui.app.screens.ask import ScheduleScreen

        self.app.push_screen(ScheduleScreen(self.workshop.class_clock))

    def _try(self, change: Callable[[], None]) -> bool:
        try:
            change()
        except UserError as error:
            self.notify(str(error), severity="warning", markup=False)
            return False
        return True

    # Trying out

    @work
    async def action_try_it(self) -> None:
        """Open the Lab on the setting under the reader's eye."""
        from workshop_tui.app.screens.try_it import open_lab_on

        settings = self.query_one(LessonText).try_here()
        if settings:
            await open_lab_on(self.workshop, settings)
        else:
            self.notify(f"Nothing to try here: headings that say '{key_of('class.try_it')} try it' open the Lab.")

    def action_last_hand_in(self) -> None:
        from workshop_tui.app.screens.last_hand_in import LastHandInScreen

        self.app.push_screen(LastHandInScreen(self.workshop.desk.hand_in.folder, self.workshop.learner))

    # The note

    async def action_note(self) -> None:
        from workshop_tui.app.widgets.note_field import NoteField

        if not self._notes():
            part, book = self.workshop.lesson.part(self.part), self.workshop.book
            field = NoteField(part.id, part.label, book.notes.get(part.id, ""), self.workshop.desk.set_note)
            await self.mount(field, after="#class-body")
            book = self.workshop.book  # the other terminal may have written meanwhile
            field.show(book.notes.get(part.id, ""), read_only=book.read_only)

    def _notes(self) -> list[NoteField]:
        """Return the note that is being written: one or none."""
        return cast("list[NoteField]", list(self.query("#note")))

    async def _save_note(self) -> bool:
        return all([await field.write() for field in self._notes()])

    async def on_note_field_closed(self, event: NoteField.Closed) -> None:
        """Give the keys back to the text."""
        if event.lost:
            self.notify("The note could not be saved.", severity="error")
        await event.field.remove()
        self.focus_first()

    # The search

    async def action_search(self) -> None:
        from workshop_tui.app.widgets.search_bar import SearchBar

        if not self.query("#search"):
            await self.mount(SearchBar(self.workshop.lesson, instructor=self.workshop.instructor), after="#class-body")
        self.query_one("#search Input").focus()

    def on_search_bar_found(self, event: SearchBar.Found) -> None:
        """Show the hits, and go where the reader wants to."""
        self._hits = event.hits, event.this
        if event.this and event.this.part != self.part:
            self.part = event.this.part
        else:
            self.query_one(LessonText).highlight(*self._hits)

    async def on_search_bar_closed(self) -> None:
        """Stay where the search has led."""
        self._hits = [], None
        self.query_one(LessonText).highlight(*self._hits)
        await self.query("#search").remove()
        self.focus_first()

    # Moving in the text

    def action_read(self, step: int) -> None:
        order = [part.id for part in self._order()]
        place = order.index(self.part) + step if self.part in order else 0
        if 0 <= place < len(order):
            self.part = order[place]

    def action_scroll(self, step: int) -> None:
        self.query_one(LessonText).scroll_relative(y=step, animate=False)

    def action_page(self, step: int) -> None:
        text = self.query_one(LessonText)
        text.scroll_relative(y=step * max(1, text.size.height - 2), animate=False)

    def focus_first(self) -> None:
        self.query_one(LessonText).focus()
