"""Skies, seas, rooms and cloths that stand behind a subject."""

import math
from random import Random

from workshop_tui.models.painting.easel import Color, Easel, Point, box, curve, darker, lighter, oval, polygon
from workshop_tui.models.painting.scene import Scene

SKIES: dict[str, tuple[Color, Color]] = {
    "day": ((70, 130, 200), (198, 220, 232)),
    "sunset": ((86, 60, 120), (248, 160, 84)),
    "night": ((10, 14, 44), (44, 62, 110)),
    "storm": ((44, 50, 62), (130, 136, 140)),
    "fog": ((176, 184, 190), (220, 222, 220)),
    "snow": ((150, 164, 186), (222, 228, 234)),
    "rain": ((92, 102, 118), (168, 176, 182)),
}


def portrait_background(easel: Easel, scene: Scene) -> None:
    """Fill the picture with what the scene's background says."""
    random = scene.random("background")
    name = scene.background
    if name in ("dark", "light"):
        tones: tuple[Color, ...] = ((34, 26, 22), (24, 30, 32), (40, 24, 24), (28, 30, 22))
        if name == "light":
            tones = ((222, 212, 192), (204, 214, 222), (226, 222, 214), (208, 218, 198))
        tone = random.choice(tones)
        easel.down(easel.everything(), tone, darker(tone, 0.25))
        lx = easel.light[0]
        easel.soft(-lx * 0.3, -0.05, 0.8, 0.75, lighter(tone, 0.4), 0.5 if name == "dark" else 0.6)
    elif name == "landscape":
        time = random.choice(("day", "day", "sunset"))
        sky(easel, time, None, random, 0.2)
        ridge(easel, random, 0.02, 0.16, (112, 136, 166) if time == "day" else (130, 96, 122))
        ridge(easel, random, 0.12, 0.09, (82, 122, 84) if time == "day" else (92, 82, 74))
        ridge(easel, random, 0.24, 0.05, (62, 96, 50))
        for x in (-0.44, -0.36, 0.38, 0.46):
            tree(easel, x * easel.right * 2, 0.3, 0.16, (44, 84, 44))
    elif name == "sea":
        sky(easel, random.choice(("day", "sunset")), None, random, 0.15)
        sea(easel, 0.1, (36, 92, 132), random)
    elif name == "stars":
        night_sky(easel, random)
    elif name == "curtain":
        curtain(easel, (150, 24, 30))
    elif name == "window":
        wall: Color = random.choice(((126, 96, 70), (110, 112, 96), (96, 100, 120)))
        easel.down(easel.everything(), wall, darker(wall, 0.4))
        side = -1 if easel.light[0] < 0 else 1
        window(easel, side * 0.36, -0.2, 0.22, 0.34, "day")
    else:
        books(easel, random, easel.left, easel.top, easel.right, easel.bottom, 0.23)


def sky(easel: Easel, time: str, weather: str | None, random: Random, horizon: float) -> None:
    """Paint a sky down to the horizon, with clouds, sun or moon."""
    top, low = SKIES[weather if weather in ("storm", "fog", "snow", "rain") and time != "night" else time]
    if weather == "storm" and time == "night":
        top, low = (12, 14, 24), (50, 56, 72)
    easel.down(box(easel.left - 0.01, easel.top - 0.01, easel.right + 0.01, horizon + 0.02), top, low)
    if time == "night":
        stars(easel, random, horizon, 26 if weather in (None, "clear") else 0)
    x = easel.light[0] * min(easel.right, 0.7) * 0.62
    if weather in (None, "clear"):
        if time == "night":
            moon(easel, x, easel.top + 0.2)
        else:
            y, color = (easel.top + 0.2, (255, 250, 224)) if time == "day" else (horizon - 0.14, (255, 214, 130))
            easel.soft(x, y, 0.34, 0.34, color, 0.75)
            easel.fill(oval(x, y, 0.055, 0.055), (255, 248, 216) if time == "day" else (255, 226, 140), shade=0)
    if weather != "fog":
        color: Color = {"day": (250, 250, 248), "sunset": (238, 130, 110), "night": (58, 70, 112)}[time]
        if weather == "snow" and time != "night":
            color = (238, 240, 244)
        if weather in ("storm", "rain"):
            color = (66, 70, 82) if time != "night" else (34, 38, 54)
        for _ in range(6 if weather == "storm" else 3):
            cloud(
                easel,
                random.uniform(easel.left, easel.right),
                random.uniform(easel.top + 0.08, min(horizon - 0.15, 0.0)),
                random.uniform(0.13, 0.22),
                color,
            )


