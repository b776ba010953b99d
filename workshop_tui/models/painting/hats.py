"""Headwear, in the head's frame: what lies behind the head, and what is put on it."""

import math
from collections.abc import Callable

from workshop_tui.models.painting import helmets
from workshop_tui.models.painting.easel import Color, Easel, blob, box, curve, darker, lighter, mirrored, oval, polygon
from workshop_tui.models.painting.tables import RGB

GOLD = RGB["gold"]


def behind(easel: Easel, hat: str | None, color: Color) -> None:
    """Paint what of the headwear lies behind the head."""
    if hat in ("hood", "veil", "headscarf"):
        low = {"hood": 0.75, "veil": 1.25, "headscarf": 0.5}[hat]
        top = -0.72 if hat == "hood" else -0.64
        shape = [(0, top), (0.34, top + 0.1), (0.52, -0.2), (0.54, 0.2), (0.62, low), (0, low + 0.1)]
        easel.fill(blob(mirrored(shape)), darker(color, 0.35))
    elif hat in ("hat", "straw hat"):
        easel.fill(oval(0, -0.33, 0.68 if hat == "hat" else 0.8, 0.13), darker(color, 0.55))
    elif hat == "space helmet":
        easel.fill(oval(0, 0.02, 0.72, 0.74), (210, 214, 222), round_=True)
        easel.fill(oval(0, 0.04, 0.6, 0.6), (26, 34, 62), shade=0.3)


def wear(easel: Easel, hat: str | None, color: Color) -> None:
    """Put the headwear on the head."""
    if hat:
        _WEAR[hat](easel, color)


def _hat(easel: Easel, color: Color) -> None:
    helmets.dome(easel, color, 0.39, -0.34, -0.76)
    easel.fill(blob(mirrored([(0, -0.44), (0.39, -0.42), (0.39, -0.31), (0, -0.34)])), darker(color, 0.5))
    brim = [(0, -0.36), (0.4, -0.35), (0.7, -0.32), (0.66, -0.25), (0.36, -0.25), (0, -0.27)]
    easel.fill(blob(mirrored(brim)), lighter(color, 0.08), shade=0.45)


def _straw_hat(easel: Easel, color: Color) -> None:
    straw = (222, 186, 96) if color == RGB["yellow"] else color
    helmets.dome(easel, straw, 0.38, -0.33, -0.72)
    easel.fill(blob(mirrored([(0, -0.45), (0.385, -0.42), (0.38, -0.3), (0, -0.34)])), (150, 44, 36), shade=0.35)
    easel.fill(
        blob(mirrored([(0, -0.36), (0.45, -0.35), (0.84, -0.28), (0.76, -0.2), (0.4, -0.23), (0, -0.25)])),
        straw,
        shade=0.4,
    )
    for x in range(-7, 8):
        easel.stroke(curve([(x * 0.055, -0.33), (x * 0.1, -0.24)]), darker(straw, 0.35), 0.003, 0.6, line=False)


def _beret(easel: Easel, color: Color) -> None:
    shape = [
        (-0.4, -0.2),
        (-0.6, -0.36),
        (-0.56, -0.56),
        (-0.2, -0.7),
        (0.24, -0.66),
        (0.5, -0.48),
        (0.46, -0.32),
        (0.38, -0.24),
        (0, -0.32),
    ]
    easel.fill(blob(shape), color, shade=0.55)
    for x in (-0.3, -0.1, 0.12):
        easel.stroke(curve([(x, -0.34), (x - 0.06, -0.48), (x - 0.02, -0.6)]), darker(color, 0.4), 0.006, 0.7)
    easel.soft(-0.2 if easel.light[0] < 0 else 0.2, -0.56, 0.2, 0.08, lighter(color, 0.6), 0.5)
    easel.fill(
        blob(mirrored([(0, -0.39), (0.3, -0.36), (0.41, -0.24), (0.38, -0.17), (0.26, -0.27), (0, -0.31)])),
        darker(color, 0.3),
        shade=0.4,
    )
    easel.fill(oval(0.28, -0.36, 0.05, 0.05), GOLD, round_=True)


def _feather_hat(easel: Easel, color: Color) -> None:
    _hat(easel, color)
    feather = [(0.24, -0.4), (0.46, -0.62), (0.5, -0.86), (0.3, -0.98), (0.42, -0.8), (0.3, -0.64), (0.14, -0.46)]
    easel.fill(blob(feather), (238, 232, 216) if color[0] < 200 else (170, 40, 40), shade=0.35)
    easel.stroke(curve([(0.2, -0.42), (0.4, -0.64), (0.43, -0.88)]), (150, 140, 120), 0.004)


def _cap(easel: Easel, color: Color) -> None:
    helmets.dome(easel, color, 0.42, -0.26, -0.62)
    easel.stroke(curve([(0, -0.62), (0, -0.34)]), darker(color, 0.5), 0.005)
    visor = [(0, -0.34), (0.34, -0.3), (0.46, -0.2), (0.3, -0.16), (0, -0.14)]
    easel.fill(blob(mirrored(visor)), darker(color, 0.35), shade=0.5)


