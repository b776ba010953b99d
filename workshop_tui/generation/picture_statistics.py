"""Figures of finished pictures: how sharp one is, and how alike several are in colours and in texture.

They say nothing about beauty or about what a picture shows: noise is sharp, and four grey pictures are alike.
"""

import itertools
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

import msgspec

from workshop_tui.generation.drift import drift
from workshop_tui.generation.picture_file import read_picture

if TYPE_CHECKING:
    from PIL import Image

SHARPNESS_SIDE = 1024
"""px of the longer side at which sharpness is measured: an enlarged picture has no more detail than before."""
_LIKENESS_SIDE = 256


class Likeness(msgspec.Struct, frozen=True):
    """How far several pictures lie from each other, 0 (alike) to 1, on average over all pairs."""

    palette: float
    """Share of the area whose colours the other picture does not have."""
    texture: float
    """Share of the area whose edges are stronger or weaker than the other picture's."""


class PictureFacts(msgspec.Struct, frozen=True):
    """What was measured of one picture, or of the pictures of a series; None where it could not be."""

    sharpness: float | None = None
    """On average over the pictures."""
    drift: float | None = None
    """From the pictures that they are held against, levels of 255, on average over the pairs."""
    likeness: Likeness | None = None
    """Of the pictures among themselves."""


@lru_cache(maxsize=256)
def picture_facts(paths: tuple[Path, ...], against: tuple[Path, ...]) -> PictureFacts:
    """Measure one picture, or those of a series; once, for a run's picture has its name for good.

    Args:
        paths: The files.
        against: The file that each of them is held against.
    """
    sharp = [value for path in paths if (value := sharpness(path)) is not None]
    drifts = [value.mean for pair in zip(paths, against, strict=False) if (value := drift(*pair))]
    return PictureFacts(
        sharpness=mean(sharp) if sharp else None,
        drift=mean(drifts) if drifts and len(drifts) == len(paths) else None,
        likeness=likeness(paths),
    )


def sharpness(path: Path) -> float | None:
    """Return how strong a picture's finest detail is; None where it cannot be read.

    It is the standard deviation of the Laplacian (Pech-Pacheco et al. 2000), in levels of 255, of the grey picture
    brought to `SHARPNESS_SIDE`.
    """
    from PIL import Image, ImageFilter, ImageStat

    grey = read_picture(path, "L")
    if grey is None:
        return None
    scale = SHARPNESS_SIDE / max(grey.size)
    size = (max(3, round(grey.width * scale)), max(3, round(grey.height * scale)))
    grey = grey.resize(size, Image.Resampling.BICUBIC)
    laplacian = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
    return ImageStat.Stat(_without_border(grey.filter(laplacian))).stddev[0]


def likeness(paths: Sequence[Path]) -> Likeness | None:
    """Return how alike some pictures are; None where fewer than two can be read."""
    pictures = [picture for path in paths if (picture := read_picture(path, "RGB"))]
    if len(pictures) < 2:
        return None
    palettes, textures = [_palette(each) for each in pictures], [_texture(each) for each in pictures]
    return Likeness(_apart(palettes), _apart(textures))


def furthest(paths: Sequence[Path]) -> Path | None:
    """Return which picture lies furthest from the first, by drift; where none has its size, by sharpness.

    Args:
        paths: Two or more.

    Returns:
        None where none of them can be compared with it.
    """
    start, *others = paths
    found = {path: away.mean for path in others if (away := drift(start, path))}
    if not found and (sharp := sharpness(start)) is not None:
        found = {path: abs(other - sharp) for path in others if (other := sharpness(path)) is not None}
    return max(found, key=lambda path: found[path]) if found else None


def _palette(picture: "Image.Image") -> list[float]:
    """Return the share of the area of each of 64 colours, four levels of red, green and blue."""
    small = picture.resize((_LIKENESS_SIDE, _LIKENESS_SIDE)).point([level // 64 for level in range(256)] * 3)
    red, green, blue = (channel.tobytes() for channel in small.split())
    counts = [0] * 64
    for r, g, b in zip(red, green, blue, strict=True):
        counts[16 * r + 4 * g + b] += 1
    return [count / len(red) for count in counts]


def _texture(picture: "Image.Image") -> list[float]:
    """Return the share of the area of each strength of edges; strengths double from one to the next."""
    from PIL import ImageFilter

    side = _LIKENESS_SIDE * 2
    edges = _without_border(picture.convert("L").resize((side, side)).filter(ImageFilter.FIND_EDGES))
    counts = edges.histogram()
    steps = [sum(counts[low:high]) for low, high in itertools.pairwise((0, 2, 4, 8, 16, 32, 64, 128, 256))]
    return [count / (edges.width * edges.height) for count in steps]


def _without_border(filtered: "Image.Image") -> "Image.Image":
    """Return a filter's result without the outermost pixels, which Pillow's filters leave as they were."""
    return filtered.crop((1, 1, filtered.width - 1, filtered.height - 1))


def _apart(histograms: Sequence[Sequence[float]]) -> float:
    """Return the total variation distance, averaged over all pairs."""
    pairs = itertools.combinations(histograms, 2)
    return mean(sum(abs(a - b) for a, b in zip(*pair, strict=True)) / 2 for pair in pairs)