def cloud(easel: Easel, x: float, y: float, size: float, color: Color) -> None:
    """Paint a cloud: a few soft heaps on a flat bottom."""
    for dx, dy, r in ((-0.6, 0.05, 0.45), (0.6, 0.06, 0.45), (-0.2, -0.15, 0.55), (0.25, -0.1, 0.55), (0, 0.08, 0.8)):
        easel.soft(x + dx * size, y + dy * size, r * size * 1.5, r * size * 0.85, color, 0.8)
    if easel.line_canvas is not None:
        easel.stroke(
            curve(
                [
                    (x - size, y + size * 0.3),
                    (x - size * 0.6, y - size * 0.2),
                    (x, y - size * 0.5),
                    (x + size * 0.6, y - size * 0.2),
                    (x + size, y + size * 0.3),
                ]
            ),
            color,
            0.003,
            0.6,
        )


def moon(easel: Easel, x: float, y: float) -> None:
    """Paint a full moon with its glow."""
    easel.soft(x, y, 0.26, 0.26, (160, 180, 230), 0.5)
    easel.fill(oval(x, y, 0.062, 0.062), (244, 240, 214), shade=0.12)
    easel.fill(oval(x + 0.018, y - 0.012, 0.014, 0.014), (214, 208, 186), shade=0, line=0)


def stars(easel: Easel, random: Random, horizon: float, count: int) -> None:
    """Scatter stars over a night sky."""
    for _ in range(count):
        x, y = random.uniform(easel.left, easel.right), random.uniform(easel.top, horizon)
        size = random.choice((0.004, 0.006, 0.009))
        easel.fill(oval(x, y, size, size), (255, 248, 214), shade=0, line=0.001)


def night_sky(easel: Easel, random: Random) -> None:
    """Paint a night full of stars, with the lights turning in rings around the larger ones."""
    easel.down(easel.everything(), (12, 18, 58), (40, 66, 132))
    for x, y, size in ((-0.36, -0.3, 0.09), (0.36, -0.36, 0.12), (0.42, 0.02, 0.06), (-0.42, 0.06, 0.07)):
        x, y = x * easel.right * 2 + random.uniform(-0.04, 0.04), y * easel.bottom * 2 + random.uniform(-0.04, 0.04)
        for ring in (1.6, 1.15):
            easel.stroke(oval(x, y, size * ring, size * ring), (120, 160, 220), 0.012, 0.45, line=False)
        easel.soft(x, y, size * 1.3, size * 1.3, (255, 230, 140), 0.8)
        easel.fill(oval(x, y, size * 0.35, size * 0.35), (255, 244, 190), shade=0, line=0.002)
    stars(easel, random, easel.bottom, 40)


def ridge(
    easel: Easel, random: Random, y: float, height: float, color: Color, sharp: bool = False, snow: bool = False
) -> None:
    """Paint a row of hills or, sharp, of mountains across the picture, down to its lower edge."""
    count = 7
    step = (easel.right - easel.left + 0.4) / (count - 1)
    points: list[Point] = []
    for i in range(count):
        up = random.uniform(0.45, 1.0) if i % 2 else random.uniform(0.0, 0.35)
        points.append((easel.left - 0.2 + i * step + random.uniform(-0.15, 0.15) * step, y - height * up))
    floor = easel.bottom + 0.3
    corners = [(easel.right + 0.3, floor), (easel.left - 0.3, floor)]
    if not sharp:
        easel.fill(
            curve([(easel.left - 0.3, y), *points, (easel.right + 0.3, y), *corners], closed=True), color, shade=0.3
        )
        return
    easel.fill(polygon([(easel.left - 0.3, y), *points, (easel.right + 0.3, y), *corners]), color, shade=0.25)
    side = -1 if easel.light[0] > 0 else 1
    for i in range(1, count, 2):
        x, peak = points[i]
        low = y + 0.02
        # A mountain's far side is dark down to its foot.
        dark = [
            (x, peak),
            (x + side * step * 0.45, (peak + low) / 2),
            (x + side * step * 0.9, low),
            (x + side * step * 0.12, low),
            (x - side * 0.02, (peak + low) / 2),
        ]
        easel.fill(polygon(dark), darker(color, 0.38), shade=0, line=0.003)
        if snow:
            d = (y - peak) * 0.3
            w = step * 0.3
            cap = [
                (x, peak),
                (x + w, peak + d),
                (x + w * 0.45, peak + d * 0.8),
                (x, peak + d * 1.3),
                (x - w * 0.4, peak + d * 0.8),
                (x - w, peak + d),
            ]
            easel.fill(polygon(cap), (240, 244, 250), shade=0.25, line=0.003)


def sea(easel: Easel, horizon: float, color: Color, random: Random, rough: bool = False) -> None:
    """Paint water down to the picture's lower edge, with rows of waves that grow towards us."""
    floor = easel.bottom + 0.01
    easel.down(
        box(easel.left - 0.01, horizon, easel.right + 0.01, floor), lighter(color, 0.3), darker(color, 0.3), line=0.004
    )
    for i in range(6):
        y = horizon + (floor - horizon) * ((i + 0.7) / 6.5) ** 1.4
        size = (0.006 + 0.02 * i / 6) * (2.6 if rough else 1.0)
        step = 0.05 + 0.035 * i
        phase = random.uniform(0, step)
        steps = int((easel.right - easel.left) / step) + 4
        points = [(easel.left - step * 2 + phase + k * step, y - (size if k % 2 else 0)) for k in range(steps)]
        easel.stroke(curve(points), lighter(color, 0.6), 0.004 + 0.0012 * i, 0.75)


