"""What all clothes begin with."""

from workshop_tui.models.painting.easel import (
    Color,
    Easel,
    Point,
    blob,
    curve,
    darker,
    lighter,
    mirrored,
    oval,
)
from workshop_tui.models.painting.looks import Looks
from workshop_tui.models.painting.tables import RGB

GOLD, WHITE = RGB["gold"], (238, 234, 224)
FLOOR = 4.0
"""Below every picture's edge."""


def torso(easel: Easel, looks: Looks, color: Color, wide: float = 1.0, neck: float = 0.2, shade: float = 0.6) -> None:
    """Paint the garment's body with sleeves set apart by a fold."""
    if looks.female:
        wide *= 0.86
    if looks.child:
        wide *= 0.8
    right: list[Point] = [
        (neck, 0.62),
        (0.55 * wide, 0.75),
        (0.86 * wide, 0.9),
        (1.02 * wide, 1.3),
        (1.08 * wide, FLOOR),
    ]
    easel.fill(blob(mirrored([(0, 0.7), *right, (0, FLOOR)])), color, shade=shade)
    for side in (-1, 1):
        easel.stroke(
            curve([(side * 0.68 * wide, 1.02), (side * 0.62 * wide, 1.5), (side * 0.66 * wide, 2.4)]),
            darker(color, 0.5),
            0.01,
        )
        easel.stroke(
            curve([(side * 0.8 * wide, 0.98), (side * 0.88 * wide, 1.3), (side * 0.86 * wide, 2.2)]),
            lighter(color, 0.35),
            0.012,
            0.45,
            line=False,
        )


def buttons(easel: Easel, color: Color, x: float = 0.0, start: float = 0.95) -> None:
    """Paint a row of buttons."""
    for i in range(6):
        easel.fill(oval(x, start + i * 0.2, 0.035, 0.035), color, round_=True, line=0.003)