def _pointed_hat(easel: Easel, color: Color) -> None:
    cone = [
        (-0.42, -0.3),
        (-0.3, -0.62),
        (-0.1, -1.0),
        (0.1, -1.22),
        (0.2, -1.16),
        (0.16, -1.0),
        (0.3, -0.62),
        (0.42, -0.3),
    ]
    easel.fill(curve(cone, closed=True), color, shade=0.55)
    easel.fill(
        blob(mirrored([(0, -0.46), (0.38, -0.44), (0.42, -0.3), (0, -0.33)])),
        GOLD if color != RGB["black"] else (110, 50, 130),
        shade=0.4,
    )
    easel.fill(
        blob(mirrored([(0, -0.35), (0.42, -0.34), (0.78, -0.26), (0.7, -0.18), (0.38, -0.2), (0, -0.24)])),
        lighter(color, 0.06),
        shade=0.5,
    )
    for x, y, size in ((-0.1, -0.62, 0.05), (0.14, -0.7, 0.04), (0.02, -0.88, 0.036)):
        star = [
            (
                x + math.sin(i * math.pi / 5) * size * (1 if i % 2 == 0 else 0.42),
                y - math.cos(i * math.pi / 5) * size * (1 if i % 2 == 0 else 0.42),
            )
            for i in range(10)
        ]
        easel.fill(polygon(star), (250, 220, 110), shade=0, line=0.002)


def _pirate_hat(easel: Easel, color: Color) -> None:
    shape = [
        (-0.66, -0.24),
        (-0.56, -0.5),
        (-0.26, -0.72),
        (0, -0.86),
        (0.26, -0.72),
        (0.56, -0.5),
        (0.66, -0.24),
        (0.3, -0.3),
        (0, -0.28),
        (-0.3, -0.3),
    ]
    easel.fill(blob(shape), color, shade=0.5)
    easel.stroke(
        curve([(-0.64, -0.26), (-0.54, -0.5), (-0.25, -0.7), (0, -0.83), (0.25, -0.7), (0.54, -0.5), (0.64, -0.26)]),
        GOLD,
        0.012,
    )
    easel.stroke(curve([(-0.11, -0.46), (0.11, -0.36)]), (236, 230, 214), 0.014)
    easel.stroke(curve([(0.11, -0.46), (-0.11, -0.36)]), (236, 230, 214), 0.014)
    easel.fill(
        blob(mirrored([(0, -0.66), (0.1, -0.62), (0.11, -0.52), (0.06, -0.45), (0, -0.43)])),
        (240, 236, 222),
        shade=0.2,
        line=0.003,
    )
    for side in (-1, 1):
        easel.fill(oval(side * 0.042, -0.55, 0.028, 0.03), (24, 20, 22), shade=0, line=0)


def _sailor_cap(easel: Easel, color: Color) -> None:
    easel.fill(blob(mirrored([(0, -0.72), (0.3, -0.7), (0.52, -0.58), (0.46, -0.44), (0, -0.44)])), color, shade=0.4)
    easel.fill(
        blob(mirrored([(0, -0.48), (0.38, -0.5), (0.4, -0.3), (0, -0.3)])),
        RGB["blue"] if color != RGB["blue"] else (230, 228, 220),
        shade=0.4,
    )
    easel.fill(oval(0, -0.4, 0.05, 0.05), GOLD, round_=True)


def _chef_hat(easel: Easel, color: Color) -> None:
    easel.fill(
        blob(mirrored([(0, -1.12), (0.3, -1.08), (0.54, -0.9), (0.5, -0.7), (0.38, -0.6), (0.37, -0.4), (0, -0.4)])),
        color,
        shade=0.4,
    )
    for x in (-0.26, -0.09, 0.09, 0.26):
        easel.stroke(curve([(x, -0.56), (x * 1.15, -0.74), (x * 1.3, -0.9)]), darker(color, 0.35), 0.006)
    easel.fill(blob(mirrored([(0, -0.56), (0.37, -0.56), (0.4, -0.3), (0, -0.28)])), lighter(color, 0.3), shade=0.35)


def _mortarboard(easel: Easel, color: Color) -> None:
    helmets.dome(easel, color, 0.39, -0.26, -0.52)
    easel.fill(polygon([(-0.66, -0.54), (0, -0.72), (0.66, -0.54), (0, -0.38)]), lighter(color, 0.08), shade=0.45)
    easel.stroke(curve([(0, -0.55), (0.36, -0.5), (0.44, -0.3)]), GOLD, 0.009)
    easel.fill(box(0.41, -0.32, 0.48, -0.14), GOLD, shade=0.3)


_WEAR: dict[str, Callable[[Easel, Color], None]] = {
    "hat": _hat,
    "straw hat": _straw_hat,
    "beret": _beret,
    "feather hat": _feather_hat,
    "cap": _cap,
    "turban": helmets.turban,
    "hood": helmets.hood,
    "veil": helmets.veil,
    "headscarf": helmets.headscarf,
    "crown": helmets.crown,
    "helmet": helmets.helmet,
    "pointed hat": _pointed_hat,
    "pirate hat": _pirate_hat,
    "sailor cap": _sailor_cap,
    "chef hat": _chef_hat,
    "mortarboard": _mortarboard,
    "space helmet": helmets.space_helmet,
}
