"""Shoulders and what covers them, in the head's frame: a chin is at 0.5, the shoulders' top at about 0.75."""

from collections.abc import Callable

from workshop_tui.models.painting import costumes
from workshop_tui.models.painting.easel import (
    Color,
    Easel,
    blob,
    box,
    curve,
    darker,
    lighter,
    mirrored,
    mix,
    oval,
    polygon,
)
from workshop_tui.models.painting.looks import Looks
from workshop_tui.models.painting.torso import FLOOR, GOLD, WHITE, buttons, torso


def dress(easel: Easel, looks: Looks, garment: str, color: Color, cloak: Color | None) -> None:
    """Paint neck, shoulders and clothes."""
    if cloak:
        shape = [(0.2, 0.58), (0.75, 0.72), (1.12, 0.98), (1.3, 1.8), (1.4, FLOOR)]
        easel.fill(blob(mirrored([(0, 0.58), *shape, (0, FLOOR)])), darker(cloak, 0.1))
    width = 0.135 if looks.female or looks.child else 0.19
    easel.fill(
        blob(mirrored([(0, 0.2), (width, 0.25), (width, 0.6), (width * 1.9, 0.78), (0, 1.0)])),
        darker(looks.skin, 0.12),
        shade=0.5,
    )
    easel.soft(0.05, 0.52, 0.26, 0.15, darker(looks.skin, 0.7), 0.75)
    _GARMENTS[garment](easel, looks, color)
    if cloak:
        for side in (-1, 1):
            front = [
                (side * 0.2, 0.66),
                (side * 0.62, 0.66),
                (side * 1.05, 0.88),
                (side * 1.25, 1.6),
                (side * 1.35, FLOOR),
                (side * 0.75, FLOOR),
                (side * 0.66, 1.6),
                (side * 0.5, 1.0),
            ]
            easel.fill(blob(front), cloak, shade=0.55)
            for x in (0.72, 0.95):
                easel.stroke(
                    curve([(side * x * 0.75, 0.85), (side * x, 1.3), (side * x * 1.1, 2.2)]),
                    darker(cloak, 0.45),
                    0.007,
                    0.8,
                )
        easel.fill(oval(-0.3, 0.86, 0.06, 0.06), GOLD, round_=True)
        easel.fill(oval(0.3, 0.86, 0.06, 0.06), GOLD, round_=True)
        easel.stroke(curve([(-0.3, 0.87), (0, 0.95), (0.3, 0.87)]), GOLD, 0.01)


def _doublet(easel: Easel, looks: Looks, color: Color) -> None:
    torso(easel, looks, color)
    for x in (-0.42, -0.22, 0.22, 0.42):
        easel.stroke(curve([(x * 0.9, 0.85), (x, 1.4), (x, 2.5)]), mix(color, GOLD, 0.55), 0.009, 0.8)
    easel.stroke(curve([(0, 0.8), (0, 2.5)]), darker(color, 0.6), 0.008)
    buttons(easel, GOLD)
    for side in (-1, 1):
        easel.fill(
            blob(
                [(side * 0.66, 0.78), (side * 0.96, 0.9), (side * 1.12, 1.2), (side * 0.86, 1.16), (side * 0.72, 1.0)]
            ),
            lighter(color, 0.08),
            shade=0.55,
        )
        for i in range(3):
            easel.stroke(
                curve([(side * (0.76 + i * 0.1), 0.86 + i * 0.06), (side * (0.78 + i * 0.11), 1.08 + i * 0.03)]),
                lighter(GOLD, 0.2),
                0.008,
                0.85,
            )
    _ruff(easel)
    easel.stroke(curve([(-0.5, 0.86), (-0.34, 1.25), (0, 1.45), (0.34, 1.25), (0.5, 0.86)]), GOLD, 0.012)
    easel.fill(oval(0, 1.48, 0.08, 0.09), lighter(GOLD, 0.15), round_=True)


def _ruff(easel: Easel) -> None:
    easel.fill(oval(0, 0.62, 0.54, 0.2), WHITE, shade=0.4)
    for i in range(-6, 7):
        x = i * 0.085
        easel.stroke(curve([(x * 0.55, 0.55), (x, 0.66 + 0.1 * (1 - (i / 7) ** 2))]), (150, 146, 150), 0.0055, 0.9)
    easel.soft(0, 0.53, 0.32, 0.1, (60, 44, 50), 0.7)


