"""Rooms: a wall with its window, a floor of boards, furniture."""

from workshop_tui.models.painting import backdrops, portrait
from workshop_tui.models.painting.easel import (
    Color,
    Easel,
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


def compose(easel: Easel, scene: Scene) -> None:
    """Paint a room: a wall with its window, a floor of boards, furniture."""
    random = scene.random("room")
    night = scene.time == "night"
    walls = next((thing.color for thing in scene.things if thing.name == "walls"), "white") or "white"
    wall = mix(RGB[walls], (226, 214, 190), 0.42)
    wood: Color = (138, 90, 54)
    if night:
        wall, wood = darker(wall, 0.55), darker(wood, 0.5)
    floor = 0.2
    easel.down(box(easel.left - 0.1, easel.top - 0.1, easel.right + 0.1, floor), wall, darker(wall, 0.15))
    easel.down(
        box(easel.left - 0.1, floor, easel.right + 0.1, easel.bottom + 0.1),
        lighter(wood, 0.1),
        darker(wood, 0.25),
        line=0.004,
    )
    for i in range(-9, 10):
        easel.stroke(curve([(i * 0.11, floor), (i * 0.24, easel.bottom + 0.05)]), darker(wood, 0.4), 0.005, 0.8)
    easel.fill(box(easel.left - 0.1, floor - 0.03, easel.right + 0.1, floor), darker(wood, 0.25), shade=0.2)
    side = -1 if easel.light[0] < 0 else 1
    spread = min(easel.right * 2, 1.6)
    x = side * 0.17 * spread
    backdrops.window(easel, x, -0.16, 0.13, 0.2, scene.time or "day")
    drape: Color = random.choice(((160, 44, 40), (52, 84, 132), (196, 160, 84), (66, 110, 72)))
    for end in (-1, 1):
        easel.fill(
            blob(
                [
                    (x + end * 0.09, -0.42),
                    (x + end * 0.24, -0.42),
                    (x + end * 0.22, -0.1),
                    (x + end * 0.25, 0.1),
                    (x + end * 0.15, 0.1),
                    (x + end * 0.17, -0.12),
                ]
            ),
            darker(drape, 0.35) if night else drape,
            shade=0.5,
        )
    if not night:
        easel.fill(
            polygon(
                [
                    (x - 0.1, floor + 0.02),
                    (x + 0.12, floor + 0.02),
                    (x - side * 0.3 + 0.2, 0.42),
                    (x - side * 0.3 - 0.14, 0.42),
                ]
            ),
            (255, 232, 170),
            shade=0,
            line=0,
            alpha=0.35,
        )
    _furniture(easel, scene, -side, floor, wood, night)
    easel.finish(0.55)
    if scene.light == "candle":
        easel.soft(0, 0, 1.2, 1.2, (6, 4, 16), 0.35)
        tx = -side * 0.02
        portrait.candle(easel, tx, 0.085, 0.032)
        easel.soft(tx, 0.06, 0.62, 0.62, (130, 74, 20), 0.8, add=True)


def _furniture(easel: Easel, scene: Scene, side: int, floor: float, wood: Color, night: bool) -> None:
    random = scene.random("furniture")
    spread = min(easel.right * 2, 1.6)
    x = side * 0.28 * spread
    if scene.has("painting"):
        px = side * 0.2 * spread if spread < 1.3 else -side * 0.62
        easel.fill(box(px - 0.1, -0.4, px + 0.1, -0.23), (190, 144, 60), shade=0.4)
        easel.down(box(px - 0.08, -0.38, px + 0.08, -0.25), (120, 160, 196), (84, 112, 70), line=0.003)
    if scene.has("bookshelf"):
        easel.fill(box(x - 0.17, -0.2, x + 0.17, floor + 0.04), wood, shade=0.4)
        backdrops.books(easel, random, x - 0.15, -0.18, x + 0.15, floor + 0.0, 0.105)
    if scene.has("fireplace"):
        easel.fill(box(x - 0.18, -0.12, x + 0.18, floor + 0.04), (150, 132, 120), shade=0.4)
        easel.fill(box(x - 0.21, -0.16, x + 0.21, -0.1), lighter(wood, 0.1), shade=0.3)
        easel.fill(
            blob([(x, -0.03), (x + 0.11, 0.02), (x + 0.12, floor + 0.04), (x - 0.12, floor + 0.04), (x - 0.11, 0.02)]),
            (26, 18, 18),
            shade=0.1,
        )
        for dx, h in ((-0.045, 0.08), (0.045, 0.09), (0, 0.13)):
            easel.fill(
                blob(
                    [
                        (x + dx, floor + 0.02 - h),
                        (x + dx + 0.035, floor - 0.01),
                        (x + dx, floor + 0.03),
                        (x + dx - 0.035, floor - 0.01),
                    ]
                ),
                (250, 150, 40),
                shade=0,
                line=0.003,
            )
        easel.soft(x, floor - 0.02, 0.26, 0.24, (255, 120, 30), 0.55, add=True)
    if scene.has("bed"):
        cover = RGB[random.choice(("red", "blue", "green", "purple"))]
        cover = darker(cover, 0.4) if night else cover
        far, near = x + side * 0.2, x - side * 0.2
        easel.fill(box(min(far, far - side * 0.04), -0.02, max(far, far - side * 0.04), floor + 0.16), wood, shade=0.4)
        easel.soft((far + near) / 2, 0.36, 0.26, 0.03, (10, 8, 12), 0.6)
        easel.fill(box(min(far, near), 0.23, max(far, near), 0.31), darker(wood, 0.1), shade=0.4)
        easel.fill(
            polygon([(far, 0.12), (near, 0.12), (near - side * 0.06, 0.24), (far, 0.24)]), (232, 226, 214), shade=0.3
        )
        easel.fill(
            polygon(
                [
                    (far - side * 0.12, 0.115),
                    (near, 0.115),
                    (near - side * 0.07, 0.24),
                    (near - side * 0.07, 0.33),
                    (far - side * 0.14, 0.33),
                    (far - side * 0.14, 0.24),
                ]
            ),
            cover,
            shade=0.45,
        )
        easel.fill(
            blob(
                [
                    (far - side * 0.02, 0.1),
                    (far - side * 0.12, 0.09),
                    (far - side * 0.13, 0.17),
                    (far - side * 0.02, 0.18),
                ]
            ),
            (244, 240, 230),
            shade=0.35,
        )
    tx = -side * 0.02 if not scene.has("bed") else -side * 0.08
    if scene.light == "candle":
        tx = side * 0.02
    if scene.has("chair"):
        cx = tx - side * 0.29 * max(spread * 0.8, 1)
        for dx in (-0.07, 0.07):
            easel.stroke(curve([(cx + dx, 0.2), (cx + dx, 0.36)]), darker(wood, 0.35), 0.015)
        easel.fill(box(cx - 0.075, 0.07, cx + 0.075, 0.16), darker(wood, 0.15), shade=0.4)
        easel.fill(
            polygon([(cx - 0.09, 0.17), (cx + 0.09, 0.17), (cx + 0.11, 0.23), (cx - 0.11, 0.23)]),
            (168, 62, 50),
            shade=0.4,
        )
        for dx in (-0.1, 0.1):
            easel.stroke(curve([(cx + dx, 0.23), (cx + dx, 0.43)]), darker(wood, 0.2), 0.016)
    if scene.has("table"):
        easel.soft(tx, 0.44, 0.26, 0.035, (10, 8, 12), 0.6)
        for dx in (-0.16, 0.16):
            easel.stroke(curve([(tx + dx, 0.27), (tx + dx, 0.45)]), darker(wood, 0.3), 0.022)
        easel.fill(
            polygon([(tx - 0.17, 0.2), (tx + 0.17, 0.2), (tx + 0.21, 0.26), (tx - 0.21, 0.26)]),
            lighter(wood, 0.15),
            shade=0.35,
        )
        easel.fill(box(tx - 0.21, 0.26, tx + 0.21, 0.285), wood, shade=0.3)
        easel.fill(oval(tx + 0.09, 0.205, 0.05, 0.022), (226, 222, 210), shade=0.3)
        for dx, color in ((0.07, (196, 36, 34)), (0.11, (206, 160, 40))):
            easel.fill(oval(tx + dx, 0.19, 0.021, 0.021), color, shade=0.4, round_=True)