def tree(easel: Easel, x: float, foot: float, height: float, color: Color, pine: bool = False) -> None:
    """Paint a tree whose trunk ends at the foot."""
    with easel.place(x, foot, height):
        easel.fill(polygon([(-0.06, 0.0), (0.06, 0.0), (0.04, -0.5), (-0.04, -0.5)]), (84, 58, 38), shade=0.4)
        if pine:
            for y, w in ((-0.18, 0.34), (-0.45, 0.27), (-0.7, 0.18)):
                easel.fill(polygon([(-w, y), (w, y), (0, y - 0.42)]), color, shade=0.5)
            return
        for dx, dy, r in ((-0.2, -0.5, 0.22), (0.2, -0.5, 0.22), (0, -0.72, 0.28)):
            easel.fill(oval(dx, dy, r, r * 0.95), color, shade=0.5, round_=True)


def curtain(easel: Easel, color: Color) -> None:
    """Hang a cloth in even folds over the whole picture."""
    easel.down(easel.everything(), color, darker(color, 0.4))
    step = 0.125
    count = math.ceil((easel.right - easel.left) / step / 2) + 1
    for i in range(-count, count + 1):
        x = i * step
        easel.soft(x, 0.1, step * 0.5, easel.bottom * 2, darker(color, 0.7), 0.8)
        easel.soft(x + step / 2, 0.0, step * 0.3, easel.bottom * 1.8, lighter(color, 0.25), 0.5)
        easel.stroke(curve([(x, easel.top), (x, easel.bottom)]), darker(color, 0.6), 0.004)


def window(easel: Easel, x: float, y: float, w: float, h: float, time: str) -> None:
    """Paint a window with a view, by its centre and half sides."""
    top, low = SKIES[time]
    easel.fill(box(x - w - 0.03, y - h - 0.03, x + w + 0.03, y + h + 0.03), (98, 66, 42), shade=0.4)
    pane = box(x - w, y - h, x + w, y + h)
    easel.down(pane, top, low, line=0.003)
    with easel.place(0, 0, 1, clip=pane):
        hill: Color = (80, 120, 76) if time == "day" else (60, 56, 70) if time == "sunset" else (22, 28, 48)
        easel.fill(oval(x - w * 0.5, y + h * 1.1, w * 1.2, h * 0.6), hill, shade=0.3)
        easel.fill(oval(x + w * 0.8, y + h * 1.15, w, h * 0.5), darker(hill, 0.25), shade=0.3)
        if time == "night":
            easel.fill(oval(x + w * 0.35, y - h * 0.5, 0.035, 0.035), (246, 240, 210), shade=0)
    easel.stroke(curve([(x, y - h), (x, y + h)]), (98, 66, 42), 0.018)
    easel.stroke(curve([(x - w, y - h * 0.1), (x + w, y - h * 0.1)]), (98, 66, 42), 0.018)
    easel.fill(box(x - w - 0.05, y + h, x + w + 0.05, y + h + 0.045), (140, 100, 66), shade=0.3)


def books(easel: Easel, random: Random, left: float, top: float, right: float, bottom: float, row: float) -> None:
    """Fill a rectangle with shelves of books."""
    wood: Color = (92, 58, 34)
    easel.fill(box(left, top, right, bottom), darker(wood, 0.5), shade=0.2)
    spines: tuple[Color, ...] = (
        (132, 36, 34),
        (38, 62, 104),
        (52, 88, 58),
        (156, 118, 58),
        (92, 54, 84),
        (110, 74, 46),
    )
    y = top
    while y < bottom:
        x = left + 0.01
        while x < right - 0.02:
            w = random.choice((0.045, 0.06, 0.075))
            tall = row * random.choice((0.66, 0.74, 0.82))
            color = random.choice(spines)
            easel.fill(box(x, y + row - tall, min(x + w, right), y + row), color, shade=0.4, line=0.004)
            easel.stroke(
                curve([(x + w * 0.25, y + row - tall * 0.75), (x + w * 0.75, y + row - tall * 0.75)]),
                (214, 176, 90),
                0.006,
            )
            x += w
        easel.fill(box(left, y + row - 0.004, right, y + row + 0.026), wood, shade=0.3)
        y += row + 0.026


def falling(easel: Easel, random: Random, what: str) -> None:
    """Let rain or snow fall over the picture."""
    for _ in range(round(45 * (easel.right + easel.bottom))):
        x, y = random.uniform(easel.left, easel.right), random.uniform(easel.top, easel.bottom)
        if what == "rain":
            easel.stroke(curve([(x, y), (x - 0.015, y + 0.06)]), (214, 222, 230), 0.004, 0.6, line=False)
        else:
            size = random.choice((0.006, 0.009))
            easel.fill(oval(x, y, size, size), (252, 252, 255), shade=0, line=0.0015)
