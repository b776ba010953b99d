"""Oil paint: brush strokes that take their colours from the picture beneath and follow its edges."""

import numpy as np
import skia
from numpy.typing import NDArray
from PIL import Image

from workshop_tui.models.painting.easel import Easel
from workshop_tui.models.painting.scene import Scene

LOOK = 64
"""Samples along the short side that strokes choose their direction by."""


def brushed(easel: Easel, rgb: NDArray[np.uint8], scene: Scene) -> NDArray[np.uint8]:
    """Paint over a picture with strokes: wide ones where little happens, narrow ones where much does.

    Args:
        easel: Says where the eye goes.
        rgb: Height x width x 3.
        scene: Gives the strokes' random numbers.
    """
    height, width = rgb.shape[:2]
    short = min(width, height)
    size = (round(LOOK * width / short), round(LOOK * height / short))
    small = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BOX)).astype(np.float32)
    gy, gx = np.gradient(small.mean(axis=2))
    change = np.hypot(gx, gy)
    # A wide stroke reaches past its middle: what counts is the sharpest edge around.
    around = np.maximum.reduce([np.roll(change, (y, x), (0, 1)) for x in (-2, 0, 2) for y in (-2, 0, 2)])
    canvas_pixels = np.dstack([rgb, np.full((height, width), 255, np.uint8)])
    surface = skia.Surface(canvas_pixels, skia.ColorType.kRGBA_8888_ColorType)
    canvas = surface.getCanvas()
    canvas.scale(short / LOOK, short / LOOK)
    paint = skia.Paint(AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeCap=skia.Paint.kRound_Cap)
    numbers = np.random.default_rng(scene.random("strokes").randrange(2**32))
    for pitch, thick, long, least, most, alpha in (
        (2.5, 2.3, 5.5, 0.0, 7.0, 225),
        (2.2, 1.0, 3.4, 5.0, 40.0, 125),
        (1.6, 0.8, 2.6, 0.0, 24.0, 90),
    ):
        ys, xs = np.mgrid[pitch / 2 : size[1] : pitch, pitch / 2 : size[0] : pitch]
        xs, ys = (
            np.clip(a.ravel() + numbers.uniform(-0.7, 0.7, a.size), 0, limit - 1)
            for a, limit in ((xs, size[0]), (ys, size[1]))
        )
        row, column = ys.astype(int), xs.astype(int)
        there = around[row, column]
        keep = (there >= least) & (there < most)
        if easel.focus:
            x, y, radius = easel.focus
            fx, fy = (x - easel.left) * LOOK, (y - easel.top) * LOOK
            inside = ((xs - fx) * 1.3) ** 2 + (ys - fy) ** 2 < (radius * LOOK) ** 2
            keep &= inside if pitch < 2 else ~inside
        xs, ys, row, column, there = xs[keep], ys[keep], row[keep], column[keep], there[keep]
        flow = 0.7 + 0.5 * np.sin(xs / 15) + 0.5 * np.cos(ys / 17)
        angle = np.where(change[row, column] > 3, np.arctan2(gy[row, column], gx[row, column]) + np.pi / 2, flow)
        dx, dy = np.cos(angle) * long / 2, np.sin(angle) * long / 2
        tone = np.clip(small[row, column] * numbers.uniform(0.86, 1.14, (len(xs), 1)), 0, 255).astype(np.uint32)
        colors = (alpha << 24) | (tone[:, 0] << 16) | (tone[:, 1] << 8) | tone[:, 2]
        order = numbers.permutation(len(xs))
        ends = np.stack([xs - dx, ys - dy, xs + dx, ys + dy], axis=1)[order].tolist()
        paint.setStrokeWidth(thick)
        for end, color in zip(ends, colors[order].tolist(), strict=True):
            paint.setColor(color)
            canvas.drawLine(*end, paint)
    surface.flushAndSubmit()
    return canvas_pixels[:, :, :3]
