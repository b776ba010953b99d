"""A picture as half-blocks, two pixels in a cell, one as its colour, one as its background; or as graphics."""

import io
import textwrap
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import work
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from workshop_tui.app.graphics import ASCII, HALF, NO_GRAPHICS, OFF, Graphics, SixelView, cell_pixels, encode
from workshop_tui.app.key_table import key_of
from workshop_tui.generation.crop import Crop
from workshop_tui.generation.thumbnail import read_thumbnail
from workshop_tui.text import plain

if TYPE_CHECKING:
    from PIL.Image import Image

UPPER_HALF, LOWER_HALF = "▀", "▄"
SHADES = " .:-=+*#%@"

NEAR = 8
"""Levels of 255 that nobody sees in a small picture: half of its bytes are colours that differ by less."""

REST_SECONDS = 0.15
"""How long a cursor that has just left one picture rests before the next is drawn: a held key passes thirty in one."""


Draw = Callable[[Path | bytes, int, int, Crop], tuple[Strip, ...]]
"""Draws a part of a picture into as many columns and rows."""


@dataclass(frozen=True)
class Drawn:
    """A picture that was scaled and turned into lines, away from the screen's loop."""

    source: Path | bytes
    size: Size
    crop: Crop
    lines: tuple[Strip, ...] = ()
    """As half-blocks, or where a terminal draws a picture that it has."""
    graphics: Graphics = NO_GRAPHICS
    """Where the terminal draws it itself."""
    cells: Size | None = None
    """That it takes; None where there is no picture."""
    trouble: str = ""
    """Why there is no picture."""


