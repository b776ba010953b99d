"""Writes a lesson as plain text for a terminal, a pipe or a printer."""

import re
import sys
import textwrap
from collections.abc import Iterable

from workshop_tui.lesson.code_lines import code_lines
from workshop_tui.lesson.model import Block, Instructor, Lesson, Note, Page, Section, Words

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_ITEM = re.compile(r"^(\s*(?:[-*+]|\d+[.)])\s+)")
_UNDERLINES = {1: "=", 2: "-"}
_MARGIN = "  | "


def lesson_text(lesson: Lesson, *, part: str | None = None, instructor: bool = False, width: int | None = None) -> str:
    """Return the lesson's words with its notes beside them.

    Args:
        lesson: The lesson.
        part: Only the section or page with this id.
        instructor: Also what is for whoever teaches.
        width: Columns to wrap at; None leaves every line whole.

    Raises:
        UserError: There is no such section or page.
    """
    parts = lesson.reading_order(instructor=instructor) if part is None else (lesson.part(part),)
    texts = [_part_text(lesson, one, instructor, width) for one in parts]
    return "\n\n\n".join(text for text in texts if text) + "\n"


def instructor_text(lesson: Lesson, *, part: str | None = None, width: int | None = None) -> str:
    """Return only what is for whoever teaches, under the names of the sections that it stands in.

    Args:
        lesson: The lesson.
        part: Only the section or page with this id.
        width: Columns to wrap at; None leaves every line whole.

    Returns:
        Text that ends with a newline; empty where there are no such notes.

    Raises:
        UserError: There is no such section or page.
    """
    parts = lesson.reading_order(instructor=True) if part is None else (lesson.part(part),)
    texts: list[str] = []
    for one in parts:
        if isinstance(one, Page) and one.instructor:
            texts.append(_part_text(lesson, one, True, width))
            continue
        notes = [block for block in lesson.texts.get(one.id, ()) if isinstance(block, Instructor)]
        if notes:
            minutes = f" ({one.minutes:g} min)" if isinstance(one, Section) else ""
            heading = f"{one.title}{minutes}"
            texts.append("\n\n".join([f"{heading}\n{'-' * len(heading)}", *_blocks_text(notes, width)]))
    return "\n\n".join(texts) + "\n" if texts else ""


def _part_text(lesson: Lesson, part: Section | Page, instructor: bool, width: int | None) -> str:
    blocks = [block for block in lesson.texts.get(part.id, ()) if instructor or not isinstance(block, Instructor)]
    if isinstance(part, Page) and part.instructor and not instructor:
        return ""
    return "\n\n".join(_blocks_text(blocks, width))


def _blocks_text(blocks: Iterable[Block], width: int | None) -> list[str]:
    texts: list[str] = []
    for block in blocks:
        match block:
            case Words(text=text):
                texts.append("\n".join(_words(text, width)))
            case Note(title=title, text=text, source=source):
                head = f"Note (not part of the lesson): {title}".rstrip(": ")
                tail = [f"Source: {source}"] if source else []
                texts.append(_boxed([head, text, *tail], width))
            case Instructor(title=title, text=text):
                texts.append(_boxed([f"For the instructor: {title}".rstrip(": "), text], width))
    return texts


def _words(text: str, width: int | None) -> list[str]:
    lines: list[str] = []
    rows = text.split("\n") if width is None else _joined(text)
    for line, kind in zip(rows, code_lines(rows), strict=True):
        heading = _HEADING.match(line) if kind == "words" else None
        if kind == "fence":
            continue
        if heading:
            lines.append(heading[2])
            underline = _UNDERLINES.get(len(heading[1]))
            if underline:
                lines.append(underline * min(len(heading[2]), width or len(heading[2])))
        elif kind == "code" or width is None:
            lines.append(line)
        else:
            lines += _wrapped(line, width)
    return lines


def _joined(text: str) -> list[str]:
    """Join the lines of each paragraph and of each list item, as Markdown does, so that they can be wrapped anew."""
    lines: list[str] = []
    open_paragraph = False
    rows = text.split("\n")
    for line, kind in zip(rows, code_lines(rows), strict=True):
        stands_alone = kind != "words" or not line.strip() or _HEADING.match(line)
        if open_paragraph and not stands_alone and not _ITEM.match(line):
            lines[-1] = f"{lines[-1]} {line.strip()}"
        else:
            lines.append(line)
        open_paragraph = not stands_alone
    return lines


def _wrapped(line: str, width: int) -> list[str]:
    item = _ITEM.match(line)
    indent = len(item[1]) if item else len(line) - len(line.lstrip())
    return textwrap.wrap(
        line, max(width, indent + 10), subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    ) or [""]


def _boxed(paragraphs: Iterable[str], width: int | None) -> str:
    # A note's line breaks are the editor's, not the lesson's.
    room = sys.maxsize if width is None else max(width - len(_MARGIN), 10)
    lines = [line for paragraph in paragraphs for line in _words(paragraph, room)]
    return "\n".join((_MARGIN + line).rstrip() for line in lines)
