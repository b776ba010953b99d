"""What people built: houses, castles, churches, towers, lighthouses, ships."""

from workshop_tui.models.painting.easel import Color, Easel, blob, box, curve, darker, lighter, mix, oval, polygon
from workshop_tui.models.painting.scene import Scene

ROOF: Color = (150, 62, 44)
STONE: Color = (150, 142, 134)
LIT: Color = (255, 210, 110)
PANE: Color = (70, 90, 112)


def landmark(easel: Easel, scene: Scene, x: float, foot: float, size: float) -> None:
    """Paint the scene's house, castle, church or lighthouse with its foot at the point, `size` for a house's width."""
    night = scene.time == "night"
    with easel.place(x, foot, size):
        easel.soft(-easel.light[0] * 0.5, 0.0, 0.75, 0.1, (10, 14, 20), 0.5)
        if scene.has("house"):
            house(easel, night, (226, 212, 186), snow=scene.weather == "snow")
        if scene.has("castle"):
            castle(easel, night)
        if scene.has("church"):
            church(easel, night)
    if scene.has("lighthouse"):
        with easel.place(x, foot, size):
            lighthouse(easel, night or scene.weather == "storm" or scene.time == "sunset")


def _dim(color: Color, night: bool) -> Color:
    return mix(color, (26, 30, 58), 0.62) if night else color


def house(easel: Easel, night: bool, wall: Color, snow: bool = False) -> None:
    """Paint a house, 1 wide and about 0.9 high."""
    roof = (226, 230, 238) if snow else ROOF
    easel.fill(polygon([(0.18, -0.82), (0.3, -0.82), (0.3, -0.5), (0.18, -0.5)]), _dim((120, 72, 56), night), shade=0.4)
    easel.fill(box(-0.5, -0.46, 0.5, 0), _dim(wall, night), shade=0.35)
    easel.fill(polygon([(-0.6, -0.42), (-0.36, -0.84), (0.36, -0.84), (0.6, -0.42)]), _dim(roof, night), shade=0.4)
    easel.fill(box(-0.09, -0.3, 0.09, 0), _dim((104, 62, 36), night), shade=0.3)
    for wx in (-0.32, 0.32):
        pane(easel, wx, -0.24, 0.09, 0.09, night)


def pane(easel: Easel, x: float, y: float, w: float, h: float, night: bool) -> None:
    """Paint a small window, lit at night."""
    if night:
        easel.soft(x, y, w * 3, h * 3, LIT, 0.35)
    easel.fill(box(x - w, y - h, x + w, y + h), LIT if night else PANE, shade=0.15, line=0.004)
    easel.stroke(curve([(x, y - h), (x, y + h)]), (236, 230, 214) if not night else (120, 80, 40), 0.003)


def castle(easel: Easel, night: bool) -> None:
    """Paint a castle: a wall between round towers with pointed roofs."""
    stone = _dim(STONE, night)
    easel.fill(box(-0.62, -0.6, 0.62, 0.02), stone, shade=0.35)
    for i in range(7):
        easel.fill(box(-0.6 + i * 0.18, -0.7, -0.5 + i * 0.18, -0.58), stone, shade=0.3, line=0.003)
    for x, w, h in ((-0.66, 0.17, 1.05), (0.66, 0.17, 1.05), (0.1, 0.21, 1.45)):
        easel.fill(box(x - w, -h, x + w, 0.03), stone, shade=0.55)
        easel.fill(
            polygon([(x - w * 1.3, -h), (x + w * 1.3, -h), (x, -h - 0.52)]), _dim((64, 84, 130), night), shade=0.5
        )
        for y in (-h + 0.2, -h + 0.5):
            easel.fill(
                box(x - 0.035, y - 0.07, x + 0.035, y + 0.07), LIT if night else (44, 44, 54), shade=0, line=0.003
            )
    easel.stroke(curve([(0.1, -1.97), (0.1, -2.15)]), (60, 50, 44), 0.004)
    easel.fill(polygon([(0.1, -2.16), (0.34, -2.09), (0.1, -2.02)]), (190, 36, 36), shade=0.2, line=0.003)
    easel.fill(
        blob([(-0.34, -0.42), (-0.22, -0.36), (-0.2, 0.0), (-0.48, 0.0), (-0.46, -0.36)]), (60, 44, 34), shade=0.3
    )


