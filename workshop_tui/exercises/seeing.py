"""How a learner sees the pictures that are rated: in this terminal, or elsewhere."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from workshop_tui.text import plain_start

Seeing = Literal["yes", "no", "elsewhere"]
"""What is answered once a terminal: a difference between two pictures is seen, none is, or they are seen elsewhere."""

DRAWN = {
    "half": "half-blocks",
    "kitty": "kitty graphics",
    "sixel": "sixel graphics",
    "ascii": "ASCII shades",
    "off": "no pictures",
}
"""How pictures can be drawn in a terminal."""

_LONGEST = 60


class Seen(msgspec.Struct, frozen=True):
    """What the notebook keeps of a terminal."""

    answer: Seeing


def terminal_name(environment: Mapping[str, str]) -> str:
    """Return what tells one terminal from another: `tmux tmux-256color truecolor`."""
    found = [environment.get(name, "") for name in ("TERM_PROGRAM", "TERM", "COLORTERM")]
    return plain_start(" ".join(filter(None, found)) or "an unknown terminal", _LONGEST)


def seeing_key(terminal: str) -> str:
    """Return the name under which a notebook keeps how pictures are seen in a terminal."""
    return f"seeing:{terminal}"


def how_seen(seeing: Seeing | None, columns: int, rows: int, terminal: str, drawn: str = "half") -> str:
    """Return what a rating says of how the picture was seen.

    Args:
        seeing: What the learner answered; None where the question was not put.
        columns: Cells that the picture took, across.
        rows: And down.
        terminal: As `terminal_name` calls it.
        drawn: A name of `DRAWN`.
    """
    if seeing == "elsewhere":
        return "seen elsewhere"
    unseen = {"no": ", where no difference was seen", None: ", not checked"}.get(seeing, "")
    return f"seen as {DRAWN[drawn]}, {columns}x{rows} cells in {terminal}{unseen}"
