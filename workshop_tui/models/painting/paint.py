"""A scene becomes a picture."""

import numpy as np
from numpy.typing import NDArray

from workshop_tui.models.painting import landscape, portrait, room, still_life, street, styles
from workshop_tui.models.painting.easel import Easel
from workshop_tui.models.painting.scene import Scene

_COMPOSE = {
    "portrait": portrait.compose,
    "landscape": landscape.compose,
    "still-life": still_life.compose,
    "street": street.compose,
    "interior": room.compose,
}


def paint(scene: Scene, width: int, height: int) -> NDArray[np.uint8]:
    """Paint a scene at a size in px: height x width x 3 of 0 to 255, the same bytes each time."""
    easel = Easel(
        width,
        height,
        scene.light,
        lines=scene.style in styles.DRAWN,
        blur=scene.style == "photograph",
        fade=0.32 if scene.style == "pencil sketch" else 0.0,
    )
    _COMPOSE[scene.kind](easel, scene)
    easel.flush()
    return styles.STYLE[scene.style](easel, scene)
