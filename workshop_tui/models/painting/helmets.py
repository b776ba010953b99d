"""Headwear that frames or crowns the face: hoods, veils, crowns, helmets, turbans."""

from workshop_tui.models.painting.easel import (
    Color,
    Easel,
    blob,
    curve,
    darker,
    lighter,
    mirrored,
    oval,
    polygon,
)
from workshop_tui.models.painting.tables import RGB

GOLD, SILVER = RGB["gold"], RGB["silver"]


def dome(easel: Easel, color: Color, width: float = 0.42, bottom: float = -0.24, top: float = -0.66) -> None:
    """Paint what of a hat covers the skull."""
    right = [(0, top), (width * 0.7, top + 0.06), (width, (bottom + top) / 2), (width, bottom), (0, bottom - 0.07)]
    easel.fill(blob(mirrored(right)), color, shade=0.5)


def turban(easel: Easel, color: Color) -> None:
    """Paint a turban with a jewel."""
    easel.fill(
        blob(mirrored([(0, -0.82), (0.34, -0.76), (0.53, -0.54), (0.5, -0.3), (0.37, -0.16), (0.2, -0.26), (0, -0.3)])),
        color,
        shade=0.5,
    )
    for i, y in enumerate((-0.3, -0.43, -0.56, -0.69)):
        easel.stroke(curve([(-0.46 + i * 0.06, y + 0.06), (0, y - 0.05), (0.3, y - 0.12)]), darker(color, 0.45), 0.007)
        easel.stroke(
            curve([(-0.4 + i * 0.06, y + 0.02), (0, y - 0.09), (0.26, y - 0.15)]), lighter(color, 0.35), 0.006, 0.5
        )
    easel.fill(oval(0, -0.4, 0.07, 0.08), GOLD, round_=True)
    easel.fill(oval(0, -0.4, 0.036, 0.042), (180, 24, 50), round_=True, line=0.003)


def hood(easel: Easel, color: Color) -> None:
    """Paint a hood around the face."""
    edge = [
        (0, -0.74),
        (0.36, -0.64),
        (0.56, -0.22),
        (0.56, 0.24),
        (0.44, 0.66),
        (0.33, 0.62),
        (0.38, 0.2),
        (0.36, -0.2),
        (0.22, -0.44),
        (0, -0.48),
    ]
    easel.fill(blob(mirrored(edge)), color, shade=0.55)
    for side in (-1, 1):
        easel.stroke(
            curve([(side * 0.3, -0.56), (side * 0.46, -0.2), (side * 0.47, 0.2), (side * 0.4, 0.56)]),
            darker(color, 0.45),
            0.006,
        )


def veil(easel: Easel, color: Color) -> None:
    """Paint a veil, over a white band where it is a nun's."""
    white = [
        (0, -0.6),
        (0.32, -0.5),
        (0.42, -0.1),
        (0.4, 0.3),
        (0.3, 0.56),
        (0.24, 0.5),
        (0.34, 0.16),
        (0.33, -0.16),
        (0.2, -0.34),
        (0, -0.37),
    ]
    easel.fill(blob(mirrored(white)), (240, 236, 226), shade=0.3)
    edge = [
        (0, -0.66),
        (0.34, -0.56),
        (0.5, -0.2),
        (0.54, 0.3),
        (0.72, 0.95),
        (0.46, 1.0),
        (0.42, 0.3),
        (0.41, -0.1),
        (0.3, -0.42),
        (0, -0.52),
    ]
    easel.fill(blob(mirrored(edge)), color, shade=0.5)
    for side in (-1, 1):
        easel.stroke(curve([(side * 0.44, -0.2), (side * 0.48, 0.3), (side * 0.58, 0.9)]), darker(color, 0.45), 0.006)


def headscarf(easel: Easel, color: Color) -> None:
    """Paint a scarf knotted below the chin."""
    edge = [
        (0, -0.62),
        (0.32, -0.54),
        (0.47, -0.2),
        (0.44, 0.2),
        (0.26, 0.54),
        (0, 0.6),
        (0, 0.53),
        (0.2, 0.45),
        (0.35, 0.14),
        (0.34, -0.16),
        (0.22, -0.38),
        (0, -0.42),
    ]
    easel.fill(blob(mirrored(edge)), color, shade=0.5)
    easel.fill(
        blob([(0, 0.54), (0.14, 0.62), (0.2, 0.82), (0.05, 0.72), (-0.06, 0.84), (-0.18, 0.7)]), color, shade=0.5
    )
    for x, y in ((-0.28, -0.44), (0, -0.52), (0.28, -0.44), (-0.4, -0.12), (0.4, -0.12)):
        easel.fill(oval(x, y, 0.03, 0.03), lighter(color, 0.7), shade=0, line=0)


