"""A lesson's Markdown as terminal text: dense, wrapped under its bullets, and one widget a stretch.

Textual's own Markdown widget makes a widget of every paragraph and list item: half a second for a section,
and blank lines that 24 rows do not have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from workshop_tui.app.key_table import key_of
from workshop_tui.lesson.lines import Line, lines_of
from workshop_tui.lesson.model import Block, Instructor, Note, Try, Words
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.lesson.search import Hit

_HEADINGS = {1: "bold $text-primary", 2: "bold $text-accent", 3: "bold underline"}
_LOOKS = {"strong": "bold", "em": "italic", "code": "$text-secondary"}
_HIT = "reverse"
_THIS_HIT = "bold reverse underline"


def wrap(lines: Sequence[tuple[Line, Content]], width: int) -> list[tuple[int, Content]]:
    """Break lines to a width, each row of a list item under its first; each row comes with its line's number."""
    rows: list[tuple[int, Content]] = []
    for number, (line, content) in enumerate(lines):
        if line.space_before:
            rows.append((number, Content("")))
        for place, row in enumerate(content.wrap(max(8, width - line.indent))):
            lead = f"{line.marker} ".rjust(line.indent) if place == 0 and line.marker else " " * line.indent
            rows.append((number, Content.assemble(lead, row)))
    return rows


class Prose(Widget):
    """A stretch of Markdown.

    Args:
        markdown: The text.
        tries: Marks on its headings: what can be tried in the Lab.
        lead: What stands before its first line.
    """

    DEFAULT_CSS = """
    Prose { height: auto; width: 1fr; }
    """

    def __init__(
        self,
        markdown: str,
        tries: Sequence[Try] = (),
        *,
        lead: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._lead = lead
        self._tries = {mark.heading: mark for mark in tries}
        self._hits: Sequence[Hit] = ()
        self._this: Hit | None = None
        self._show_lines(lines_of(markdown))

    def show(self, markdown: str) -> None:
        """Show other text."""
        self._show_lines(lines_of(markdown))

    def highlight(self, hits: Sequence[Hit], this: Hit | None) -> None:
        """Show where the words that are looked for stand.

        Args:
            hits: All of them in this text.
            this: The one that the reader is at; None where it is in another text.
        """
        if hits or self._hits:
            self._hits, self._this = hits, this
            self._contents = [self._content(number, line) for number, line in enumerate(self._lines)]
            self.refresh()

    def row_of_this(self) -> int:
        """Return the row in which the hit begins that the reader is at."""
        for place, (number, row) in enumerate(self._rows()):
            if self._this and number == self._this.line and any(span.style == _THIS_HIT for span in row.spans):
                return place
        return 0

    def tries(self) -> list[tuple[int, Try]]:
        """Return the marks of the headings, each with its row."""
        found: dict[int, tuple[int, Try]] = {}
        for place, (number, row) in enumerate(self._rows()):
            line = self._lines[number]
            if line.source in self._tries and number not in found and row.plain.strip():
                found[number] = place, self._tries[line.source]
        return list(found.values())

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows(width))

    def render(self) -> Content:
        return Content("\n").join(row for _, row in self._rows())

    def _show_lines(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._contents = [self._content(number, line) for number, line in enumerate(lines)]
        self.refresh(layout=True)

    def _rows(self, width: int | None = None) -> list[tuple[int, Content]]:
        lines = list(zip(self._lines, self._contents, strict=True))
        return wrap(lines, self.size.width if width is None else width)

    def _content(self, number: int, line: Line) -> Content:
        style = _HEADINGS.get(line.level, "bold") if line.kind == "heading" else ""
        if line.kind == "code":
            style = "$text-secondary"
        looks = [" ".join([style, *(_LOOKS[look] for look in sorted(span.looks))]).strip() for span in line.spans]
        content = Content.assemble(*zip((span.text for span in line.spans), looks, strict=True))
        for hit in self._hits:
            if hit.line == number:
                content = content.stylize(_THIS_HIT if hit == self._this else _HIT, hit.start, hit.end)
        if line.kind == "heading" and line.source in self._tries:
            content = Content.assemble(content, (f"  {key_of('class.try_it')} try it", "$text-muted"))
        return Content.assemble(self._lead, content) if number == 0 else content


class Aside(Vertical):
    """A remark that is not part of the lesson's words."""

    DEFAULT_CSS = """
    Aside { height: auto; margin: 1 0 0 0; padding: 0 1; border: round $secondary; }
    Aside { border-title-color: $text-secondary; }
    Aside.instructor { border: round $warning; border-title-color: $text-warning; }
    Aside > .source { color: $text-muted; height: auto; }
    """

    def __init__(self, remark: Note | Instructor) -> None:
        super().__init__(classes="instructor" if isinstance(remark, Instructor) else "note")
        self._remark = remark
        self._kind = "Instructor" if isinstance(remark, Instructor) else "Note, not part of the lesson"
        self.border_title = self._title(())

    def compose(self) -> ComposeResult:
        yield Prose(self._remark.text, classes="text")
        if isinstance(self._remark, Note) and self._remark.source:
            yield Prose(self._remark.source, lead="Source: ", classes="source")

    def highlight(self, hits: Sequence[Hit], this: Hit | None) -> None:
        """Show where the words that are looked for stand; see `Prose.highlight`."""
        self.border_title = self._title([hit for hit in hits if hit.field == "title"])
        for prose in self.query(Prose):
            field = "source" if prose.has_class("source") else "text"
            prose.highlight([hit for hit in hits if hit.field == field], this if this and this.field == field else None)

    def _title(self, hits: Sequence[Hit]) -> Content:
        title = Content(plain(self._remark.title))
        for hit in hits:
            title = title.stylize(_HIT, hit.start, hit.end)
        return Content.assemble(f"{self._kind}: ", title) if self._remark.title else Content(self._kind)


def blocks_as_widgets(blocks: tuple[Block, ...], *, instructor: bool) -> dict[int, Prose | Aside]:
    """Return a part's text as widgets by their block's number; remarks for the instructor only where asked for."""
    widgets: dict[int, Prose | Aside] = {}
    for number, block in enumerate(blocks):
        if isinstance(block, Words):
            widgets[number] = Prose(block.text, block.tries)
        elif isinstance(block, Note) or instructor:
            widgets[number] = Aside(block)
    return widgets
