"""A picture as half-blocks: two pixels in a cell, the upper one as colour, the lower as background."""

import textwrap
from dataclasses import dataclass
from pathlib import Path

from rich.segment import Segment
from rich.style import Style
from textual import work
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from workshop_tui.text import plain

UPPER_HALF = "▀"


@dataclass(frozen=True)
class Drawn:
    """A picture that was scaled and turned into lines, away from the screen's loop."""

    source: Path
    size: Size
    lines: tuple[Strip, ...]
    trouble: str = ""
    """Why there are no lines."""


class PictureView(Widget):
    """Shows one picture file as large as fits, keeping its proportions."""

    DEFAULT_CSS = """
    PictureView { height: 1fr; width: 1fr; }
    """

    source: reactive[Path | None] = reactive(None)
    """The file to show, or None."""
    empty: reactive[str] = reactive("")
    """What to say while there is no picture."""

    _drawn: reactive[Drawn | None] = reactive(None)

    def watch_source(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if self.source is None:
            self._drawn = None
        elif self.size.width and self.size.height:
            self._load(self.source, self.size)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _load(self, source: Path, size: Size) -> None:
        try:
            drawn = Drawn(source, size, half_blocks(source, size.width, size.height))
        except FileNotFoundError:
            drawn = Drawn(source, size, (), plain(f"The picture is gone: {source.name} was deleted."))
        except Exception:  # whatever Pillow makes of a damaged file
            drawn = Drawn(source, size, (), plain(f"The picture {source.name} cannot be shown: it is damaged."))
        self.app.call_from_thread(self._show, drawn)

    def _show(self, drawn: Drawn) -> None:
        if (drawn.source, drawn.size) == (self.source, self.size):
            self._drawn = drawn

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self.source is None or self._drawn is None or not self._drawn.lines:
            text = self._drawn.trouble if self._drawn else self.empty if self.source is None else ""
            lines = textwrap.wrap(text, max(1, width))
            return Strip([Segment((lines[y] if y < len(lines) else "").ljust(width), self.rich_style)])
        if y < len(self._drawn.lines):
            return self._drawn.lines[y].adjust_cell_length(width, self.rich_style)
        return Strip.blank(width, self.rich_style)


def half_blocks(path: Path, columns: int, rows: int) -> tuple[Strip, ...]:
    """Scale a picture into `columns` x `rows` cells and return its lines.

    Raises:
        OSError: The file is missing or no picture.
    """
    from PIL import Image

    with Image.open(path) as image:
        scale = min(columns / image.width, 2 * rows / image.height)
        width, height = max(1, int(image.width * scale)), max(2, int(image.height * scale) // 2 * 2)
        pixels = image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS).tobytes()
    row = width * 3
    lines: list[Strip] = []
    for top in range(0, height, 2):
        segments: list[Segment] = []
        for x in range(width):
            a, b = top * row + 3 * x, (top + 1) * row + 3 * x
            upper = f"#{pixels[a]:02x}{pixels[a + 1]:02x}{pixels[a + 2]:02x}"
            lower = f"#{pixels[b]:02x}{pixels[b + 1]:02x}{pixels[b + 2]:02x}"
            segments.append(Segment(UPPER_HALF, Style(color=upper, bgcolor=lower)))
        lines.append(Strip(segments, width))
    return tuple(lines)
