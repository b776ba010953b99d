"""Still lifes: things on a table with a cloth."""

import math
from collections.abc import Callable

from workshop_tui.models.painting import backdrops, food, portrait
from workshop_tui.models.painting.easel import (
    Color,
    Easel,
    blob,
    box,
    curve,
    darker,
    lighter,
    mirrored,
    oval,
    polygon,
)
from workshop_tui.models.painting.scene import Scene, Thing
from workshop_tui.models.painting.tables import RGB

FRUIT: dict[tuple[str, str], Color] = {
    ("apples", "red"): (196, 34, 36),
    ("apples", "green"): (124, 164, 54),
    ("apples", "yellow"): (230, 186, 60),
    ("pears", "green"): (150, 172, 66),
    ("pears", "yellow"): (226, 190, 76),
}
LOW = ("apples", "pears", "lemons", "book", "skull", "bread", "bowl", "grapes")


def compose(easel: Easel, scene: Scene) -> None:
    """Paint a still life."""
    random = scene.random("table")
    backdrops.portrait_background(easel, scene)
    easel.background_done()
    edge = 0.1
    cloth = next((thing.color for thing in scene.things if thing.name == "cloth"), None) or "white"
    _table(easel, RGB[cloth], edge)
    things = [thing for thing in scene.things if thing.name != "cloth"]
    tall = [thing for thing in things if thing.name not in LOW]
    low = [thing for thing in things if thing.name in LOW]
    random.shuffle(low)
    places = {1: (random.choice((-0.08, 0.08)),), 2: (-0.19, 0.17)}.get(len(tall), ())
    with easel.place(0, -0.045, 1.22):
        for x, thing in zip(places, tall, strict=True):
            _put(easel, thing, x, edge + 0.1, 1.0)
        spots = {1: (random.choice((-0.06, 0.1)),), 2: (-0.23, 0.2)}[len(low)] if len(low) < 3 else (-0.3, 0.0, 0.3)
        for x, thing in zip(spots, low, strict=True):
            _group(easel, thing, x, edge + 0.24)
    easel.finish(0.65)
    if scene.light == "candle":
        easel.soft(0.3, -0.1, 1.1, 1.1, (8, 4, 18), 0.25)
        x = next((x for x, thing in zip(places, tall, strict=True) if thing.name == "candle"), -0.4)
        easel.soft(x, -0.2, 0.7, 0.7, (120, 66, 14), 0.7, add=True)


def _table(easel: Easel, color: Color, edge: float) -> None:
    wood: Color = (96, 62, 40)
    easel.down(box(easel.left - 0.1, edge, easel.right + 0.1, easel.bottom + 0.1), wood, darker(wood, 0.35), line=0.005)
    w = min(easel.right - 0.06, 0.62)
    hang = min(easel.bottom + 0.05, 0.56)
    easel.fill(
        polygon([(-w + 0.1, edge + 0.025), (w - 0.1, edge + 0.025), (w, edge + 0.3), (-w, edge + 0.3)]),
        color,
        shade=0.3,
    )
    drop = [
        (-w, edge + 0.295),
        (w, edge + 0.295),
        (w - 0.02, hang - 0.03),
        (w * 0.6, hang),
        (w * 0.2, hang - 0.035),
        (-w * 0.2, hang),
        (-w * 0.6, hang - 0.035),
        (-w + 0.02, hang),
    ]
    easel.fill(polygon(drop), darker(color, 0.22), shade=0.4)
    for share in (-0.75, -0.4, 0.0, 0.4, 0.75):
        easel.stroke(curve([(w * share, edge + 0.31), (w * share * 1.04, hang - 0.05)]), darker(color, 0.5), 0.007, 0.8)


def _shadow(easel: Easel, x: float, y: float, r: float) -> None:
    easel.soft(x - easel.light[0] * r * 0.8, y, r * 1.5, r * 0.36, (14, 8, 14), 0.7)


