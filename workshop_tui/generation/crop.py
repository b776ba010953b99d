"""Which part of a picture is shown: the same relative part in pictures of any size."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Crop:
    """A rectangle in shares of a picture's sides, 0 to 1; it lies within the picture."""

    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0

    @classmethod
    def around(cls, x: float, y: float, width: float, height: float) -> Self:
        """Return a crop around a point; near an edge it is pushed back into the picture, and never larger than it."""
        width, height = min(1.0, width), min(1.0, height)
        return cls(_within(x - width / 2, 1 - width), _within(y - height / 2, 1 - height), width, height)

    @property
    def center(self) -> tuple[float, float]:
        """The point in its middle."""
        return self.left + self.width / 2, self.top + self.height / 2

    def moved(self, across: float, down: float) -> Self:
        """Return the crop moved by shares of its own sides."""
        x, y = self.center
        return self.around(x + across * self.width, y + down * self.height, self.width, self.height)

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom in px of a picture of that size; at least one pixel."""
        left, top = min(round(self.left * width), width - 1), min(round(self.top * height), height - 1)
        right, bottom = left + max(1, round(self.width * width)), top + max(1, round(self.height * height))
        return left, top, min(right, width), min(bottom, height)


ZOOMS = ("1x", "2x", "4x", "1:1")
"""What can be chosen. At 1:1 the largest picture's pixels are the terminal's half-blocks, and smaller pictures are
enlarged to the same crop."""


def crop_sides(zoom: str, sizes: Iterable[tuple[int, int]], columns: int, rows: int) -> tuple[float, float]:
    """Return the width and height of a crop, in shares of a picture's sides.

    Args:
        zoom: One of `ZOOMS`.
        sizes: Width and height of the pictures that are shown, px.
        columns: Cells that one picture has, across.
        rows: And down; each is two pixels high.
    """
    if zoom == "1:1":
        width, height = max(sizes, key=lambda size: size[0] * size[1])
        return columns / width, 2 * rows / height
    share = 1 / int(zoom.removesuffix("x"))
    return share, share


def _within(value: float, highest: float) -> float:
    return min(max(0.0, value), highest)
