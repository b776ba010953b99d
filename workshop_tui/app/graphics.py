"""How pictures are drawn: half-blocks everywhere, a terminal's own graphics where somebody asked for them.

textual-image asks the terminal what it can when it is imported, and waits for the answer on stdin: it is imported
before the app runs, and only for whoever wants it.
"""

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workshop_tui.errors import UserError
from workshop_tui.exercises.seeing import DRAWN, terminal_name
from workshop_tui.files import private_folder, write_atomic

if TYPE_CHECKING:
    from PIL.Image import Image
    from textual.widget import Widget

AUTO, HALF, OFF = "auto", "half", "off"
_WIDGETS = {"kitty": "TGPImage", "sixel": "SixelImage"}
"""textual-image's, by the protocol."""
_FILE = "pictures.json"
"""In the learner's folder: how pictures are drawn, by terminal."""


def choose(asked: str | None, root: Path, environment: Mapping[str, str]) -> str:
    """Return how pictures are drawn in this terminal, and remember what was asked for.

    Args:
        asked: A name of `DRAWN`, or `auto`: what the terminal says that it can, half-blocks in tmux and screen. None
            takes what was chosen for this terminal last, else half-blocks.
        root: The learner's folder.
        environment: The terminal's.

    Raises:
        UserError: This terminal, or the library, cannot be asked for that.
        WorkshopError: The learner's folder cannot be written.
    """
    terminal, known = terminal_name(environment), _known(root)
    how = known.get(terminal, HALF) if asked is None else asked
    if how == AUTO:
        how = HALF if environment.get("TMUX") or environment.get("STY") else _best()
    if how in _WIDGETS:
        _library(f"--pictures {how}")
    if asked is not None and known.get(terminal) != how:
        private_folder(root)
        write_atomic(root / _FILE, json.dumps({**known, terminal: how}))
    return how


def next_way(how: str, chosen: str) -> str:
    """Return the way that follows one in turn: half-blocks, none, and the terminal's own graphics where those are on.

    Args:
        how: Now.
        chosen: At the start.
    """
    ways = [HALF, OFF, *([chosen] if chosen in _WIDGETS else [])]
    return ways[(ways.index(how) + 1) % len(ways)]


def graphics_widget(how: str) -> "Callable[[Image], Widget] | None":
    """Return what draws a picture in a terminal's own graphics; None for half-blocks and for none."""
    return getattr(_library(how), _WIDGETS[how]) if how in _WIDGETS else None


def cell_pixels() -> tuple[int, int]:
    """Return a cell's width and height, px, as the terminal told when textual-image was imported."""
    terminal = importlib.import_module("textual_image._terminal")
    width, height = terminal.get_cell_size()
    return width, height


def _best() -> str:
    """Return the best that the terminal says it can."""
    _library("--pictures auto")
    found = importlib.import_module("textual_image.renderable")
    best = {found.SixelImage: "sixel", found.TGPImage: "kitty"}
    return best.get(found.Image, HALF)


def _library(what: str) -> Any:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError(f"{what}: there is no terminal to be asked.", "Choose half.")
    try:
        return importlib.import_module("textual_image.widget")
    except Exception as error:  # whatever a terminal answers that the library does not expect
        raise UserError(f"{what}: the terminal cannot be asked ({error}).", "Choose half.") from error


def _known(root: Path) -> dict[str, str]:
    try:
        found = json.loads((root / _FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return {terminal: how for terminal, how in found.items() if how in DRAWN} if isinstance(found, dict) else {}
