"""Landscapes: sky, ranges, water, trees and what people built there."""

import math

from workshop_tui.models.painting import backdrops, buildings
from workshop_tui.models.painting.easel import (
    Color,
    Easel,
    Point,
    blob,
    box,
    curve,
    darker,
    lighter,
    mix,
    oval,
    polygon,
)
from workshop_tui.models.painting.scene import Scene

GRASS: dict[str, Color] = {"day": (92, 134, 56), "sunset": (104, 96, 52), "night": (28, 48, 56)}
WATER: dict[str, Color] = {"day": (52, 116, 158), "sunset": (150, 104, 110), "night": (26, 44, 86)}


def compose(easel: Easel, scene: Scene) -> None:
    """Paint a landscape."""
    random = scene.random("land")
    time, snow = scene.time or "day", scene.weather == "snow"
    horizon = random.uniform(0.02, 0.1)
    backdrops.sky(easel, time, scene.weather, random, horizon + 0.1)
    haze: Color = {"day": (150, 176, 200), "sunset": (196, 128, 118), "night": (34, 48, 88)}[time]
    grass = (222, 228, 236) if snow and time != "night" else (96, 110, 150) if snow else GRASS[time]
    if scene.weather in ("storm", "fog"):
        grass, haze = mix(grass, (96, 100, 104), 0.4), mix(haze, (150, 156, 160), 0.5 if time != "night" else 0.0)
    if scene.has("mountains"):
        rock = mix(haze, (92, 88, 104) if time != "night" else (24, 30, 60), 0.45)
        backdrops.ridge(easel, random, horizon + 0.03, random.uniform(0.3, 0.4), rock, sharp=True, snow=True)
    if scene.has("hills") or scene.has("mountains"):
        backdrops.ridge(easel, random, horizon + 0.05, 0.12, mix(haze, grass, 0.45))
        backdrops.ridge(easel, random, horizon + 0.08, 0.06, mix(haze, grass, 0.75))
    water = WATER[time] if scene.weather not in ("storm", "fog") else mix(WATER[time], (70, 80, 90), 0.6)
    if scene.has("sea"):
        _coast(easel, scene, horizon, water, grass)
    else:
        _ground(easel, scene, horizon, water, grass)
    if scene.weather == "fog":
        easel.soft(0, horizon, easel.right * 2.4, 0.3, (214, 218, 220), 0.85)
        easel.soft(0, horizon + 0.25, easel.right * 2.4, 0.2, (214, 218, 220), 0.5)
    if scene.weather == "snow":
        backdrops.falling(easel, random, "snow")
    if scene.weather == "storm":
        backdrops.falling(easel, random, "rain")
    easel.finish(0.4)


def _ground(easel: Easel, scene: Scene, horizon: float, water: Color, grass: Color) -> None:
    random = scene.random("ground")
    far = horizon + 0.05
    easel.down(
        box(easel.left - 0.1, far, easel.right + 0.1, easel.bottom + 0.1),
        lighter(grass, 0.12),
        darker(grass, 0.35),
        line=0.003,
    )
    side = -1 if random.random() < 0.5 else 1
    if scene.has("lake"):
        _lake(easel, side * -0.12, far + 0.13, water)
    if scene.has("river"):
        _river(easel, far, side, water)
    # Trees stand in rows that come nearer; what was built stands between them.
    color: Color = mix(grass, (30, 80, 40), 0.65) if scene.weather != "snow" else (60, 88, 84)
    if scene.time == "night":
        color = (22, 40, 48)
    pine = scene.weather == "snow" or random.random() < 0.4
    if scene.has("trees"):
        for i in range(9):
            x = easel.left + (i + random.uniform(0.2, 0.8)) / 9 * easel.right * 2
            backdrops.tree(easel, x, far + 0.015, random.uniform(0.07, 0.11), color, pine)
    buildings.landmark(easel, scene, side * 0.22, far + 0.06, 0.2)
    if scene.has("trees"):
        for x, foot, height in ((-side * 0.34, 0.32, 0.42), (-side * 0.2, 0.25, 0.26), (side * 0.42, 0.36, 0.36)):
            easel.soft(x * easel.right * 2 - easel.light[0] * 0.08, foot, 0.14, 0.025, (10, 16, 20), 0.55)
            backdrops.tree(
                easel,
                x * easel.right * 2 + random.uniform(-0.03, 0.03),
                foot,
                height * random.uniform(0.9, 1.1),
                color,
                pine,
            )
    if scene.has("flowers"):
        petals: Color = random.choice(((214, 40, 44), (238, 200, 60), (240, 236, 240), (190, 90, 170)))
        for row in range(4):
            y = easel.bottom - 0.03 - row * 0.055
            for i in range(11):
                x = easel.left + (i + 0.5 * (row % 2) + random.uniform(0.1, 0.5)) / 11 * easel.right * 2
                size = 0.017 - row * 0.003
                easel.stroke(curve([(x, y), (x, y + 0.04)]), darker(grass, 0.4), 0.004, line=False)
                easel.fill(oval(x, y, size, size * 0.85), petals, shade=0.3, line=0.003)
                easel.fill(oval(x, y, size * 0.35, size * 0.3), (90, 60, 20), shade=0, line=0)