def church(easel: Easel, night: bool) -> None:
    """Paint a church with its tower."""
    wall = _dim((224, 216, 200), night)
    easel.fill(box(-0.2, -0.6, 0.62, 0.02), wall, shade=0.35)
    easel.fill(polygon([(-0.24, -0.56), (-0.1, -0.92), (0.52, -0.92), (0.7, -0.56)]), _dim(ROOF, night), shade=0.4)
    easel.fill(box(-0.56, -1.1, -0.16, 0.02), wall, shade=0.5)
    easel.fill(polygon([(-0.62, -1.1), (-0.1, -1.1), (-0.36, -1.86)]), _dim((84, 92, 104), night), shade=0.5)
    easel.stroke(curve([(-0.36, -1.86), (-0.36, -2.06)]), (40, 36, 40), 0.004)
    easel.stroke(curve([(-0.43, -1.98), (-0.29, -1.98)]), (40, 36, 40), 0.004)
    easel.fill(oval(-0.36, -0.88, 0.1, 0.1), LIT if night else (250, 246, 232), shade=0.1, line=0.004)
    easel.fill(
        blob([(-0.36, -0.36), (-0.27, -0.28), (-0.27, 0.02), (-0.45, 0.02), (-0.45, -0.28)]),
        _dim((96, 60, 38), night),
        shade=0.3,
    )
    for x in (0.04, 0.26, 0.48):
        easel.fill(
            blob([(x, -0.46), (x + 0.06, -0.38), (x + 0.06, -0.14), (x - 0.06, -0.14), (x - 0.06, -0.38)]),
            LIT if night else PANE,
            shade=0.1,
            line=0.004,
        )


def lighthouse(easel: Easel, lit: bool) -> None:
    """Paint a lighthouse in red and white, with its beams when it burns."""
    if lit:
        for side in (-1, 1):
            easel.fill(
                polygon([(0, -1.68), (side * 3.2, -1.95), (side * 3.2, -1.3)]),
                (255, 236, 170),
                shade=0,
                line=0,
                alpha=0.28,
            )
    with easel.place(0, 0, 1, clip=polygon([(-0.25, 0.05), (0.25, 0.05), (0.16, -1.5), (-0.16, -1.5)])):
        easel.fill(box(-0.3, -1.6, 0.3, 0.1), (238, 234, 226), shade=0.5)
        for y in (-1.5, -0.9, -0.3):
            easel.fill(box(-0.3, y, 0.3, y + 0.3), (190, 36, 36), shade=0.5)
    easel.stroke(polygon([(-0.25, 0.05), (0.25, 0.05), (0.16, -1.5), (-0.16, -1.5)]), (40, 30, 34), 0.003)
    easel.fill(box(-0.25, -1.56, 0.25, -1.48), (60, 56, 60), shade=0.4)
    easel.fill(box(-0.13, -1.8, 0.13, -1.56), LIT if lit else (160, 190, 204), shade=0.1)
    easel.fill(polygon([(-0.2, -1.8), (0.2, -1.8), (0, -2.06)]), (150, 34, 34), shade=0.5)
    if lit:
        easel.soft(0, -1.68, 0.5, 0.5, (255, 232, 150), 0.9, add=True)
    for y in (-1.1, -0.5):
        easel.fill(box(-0.04, y, 0.04, y + 0.14), (50, 50, 60), shade=0, line=0.003)


def ship(easel: Easel, x: float, y: float, size: float, tilt: float, sails: Color) -> None:
    """Paint a sailing ship whose waterline is at the point."""
    wood: Color = (104, 66, 40)
    with easel.place(x, y, size, tilt):
        for mast, height in ((-0.22, 0.72), (0.14, 0.9)):
            easel.stroke(curve([(mast, -0.1), (mast, -height - 0.06)]), darker(wood, 0.3), 0.008)
            for low, high, w in ((0.2, 0.5, 0.19), (0.53, height - 0.02, 0.14)):
                sail = [
                    (mast - w, -low),
                    (mast - w * 0.85, -high),
                    (mast + w * 0.85, -high),
                    (mast + w, -low),
                    (mast + w * 0.4, -low + 0.03),
                    (mast - w * 0.4, -low + 0.03),
                ]
                easel.fill(curve([*sail, sail[0]], closed=True), sails, shade=0.4)
            easel.fill(
                polygon([(mast, -height - 0.1), (mast + 0.12, -height - 0.06), (mast, -height - 0.02)]),
                (190, 36, 36),
                shade=0.2,
                line=0.003,
            )
        easel.fill(polygon([(0.3, -0.16), (0.62, -0.28), (0.32, -0.6)]), lighter(sails, 0.2), shade=0.35)
        hull = [(-0.46, -0.22), (-0.3, -0.12), (0.3, -0.12), (0.56, -0.2), (0.4, 0.04), (-0.36, 0.05)]
        easel.fill(polygon(hull), wood, shade=0.45)
        easel.stroke(curve([(-0.42, -0.1), (-0.3, -0.05), (0.3, -0.05), (0.5, -0.12)]), (214, 164, 56), 0.006)
    easel.soft(x, y + size * 0.06, size * 0.5, size * 0.05, (230, 238, 242), 0.7)