def _gown(easel: Easel, looks: Looks, color: Color) -> None:
    torso(easel, looks, color)
    neckline = [(0, 0.6), (0.14, 0.62), (0.4, 0.8), (0.46, 1.08), (0, 1.18)]
    easel.fill(blob(mirrored(neckline)), looks.skin, shade=0.35)
    easel.soft(0, 0.62, 0.26, 0.13, darker(looks.skin, 0.7), 0.55)
    easel.stroke(curve([(-0.4, 0.82), (-0.44, 1.06), (0, 1.2), (0.44, 1.06), (0.4, 0.82)]), GOLD, 0.016)
    for i in range(-4, 5):
        easel.fill(oval(i * 0.062, 0.86 - 0.006 * i * i, 0.03, 0.03), WHITE, round_=True, line=0.003)
    easel.fill(oval(0, 0.94, 0.045, 0.055), (176, 24, 44), round_=True, line=0.003)
    for x in (-0.2, 0, 0.2):
        easel.stroke(curve([(x, 1.25), (x * 1.1, 2.5)]), mix(color, GOLD, 0.5), 0.01, 0.8)


def _robe(easel: Easel, looks: Looks, color: Color) -> None:
    torso(easel, looks, color, 1.04)
    easel.fill(polygon([(-0.2, 0.66), (0.2, 0.66), (0, 1.25)]), darker(color, 0.5), shade=0.2)
    for side in (-1, 1):
        collar = [
            (side * 0.16, 0.6),
            (side * 0.42, 0.7),
            (side * 0.34, 1.1),
            (side * 0.14, 1.5),
            (side * 0.1, FLOOR),
            (0, FLOOR),
            (0, 1.3),
            (side * 0.14, 0.9),
        ]
        easel.fill(curve(collar, closed=True), mix(color, GOLD, 0.75), shade=0.45)
        easel.stroke(
            curve([(side * 0.46, 0.86), (side * 0.42, 1.5), (side * 0.46, 2.5)]), darker(color, 0.4), 0.01, 0.8
        )


def _habit(easel: Easel, looks: Looks, color: Color) -> None:
    torso(easel, looks, color, 1.02)
    if looks.female:
        easel.fill(blob(mirrored([(0, 0.5), (0.3, 0.52), (0.48, 0.86), (0.3, 1.1), (0, 1.18)])), WHITE, shade=0.35)
        easel.stroke(curve([(0, 1.05), (0, 1.7)]), GOLD, 0.016)
        easel.stroke(curve([(-0.13, 1.24), (0.13, 1.24)]), GOLD, 0.016)
        return
    cowl = [(0, 0.6), (0.3, 0.56), (0.62, 0.74), (0.66, 0.98), (0.3, 1.16), (0, 1.22)]
    easel.fill(blob(mirrored(cowl)), lighter(color, 0.06), shade=0.55)
    easel.fill(blob(mirrored([(0, 0.62), (0.2, 0.6), (0.28, 0.74), (0, 0.92)])), darker(color, 0.55), shade=0.2)
    for y in (0.86, 1.02):
        easel.stroke(curve([(-0.5, y - 0.06), (0, y + 0.1), (0.5, y - 0.06)]), darker(color, 0.45), 0.008)
    easel.stroke(curve([(-0.12, 1.9), (0, 1.95), (0.12, 1.9)]), WHITE, 0.02)
    easel.stroke(curve([(0, 1.2), (0, 1.65)]), (80, 54, 30), 0.018)
    easel.stroke(curve([(-0.1, 1.36), (0.1, 1.36)]), (80, 54, 30), 0.018)


def _fur(easel: Easel, looks: Looks, color: Color) -> None:
    torso(easel, looks, color, 1.06)
    easel.fill(polygon([(-0.18, 0.66), (0.18, 0.66), (0, 1.5)]), WHITE, shade=0.3)
    fur = (92, 60, 36)
    for side in (-1, 1):
        collar = [
            (side * 0.14, 0.56),
            (side * 0.5, 0.64),
            (side * 0.72, 0.86),
            (side * 0.56, 1.3),
            (side * 0.38, 1.8),
            (side * 0.36, FLOOR),
            (side * 0.06, FLOOR),
            (side * 0.07, 1.6),
            (side * 0.2, 1.0),
        ]
        easel.fill(blob(collar), fur, shade=0.5)
        for i in range(5):
            y = 0.8 + i * 0.22
            easel.stroke(curve([(side * 0.3, y), (side * 0.36, y + 0.1)]), lighter(fur, 0.3), 0.009, 0.8)
    easel.stroke(curve([(-0.3, 0.9), (0, 1.3), (0.3, 0.9)]), GOLD, 0.014)
    easel.fill(oval(0, 1.32, 0.09, 0.09), GOLD, round_=True)


