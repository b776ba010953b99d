"""Curves of the last readings on one scale of 0 to 100 %, and below them what the worker did.

This module imports plotext, which takes half a second: import it in a thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil

from textual_plotext import PlotextPlot

from workshop_tui.app.readings import HISTORY
from workshop_tui.config import ThemeName

STEP = 15.0
"""Seconds by which the curves move to the left at once. In between only their newest end changes."""

LEFT, RIGHT = 4, 1
"""Columns beside the curves: the scale, and the frame."""

MARKS, ASCII_MARKS = ("braille", "•", "+"), ("*", "o", "+")
"""A curve is told from the others by its mark, where there are no colours."""

COLORS: dict[ThemeName, tuple[str | tuple[int, int, int], ...]] = {
    "dark": ("cyan", "orange", (255, 110, 180)),
    "light": ((0, 95, 135), (135, 65, 0), (135, 0, 135)),
    "ansi": ("cyan", "orange", "magenta"),
}
"""Of the curves, by theme."""


@dataclass(frozen=True)
class Curve:
    """One figure over time."""

    label: str
    points: Sequence[tuple[float, float]]
    """Seconds before the right edge (0 or less), and percent."""


class History(PlotextPlot):
    """Two minutes of up to three curves."""

    def draw(self, curves: Sequence[Curve], is_ascii: bool, theme: ThemeName = "dark") -> None:
        """Draw curves anew; one without points is left out."""
        plot = self.plt
        plot.clear_data()
        plot.clear_figure()
        plot.xlim(-HISTORY, 0)
        plot.ylim(0, 100)
        plot.xticks([-HISTORY, -HISTORY / 2, 0], ["2 min ago", "1 min ago", "now"])
        plot.yticks([0, 50, 100], ["0", "50", "100"])
        marks = ASCII_MARKS if is_ascii else MARKS
        plot.frame(not is_ascii)
        for curve, mark, color in zip(curves, marks, COLORS[theme], strict=False):
            if curve.points:
                x, y = zip(*curve.points, strict=True)
                plot.plot(list(x), list(y), marker=mark, color=color, label=curve.label)
        self.refresh()


def end_of(now: float) -> float:
    """Return the time at the right edge of the curves, s: not before now, and the same for `STEP` seconds."""
    return ceil(now / STEP) * STEP


def band(phases: Sequence[tuple[float, str]], width: int) -> str:
    """Return what stands below the curves: each phase from where it began, as far as it has room.

    Args:
        phases: Seconds before now and the phase then, oldest first; an empty phase is idling.
        width: Columns of the whole plot.
    """
    columns = max(1, width - LEFT - RIGHT)
    cells = [""] * columns
    for ago, phase in phases:
        cells[min(columns - 1, max(0, round((ago + HISTORY) / HISTORY * (columns - 1))))] = phase or " "
    for place, cell in enumerate(cells[1:], 1):  # between two readings the first one's phase goes on
        cells[place] = cell or cells[place - 1]
    text = ""
    for phase, run in groupby(cells):
        count = len(list(run))
        if phase.strip() == "":
            text += " " * count
        else:
            text += phase[:1] if count == 1 else f"|{phase}"[:count].ljust(count, "-")
    return " " * LEFT + text
