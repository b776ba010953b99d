"""Reads pictures that may be damaged, or gone."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image


def read_picture(path: Path, mode: str = "RGB") -> "Image.Image | None":
    """Return a picture in one of Pillow's modes, `RGB` or `L`; None where it cannot be read."""
    from PIL import Image  # Pillow takes a moment to import

    try:
        with Image.open(path) as picture:
            return picture.convert(mode)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