def _lake(easel: Easel, x: float, y: float, water: Color) -> None:
    shore = [
        (x - 0.52, y),
        (x - 0.3, y - 0.055),
        (x + 0.1, y - 0.06),
        (x + 0.45, y - 0.03),
        (x + 0.5, y + 0.03),
        (x + 0.2, y + 0.085),
        (x - 0.25, y + 0.08),
    ]
    easel.fill(blob(shore), water, shade=0.3)
    with easel.place(0, 0, 1, clip=blob(shore)):
        easel.soft(x, y - 0.06, 0.5, 0.05, lighter(water, 0.7), 0.6)
        for i in range(5):
            a = x - 0.3 + (i * 37 % 5) * 0.12
            easel.stroke(
                curve([(a, y - 0.03 + i * 0.022), (a + 0.16, y - 0.03 + i * 0.022)]), lighter(water, 0.6), 0.005, 0.7
            )


def _river(easel: Easel, far: float, side: int, water: Color) -> None:
    left: list[Point] = []
    right: list[Point] = []
    for i in range(8):
        depth = i / 7
        y = far + (easel.bottom + 0.08 - far) * depth**1.5
        middle = side * (0.1 * math.sin(depth * 5.2) * (0.4 + depth) - 0.05)
        width = 0.008 + 0.16 * depth**1.5
        left.append((middle - width, y))
        right.append((middle + width, y))
    easel.fill(curve([*left, *reversed(right)], closed=True), water, shade=0.3)
    for i in range(3, 7):
        (a, y), (b, _) = left[i], right[i]
        easel.stroke(curve([(a + (b - a) * 0.25, y), (a + (b - a) * 0.7, y + 0.01)]), lighter(water, 0.6), 0.006, 0.7)


def _coast(easel: Easel, scene: Scene, horizon: float, water: Color, grass: Color) -> None:
    random = scene.random("coast")
    storm = scene.weather == "storm"
    backdrops.sea(easel, horizon, water, random, rough=storm)
    if scene.time == "sunset" and not storm:
        easel.soft(easel.light[0] * min(easel.right, 0.7) * 0.62, horizon + 0.1, 0.09, 0.24, (255, 206, 130), 0.7)
    if scene.time == "night" and scene.weather == "clear":
        easel.soft(easel.light[0] * min(easel.right, 0.7) * 0.62, horizon + 0.12, 0.06, 0.22, (190, 204, 236), 0.6)
    if scene.has("ship"):
        buildings.ship(
            easel,
            random.uniform(-0.12, 0.12),
            horizon + 0.1,
            0.4,
            -8 if storm else 0,
            random.choice(((236, 228, 206), (236, 228, 206), (176, 44, 38))),
        )
    side = -1 if random.random() < 0.5 else 1
    if not (scene.has("lighthouse") or scene.has("house") or scene.has("trees")):
        return
    # A cliff on one side carries what stands at the sea.
    rock: Color = (92, 80, 76) if scene.time != "night" else (30, 32, 48)
    edge = easel.right * side
    cliff = [
        (edge + side * 0.1, horizon - 0.06),
        (edge - side * 0.28, horizon - 0.05),
        (edge - side * 0.45, horizon + 0.0),
        (edge - side * 0.5, horizon + 0.12),
        (edge - side * 0.6, horizon + 0.22),
        (edge + side * 0.1, horizon + 0.3),
    ]
    easel.fill(polygon(cliff), rock, shade=0.5)
    for i in range(4):
        x = edge - side * (0.08 + i * 0.12)
        easel.stroke(
            curve([(x, horizon + 0.0), (x - side * 0.03, horizon + 0.1), (x, horizon + 0.2)]),
            darker(rock, 0.5),
            0.008,
            0.8,
        )
    top = [
        (edge + side * 0.1, horizon - 0.075),
        (edge - side * 0.28, horizon - 0.065),
        (edge - side * 0.46, horizon - 0.005),
        (edge - side * 0.28, horizon - 0.02),
        (edge + side * 0.1, horizon - 0.02),
    ]
    easel.fill(blob(top), grass, shade=0.3)
    if storm:
        for i in range(5):
            easel.soft(edge - side * (0.38 + i * 0.06), horizon + 0.24 - i * 0.02, 0.07, 0.04, (232, 238, 242), 0.8)
    buildings.landmark(easel, scene, edge - side * 0.24, horizon - 0.04, 0.22)
    if scene.has("trees"):
        backdrops.tree(easel, edge - side * 0.06, horizon - 0.03, 0.2, mix(grass, (30, 80, 40), 0.6))