def _shawl(easel: Easel, looks: Looks, color: Color) -> None:
    torso(easel, looks, (70, 62, 70))
    for side in (-1, 1):
        easel.fill(
            blob(
                [
                    (0, 0.9),
                    (side * 0.2, 0.58),
                    (side * 0.66, 0.74),
                    (side * 0.98, 1.1),
                    (side * 1.0, 1.8),
                    (side * 0.6, 2.1),
                    (-side * 0.1, 1.5),
                ]
            ),
            color,
            shade=0.55,
        )
        for i in range(3):
            easel.stroke(
                curve(
                    [
                        (side * (0.28 + i * 0.2), 0.72 + i * 0.06),
                        (side * (0.4 + i * 0.18), 1.2),
                        (side * (0.3 + i * 0.12), 1.7),
                    ]
                ),
                darker(color, 0.4),
                0.008,
                0.8,
            )
    easel.fill(oval(0, 1.12, 0.08, 0.08), GOLD, round_=True)


def _jacket(easel: Easel, looks: Looks, color: Color) -> None:
    torso(easel, looks, color)
    easel.fill(polygon([(-0.22, 0.64), (0.22, 0.64), (0.1, 1.7), (-0.1, 1.7)]), WHITE, shade=0.3)
    for side in (-1, 1):
        easel.fill(
            polygon(
                [(side * 0.2, 0.6), (side * 0.44, 0.72), (side * 0.46, 1.06), (side * 0.04, 1.8), (side * 0.14, 1.1)]
            ),
            darker(color, 0.2),
            shade=0.45,
        )
        easel.fill(polygon([(0, 0.78), (side * 0.2, 0.62), (side * 0.24, 0.78)]), WHITE, shade=0.2)
        easel.fill(polygon([(0, 0.84), (side * 0.17, 0.76), (side * 0.17, 0.95)]), (160, 36, 40), shade=0.4)
    easel.fill(oval(0, 0.85, 0.045, 0.05), (130, 26, 30), round_=True)


def _shirt(easel: Easel, looks: Looks, color: Color) -> None:
    torso(easel, looks, color, 1.02)
    for y in (1.15, 1.42, 1.69, 1.96):
        easel.stroke(curve([(-0.62, y - 0.05), (0, y + 0.03), (0.62, y - 0.05)]), lighter(color, 0.75), 0.03)
    for side in (-1, 1):
        easel.fill(
            blob([(0, 0.76), (side * 0.2, 0.6), (side * 0.36, 0.74), (side * 0.22, 0.94), (side * 0.05, 0.9)]),
            WHITE,
            shade=0.3,
        )


def _overalls(easel: Easel, looks: Looks, color: Color) -> None:
    shirt = (190, 60, 46) if color != (176, 28, 32) else (220, 210, 180)
    torso(easel, looks, shirt)
    for side in (-1, 1):
        easel.fill(
            polygon([(side * 0.3, 0.7), (side * 0.5, 0.74), (side * 0.5, 1.5), (side * 0.3, 1.5)]), color, shade=0.45
        )
        easel.fill(
            polygon([(0, 0.8), (side * 0.2, 0.62), (side * 0.34, 0.76), (side * 0.16, 0.98)]),
            lighter(shirt, 0.2),
            shade=0.3,
        )
    easel.fill(polygon([(-0.56, 1.34), (0.56, 1.34), (0.72, FLOOR), (-0.72, FLOOR)]), color, shade=0.5)
    easel.fill(box(-0.24, 1.56, 0.24, 1.9), lighter(color, 0.12), shade=0.3)
    for x in (-0.4, 0.4):
        easel.fill(oval(x, 1.42, 0.05, 0.05), GOLD, round_=True)


_GARMENTS: dict[str, Callable[[Easel, Looks, Color], None]] = {
    "doublet": _doublet,
    "gown": _gown,
    "robe": _robe,
    "armour": costumes.armour,
    "habit": _habit,
    "uniform": costumes.uniform,
    "coat": costumes.coat,
    "spacesuit": costumes.spacesuit,
    "machine": costumes.machine,
    "fur": _fur,
    "sailor": costumes.sailor,
    "shawl": _shawl,
    "jacket": _jacket,
    "shirt": _shirt,
    "chef": costumes.chef,
    "overalls": _overalls,
}
