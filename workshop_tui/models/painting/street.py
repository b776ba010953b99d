"""Streets between two rows of houses."""

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
from workshop_tui.models.painting.tables import RGB

WALLS: tuple[Color, ...] = (
    (204, 122, 84),
    (226, 196, 140),
    (178, 92, 78),
    (196, 204, 196),
    (150, 164, 186),
    (222, 174, 96),
    (168, 150, 128),
)
ROOFS: tuple[Color, ...] = ((128, 58, 44), (88, 70, 66), (76, 84, 100))


def compose(easel: Easel, scene: Scene) -> None:
    """Paint a street that runs away from us between two rows of houses."""
    random = scene.random("street")
    time, night, snow = scene.time or "day", scene.time == "night", scene.weather == "snow"
    horizon = 0.12
    backdrops.sky(easel, time, scene.weather, random, horizon + 0.05)
    road: Color = (222, 226, 234) if snow else (132, 122, 116) if scene.weather != "rain" else (92, 96, 108)
    if night:
        road = mix(road, (26, 30, 58), 0.6)
    easel.down(box(easel.left - 0.1, horizon, easel.right + 0.1, easel.bottom + 0.1), road, darker(road, 0.3))
    if scene.has("church") or scene.has("tower"):
        with easel.place(random.uniform(-0.03, 0.08), horizon + 0.01, 0.3):
            if scene.has("church"):
                buildings.church(easel, night)
            else:
                _tower(easel, night)
    edge = max(easel.right, 0.5)
    for side in (-1, 1):
        _row(easel, scene, side, edge, horizon, night)
    for y in (0.19, 0.27, 0.38):
        if y < easel.bottom:
            spread = (y - horizon) * 1.4
            easel.stroke(curve([(-spread, y), (0, y + 0.012), (spread, y)]), darker(road, 0.35), 0.004, 0.7)
    if scene.weather == "rain":
        for x in (-0.16, 0.02, 0.2):
            easel.soft(x, 0.34, 0.05, 0.12, lighter(road, 0.6), 0.5)
    if scene.has("trees"):
        for side in (-1, 1):
            backdrops.tree(easel, side * 0.25, 0.27, 0.26, (58, 100, 50) if not night else (24, 42, 44))
    if scene.has("people"):
        for _ in range(random.choice((2, 3, 4))):
            y = random.uniform(0.2, 0.38)
            person(
                easel,
                random.uniform(-0.5, 0.5) * (y - 0.02),
                y,
                (y - horizon) * 0.75 + 0.07,
                RGB[random.choice(("red", "blue", "black", "green", "brown"))],
                night,
            )
    if scene.has("lamp"):
        _lamp(easel, random.choice((-0.27, 0.27)), 0.36, night or time == "sunset")
    _weather(easel, scene)
    easel.finish(0.4)


def _row(easel: Easel, scene: Scene, side: int, edge: float, horizon: float, night: bool) -> None:
    """Paint one side's houses from the far end to the near: each is a face that recedes to the vanishing point."""
    random = scene.random(f"row {side}")
    vanish = 0.02

    def at(depth: float, height: float) -> Point:
        """Return where a point of the wall is seen; depth 0 is at the picture's edge, 1 infinitely far."""
        near = 1 - depth
        return side * (0.05 + (edge + 0.12 - 0.05) * near), horizon - vanish + (vanish + 0.36 * near) - height * near

    depths = (0.0, 0.28, 0.5, 0.68, 0.82)
    for i in range(3, -1, -1):
        a, b = depths[i], depths[i + 1]
        tall = random.uniform(0.78, 1.05)
        wall, roof = random.choice(WALLS), random.choice(ROOFS)
        if scene.weather == "snow":
            roof = (230, 234, 242)
        if side * easel.light[0] > 0:
            wall = darker(wall, 0.28)
        wall, roof = (mix(color, (26, 30, 58), 0.62) if night else color for color in (wall, roof))
        ridge = [at(a, tall), at(a + 0.02, tall + 0.22), at(b - 0.02, tall + 0.22), at(b, tall)]
        easel.fill(polygon(ridge), roof, shade=0.35)
        easel.fill(polygon([at(a, 0), at(a, tall), at(b, tall), at(b, 0)]), wall, shade=0.25)
        for storey in range(3):
            low = 0.14 + storey * 0.29
            for column in range(2):
                left = a + (b - a) * (0.14 + column * 0.45)
                right = left + (b - a) * 0.24
                if low + 0.2 > tall:
                    continue
                door = storey == 0 and column == 0
                color = (92, 54, 36) if door else buildings.LIT if night and random.random() < 0.65 else buildings.PANE
                base = 0.0 if door else low
                shape = [at(left, base), at(left, low + 0.17), at(right, low + 0.17), at(right, base)]
                easel.fill(polygon(shape), color, shade=0.1, line=0.004)


