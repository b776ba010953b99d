"""A scene becomes a picture."""

import numpy as np
import skia
from numpy.typing import NDArray

from workshop_tui.models.painting.scene import Scene
from workshop_tui.models.painting.tables import RGB


def paint(scene: Scene, width: int, height: int) -> NDArray[np.uint8]:
    """Paint a scene at a size in px: height x width x 3 of 0 to 255, the same bytes each time."""
    pixels = np.zeros((height, width, 4), np.uint8)
    surface = skia.Surface(pixels)
    canvas = surface.getCanvas()
    canvas.clear(skia.Color(90, 80, 70))
    canvas.translate(width / 2, height / 2)
    canvas.scale(min(width, height), min(width, height))
    canvas.drawOval(
        skia.Rect.MakeXYWH(-0.2, -0.3, 0.4, 0.5),
        skia.Paint(Color=skia.Color(*RGB[scene.clothing or "red"]), AntiAlias=True),
    )
    surface.flushAndSubmit()
    return np.ascontiguousarray(pixels[:, :, 2::-1])
