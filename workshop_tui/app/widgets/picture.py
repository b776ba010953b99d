"""A picture on a screen: read, scaled and drawn away from the screen's loop."""

import textwrap
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.segment import Segment
from textual import work
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from workshop_tui.app.graphics import ASCII, HALF, NO_GRAPHICS, OFF, Graphics, SixelView, cell_pixels, encode
from workshop_tui.app.key_table import key_of
from workshop_tui.app.picture_cells import NEAR, half_blocks, part_of, shades
from workshop_tui.generation.crop import Crop
from workshop_tui.text import plain

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

    def __init__(self, *, near: int = NEAR, id: str | None = None) -> None:
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
    part = part_of(source, crop, *room)
    scale = min(room[0] / part.width, room[1] / part.height)
    pixels = max(1, int(part.width * scale)), max(1, int(part.height * scale))
    cells = Size(-(-pixels[0] // across), -(-pixels[1] // down))
    graphics = encode(how, part.resize(pixels, Resampling.LANCZOS), cells)
    return Drawn(source, size, crop, graphics.lines, graphics, cells)
