"""Finds words in a lesson, whatever their case and accents."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from workshop_tui.lesson.lines import lines_of
from workshop_tui.lesson.model import Block, Instructor, Lesson, Note
from workshop_tui.text import plain

Field = Literal["title", "text", "source"]
"""Where in a block: only a remark has a title, only a note a source."""

_QUOTES = str.maketrans("‘’‚′“”„″", "''''\"\"\"\"")


@dataclass(frozen=True)
class Hit:
    """One place where the words stand."""

    part: str
    """The section's or page's id."""
    block: int
    """Which of its blocks, from 0."""
    field: Field
    line: int
    """Which of the field's lines, as `lines_of` gives them."""
    start: int
    """The first character of the hit in its line, from 0."""
    end: int
    """The one after its last."""


@dataclass(frozen=True)
class _Row:
    part: str
    block: int
    field: Field
    line: int
    folded: str
    places: tuple[int, ...]
    """The place in the line of each folded character, and the line's end."""


class SearchIndex:
    """A lesson made ready for searching.

    Args:
        lesson: What is searched.
        instructor: Also what is for whoever teaches.
    """

    def __init__(self, lesson: Lesson, *, instructor: bool = False) -> None:
        self._rows: list[_Row] = []
        for part in lesson.reading_order(instructor=instructor):
            for number, block in enumerate(lesson.texts.get(part.id, ())):
                if isinstance(block, Instructor) and not instructor:
                    continue
                for field, lines in searched(block).items():
                    for place, line in enumerate(lines):
                        self._rows.append(_Row(part.id, number, field, place, *_folded(line)))

    def find(self, text: str) -> list[Hit]:
        """Return where a text stands, in reading order; a text of spaces stands nowhere."""
        needle = _folded(" ".join(text.split()))[0]
        hits: list[Hit] = []
        for row in self._rows if needle else ():
            at = row.folded.find(needle)
            while at >= 0:
                after = at + len(needle)
                start, end = row.places[at], max(row.places[after], row.places[after - 1] + 1)
                hits.append(Hit(row.part, row.block, row.field, row.line, start, end))
                at = row.folded.find(needle, after)
        return hits


def searched(block: Block) -> dict[Field, list[str]]:
    """Return the lines of a block that are searched, by field."""
    fields: dict[Field, list[str]] = {}
    if isinstance(block, Note | Instructor) and block.title:
        fields["title"] = [plain(block.title)]
    fields["text"] = [line.text for line in lines_of(block.text)]
    if isinstance(block, Note) and block.source:
        fields["source"] = [line.text for line in lines_of(block.source)]
    return fields


def _folded(text: str) -> tuple[str, tuple[int, ...]]:
    """Return a text without case, accents and typographer's quotes, and where each character stood."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text.translate(_QUOTES)):
        for letter in unicodedata.normalize("NFKD", character.casefold()):
            if not unicodedata.combining(letter):
                characters.append(letter.casefold())
                places.append(place)
    return "".join(characters), (*places, len(text))
