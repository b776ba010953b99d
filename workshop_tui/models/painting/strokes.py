"""Oil paint: brush strokes that take their colours from the picture beneath and follow its edges.

Where the strokes lie, and which lies over which, is the same in each picture of a ratio: only colour and direction
are the picture's own, so that a small model can learn the hand that paints.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import skia
from numpy.typing import NDArray
from PIL import Image

from workshop_tui.models.painting.easel import Easel

LOOK = 64
"""Samples along the short side that strokes choose their direction by; a stroke's sizes are in samples too."""


class Brush(NamedTuple):
    """One kind of stroke: its size, and how much must happen beneath it, at least and at most."""

    pitch: float
    thick: float
    long: float
    least: float
    most: float
    alpha: int
    face: bool


BRUSHES = (
    Brush(2.5, 2.3, 5.5, 0.0, 7.0, 225, face=False),
    Brush(2.2, 1.0, 3.4, 5.0, 40.0, 125, face=False),
    Brush(1.6, 0.8, 2.6, 0.0, 24.0, 90, face=True),
)


@lru_cache(32)
def _lattice(width: int, height: int, pitch: float) -> NDArray[np.float64]:
    """Return strokes in the order they are laid: x, y and how light (N x 3)."""
    numbers = np.random.default_rng(11)
    ys, xs = np.mgrid[pitch / 2 : height : pitch, pitch / 2 : width : pitch]
    places = np.stack([xs.ravel(), ys.ravel(), np.zeros(xs.size)], axis=1)
    places[:, :2] += numbers.uniform(-0.7, 0.7, (len(places), 2))
    places[:, 2] = numbers.uniform(0.86, 1.14, len(places))
    return numbers.permutation(np.clip(places, 0, (width - 1, height - 1, 2)))


def brushed(easel: Easel, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Paint over a picture with strokes: wide ones where little happens, narrow ones where much does.

    Args:
        easel: Says where the eye goes.
        rgb: Height x width x 3.
    """
    height, width = rgb.shape[:2]
    short = min(width, height)
    size = (round(LOOK * width / short), round(LOOK * height / short))
    small = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BOX)).astype(np.float32)
    gy, gx = np.gradient(small.mean(axis=2))
    change = np.hypot(gx, gy)
    # A wide stroke reaches past its middle: what counts is the sharpest edge around.
    around = np.maximum.reduce([np.roll(change, (y, x), (0, 1)) for x in (-2, 0, 2) for y in (-2, 0, 2)])
    pixels = np.dstack([rgb, np.full((height, width), 255, np.uint8)])
    surface = skia.Surface(pixels, skia.ColorType.kRGBA_8888_ColorType)
    canvas = surface.getCanvas()
    canvas.scale(short / LOOK, short / LOOK)
    paint = skia.Paint(AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeCap=skia.Paint.kRound_Cap)
    for brush in BRUSHES:
        xs, ys, lightness = _lattice(*size, brush.pitch).T
        there = around[ys.astype(int), xs.astype(int)]
        keep = (there >= brush.least) & (there < brush.most)
        if easel.focus:
            x, y, radius = easel.focus
            away = np.hypot((xs / LOOK + easel.left - x) * 1.3, ys / LOOK + easel.top - y)
            keep &= (away < radius) == brush.face
        elif brush.face:
            continue
        xs, ys, lightness = xs[keep], ys[keep], lightness[keep]
        row, column = ys.astype(int), xs.astype(int)
        flow = 0.7 + 0.5 * np.sin(xs / 15) + 0.5 * np.cos(ys / 17)
        angle = np.where(change[row, column] > 3, np.arctan2(gy[row, column], gx[row, column]) + np.pi / 2, flow)
        dx, dy = np.cos(angle) * brush.long / 2, np.sin(angle) * brush.long / 2
        tone = np.clip(small[row, column] * lightness[:, None], 0, 255).astype(np.uint32)
        colors = (brush.alpha << 24) | (tone[:, 0] << 16) | (tone[:, 1] << 8) | tone[:, 2]
        paint.setStrokeWidth(brush.thick)
        for end, color in zip(
            np.stack([xs - dx, ys - dy, xs + dx, ys + dy], axis=1).tolist(), colors.tolist(), strict=True
        ):
            paint.setColor(color)
            canvas.drawLine(*end, paint)
    surface.flushAndSubmit()
    return pixels[:, :, :3]
