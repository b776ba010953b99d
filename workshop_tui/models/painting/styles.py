"""The six styles: what turns shaded colours and outlines into a picture.

Each texture's size is a share of the picture and its phase is tied to the picture's corner, so that the same scene
looks the same at each size; hatches repeat every 1/16 or 1/32 of the short side.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from workshop_tui.models.painting import strokes
from workshop_tui.models.painting.easel import Easel
from workshop_tui.models.painting.scene import Scene
from workshop_tui.models.painting.tables import RGB

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
DRAWN = ("watercolor", "pencil sketch", "pixel art", "woodcut")
"""Styles that show outlines."""
CELLS = 64
"""Pixels of pixel art along the short side."""
_GREY = np.array([0.3, 0.59, 0.11], np.float32)


def _bytes(values: NDArray[np.floating]) -> Bytes:
    return np.clip(values, 0, 255).astype(np.uint8)


def _grey(easel: Easel) -> Floats:
    """Return how light the picture is, 0 to 1."""
    return np.dot(easel.pixels[:, :, :3], _GREY / 255).astype(np.float32)


def _exposed(easel: Easel, scene: Scene) -> Floats:
    """Return how light the picture is, 0 to 1, a dark room or street brought up to where ink can tell it."""
    grey = _grey(easel)
    if scene.background:
        return grey
    bright = float(np.percentile(grey[::8, ::8], 85))
    return grey * np.float32(np.clip(0.72 / max(bright, 0.01), 1.0, 1.9))


@lru_cache(8)
def _position(width: int, height: int) -> tuple[Floats, Floats]:
    """Return each pixel's x (1 x W) and y (H x 1) in short sides from the upper left corner."""
    short = min(width, height)
    across, down = ((np.arange(length, dtype=np.float32) + 0.5) / short for length in (width, height))
    return across[None, :].astype(np.float32), down[:, None].astype(np.float32)


@lru_cache(16)
def _wave(width: int, height: int, across: int, down: int) -> Floats:
    """Return slanted lines: 0 in a line's middle to 1 between two, so many a short side along each axis."""
    x, y = _position(width, height)
    return np.abs((x * across + y * down) % 1.0 * 2 - 1)


@lru_cache(8)
def _vignette(width: int, height: int, strength: float) -> Floats:
    x, y = _position(width, height)
    short = min(width, height)
    away = ((x / (width / short) - 0.5) ** 2 + (y / (height / short) - 0.5) ** 2) * 2
    return (1 - strength * away**1.5)[:, :, None].astype(np.float32)


@lru_cache(8)
def _blooms(width: int, height: int) -> Floats:
    """Return soft spots, the same for each picture: -1 to 1."""
    spots = np.random.default_rng(7).uniform(-1, 1, (9, 9)).astype(np.float32)
    return np.asarray(Image.fromarray(spots).resize((width, height), Image.Resampling.BICUBIC))


@lru_cache(8)
def _paper_edge(width: int, height: int) -> Floats:
    """Return how far the wash reaches: 1 within, 0 at the paper's white border."""
    x, y = _position(width, height)
    short = min(width, height)
    near = np.minimum(np.minimum(x, width / short - x), np.minimum(y, height / short - y))
    ragged = 0.035 + 0.016 * np.sin(x * 23 + 1) * np.sin(y * 19) + 0.01 * _blooms(width, height)
    return np.clip((near - ragged) * 60, 0, 1)[:, :, None].astype(np.float32)


def _blurred(grey: Floats, share: float) -> Floats:
    """Return the picture without what is smaller than `share` of its short side."""
    height, width = grey.shape
    cells = 1 / share / min(height, width)
    small = Image.fromarray(grey).resize((round(width * cells), round(height * cells)), Image.Resampling.BOX)
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


def oil(easel: Easel, _scene: Scene) -> Bytes:
    """Warm colours in brush strokes, finer where the eye goes, under an old varnish."""
    rgb = easel.pixels[:, :, :3].astype(np.float32)
    rgb = (rgb * (0.84 + rgb * (0.24 / 255))) * np.array([1.08, 1.0, 0.86], np.float32) + np.array(
        [4, 2, 0], np.float32
    )
    painted = strokes.brushed(easel, _bytes(rgb)).astype(np.float32)
    weave = _wave(easel.width, easel.height, 64, 0) + _wave(easel.width, easel.height, 0, 64)
    return _bytes(painted * _vignette(easel.width, easel.height, 0.34) + (weave[:, :, None] - 1) * 4)


def watercolor(easel: Easel, _scene: Scene) -> Bytes:
    """Pale washes with darker edges and soft blooms, white paper around, a thin outline."""
    width, height = easel.width, easel.height
    grey = _grey(easel)
    rgb = easel.pixels[:, :, :3].astype(np.float32)
    vivid = grey[:, :, None] * 255 + (rgb - grey[:, :, None] * 255) * 1.3
    depth = np.clip((255 - vivid) / 255, 0, 1)
    edges = np.clip(_blurred(grey, 1 / 40) - grey, 0, 0.3)
    strength = 0.7 + 0.15 * _blooms(width, height) + edges * 1.1
    washed = 250 - 250 * depth**1.35 * strength[:, :, None]
    pen = (255 - easel.ink.astype(np.float32))[:, :, None] * 0.5
    washed -= pen * np.array([0.75, 0.85, 0.9], np.float32)
    edge = _paper_edge(width, height)
    # Colour gathers where a wash ends.
    rim = edge * (1 - edge) * 50
    return _bytes(washed * edge + np.array([252, 249, 240], np.float32) * (1 - edge) - rim)


