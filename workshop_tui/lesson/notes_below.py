"""The notes of a lesson that stand below a heading."""

import re

from workshop_tui.lesson.code_lines import code_lines
from workshop_tui.lesson.model import Lesson, Note, Words

_HEADING = re.compile(r" {0,3}#{1,6}\s+(.*?)\s*#*")


def notes_below(lesson: Lesson, title: str) -> list[Note]:
    """Return the notes below headings of this title, in order; none where a translation calls it otherwise."""
    found: list[Note] = []
    for blocks in lesson.texts.values():
        heading = ""
        for block in blocks:
            if isinstance(block, Words):
                heading = next(iter(_headings(block.text)[::-1]), heading)
            elif isinstance(block, Note) and heading == title:
                found.append(block)
    return found


def _headings(text: str) -> list[str]:
    lines = text.split("\n")
    words = (line for line, kind in zip(lines, code_lines(lines), strict=True) if kind == "words")
    return [heading[1] for line in words if (heading := _HEADING.fullmatch(line))]
