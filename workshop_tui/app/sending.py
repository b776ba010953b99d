"""Sends only the cells that have changed: Textual sends a widget's whole line where one digit of it changes."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

NEAR = 6
"""Cells that did not change between two that did are sent too: to jump over them takes as many bytes."""

_PICTURE = "\U0010eeee"
"""Stands where a terminal draws a picture of its own, which may be another one though the text is the same."""


class Cell(NamedTuple):
    """What a cell of the terminal shows; the second one of a wide letter holds no text."""

    text: str
    style: Style | None


class Sent:
    """What the terminal shows, as far as it is known."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[int, Cell]] = {}

    def sparing(self, update: CompositorUpdate) -> CompositorUpdate:
        """Return an update that sends what differs.

        What is not known is sent: all of the first screen, and of each after `forget`, which mends what others wrote
        into it.
        """
        if isinstance(update, ChopsUpdate):
            return _Changes(update, self)
        if isinstance(update, LayoutUpdate):
            return _Whole(update, self)
        self.forget()
        return update

    def forget(self) -> None:
        """Know nothing any more."""
        self._rows.clear()

    def changes(self, y: int, x: int, strip: Strip, width: int) -> Iterator[tuple[int, Strip]]:
        """Yield the columns and parts of a strip that the terminal does not show yet, and note them.

        Args:
            y: The row.
            x: The strip's first column.
            strip: What shall stand there.
            width: Cells that it stands for; it has fewer where the terminal draws a picture itself.
        """
        cells = _cells(strip)
        before = self._rows.setdefault(y, {})
        if not width:  # a row of a picture that the terminal draws: what lies under it is not known
            before.clear()
        if not cells:
            yield x, strip
        else:
            changed = [place for place, cell in enumerate(cells) if before.get(x + place) != cell]
            for start, end in _runs(changed, cells):
                yield x + start, strip.crop(start, end)
        for place in range(width):
            if place < len(cells):
                before[x + place] = cells[place]
            else:
                before.pop(x + place, None)


class _Changes(CompositorUpdate):
    """Some regions of the screen."""

    def __init__(self, update: ChopsUpdate, sent: Sent) -> None:
        self._update = update
        self._sent = sent

    def render_segments(self, console: Console) -> str:
        sequences: list[str] = []
        for y, x1, x2 in self._update.spans:
            for end, (x, strip) in zip(self._update.chop_ends[y], self._update.chops[y].items(), strict=False):
                if strip is None or x >= x2 or end <= x1:
                    continue
                first, last = max(x, x1), min(end, x2)
                part = strip.crop(first - x, last - x)
                for column, changed in self._sent.changes(y, first, part, last - first):
                    sequences += Control.move_to(column, y).segment.text, _encoded(changed, console)
        return "".join(sequences)


class _Whole(CompositorUpdate):
    """All of the screen; where a question lies over it, Textual draws that anew with each change below it."""

    def __init__(self, update: LayoutUpdate, sent: Sent) -> None:
        self._update = update
        self._sent = sent

    def render_segments(self, console: Console) -> str:
        sequences: list[str] = []
        for y, strips in enumerate(self._update.strips, self._update.region.y):
            x = self._update.region.x
            for strip in strips:
                for column, changed in self._sent.changes(y, x, strip, strip.cell_length):
                    sequences += Control.move_to(column, y).segment.text, _encoded(changed, console)
                x += strip.cell_length
        return "".join(sequences)


def _runs(changed: list[int], cells: list[Cell]) -> Iterator[tuple[int, int]]:
    """Yield start and end of runs of changed cells, none of which cuts a wide letter in two."""
    place = 0
    while place < len(changed):
        start = end = changed[place]
        while place < len(changed) and changed[place] - end <= NEAR:
            end = changed[place]
            place += 1
        while start and not cells[start].text:
            start -= 1
        end += 1
        while end < len(cells) and not cells[end].text:
            end += 1
        yield start, end


def _encoded(strip: Strip, console: Console) -> str:
    """Return a strip as the terminal takes it: of each part's colours only those that differ from the part before."""
    system = console._color_system or ColorSystem.TRUECOLOR  # pyright: ignore[reportPrivateUsage]
    sequences: list[str] = []
    before = ("", "", "")
    for text, style, control in strip:
        is_whole = style is None or bool(control) or style.link is not None
        now = ("", "", "") if style is None or is_whole else _codes(style, system)
        if before[0] != now[0] or any(old and not new for old, new in zip(before, now, strict=True)):
            sequences.append("\x1b[0m" if any(before) else "")
            before = ("", "", "")
        if changed := [new for old, new in zip(before, now, strict=True) if new != old]:
            sequences.append(f"\x1b[{';'.join(changed)}m")
        sequences.append(Strip.render_style(style, text, system) if style and is_whole and not control else text)
        before = now
    return "".join([*sequences, "\x1b[0m" if any(before) else ""])


@lru_cache(maxsize=4096)
def _codes(style: Style, system: ColorSystem) -> tuple[str, str, str]:
    """Return what switches a style's attributes, its colour and its background on."""
    color, background = (color.downgrade(system) if color else None for color in (style.color, style.bgcolor))
    return (
        Strip.render_ansi(style.without_color, system),
        ";".join(color.get_ansi_codes()) if color else "",
        ";".join(background.get_ansi_codes(foreground=False)) if background else "",
    )


def _cells(strip: Strip) -> list[Cell]:
    """Return a strip cell by cell; nothing where it holds what moves the cursor or lets the terminal draw."""
    cells: list[Cell] = []
    for text, style, control in strip:
        if control or "\x1b" in text or _PICTURE in text:
            return []
        while cells and text and not cell_len(text[0]):  # it is drawn into the cell before
            cells[-1] = Cell(cells[-1].text + text[0], style)
            text = text[1:]
        cells += _stretch(text, style)
    return cells if len(cells) == strip.cell_length else []


@lru_cache(maxsize=2048)  # a whole screen is mostly what it was
def _stretch(text: str, style: Style | None) -> tuple[Cell, ...]:
    """Return a text of one style cell by cell; what is drawn into a cell before it is left out."""
    cells: list[Cell] = []
    for letter in text:
        width = cell_len(letter)
        if width:
            cells += [Cell(letter, style), *[Cell("", style)] * (width - 1)]
        elif cells:
            cells[-1] = Cell(cells[-1].text + letter, style)
    return tuple(cells)
