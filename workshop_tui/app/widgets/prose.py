"""A lesson's Markdown as terminal text: dense, wrapped under its bullets, and one widget a stretch.

Textual's own Markdown widget makes a widget of every paragraph and list item: half a second for a section,
and blank lines that 24 rows do not have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from workshop_tui.lesson.model import Block, Instructor, Note, Words
from workshop_tui.text import plain

if TYPE_CHECKING:
    from markdown_it.token import Token

_HEADINGS = {"h1": "bold $text-primary", "h2": "bold $text-accent", "h3": "bold underline", "h4": "bold"}
_BULLETS = ("•", "◦", "-")


@dataclass(frozen=True)
class Line:
    """One paragraph, heading or list item before it is wrapped."""

    text: Content
    indent: int = 0
    """Cells before the text; the marker stands at their end."""
    marker: str = ""
    space_before: bool = False


def parse(markdown: str) -> list[Line]:
    """Read CommonMark into lines; images, links and HTML are shown as their text."""
    from markdown_it import MarkdownIt  # a tenth of the time to the first paint

    lines: list[Line] = []
    lists: list[int] = []  # next number of each open list; 0 for bullets
    marker = ""
    style = ""
    for token in MarkdownIt("commonmark").parse(plain(markdown, keep_newlines=True)):
        match token.type:
            case "heading_open":
                style = _HEADINGS.get(token.tag, "bold")
            case "bullet_list_open":
                lists.append(0)
            case "ordered_list_open":
                lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                marker = f"{lists[-1]}." if lists[-1] else _BULLETS[min(len(lists), len(_BULLETS)) - 1]
                lists[-1] += bool(lists[-1])
            case "inline":
                indent = 2 * len(lists) + max(0, len(marker) - 1) if lists else 0
                lines.append(Line(_inline(token, style), indent, marker, not lists and bool(lines)))
                marker = style = ""
            case "fence" | "code_block":
                code = [Content.styled(row, "$text-secondary") for row in token.content.rstrip("\n").split("\n")]
                lines += [Line(row, 2, space_before=not place) for place, row in enumerate(code)]
            case "hr":
                lines.append(Line(Content("─" * 20), space_before=True))
            case _:
                pass
    return lines


def _inline(token: Token, style: str) -> Content:
    parts: list[Content | tuple[str, str]] = []
    open_styles = [style] if style else []
    for child in token.children or ():
        match child.type:
            case "strong_open":
                open_styles.append("bold")
            case "em_open":
                open_styles.append("italic")
            case "strong_close" | "em_close":
                open_styles.pop()
            case "code_inline":
                parts.append((child.content, " ".join([*open_styles, "$text-secondary"])))
            case "softbreak":
                parts.append((" ", " ".join(open_styles)))
            case "hardbreak":
                parts.append(("\n", ""))
            case _:
                parts.append((child.content, " ".join(open_styles)))
    return Content.assemble(*parts)


def wrap(lines: list[Line], width: int) -> list[Content]:
    """Break lines to a width, each row of a list item under its first."""
    rows: list[Content] = []
    for line in lines:
        if line.space_before:
            rows.append(Content(""))
        wrapped = line.text.wrap(max(8, width - line.indent))
        for place, row in enumerate(wrapped):
            lead = f"{line.marker} ".rjust(line.indent) if place == 0 and line.marker else " " * line.indent
            rows.append(Content.assemble(lead, row))
    return rows


class Prose(Widget):
    """A stretch of Markdown."""

    DEFAULT_CSS = """
    Prose { height: auto; width: 1fr; }
    """

    def __init__(self, markdown: str, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines = parse(markdown)

    def show(self, markdown: str) -> None:
        """Show other text."""
        self._lines = parse(markdown)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(wrap(self._lines, width))

    def render(self) -> Content:
        return Content("\n").join(wrap(self._lines, self.size.width))


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
        kind = "Instructor" if isinstance(remark, Instructor) else "Note, not part of the lesson"
        self.border_title = Content(plain(f"{kind}: {remark.title}" if remark.title else kind))

    def compose(self) -> ComposeResult:
        yield Prose(self._remark.text)
        if isinstance(self._remark, Note) and self._remark.source:
            source = " ".join(self._remark.source.split())
            yield Prose(f"Source: {source}", classes="source")


def blocks_as_widgets(blocks: tuple[Block, ...], *, instructor: bool) -> list[Widget]:
    """Return a part's text as widgets; remarks for the instructor only where they are asked for."""
    widgets: list[Widget] = []
    for block in blocks:
        if isinstance(block, Words):
            widgets.append(Prose(block.text))
        elif isinstance(block, Note) or instructor:
            widgets.append(Aside(block))
    return widgets
