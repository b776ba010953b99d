"""Fruit and bread, standing on the origin, about as wide as 0.5."""

from workshop_tui.models.painting.easel import Color, Easel, blob, curve, darker, lighter, mirrored, mix, oval
from workshop_tui.models.painting.tables import RGB


def gloss(easel: Easel, x: float, y: float, rx: float, ry: float) -> None:
    """Lay a highlight; its place is told for light from the left."""
    easel.soft(x if easel.light[0] < 0 else -x, y, rx, ry, (255, 255, 250), 0.85)


def apple(easel: Easel, color: Color) -> None:
    """Paint an apple."""
    easel.fill(
        blob(mirrored([(0, -0.4), (0.13, -0.45), (0.25, -0.3), (0.22, -0.08), (0.09, 0.0), (0, -0.02)])),
        color,
        shade=0.55,
        round_=True,
    )
    easel.stroke(curve([(0, -0.4), (0.03, -0.52)]), (80, 52, 30), 0.008)
    easel.fill(blob([(0.04, -0.48), (0.14, -0.56), (0.2, -0.5), (0.12, -0.46)]), (70, 120, 50), shade=0.3)
    gloss(easel, -0.1, -0.3, 0.07, 0.06)


def pear(easel: Easel, color: Color) -> None:
    """Paint a pear."""
    easel.fill(
        blob(mirrored([(0, -0.62), (0.09, -0.56), (0.13, -0.38), (0.24, -0.2), (0.2, -0.04), (0, 0.0)])),
        color,
        shade=0.55,
        round_=True,
    )
    easel.stroke(curve([(0, -0.6), (0.04, -0.74)]), (80, 52, 30), 0.008)
    gloss(easel, -0.09, -0.26, 0.06, 0.08)


def lemon(easel: Easel, _color: Color) -> None:
    """Paint a lemon."""
    easel.fill(
        blob(
            [
                (-0.3, -0.17),
                (-0.22, -0.24),
                (-0.05, -0.33),
                (0.13, -0.3),
                (0.24, -0.22),
                (0.3, -0.18),
                (0.24, -0.12),
                (0.1, -0.01),
                (-0.08, -0.01),
                (-0.22, -0.1),
            ]
        ),
        (240, 208, 50),
        shade=0.5,
        round_=True,
    )
    gloss(easel, -0.07, -0.23, 0.08, 0.05)


def bread(easel: Easel, _color: Color) -> None:
    """Paint a loaf."""
    crust: Color = (190, 122, 58)
    easel.fill(
        blob([(-0.46, -0.1), (-0.34, -0.28), (0, -0.35), (0.34, -0.28), (0.46, -0.1), (0.36, 0.0), (-0.36, 0.0)]),
        crust,
        shade=0.55,
        round_=True,
    )
    for x in (-0.2, 0.0, 0.2):
        easel.stroke(curve([(x - 0.05, -0.3), (x + 0.04, -0.16)]), lighter(crust, 0.6), 0.014)


def bowl(easel: Easel, color: Color) -> None:
    """Paint a bowl of fruit."""
    easel.fill(oval(0, -0.3, 0.42, 0.1), darker(color, 0.4), shade=0.2)
    for x, y, fruit in ((-0.2, -0.36, (196, 40, 36)), (0.2, -0.36, (222, 120, 40)), (0.0, -0.42, (226, 190, 70))):
        easel.fill(oval(x, y, 0.15, 0.15), fruit, shade=0.5, round_=True)
        gloss(easel, x - 0.05, y - 0.06, 0.04, 0.04)
    easel.fill(
        curve(
            [(-0.42, -0.3), (-0.34, -0.08), (-0.16, 0.0), (0.16, 0.0), (0.34, -0.08), (0.42, -0.3), (0, -0.21)],
            closed=True,
        ),
        color,
        shade=0.55,
    )
    easel.stroke(curve([(-0.37, -0.2), (0, -0.1), (0.37, -0.2)]), mix(color, RGB["blue"], 0.6), 0.008)


def grapes(easel: Easel, color: Color) -> None:
    """Paint a bunch of grapes."""
    easel.stroke(curve([(0, -0.42), (0.1, -0.56)]), (90, 70, 40), 0.009)
    for x, y in (
        (-0.3, -0.3),
        (-0.1, -0.34),
        (0.1, -0.34),
        (0.3, -0.28),
        (-0.2, -0.2),
        (0.0, -0.22),
        (0.2, -0.18),
        (-0.3, -0.08),
        (-0.1, -0.09),
        (0.1, -0.08),
        (0.28, -0.07),
    ):
        easel.fill(oval(x, y, 0.115, 0.115), color, shade=0.55, round_=True)
        easel.soft(x - 0.03 if easel.light[0] < 0 else x + 0.03, y - 0.04, 0.035, 0.035, (255, 250, 255), 0.8)