def crown(easel: Easel, color: Color) -> None:
    """Paint a crown with jewels."""
    for i in (-2, -1, 0, 1, 2):
        easel.fill(oval(i * 0.19, -0.8 + abs(i) * 0.02, 0.04, 0.04), lighter(color, 0.3), round_=True, line=0.003)
    points = [
        (-0.4, -0.3),
        (-0.46, -0.74),
        (-0.29, -0.52),
        (-0.2, -0.77),
        (-0.1, -0.53),
        (0, -0.8),
        (0.1, -0.53),
        (0.2, -0.77),
        (0.29, -0.52),
        (0.46, -0.74),
        (0.4, -0.3),
        (0.2, -0.27),
        (0, -0.26),
        (-0.2, -0.27),
    ]
    easel.fill(polygon(points), color, shade=0.55)
    easel.fill(blob(mirrored([(0, -0.4), (0.38, -0.43), (0.4, -0.31), (0, -0.27)])), lighter(color, 0.15), shade=0.5)
    for i, gem in zip(
        (-2, -1, 0, 1, 2), ((190, 20, 40), (30, 80, 170), (190, 20, 40), (30, 130, 70), (190, 20, 40)), strict=True
    ):
        easel.fill(oval(i * 0.155, -0.345 + abs(i) * -0.012, 0.042, 0.036), gem, round_=True, line=0.003)


def helmet(easel: Easel, color: Color) -> None:
    """Paint a helmet: a knight's in metal, else a soldier's."""
    if color in (SILVER, RGB["black"], GOLD):
        plume = [(0, -0.68), (0.1, -0.9), (0.4, -0.94), (0.6, -0.7), (0.56, -0.46), (0.42, -0.66), (0.16, -0.66)]
        easel.fill(blob(plume), (170, 26, 34), shade=0.5)
        for side in (-1, 1):
            cheek = [
                (side * 0.44, -0.3),
                (side * 0.45, 0.2),
                (side * 0.3, 0.52),
                (side * 0.19, 0.46),
                (side * 0.3, 0.2),
                (side * 0.31, -0.2),
            ]
            easel.fill(blob(cheek), color, shade=0.65)
        dome(easel, color, 0.46, -0.2, -0.7)
        easel.fill(polygon([(-0.05, -0.3), (0.05, -0.3), (0.035, 0.1), (-0.035, 0.1)]), color, shade=0.5)
        easel.fill(
            blob(mirrored([(0, -0.34), (0.45, -0.28), (0.46, -0.16), (0, -0.22)])), darker(color, 0.15), shade=0.5
        )
        for x in (-0.34, -0.17, 0, 0.17, 0.34):
            easel.fill(oval(x, -0.27 + abs(x) * 0.12, 0.02, 0.02), lighter(GOLD, 0.2), shade=0, line=0.003)
        easel.stroke(curve([(0, -0.7), (0, -0.36)]), lighter(color, 0.6), 0.008)
        easel.soft(-0.2 if easel.light[0] < 0 else 0.2, -0.5, 0.1, 0.16, (255, 255, 255), 0.7)
    else:
        dome(easel, color, 0.48, -0.22, -0.68)
        easel.fill(
            blob(mirrored([(0, -0.3), (0.44, -0.27), (0.56, -0.16), (0.4, -0.16), (0, -0.2)])),
            darker(color, 0.2),
            shade=0.5,
        )
        easel.soft(-0.2 if easel.light[0] < 0 else 0.2, -0.52, 0.12, 0.12, lighter(color, 0.8), 0.5)
        for side in (-1, 1):
            easel.stroke(curve([(side * 0.42, -0.16), (side * 0.36, 0.2), (side * 0.2, 0.47)]), (70, 50, 34), 0.01)


def space_helmet(easel: Easel, _color: Color) -> None:
    """Paint the glass before an astronaut's face."""
    easel.soft(-0.22 if easel.light[0] < 0 else 0.22, -0.28, 0.16, 0.22, (255, 255, 255), 0.65)
    easel.fill(oval(0, 0.04, 0.6, 0.6), (120, 180, 255), shade=0, line=0, alpha=0.12)
    easel.stroke(curve([(-0.42, -0.3), (-0.2, -0.48), (0.05, -0.52)]), (255, 255, 255), 0.012, 0.8, line=False)
    easel.stroke(oval(0, 0.04, 0.6, 0.6), (150, 156, 168), 0.022)
    for side in (-1, 1):
        easel.fill(oval(side * 0.72, 0.1, 0.09, 0.15), (196, 60, 40), round_=True)
