"""Curves of the last readings on one scale of 0 to 100 %, and below them what the worker did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import ceil

from textual.content import Content
from textual.widgets import Static

from workshop_tui.app.readings import HISTORY

LEFT, RIGHT = 4, 1
"""Columns beside the curves: the scale, and the frame."""

AROUND = 3
"""Rows above and below the curves: the frame, and the time."""

STEP = 15.0
"""Seconds by which the curves move to the left at once. In between the newest readings are added at their end, and the
terminal is sent nothing else."""

DOTS = "⣿"
MARKS, ASCII_MARKS = (DOTS, "•", "+"), ("*", "o", "+")
"""A curve is told from the others by its mark, where there are no colours; `DOTS` has eight places in a cell."""

COLORS = ("$text-primary", "$text-warning", "$text-success")

_BRAILLE = 0x2800
_PLACES = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bits of a braille cell, row by row from the top."""


@dataclass(frozen=True)
class Curve:
    """One figure over time."""

    label: str
    points: Sequence[tuple[float, float]]
    """When (s, on the clock of `History.draw`), oldest first, and percent."""


class History(Static):
    """Two minutes of up to three curves."""

    DEFAULT_CSS = """
    History { text-wrap: nowrap; }
    """

    _drawn: tuple[Sequence[Curve], float, bool] | None = None
    """What was drawn last."""

    def on_resize(self) -> None:
        """Fill the room that there is now."""
        if self._drawn:
            curves, now, is_ascii = self._drawn
            self.draw(curves, now, is_ascii=is_ascii)

    def draw(self, curves: Sequence[Curve], now: float, *, is_ascii: bool) -> None:
        """Draw curves anew; one without points has its label alone.

        Args:
            curves: What is drawn, the last one on top.
            now: The time of the newest reading, s.
            is_ascii: Mark them with ASCII signs.
        """
        self._drawn = curves, now, is_ascii
        columns, rows = max(1, self.size.width - LEFT - RIGHT), max(1, self.size.height - AROUND)
        self.update(drawn(curves, now, columns, rows, is_ascii=is_ascii), layout=False)


def drawn(curves: Sequence[Curve], now: float, columns: int, rows: int, *, is_ascii: bool) -> Content:
    """Return curves in their frame, of so many columns and rows inside; see `History.draw`."""
    cells: dict[tuple[int, int], tuple[str, str]] = {}
    marks = ASCII_MARKS if is_ascii else MARKS
    for curve, mark, color in zip(curves, marks, COLORS, strict=False):
        signs = _cells(curve.points, end_of(now), columns, rows, mark)
        cells |= {place: (sign, color) for place, sign in signs.items()}
    for row, (curve, mark, color) in enumerate(zip(curves, marks, COLORS, strict=False)):
        for column, sign in enumerate(f" {mark}{mark} {curve.label} "):
            cells[column, row] = sign, color
    return Content("\n").join(_lines(cells, columns, rows))


def end_of(now: float) -> float:
    """Return the time at the right edge of the curves, s: not before now, and the same for `STEP` seconds."""
    return ceil(now / STEP) * STEP


def band(phases: Sequence[tuple[float, str]], width: int) -> str:
    """Return what stands below the curves: each phase from where it began, as far as it has room.

    Args:
        phases: Seconds before the right edge and the phase then, oldest first; an empty phase is idling.
        width: Columns of the whole plot.
    """
    columns = max(1, width - LEFT - RIGHT)
    cells = [""] * columns
    for ago, phase in phases:
        cells[min(columns - 1, max(0, round((ago + HISTORY) / HISTORY * (columns - 1))))] = phase or " "
    last = max((place for place, cell in enumerate(cells) if cell), default=0)
    for place, cell in enumerate(cells[1:last], 1):  # between two readings the first one's phase goes on
        cells[place] = cell or cells[place - 1]
    text = ""
    for phase, run in groupby(cells):
        count = len(list(run))
        if phase.strip() == "":
            text += " " * count
        else:
            text += phase[:1] if count == 1 else f"|{phase}"[:count].ljust(count, "-")
    return " " * LEFT + text


def _cells(
    points: Sequence[tuple[float, float]], end: float, columns: int, rows: int, mark: str
) -> dict[tuple[int, int], str]:
    """Return what stands in the cells (column, row) that a curve goes through."""
    across, down = (2, 4) if mark == DOTS else (1, 1)
    right, bottom = columns * across - 1, rows * down - 1
    places = [
        (round((1 + (time - end) / HISTORY) * right), round((1 - min(max(value, 0.0), 100.0) / 100) * bottom))
        for time, value in points
        if time >= end - HISTORY
    ]
    cells: dict[tuple[int, int], int] = {}
    for x, y in _dots(places):
        place = x // across, y // down
        cells[place] = cells.get(place, 0) | _PLACES[y % down][x % across]
    return {place: chr(_BRAILLE + bits) if mark == DOTS else mark for place, bits in cells.items()}


def _dots(places: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the dots of the straight lines from each place to the next."""
    yield from places[:1]
    for (x, y), (next_x, next_y) in pairwise(places):
        steps = max(abs(next_x - x), abs(next_y - y))
        for step in range(1, steps + 1):
            yield x + round(step * (next_x - x) / steps), y + round(step * (next_y - y) / steps)


def _lines(cells: dict[tuple[int, int], tuple[str, str]], columns: int, rows: int) -> Iterator[Content]:
    """Yield the rows from the frame's upper edge to the line of times."""
    scale = {0: "100", (rows - 1) // 2: "50", rows - 1: "0"}
    yield Content(f"{'':{LEFT - 1}}┌{'─' * columns}┐")
    for row in range(rows):
        parts: list[str | tuple[str, str]] = [f"{scale.get(row, ''):>{LEFT - 1}}{'┤' if row in scale else '│'}"]
        signs = [cells.get((column, row), (" ", "")) for column in range(columns)]
        for color, run in groupby(signs, lambda cell: cell[1]):
            parts.append(("".join(sign for sign, _ in run), color))
        yield Content.assemble(*parts, "│")
    middle = (columns - 1) // 2
    edge = ["─"] * columns
    for column in (0, middle, columns - 1):
        edge[column] = "┬"
    yield Content(f"{'':{LEFT - 1}}└{''.join(edge)}┘")
    times = "2 min ago".ljust(columns)
    times = times[: max(0, middle - 4)] + "1 min ago" + times[middle + 5 :] if columns >= 30 else times
    yield Content(f"{'':{LEFT}}{times[: columns - 3]}now"[: columns + LEFT])
