"""Which lines of a text in Markdown are code between fences, as CommonMark tells it."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

Kind = Literal["words", "fence", "code"]

_DEEPEST = 3
"""Blanks before a fence; one in a list item may have those of the item's text as well."""
# What follows a fence of backticks has none: otherwise it is code within a line.
_FENCE = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})(.*)")
_ITEM = re.compile(r" *(?:[-*+]|\d{1,9}[.)]) +(?=\S)")


def code_lines(lines: Iterable[str]) -> Iterator[Kind]:
    """Yield what each line is: a fence that opens or closes a block of code, a line in one, or words.

    Args:
        lines: Without their ends.
    """
    opening = ""
    text_at = 0  # blanks before the text of the list item that a line may stand in
    for tabbed in lines:
        line = tabbed.expandtabs(4)
        blanks = len(line) - len(line.lstrip(" "))
        if not opening and (item := _ITEM.match(line)):
            blanks = text_at = item.end()
        elif not opening and line.strip():
            text_at = min(text_at, blanks)
        body = line[blanks:]
        found = _FENCE.match(body) if blanks <= text_at + _DEEPEST else None
        if opening:
            closes = found and found[1].startswith(opening) and not found[2].strip()
            yield "fence" if closes else "code"
            opening = "" if closes else opening
        elif found:
            yield "fence"
            opening = found[1]
        else:
            yield "words"
