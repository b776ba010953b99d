"""A lesson's Markdown as a reader sees it: one line a paragraph, heading, list item or row of code."""

from typing import TYPE_CHECKING, Literal

import msgspec

from workshop_tui.text import plain

if TYPE_CHECKING:
    from markdown_it.token import Token

_BULLETS = ("•", "◦", "-")


class Span(msgspec.Struct, frozen=True):
    """A stretch of one look."""

    text: str
    looks: frozenset[str] = frozenset()
    """Of `strong`, `em` and `code`."""


class Line(msgspec.Struct, frozen=True):
    """One paragraph, heading, list item or row of code, before it is wrapped."""

    spans: tuple[Span, ...]
    kind: Literal["text", "heading", "code", "rule"] = "text"
    level: int = 0
    """Of a heading, 1 to 6."""
    indent: int = 0
    """Cells before the text; the marker stands at their end."""
    marker: str = ""
    space_before: bool = False
    source: int = 0
    """Its first line in the Markdown, from 0."""

    @property
    def text(self) -> str:
        """The words without their looks."""
        return "".join(span.text for span in self.spans)


def lines_of(markdown: str) -> list[Line]:
    """Read CommonMark into lines; images and links are shown as their text, HTML as it stands."""
    from markdown_it import MarkdownIt  # a tenth of the time to the first paint

    lines: list[Line] = []
    lists: list[int] = []  # next number of each open list; 0 for bullets
    marker = ""
    level = 0
    for token in MarkdownIt("commonmark", {"html": False}).parse(plain(markdown, keep_newlines=True)):
        source = token.map[0] if token.map else 0
        match token.type:
            case "heading_open":
                level = int(token.tag[1:])
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
                kind = "heading" if level else "text"
                lines.append(Line(_spans(token), kind, level, indent, marker, not lists and bool(lines), source))
                marker, level = "", 0
            case "fence" | "code_block":
                rows = token.content.rstrip("\n").split("\n")
                lines += [
                    Line((Span(row),), "code", indent=2, space_before=not place, source=source)
                    for place, row in enumerate(rows)
                ]
            case "hr":
                lines.append(Line((Span("─" * 20),), "rule", space_before=True, source=source))
            case _:
                pass
    return lines


def _spans(token: "Token") -> tuple[Span, ...]:
    spans: list[Span] = []
    looks: list[str] = []
    for child in token.children or ():
        match child.type:
            case "strong_open" | "em_open":
                looks.append(child.type.removesuffix("_open"))
            case "strong_close" | "em_close":
                looks.pop()
            case "code_inline":
                spans.append(Span(child.content, frozenset([*looks, "code"])))
            case "softbreak":
                spans.append(Span(" ", frozenset(looks)))
            case "hardbreak":
                spans.append(Span("\n"))
            case _:
                spans.append(Span(child.content, frozenset(looks)))
    return tuple(spans)