def _group(easel: Easel, thing: Thing, x: float, y: float) -> None:
    if thing.count == 1:
        _put(easel, thing, x, y, 1.15 if thing.name in ("apples", "pears", "lemons") else 1.0)
        return
    if thing.count == 3:
        _put(easel, thing, x + 0.005, y - 0.055, 0.95)
    for dx in (-0.075, 0.08):
        _put(easel, thing, x + dx, y, 1.0)


def _put(easel: Easel, thing: Thing, x: float, y: float, size: float) -> None:
    """Paint one thing standing on the point."""
    if thing.name == "candle":
        _shadow(easel, x, y, 0.09)
        easel.fill(oval(x, y - 0.005, 0.09, 0.026), (176, 140, 70), shade=0.5)
        easel.fill(box(x - 0.03, y - 0.06, x + 0.03, y - 0.01), (190, 152, 76), shade=0.5)
        with easel.place(0, 0, 1, clip=box(-2, -2, 2, y - 0.05)):
            portrait.candle(easel, x, y - 0.31, 0.066)
        return
    with easel.place(x, y, 0.3 * size):
        _shadow(easel, 0, -0.02, {"bowl": 0.4, "book": 0.45, "bread": 0.42, "skull": 0.34}.get(thing.name, 0.26))
        color = FRUIT.get((thing.name, thing.color or ""), RGB[thing.color or "yellow"])
        _THINGS[thing.name](easel, color)


def _vase(easel: Easel, color: Color) -> None:
    easel.fill(
        blob(mirrored([(0, -1.05), (0.16, -1.06), (0.11, -0.86), (0.3, -0.55), (0.26, -0.2), (0.15, 0.0), (0, 0.0)])),
        color,
        shade=0.6,
        round_=True,
    )
    easel.fill(oval(0, -1.05, 0.16, 0.04), darker(color, 0.55), shade=0)
    for y, w in ((-0.66, 0.25), (-0.3, 0.27)):
        easel.stroke(curve([(-w, y - 0.02), (0, y + 0.05), (w, y - 0.02)]), lighter(color, 0.75), 0.008)
    food.gloss(easel, -0.13, -0.55, 0.06, 0.16)


def _bottle(easel: Easel, color: Color) -> None:
    easel.fill(
        blob(mirrored([(0, -1.3), (0.075, -1.3), (0.075, -0.95), (0.18, -0.76), (0.2, -0.6), (0.2, -0.04), (0, 0.0)])),
        darker(color, 0.15),
        shade=0.65,
    )
    easel.fill(box(-0.08, -1.36, 0.08, -1.22), (150, 110, 70), shade=0.4)
    easel.fill(box(-0.19, -0.52, 0.19, -0.22), (232, 222, 196), shade=0.4)
    easel.stroke(curve([(-0.1, -0.42), (0.1, -0.42)]), (110, 50, 40), 0.008)
    food.gloss(easel, -0.1, -0.66, 0.035, 0.16)


def _jug(easel: Easel, color: Color) -> None:
    easel.stroke(curve([(0.2, -0.68), (0.42, -0.6), (0.4, -0.3), (0.22, -0.2)]), darker(color, 0.3), 0.024)
    easel.fill(
        blob(
            [
                (-0.2, -0.86),
                (0.17, -0.84),
                (0.14, -0.7),
                (0.28, -0.4),
                (0.2, -0.02),
                (0, 0.0),
                (-0.2, -0.02),
                (-0.28, -0.4),
                (-0.15, -0.7),
            ]
        ),
        color,
        shade=0.6,
        round_=True,
    )
    easel.fill(oval(-0.02, -0.83, 0.16, 0.04), darker(color, 0.6), shade=0)
    food.gloss(easel, -0.13, -0.42, 0.06, 0.13)


