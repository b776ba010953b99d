"""How pictures are drawn: half-blocks everywhere, a terminal's own graphics where somebody asked for them.

textual-image asks the terminal what it can when it is imported, and waits for the answer on stdin: it is imported
before the app runs, only for whoever wants it, and asks for `auto` alone.
"""

import importlib
import io
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.control import Control
from rich.segment import ControlType, Segment
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from workshop_tui.app.by_terminal import ByTerminal
from workshop_tui.browser import in_browser
from workshop_tui.errors import UserError
from workshop_tui.exercises.seeing import DRAWN

if TYPE_CHECKING:
    from PIL.Image import Image

AUTO, HALF, ASCII, OFF = "auto", "half", "ascii", "off"
_PROTOCOLS = ("kitty", "sixel")
_CHOSEN = ByTerminal("pictures.json", DRAWN)
"""How pictures are drawn."""


def choose(asked: str | None, root: Path, environment: Mapping[str, str], *, shades: bool = False) -> str:
    """Return how pictures are drawn in this terminal, and remember what was asked for.

    Args:
        asked: A name of `DRAWN`, or `auto`: what the terminal says that it can, half-blocks in tmux, screen and
            browser. None takes what was chosen for this terminal last, else half-blocks.
        root: The learner's folder.
        environment: The terminal's.
        shades: Nothing but ASCII shades can be drawn here; what is remembered stays.

    Raises:
        UserError: This terminal, or the library, cannot be asked for that.
        WorkshopError: The learner's folder cannot be written.
    """
    how = asked or _CHOSEN.last(root, environment) or HALF
    if shades:
        return OFF if how == OFF else ASCII
    if how == AUTO:
        cannot_be_asked = environment.get("TMUX") or environment.get("STY") or in_browser(environment)
        how = HALF if cannot_be_asked else _best()
    if how in _PROTOCOLS:
        _library(f"--pictures {how}")
    if asked is not None:
        _CHOSEN.remember(how, root, environment)
    return how


def next_way(how: str, chosen: str, *, shades: bool) -> str:
    """Return the way that follows one in turn: half-blocks, none, and the terminal's own graphics where those are on.

    Args:
        how: Now.
        chosen: At the start.
        shades: ASCII shades take the place of half-blocks.
    """
    ways = [ASCII if shades else HALF, OFF, *([chosen] if chosen in _PROTOCOLS else [])]
    return ways[(ways.index(how) + 1) % len(ways)]


_sending = threading.Lock()
"""Kitty wants all of a picture before it is told of another."""


class Graphics(msgspec.Struct, frozen=True):
    """A picture that is encoded for a terminal which draws it itself."""

    lines: tuple[Strip, ...] = ()
    """Kitty's: the terminal has the picture already, and draws it where it finds these."""
    sixel: str = ""
    """Sixel's: the picture itself, to be sent each time that it is drawn."""
    free: Callable[[], None] = lambda: None
    """Makes the terminal forget it; waits while another is sent."""


NO_GRAPHICS = Graphics()


def encode(how: str, picture: "Image", cells: Size) -> Graphics:
    """Encode a picture, and send it where that is done once; it takes a moment, and on a slow line longer.

    Args:
        how: `kitty` or `sixel`.
        picture: Scaled to the terminal's pixels.
        cells: That it takes.
    """
    if how == "sixel":
        return Graphics(sixel=importlib.import_module("textual_image._sixel").image_to_sixels(picture))
    console = Console(file=io.StringIO(), width=cells.width, height=cells.height)
    sent = importlib.import_module("textual_image.renderable.tgp").Image(picture, cells.width, cells.height)

    def free() -> None:
        with _sending:
            sent.cleanup()

    with _sending:
        rows = list(Segment.split_lines(console.render(sent)))
    return Graphics(tuple(Strip(row, cells.width) for row in rows), free=free)


class SixelView(Widget):
    """Sends a picture to the terminal where the widget lies; nothing of it while something else lies over it."""

    def __init__(self, sixel: str) -> None:
        super().__init__()
        self._sixel = sixel

    def render_lines(self, crop: Region) -> list[Strip]:
        if crop.size != self.size or not self.screen.is_active:
            return [Strip.blank(crop.width)] * crop.height
        x, y = self.region.offset
        # Its control characters count as no cells: what follows them is drawn elsewhere.
        sent = [
            Segment(Control.move_to(x, y).segment.text),
            Segment(self._sixel, control=((ControlType.CURSOR_FORWARD, 0),)),
            Segment(Control.move_to(x + crop.width, y + crop.height).segment.text),
        ]
        return [Strip([])] * (crop.height - 1) + [Strip(sent, crop.width)]


def cell_pixels() -> tuple[int, int]:
    """Return a cell's width and height, px, as the terminal told when textual-image was imported."""
    terminal = importlib.import_module("textual_image._terminal")
    width, height = terminal.get_cell_size()
    return width, height


def _best() -> str:
    """Return the best that the terminal says it can."""
    _library("--pictures auto", ask=True)
    found = importlib.import_module("textual_image.renderable")
    best = {found.SixelImage: "sixel", found.TGPImage: "kitty"}
    return best.get(found.Image, HALF)


def _library(what: str, *, ask: bool = False) -> None:
    """Import textual-image; only where wanted it may ask the terminal what it can, and wait for the answer.

    Raises:
        UserError: There is no terminal, or it answers what the library does not expect.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError(f"{what}: there is no terminal to be asked.", "Choose half.")
    stdout = sys.__stdout__
    if not ask:
        sys.__dict__["__stdout__"] = None  # where this is no terminal, it asks nothing
    try:
        importlib.import_module("textual_image.renderable")
    except Exception as error:  # whatever a terminal answers that the library does not expect
        raise UserError(f"{what}: the terminal cannot be asked ({error}).", "Choose half.") from error
    finally:
        sys.__dict__["__stdout__"] = stdout