def pencil(easel: Easel, scene: Scene) -> Bytes:
    """Outlines and two hatchings on paper, denser where it is darker."""
    dark = 1 - np.minimum(_exposed(easel, scene), 1) ** 0.72
    ink = (255 - easel.ink.astype(np.float32)) / 255
    first = _wave(easel.width, easel.height, 32, 32)
    second = _wave(easel.width, easel.height, 32, -16)
    hatch = np.clip((dark * 1.1 - 0.12 - first) * 1.6 + 0.3, 0, 1) * 0.42 * np.clip(dark * 6 - 0.9, 0, 1)
    hatch += np.clip((dark * 1.3 - 0.5 - second) * 1.6 + 0.2, 0, 1) * 0.2 * np.clip(dark * 5 - 2, 0, 1)
    shade = np.maximum(hatch + dark**2 * 0.5, np.minimum(ink * 1.25, 0.95))
    edge = _paper_edge(easel.width, easel.height)[:, :, 0]
    paper = np.array([246, 242, 232], np.float32)
    graphite = np.array([40, 40, 48], np.float32)
    return _bytes(paper + (graphite - paper) * np.clip(shade * edge, 0, 1)[:, :, None])


def pixel_art(easel: Easel, _scene: Scene) -> Bytes:
    """A grid of large pixels in sixteen colours, with dark outlines."""
    size = (round(CELLS * easel.width / easel.short), round(CELLS * easel.height / easel.short))
    small = np.asarray(Image.fromarray(easel.pixels[:, :, :3]).resize(size, Image.Resampling.BOX)).astype(np.float32)
    ink = np.asarray(Image.fromarray(easel.ink).resize(size, Image.Resampling.BOX)).astype(np.float32) / 255
    grey = (small @ _GREY)[:, :, None]
    vivid = (grey + (small - grey) * 1.25 - 128) * 1.12 + 134
    outlined = _bytes(vivid * np.clip(ink * 1.3 - 0.2, 0.3, 1)[:, :, None])
    few = (
        Image.fromarray(outlined)
        .quantize(16, Image.Quantize.MEDIANCUT, kmeans=2, dither=Image.Dither.NONE)
        .convert("RGB")
    )
    rows = np.arange(easel.height) * size[1] // easel.height
    columns = np.arange(easel.width) * size[0] // easel.width
    return np.asarray(few)[rows[:, None], columns[None, :]]


def woodcut(easel: Easel, scene: Scene) -> Bytes:
    """Black ink on cream paper in carved lines that swell with the dark, often with one more flat colour."""
    grey = _exposed(easel, scene)
    dark = 1 - np.clip((grey - 0.06) * 1.25, 0, 1) ** 0.8
    lines = _wave(easel.width, easel.height, 16, 32)
    sharp = easel.short / 64 * 1.4
    cut = np.clip((dark * 1.8 - 0.5 - lines) * sharp + 0.5, 0, 1)
    outline = np.clip((255 - easel.ink.astype(np.float32)) / 255 * 1.6, 0, 1)
    ink = np.maximum(cut, outline)[:, :, None]
    paper: NDArray[np.floating] = np.array([240, 228, 200], np.float32)
    color = _second_color(scene)
    if color and scene.random("ink").random() < 0.7:
        flat = np.array(RGB[color], np.float32) * 0.85 + 36
        paper = paper + (flat - paper) * _like(easel, RGB[color])[:, :, None]
    return _bytes(paper + (np.array([28, 24, 24], np.float32) - paper) * ink)


def _second_color(scene: Scene) -> str | None:
    wished = [scene.cloak, scene.clothing, scene.hat_color, *(thing.color for thing in scene.things)]
    dull = (None, "black", "white", "grey", "brown", "silver")
    outdoors = {"day": "blue", "sunset": "orange", "night": "blue"}.get(scene.time or "")
    return next((color for color in wished if color not in dull), outdoors)


def _like(easel: Easel, color: tuple[int, int, int]) -> Floats:
    """Return where the picture's hue is near a colour's and about as strong, so that skin is not cloth: 0 to 1."""
    rgb = easel.pixels[:, :, :3].astype(np.float32)
    chroma = rgb - rgb.mean(axis=2, keepdims=True)
    wanted = np.array(color, np.float32)
    wanted -= wanted.mean()
    strong = float(np.sqrt((wanted * wanted).sum()))
    length = np.sqrt((chroma * chroma).sum(axis=2)) + 1
    near = np.clip((chroma @ wanted / (length * strong) - 0.88) * 14, 0, 1)
    return near * np.clip(length / strong * 6 - 2.4, 0, 1)


def photograph(easel: Easel, _scene: Scene) -> Bytes:
    """Smooth light as a lens sees it, a little darker in the corners."""
    unit = easel.pixels[:, :, :3].astype(np.float32) / 255
    unit = unit * unit * (3 - 2 * unit) * 0.45 + unit * 0.57
    return _bytes(unit * 255 * _vignette(easel.width, easel.height, 0.3))


STYLE: dict[str, Callable[[Easel, Scene], Bytes]] = {
    "oil painting": oil,
    "watercolor": watercolor,
    "pencil sketch": pencil,
    "pixel art": pixel_art,
    "woodcut": woodcut,
    "photograph": photograph,
}