def _flowers(easel: Easel, color: Color) -> None:
    for x, y in ((-0.34, -1.1), (0.34, -1.12), (0, -1.42), (-0.2, -1.34), (0.22, -1.36), (0, -1.06)):
        easel.stroke(curve([(x * 0.15, -0.6), (x * 0.6, -0.8), (x, y)]), (62, 104, 50), 0.008)
    for x, y in ((-0.3, -0.84), (0.32, -0.82), (-0.12, -0.78)):
        easel.fill(
            blob([(x * 0.3, -0.68), (x, y - 0.06), (x * 1.25, y + 0.02), (x * 0.8, y + 0.08)]), (66, 116, 56), shade=0.4
        )
    easel.fill(
        blob(mirrored([(0, -0.68), (0.15, -0.69), (0.12, -0.56), (0.25, -0.3), (0.15, 0.0), (0, 0.0)])),
        (214, 214, 220),
        shade=0.6,
        round_=True,
    )
    for x, y, r in (
        (-0.34, -1.1, 0.16),
        (0.34, -1.12, 0.16),
        (-0.18, -1.36, 0.15),
        (0.2, -1.38, 0.15),
        (0, -1.12, 0.19),
    ):
        for k in range(6):
            angle = k * math.pi / 3 + x
            easel.fill(
                oval(x + math.cos(angle) * r * 0.6, y + math.sin(angle) * r * 0.6, r * 0.46, r * 0.46),
                color,
                shade=0.35,
                line=0.003,
            )
        easel.fill(
            oval(x, y, r * 0.36, r * 0.36),
            (236, 186, 50) if color != RGB["yellow"] else (110, 66, 30),
            shade=0.3,
            round_=True,
            line=0.003,
        )


def _book(easel: Easel, color: Color) -> None:
    easel.fill(polygon([(-0.44, -0.06), (-0.3, -0.24), (0.46, -0.24), (0.4, -0.06)]), color, shade=0.4)
    easel.fill(polygon([(-0.44, -0.06), (0.4, -0.06), (0.4, 0.06), (-0.44, 0.06)]), (236, 226, 200), shade=0.3)
    easel.fill(polygon([(0.4, -0.06), (0.46, -0.24), (0.46, -0.12), (0.4, 0.06)]), darker(color, 0.4), shade=0.2)
    easel.stroke(curve([(-0.46, 0.06), (0.4, 0.06)]), darker(color, 0.2), 0.012)
    easel.stroke(curve([(-0.46, -0.06), (-0.46, 0.06)]), color, 0.014)
    easel.fill(
        polygon([(-0.14, -0.13), (-0.1, -0.18), (0.22, -0.18), (0.2, -0.13)]), RGB["gold"], shade=0.2, line=0.002
    )


def _skull(easel: Easel, _color: Color) -> None:
    bone: Color = (226, 214, 184)
    easel.fill(
        blob(mirrored([(0, -0.66), (0.24, -0.62), (0.36, -0.4), (0.3, -0.2), (0.19, -0.14), (0.17, 0.0), (0, 0.02)])),
        bone,
        shade=0.6,
        round_=True,
    )
    for side in (-1, 1):
        easel.fill(oval(side * 0.14, -0.32, 0.095, 0.09), (40, 30, 28), shade=0.1)
    easel.fill(polygon([(0, -0.24), (0.045, -0.15), (-0.045, -0.15)]), (44, 32, 30), shade=0)
    for i in range(-2, 3):
        easel.stroke(curve([(i * 0.055, -0.08), (i * 0.055, -0.0)]), (90, 72, 58), 0.006)
    easel.stroke(curve([(-0.15, -0.09), (0.15, -0.09)]), (90, 72, 58), 0.006)
    food.gloss(easel, -0.12, -0.54, 0.1, 0.06)


_THINGS: dict[str, Callable[[Easel, Color], None]] = {
    "apples": food.apple,
    "pears": food.pear,
    "lemons": food.lemon,
    "vase": _vase,
    "bottle": _bottle,
    "jug": _jug,
    "flowers": _flowers,
    "book": _book,
    "skull": _skull,
    "bread": food.bread,
    "bowl": food.bowl,
    "grapes": food.grapes,
}
