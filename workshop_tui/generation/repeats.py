"""What repeated runs tell: how long a cell takes, and whether two cells differ.

One run is a look. A claim needs repeats whose ranges do not overlap; otherwise there is no clear difference.
"""

from collections.abc import Sequence
from statistics import median
from typing import Literal

import msgspec

FEWEST = 3
"""Runs of each cell below which nothing is claimed. Of two cells that take equally long, the ranges of n runs each miss
each other by chance in 2 of (2n)!/(n!n!) cases: 1 of 3 with two runs, 1 of 10 with three, 1 of 126 with five."""

Verdict = Literal["faster", "slower", "no clear difference", "too few runs"]


class Spread(msgspec.Struct, frozen=True):
    """What some runs of one cell took, s."""

    n: int
    median: float
    low: float
    high: float


def spread(seconds: Sequence[float]) -> Spread | None:
    """Return median and range of what runs took, s; None where there are none."""
    if not seconds:
        return None
    return Spread(len(seconds), median(seconds), min(seconds), max(seconds))


def compare(first: Spread | None, second: Spread | None) -> Verdict:
    """Return what can be said of the second beside the first."""
    if first is None or second is None or min(first.n, second.n) < FEWEST:
        return "too few runs"
    if second.low > first.high:
        return "slower"
    if second.high < first.low:
        return "faster"
    return "no clear difference"
