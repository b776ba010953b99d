"""Reads pictures that may be damaged, or gone."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image


def read_picture(path: Path, mode: str = "RGB", size: tuple[int, int] | None = None) -> "Image.Image | None":
    """Return a picture; None where it cannot be read.

    Args:
        path: A PNG; nothing else is opened, for some of Pillow's formats are programs to be run.
        mode: One of Pillow's, `RGB` or `L`.
        size: What it must be, px; another one is not unpacked. None for any.
    """
    from PIL import Image  # Pillow takes a moment to import

    try:
        with Image.open(path, formats=("PNG",)) as picture:
            return picture.convert(mode) if size in (None, picture.size) else None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