def _tower(easel: Easel, night: bool) -> None:
    stone = mix((186, 160, 128), (26, 30, 58), 0.62) if night else (186, 160, 128)
    easel.fill(box(-0.26, -1.5, 0.26, 0.02), stone, shade=0.5)
    easel.fill(box(-0.32, -1.62, 0.32, -1.46), lighter(stone, 0.15), shade=0.4)
    easel.fill(polygon([(-0.3, -1.62), (0.3, -1.62), (0, -2.2)]), (70, 104, 96), shade=0.5)
    easel.fill(oval(0, -1.2, 0.16, 0.16), buildings.LIT if night else (246, 240, 224), shade=0.1)
    easel.stroke(curve([(0, -1.2), (0, -1.31)]), (30, 28, 32), 0.005)
    easel.stroke(curve([(0, -1.2), (0.08, -1.16)]), (30, 28, 32), 0.005)
    for y in (-0.8, -0.45):
        easel.fill(box(-0.06, y - 0.1, 0.06, y + 0.1), buildings.LIT if night else (70, 66, 74), shade=0, line=0.003)


def person(easel: Easel, x: float, foot: float, height: float, coat: Color, night: bool) -> None:
    """Paint someone walking, small."""
    if night:
        coat = mix(coat, (20, 24, 44), 0.4)
    with easel.place(x, foot, height):
        easel.soft(-easel.light[0] * 0.2, 0, 0.26, 0.05, (10, 12, 20), 0.6)
        for side in (-1, 1):
            easel.fill(
                polygon([(side * 0.02, -0.4), (side * 0.11, -0.4), (side * 0.13, 0), (side * 0.04, 0)]),
                (44, 40, 46),
                shade=0.2,
                line=0.003,
            )
        easel.fill(
            blob([(0, -0.84), (0.13, -0.78), (0.18, -0.3), (0, -0.27), (-0.18, -0.3), (-0.13, -0.78)]), coat, shade=0.45
        )
        easel.fill(oval(0, -0.91, 0.08, 0.09), (224, 176, 142), shade=0.35, round_=True)
        easel.fill(
            blob([(0, -1.06), (0.09, -1.0), (0.14, -0.94), (-0.14, -0.94), (-0.09, -1.0)]), darker(coat, 0.5), shade=0.2
        )


def _lamp(easel: Easel, x: float, foot: float, lit: bool) -> None:
    iron: Color = (36, 36, 42)
    easel.stroke(curve([(x, foot), (x, foot - 0.4)]), iron, 0.013)
    easel.fill(
        polygon([(x - 0.03, foot - 0.4), (x + 0.03, foot - 0.4), (x + 0.042, foot - 0.49), (x - 0.042, foot - 0.49)]),
        buildings.LIT if lit else (214, 220, 220),
        shade=0.1,
    )
    easel.fill(polygon([(x - 0.055, foot - 0.49), (x + 0.055, foot - 0.49), (x, foot - 0.54)]), iron, shade=0.2)
    easel.fill(
        polygon(
            [(x - 0.035, foot + 0.01), (x + 0.035, foot + 0.01), (x + 0.015, foot - 0.05), (x - 0.015, foot - 0.05)]
        ),
        iron,
        shade=0.2,
    )
    if lit:
        easel.soft(x, foot - 0.45, 0.3, 0.3, (255, 196, 90), 0.6, add=True)
        easel.soft(x, foot, 0.24, 0.06, (255, 206, 120), 0.5)


def _weather(easel: Easel, scene: Scene) -> None:
    random = scene.random("weather")
    if scene.weather == "fog":
        easel.soft(0, 0.05, easel.right * 2, 0.4, (206, 210, 214), 0.75)
    if scene.weather in ("rain", "snow"):
        backdrops.falling(easel, random, scene.weather)
