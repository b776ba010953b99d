"""Draws with ASCII signs alone: the last thing done to each line, so that no widget needs to know."""

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

SIGNS = {
    "·": ".",
    "•": "*",
    "◦": "o",
    "✓": "+",
    "✗": "x",
    "▶": ">",
    "▼": "v",
    "▲": "^",
    "◀": "<",
    "←": "<",
    "→": ">",
    "↑": "^",
    "↓": "v",
    "°": " ",
    "×": "x",
    "±": "~",
    "…": "~",
    "–": "-",
    "—": "-",
    "‐": "-",
    "‑": "-",
    "−": "-",
    "′": "'",
    "″": '"',
    "‘": "'",
    "’": "'",
    "‚": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "█": "#",
    "▓": "%",
    "▒": ":",
    "░": ".",
    "▀": '"',
    "▄": "_",
    "▔": "-",
    "▁": "_",
    "\u00a0": " ",
    "\u2800": " ",
}
"""What stands for a sign; each is as wide as the sign."""

_UPRIGHT = "▉▊▋▌▍▎▏▐▕"
_KEPT = "LMNPZ"
"""Letters, marks, figures, punctuation and spaces: what the lesson and the learners write."""


class AsciiSigns(LineFilter):
    """Replaces signs, and what the terminal's encoding lacks, by ASCII ones of the same width.

    Args:
        encoding: The terminal's; what it holds of letters is kept.
    """

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return segments with other signs; `background` is as Textual calls it."""
        return [
            segment
            if segment.control or segment.text.isascii()
            else Segment(as_ascii(segment.text, self._encoding), segment.style)
            for segment in segments
        ]


@lru_cache(4096)
def as_ascii(text: str, encoding: str = "utf-8") -> str:
    """Return a text in ASCII signs, as many cells wide; letters that the encoding has are kept."""
    return "".join(letter if letter.isascii() else _sign(letter, encoding) for letter in text)


@lru_cache(4096)
def _sign(letter: str, encoding: str) -> str:
    width = cell_len(letter)
    if not width:  # a mark belongs to the letter before it, and goes with a sign's colour
        return letter if unicodedata.category(letter) == "Mn" and _has(encoding, letter) else ""
    if letter in SIGNS:
        return SIGNS[letter]
    if "\u2500" <= letter <= "\u257f":
        name = unicodedata.name(letter)
        crossing = "AND" in name and ("UP" in name or "DOWN" in name or "VERTICAL" in name)
        flat = "HORIZONTAL" in name or "LEFT" in name or "RIGHT" in name
        return "+" if crossing and flat else "-" if flat else "|"
    if letter in _UPRIGHT:
        return "|"
    if "\u2580" <= letter <= "\u259f":
        return "#"
    if "\u2800" <= letter <= "\u28ff":
        return "*"
    if unicodedata.category(letter)[0] in _KEPT and _has(encoding, letter):
        return letter
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain if len(plain) == width else ("*" if unicodedata.category(letter) == "So" else "?").ljust(width)


def _has(encoding: str, letter: str) -> bool:
    try:
        letter.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
