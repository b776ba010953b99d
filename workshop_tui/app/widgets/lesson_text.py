"""The text of one section or page, with what the learner has added below it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from workshop_tui.app.key_table import key_of
from workshop_tui.app.widgets.prose import Aside, Prose, blocks_as_widgets
from workshop_tui.lesson.model import Lesson, Page, Section
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.book import Book
    from workshop_tui.lesson.search import Hit


class LessonText(VerticalScroll):
    """Shows one part of a lesson.

    Args:
        lesson: Whose texts.
        instructor: Show what is for whoever teaches.
    """

    DEFAULT_CSS = """
    LessonText .own { height: auto; }
    LessonText .framed { margin: 1 0 0 0; padding: 0 1; border: round $success; border-title-color: $text-success; }
    """

    def __init__(self, lesson: Lesson, *, instructor: bool) -> None:
        super().__init__(id="text", can_focus=True)
        self._lesson = lesson
        self._instructor = instructor
        self._part: Section | Page | None = None
        self._blocks: dict[int, Prose | Aside] = {}
        self._own: object = None
        """What stands below the text, so that it is drawn anew only where it has changed."""
        self._drawing = asyncio.Lock()

    async def show(self, part: Section | Page, book: Book) -> None:
        """Show a part from its beginning.

        Args:
            part: A section or a page.
            book: The notebook.
        """
        blocks = blocks_as_widgets(self._lesson.texts.get(part.id, ()), instructor=self._instructor)
        lacking: list[Widget] = []
        if part.id in self._lesson.untranslated:
            text = f"Not translated into {self._lesson.asked_lang}: shown as written.\n"
            lacking.append(Static(Content.styled(text, "$text-muted"), id="untranslated"))
        async with self._drawing:
            with self.app.batch_update():
                await self.remove_children()
                self._part, self._blocks, self._own = part, blocks, None
                await self.mount_all([*lacking, *blocks.values()])
                await self._show_own(part, book)
            self.scroll_home(animate=False)

    async def show_own(self, book: Book) -> None:
        """Show what the notebook holds below the text."""
        async with self._drawing:
            if self._part:
                await self._show_own(self._part, book)

    async def _show_own(self, part: Section | Page, book: Book) -> None:
        note = book.notes.get(part.id)
        shows = part.shows if isinstance(part, Section) else None
        own = (
            (note, shows, book.observations, book.notes)
            if shows == "takeaways"
            else (note, shows)
            if note or shows
            else None
        )
        if own == self._own:
            return
        self._own = own
        widgets: list[Widget] = []
        if shows == "hand-in":
            opens = f"\n{key_of('class.last_hand_in')}  opens your last hand-in"
            widgets.append(Static(Content.styled(opens, "bold"), classes="own"))
        if shows == "takeaways":
            widgets.append(_takeaways(self._lesson, book))
        if note:
            widgets.append(Static(Content(plain(note.strip(), keep_newlines=True)), classes="own framed"))
            widgets[-1].border_title = f"Your note · {key_of('class.note')} changes it"
        await self.remove_children(".own")
        await self.mount_all(widgets)

    def highlight(self, hits: Sequence[Hit], this: Hit | None) -> None:
        """Show where the words that are looked for stand, and go to the one that the reader is at.

        Args:
            hits: In the whole lesson.
            this: One of them; None to stay.
        """
        if self._drawing.locked():  # whoever shows a part highlights it afterwards
            return
        part_id = self._part.id if self._part else ""
        here = [hit for hit in hits if hit.part == part_id]
        for number, block in self._blocks.items():
            inside = [hit for hit in here if hit.block == number]
            block.highlight(inside, this if this in inside else None)
        if this and this in here:
            self._bring_into_view(self._row(this))

    def try_here(self) -> list[str]:
        """Return the settings that the reader may mean: those of the nearest mark at or above the middle of the screen.

        Marks further down count too where the text cannot be scrolled up to them, and where there is none above.
        """
        height = self.scrollable_content_region.height
        middle, end = self.scroll_offset.y + height // 2, self.scroll_offset.y + height
        prose = [block for block in self._blocks.values() if isinstance(block, Prose)]
        marks = [(self._top(block) + row, mark) for block in prose for row, mark in block.tries()]
        meant = [mark for row, mark in marks if row <= middle][-1:]
        if not meant or self.scroll_offset.y >= self.max_scroll_y:
            meant += [mark for row, mark in marks if middle < row < end]
        return list(dict.fromkeys(name for mark in meant for name in mark.names))

    def _row(self, hit: Hit) -> int:
        block = self._blocks[hit.block]
        if isinstance(block, Prose):
            return self._top(block) + block.row_of_this()
        if hit.field == "title":
            return self._top(block)
        prose = block.query_one(f".{hit.field}", Prose)
        return self._top(prose) + prose.row_of_this()

    def _top(self, widget: Widget) -> int:
        """Return the row of the whole text in which a widget begins."""
        return self.scroll_offset.y + widget.region.y - self.content_region.y

    def _bring_into_view(self, row: int) -> None:
        height = self.scrollable_content_region.height
        if not self.scroll_offset.y <= row < self.scroll_offset.y + height - 1:
            self.scroll_to(y=max(0, row - height // 2), animate=False)  # where `try_here` looks


def _takeaways(lesson: Lesson, book: Book) -> Widget:
    from workshop_tui.app.widgets.labelled import Labelled  # the first paint shows nothing of it
    from workshop_tui.exercises.takeaways import takeaways

    widget = Labelled(classes="own framed")
    widget.border_title = "Your takeaways"
    found = [(one.about, one.text) for one in takeaways(lesson, book.observations, book.notes)]
    widget.show_rows(found or [("", f"nothing noted yet: {key_of('class.note')} writes a note")])
    return widget