class PictureView(Widget):
    """Shows one picture as large as fits, keeping its proportions.

    Args:
        near: Levels of 255 by which half-blocks may miss a colour, so that fewer bytes are sent.
        id: Of the widget.
    """

    DEFAULT_CSS = """
    PictureView { height: 1fr; width: 1fr; }
    """

    source: reactive[Path | bytes | None] = reactive(None)
    """The file to show, or a PNG, or None."""
    caption: reactive[str] = reactive("")
    """A line above the picture; empty for none."""
    empty: reactive[str] = reactive("")
    """What to say while there is no picture."""
    crop: reactive[Crop] = reactive(Crop())
    """Which part of it to show."""

    _drawn: reactive[Drawn | None] = reactive(None)

    _came = 0.0
    """When the source last became another, s."""
    _resting: Timer | None = None

    def __init__(self, *, near: int = 0, id: str | None = None) -> None:
        super().__init__(id=id)
        self._near = near

    def on_mount(self) -> None:
        if hasattr(self.app, "pictures"):
            self.watch(self.app, "pictures", self._draw, init=False)
            self.watch(self.app, "theme", self._draw, init=False)  # ASCII signs are denser where it is bright, or dark

    def show(self, source: Path | bytes | None, caption: str = "") -> None:
        """Show another picture."""
        self.caption = caption
        self.source = source

    def watch_source(self, before: Path | bytes | None, now: Path | bytes | None) -> None:
        if self._resting:
            self._resting.stop()
        came, self._came = self._came, time.monotonic()
        if isinstance(before, Path) and isinstance(now, Path) and self._came - came < REST_SECONDS:
            self._resting = self.set_timer(REST_SECONDS, self._draw)
        else:
            self._draw()

    def watch_caption(self, before: str, now: str) -> None:
        if bool(before) != bool(now):  # it takes a row
            self._draw()

    def watch_crop(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    @property
    def drawn_cells(self) -> Size | None:
        """Cells that the picture takes as it is shown; None while there is none."""
        return self._drawn.cells if self._drawn and self._drawn.source == self.source else None

    @property
    def _room(self) -> Size:
        """Cells that the picture may take."""
        return Size(self.size.width, max(1, self.size.height - bool(self.caption)))

    @property
    def _how(self) -> str:
        """How the picture is drawn; a preview, which soon makes place for the next, always as half-blocks."""
        how = getattr(self.app, "pictures", HALF)
        return HALF if how not in (OFF, ASCII) and isinstance(self.source, bytes) else how

    def _draw(self) -> None:
        if self.source is None:
            self._drawn = None
        elif self.size.width and self.size.height:
            dark = self.app.current_theme.dark
            draw = partial(shades, dark=dark) if self._how == ASCII else partial(half_blocks, near=self._near)
            self._load(self.source, self._room, self.crop, self._how, draw)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _load(self, source: Path | bytes, size: Size, crop: Crop, how: str, draw: Draw) -> None:
        try:
            drawn = _drawn(source, size, crop, how, draw)
        except FileNotFoundError:
            drawn = Drawn(source, size, crop, trouble=plain(f"The picture is gone: {_name(source)} was deleted."))
        except Exception:  # whatever Pillow makes of a damaged file
            told = f"The picture {_name(source)} cannot be shown: it is damaged."
            drawn = Drawn(source, size, crop, trouble=plain(told))
        self.app.call_from_thread(self._show, drawn, how)

    def _show(self, drawn: Drawn, how: str) -> None:
        wanted = (self.source, self._room, self.crop, self._how)
        if self.is_attached and (drawn.source, drawn.size, drawn.crop, how) == wanted:
            self._drawn = drawn
        else:
            self._free(drawn)

    def on_unmount(self) -> None:
        self._free(self._drawn)

    def _free(self, drawn: Drawn | None) -> None:
        if drawn and drawn.graphics.free is not NO_GRAPHICS.free:
            threading.Thread(target=drawn.graphics.free, daemon=True).start()  # it may wait, and the widget be gone

    async def watch__drawn(self, before: Drawn | None, drawn: Drawn | None) -> None:
        """Put a sixel picture over this widget, and take the one before away."""
        await self.remove_children()
        self._free(before)
        if drawn and drawn.graphics.sixel and drawn.cells:
            picture = SixelView(drawn.graphics.sixel)
            picture.styles.width, picture.styles.height = drawn.cells.width, drawn.cells.height
            picture.styles.margin = (int(bool(self.caption)), 0, 0, 0)
            await self.mount(picture)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self.caption:
            if y == 0:
                return Strip([Segment(self.caption[:width].ljust(width), self.rich_style)])
            y -= 1
        if self._drawn and self._drawn.graphics.sixel:
            return Strip.blank(width, self.rich_style)
        if self.source is None or self._drawn is None or not self._drawn.lines:
            text = self._drawn.trouble if self._drawn else self.empty if self.source is None else ""
            lines = textwrap.wrap(text, max(1, width))
            return Strip([Segment((lines[y] if y < len(lines) else "").ljust(width), self.rich_style)])
        if y < len(self._drawn.lines):
            return self._drawn.lines[y].adjust_cell_length(width, self.rich_style)
        return Strip.blank(width, self.rich_style)


def _name(source: Path | bytes) -> str:
    return source.name if isinstance(source, Path) else "preview"


def _drawn(source: Path | bytes, size: Size, crop: Crop, how: str, draw: Draw) -> Drawn:
    """Scale a picture and turn it into what is drawn: `draw` makes it of signs.

    Raises:
        OSError: The file is missing or no picture.
    """
    if how == OFF:
        show = key_of("app.pictures")
        return Drawn(source, size, crop, trouble=plain(f"Pictures are off, {show} shows them: {_name(source)}"))
    if how in (HALF, ASCII):
        lines = draw(source, size.width, size.height, crop)
        return Drawn(source, size, crop, lines, cells=Size(lines[0].cell_length, len(lines)))
    from PIL.Image import Resampling

    across, down = cell_pixels()
    room = size.width * across, size.height * down
    part = _part(source, crop, *room)
    scale = min(room[0] / part.width, room[1] / part.height)
    pixels = max(1, int(part.width * scale)), max(1, int(part.height * scale))
    cells = Size(-(-pixels[0] // across), -(-pixels[1] // down))
    graphics = encode(how, part.resize(pixels, Resampling.LANCZOS), cells)
    return Drawn(source, size, crop, graphics.lines, graphics, cells)


def _part(source: Path | bytes, crop: Crop, width: int, height: int) -> "Image":
    """Return what a crop shows, at least as large as it will be drawn where the picture is: in a rectangle of px."""
    from PIL.Image import open as open_image

    small = read_thumbnail(source) if isinstance(source, Path) and crop == Crop() else None
    if small and min(width / small.width, height / small.height) <= 1:
        return small
    with open_image(source if isinstance(source, Path) else io.BytesIO(source), formats=("PNG",)) as image:
        return image.convert("RGB").crop(crop.box(image.width, image.height))


def _pixels(source: Path | bytes, columns: int, rows: int, crop: Crop) -> tuple[int, int, bytes]:
    """Return a picture's width and height, two pixels a cell, and its colours, as it fits into some cells.

    Raises:
        OSError: The file is missing or no picture.
    """
    from PIL.Image import Resampling

    part = _part(source, crop, columns, 2 * rows)
    scale = min(columns / part.width, 2 * rows / part.height)
    width, height = max(1, int(part.width * scale)), max(2, int(part.height * scale) // 2 * 2)
    return width, height, part.resize((width, height), Resampling.LANCZOS).tobytes()


def shades(source: Path | bytes, columns: int, rows: int, crop: Crop, *, dark: bool) -> tuple[Strip, ...]:
    """Draw a part of a picture with ASCII signs: the brighter, the denser; on a bright screen the darker.

    Raises:
        OSError: The file is missing or no picture.
    """
    width, height, pixels = _pixels(source, columns, rows, crop)
    row = width * 3
    lines: list[Strip] = []
    for top in range(0, height, 2):
        segments: list[Segment] = []
        for at in range(top * row, top * row + row, 3):
            red, green, blue = ((pixels[at + part] + pixels[at + row + part]) // 2 for part in range(3))
            bright = (299 * red + 587 * green + 114 * blue) / 255_000  # ITU-R BT.601
            sign = SHADES[round((bright if dark else 1 - bright) * (len(SHADES) - 1))]
            # The sign tells how bright it is, the colour only its hue.
            most = max(red, green, blue, 1) if dark else 255
            segments.append(
                Segment(sign, Style(color=f"rgb({255 * red // most},{255 * green // most},{255 * blue // most})"))
            )
        lines.append(Strip(segments, width))
    return tuple(lines)


def half_blocks(source: Path | bytes, columns: int, rows: int, crop: Crop, *, near: int = 0) -> tuple[Strip, ...]:
    """Scale a part of a picture into `columns` x `rows` cells and return its lines.

    Of two pixels each may be the sign's colour or the background, and a colour of the cell before is kept where it is
    near enough: what does not change needs no bytes.

    Args:
        source: The picture.
        columns: Cells that it may take.
        rows: The same.
        crop: Which part of it.
        near: Levels of 255 by which red, green and blue may differ from the picture's.

    Raises:
        OSError: The file is missing or no picture.
    """
    width, height, pixels = _pixels(source, columns, rows, crop)
    row = width * 3
    lines: list[Strip] = []
    for top in range(0, height, 2):
        segments: list[Segment] = []
        ink, paper = pixels[top * row : top * row + 3], pixels[top * row + row : top * row + row + 3]
        for at in range(top * row, top * row + row, 3):
            sign, ink, paper = _cell(pixels[at : at + 3], pixels[at + row : at + row + 3], ink, paper, near)
            style = Style.from_color(Color.from_rgb(*ink), Color.from_rgb(*paper))
            segments.append(Segment(sign, style))
        lines.append(Strip(segments, width))
    return tuple(lines)


def _cell(upper: bytes, lower: bytes, ink: bytes, paper: bytes, near: int) -> tuple[str, bytes, bytes]:
    """Return what shows two pixels: a sign, its colour and its background, of those before it what is near enough."""

    def is_near(one: bytes, other: bytes) -> bool:
        return all(abs(a - b) <= near for a, b in zip(one, other, strict=True))

    if is_near(upper, lower):
        kept = is_near(upper, paper) and is_near(lower, paper)
        return " ", ink, paper if kept else bytes((a + b) // 2 for a, b in zip(upper, lower, strict=True))
    sign = UPPER_HALF
    if is_near(lower, ink) + is_near(upper, paper) > is_near(upper, ink) + is_near(lower, paper):
        sign, upper, lower = LOWER_HALF, lower, upper
    return sign, ink if is_near(upper, ink) else upper, paper if is_near(lower, paper) else lower
