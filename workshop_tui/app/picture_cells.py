"""A picture as signs: half-blocks, two pixels in a cell, one as its colour, one as its background; or ASCII shades."""

import io
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import sub
from pathlib import Path
from typing import TYPE_CHECKING

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from workshop_tui.generation.crop import Crop
from workshop_tui.generation.thumbnail import read_thumbnail

if TYPE_CHECKING:
    from PIL.Image import Image

Cell = tuple[bytes, bytes]
"""Two pixels, one above the other, each red, green and blue."""

UPPER_HALF, LOWER_HALF = "▀", "▄"
SHADES = " .:-=+*#%@"

NEAR, NEAR_IN_SMALL = 4, 8
"""Levels of 255 by which a colour may be off and hardly anybody sees it: colours are most of what a picture sends."""


def part_of(source: Path | bytes, crop: Crop, width: int, height: int) -> "Image":
    """Return what a crop shows, at least as large as it will be drawn where the picture is: in a rectangle of px."""
    from PIL.Image import open as open_image

    small = read_thumbnail(source) if isinstance(source, Path) and crop == Crop() else None
    if small and min(width / small.width, height / small.height) <= 1:
        return small
    with open_image(source if isinstance(source, Path) else io.BytesIO(source), formats=("PNG",)) as image:
        return image.convert("RGB").crop(crop.box(image.width, image.height))


def _cells(source: Path | bytes, columns: int, rows: int, crop: Crop) -> list[list[Cell]]:
    """Return lines of cells: a part of a picture as it fits into some columns and rows.

    Raises:
        OSError: The file is missing or no picture.
    """
    from PIL.Image import Resampling

    part = part_of(source, crop, columns, 2 * rows)
    scale = min(columns / part.width, 2 * rows / part.height)
    width, height = max(1, int(part.width * scale)), max(2, int(part.height * scale) // 2 * 2)
    pixels = part.resize((width, height), Resampling.LANCZOS).tobytes()
    row = 3 * width
    return [
        [(pixels[at : at + 3], pixels[at + row : at + row + 3]) for at in range(top, top + row, 3)]
        for top in range(0, height * row, 2 * row)
    ]


def shades(source: Path | bytes, columns: int, rows: int, crop: Crop, *, dark: bool) -> tuple[Strip, ...]:
    """Draw a part of a picture with ASCII signs: the brighter, the denser; on a bright screen the darker.

    Raises:
        OSError: The file is missing or no picture.
    """
    lines: list[Strip] = []
    for cells in _cells(source, columns, rows, crop):
        segments: list[Segment] = []
        for upper, lower in cells:
            red, green, blue = ((a + b) // 2 for a, b in zip(upper, lower, strict=True))
            bright = (299 * red + 587 * green + 114 * blue) / 255_000  # ITU-R BT.601
            sign = SHADES[round((bright if dark else 1 - bright) * (len(SHADES) - 1))]
            # The sign tells how bright it is, the colour only its hue.
            most = max(red, green, blue, 1) if dark else 255
            segments.append(
                Segment(sign, Style(color=f"rgb({255 * red // most},{255 * green // most},{255 * blue // most})"))
            )
        lines.append(Strip(segments, len(segments)))
    return tuple(lines)


def half_blocks(source: Path | bytes, columns: int, rows: int, crop: Crop, *, near: int = 0) -> tuple[Strip, ...]:
    """Draw a part of a picture in colours, two pixels a cell.

    Args:
        source: The picture.
        columns: Cells that it may take.
        rows: The same.
        crop: Which part of it.
        near: Levels of 255 by which red, green and blue may differ from the picture's, so that fewer bytes are sent.

    Raises:
        OSError: The file is missing or no picture.
    """
    lines: list[Strip] = []
    for cells in _cells(source, columns, rows, crop):
        segments = [Segment(sign, _style(ink, paper)) for sign, ink, paper in _signs(cells, near)]
        lines.append(Strip(segments, len(segments)))
    return tuple(lines)


@lru_cache(maxsize=4096)
def _style(ink: bytes | None, paper: bytes) -> Style:
    return Style.from_color(Color.from_rgb(*ink) if ink else None, Color.from_rgb(*paper))


def _signs(cells: Sequence[Cell], near: int) -> Iterator[tuple[str, bytes | None, bytes]]:
    """Yield a sign, its colour and its background for each cell of a line; a colour that is near enough is kept."""
    ink: bytes | None = None
    paper: bytes | None = None

    def is_near(pixel: bytes, colour: bytes | None) -> bool:
        return pixel == colour or bool(near and colour and max(map(abs, map(sub, pixel, colour))) <= near)

    for place, (upper, lower) in enumerate(cells, 1):
        if is_near(upper, lower):
            if paper is None or not (is_near(upper, paper) and is_near(lower, paper)):
                paper = _lasting((upper, lower), cells[place:], near)
            yield " ", ink, paper
            continue
        sign = UPPER_HALF
        if is_near(lower, ink) + is_near(upper, paper) > is_near(upper, ink) + is_near(lower, paper):
            sign, upper, lower = LOWER_HALF, lower, upper
        if not is_near(upper, ink):
            ink = _lasting((upper,), cells[place:], near)
        if paper is None or not is_near(lower, paper):
            paper = _lasting((lower,), cells[place:], near)
        yield sign, ink, paper


def _lasting(pixels: Sequence[bytes], following: Sequence[Cell], near: int) -> bytes:
    """Return a colour that is near some pixels, and near one of each following cell's for as long as there is one."""
    least, most = list(map(min, *pixels, pixels[0])), list(map(max, *pixels, pixels[0]))  # of red, green and blue
    for cell in following:
        for wanted in (cell, cell[1:], cell[:1]):
            lower, upper = list(map(min, least, *wanted)), list(map(max, most, *wanted))
            if max(map(sub, upper, lower)) <= 2 * near:
                least, most = lower, upper
                break
        else:
            break
    return bytes((a + b) // 2 for a, b in zip(least, most, strict=True))
