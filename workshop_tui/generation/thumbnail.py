"""A small copy of a picture in its own PNG file, for screens that show it in a few cells without unpacking it whole.

It goes where the file goes and is removed with it. The chunk is ancillary and private, and programs that change pixels
drop it: so the letters of its name say (PNG specification, "Chunk naming conventions").
"""

import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

CHUNK = b"thMB"
SIDE = 160
"""px of the longer side: a picture on the whole screen of a large terminal has 120 half-blocks."""
QUALITY = 90
"""JPEG's."""


def add_thumbnail(info: "PngInfo", picture: "Image.Image") -> None:
    """Put a small copy of a picture into what will be written beside its pixels."""
    small = picture.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=QUALITY, subsampling=0)
    info.add(CHUNK, file.getvalue())


def read_thumbnail(path: Path) -> "Image.Image | None":
    """Return a PNG's small copy, RGB; None where it has none that can be read.

    Raises:
        OSError: The file is missing or no PNG.
    """
    from PIL import Image

    with Image.open(path, formats=("PNG",)) as picture:
        chunks = getattr(picture, "private_chunks", [])
    data = next((chunk[1] for chunk in chunks if chunk[0] == CHUNK), b"")
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as small:
            return small.convert("RGB") if max(small.size) <= SIDE else None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
