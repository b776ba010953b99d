"""Heads: skin, eyes, nose, mouth, hair and beard, in a frame where a head is 1 high and its centre is the origin."""

from workshop_tui.models.painting import hair
from workshop_tui.models.painting.easel import Color, Easel, blob, curve, darker, lighter, mirrored, mix, oval, polygon
from workshop_tui.models.painting.looks import Looks


def head(easel: Easel, looks: Looks, beard: str | None, glasses: bool) -> None:
    """Paint the face itself."""
    skin, dx = looks.skin, looks.turn * 0.06
    wide = 0.4 if looks.child else 0.34 if looks.female else 0.355
    jaw = 0.28 if looks.child else 0.17 if looks.female else 0.235
    for side in (-1, 1):
        if side * looks.turn < 0.6:
            easel.fill(oval(side * (wide + 0.005), 0.03, 0.055, 0.1), mix(skin, (190, 70, 50), 0.18), round_=True)
    right = [
        (0, -0.5),
        (wide * 0.68, -0.44),
        (wide, -0.2),
        (wide * 0.98, 0.06),
        (wide * 0.88, 0.24),
        (jaw, 0.4),
        (jaw * 0.42, 0.49),
        (0, 0.5),
    ]
    face = blob(mirrored(right))
    easel.fill(face, skin, shade=0.62, round_=True)
    with easel.place(0, 0, 1, clip=face):
        _modelling(easel, looks, dx)
        if beard in ("beard", "long beard"):
            easel.soft(dx, 0.4, 0.5, 0.26, darker(looks.hair, 0.1), 0.9)
    if beard in ("beard", "long beard"):
        hair.beard(easel, looks, 1.0 if beard == "long beard" else 0.66, dx)
    _nose(easel, looks, dx)
    _mouth(easel, looks, dx, beard)
    for side in (-1, 1):
        _eye(easel, looks, dx, side)
    if beard:
        hair.moustache(easel, looks, dx)
    if glasses:
        _glasses(easel, dx)


def _modelling(easel: Easel, looks: Looks, dx: float) -> None:
    shade, away = darker(looks.skin, 0.6), -1 if easel.light[0] > 0 else 1
    easel.soft(away * 0.36, 0.1, 0.3, 0.62, shade, 0.62)
    easel.soft(-away * 0.16 + dx, -0.3, 0.2, 0.12, lighter(looks.skin, 0.6), 0.5)
    easel.soft(-away * 0.2 + dx, 0.12, 0.13, 0.09, lighter(looks.skin, 0.5), 0.45)
    for side in (-1, 1):
        easel.soft(side * 0.19 + dx, 0.17, 0.14, 0.1, (214, 70, 60), 0.34 if looks.child or looks.female else 0.24)
        easel.soft(side * 0.155 + dx, -0.07, 0.13, 0.085, shade, 0.42)
    easel.soft(dx, 0.47, 0.2, 0.07, shade, 0.35)
    if looks.old:
        fold = darker(looks.skin, 0.5)
        for y in (-0.33, -0.27):
            easel.stroke(curve([(dx - 0.15, y), (dx, y - 0.02), (dx + 0.15, y)]), fold, 0.003, 0.55)
        for side in (-1, 1):
            easel.stroke(
                curve([(side * 0.1 + dx, 0.13), (side * 0.17 + dx, 0.22), (side * 0.17 + dx, 0.3)]), fold, 0.004, 0.6
            )
            easel.stroke(
                curve([(side * 0.08 + dx, 0.05), (side * 0.16 + dx, 0.075), (side * 0.23 + dx, 0.05)]), fold, 0.003, 0.6
            )


def _eye(easel: Easel, looks: Looks, dx: float, side: int) -> None:
    x, y = side * 0.155 + dx * 1.25, -0.03
    large = 1.25 if looks.child else 1.1 if looks.female else 1.0
    w, h = 0.088 * large, 0.046 * large
    almond = blob(
        [
            (x - w, y + 0.006),
            (x - w * 0.35, y - h),
            (x + w * 0.4, y - h * 0.95),
            (x + w, y),
            (x + w * 0.35, y + h * 0.75),
            (x - w * 0.4, y + h * 0.75),
        ]
    )
    easel.fill(almond, (240, 236, 226), shade=0.18, line=0)
    with easel.place(0, 0, 1, clip=almond):
        ix, radius = x + looks.turn * 0.02, 0.045 * large
        easel.fill(oval(ix, y - 0.004, radius, radius), looks.iris, shade=0.25, line=0.004)
        easel.fill(oval(ix, y - 0.004, radius * 0.52, radius * 0.52), (12, 10, 12), shade=0, line=0)
        if easel.line_canvas is not None:
            easel.line_canvas.drawPath(oval(ix, y - 0.004, radius * 0.6, radius * 0.6), easel.pen(0xFF000000, 0.012))
        easel.fill(
            oval(ix + 0.016 * (1 if easel.light[0] > 0 else -1), y - 0.022, 0.013, 0.013),
            (255, 255, 255),
            shade=0,
            line=0,
        )
    lid = [(x - w * 1.05, y + 0.008), (x - w * 0.35, y - h), (x + w * 0.4, y - h * 0.95), (x + w * 1.05, y + 0.004)]
    easel.stroke(curve(lid), (40, 24, 22), 0.008 if looks.female else 0.0065)
    easel.stroke(curve([(a, b - 0.03) for a, b in lid]), darker(looks.skin, 0.45), 0.0035, 0.5)
    inner, outer = x - side * w * 1.05, x + side * w * 1.25
    lift = 0.0 if looks.female else 0.012
    brow = [
        (inner, y - 0.112 + lift),
        (x, y - 0.148 + lift),
        (outer, y - 0.088),
        (x, y - 0.118 + lift + (0.004 if looks.female else 0.018)),
        (inner, y - 0.09 + lift),
    ]
    easel.fill(blob(brow), darker(looks.hair, 0.25), shade=0, line=0.002)


def _nose(easel: Easel, looks: Looks, dx: float) -> None:
    shade, away = darker(looks.skin, 0.55), -1 if easel.light[0] > 0 else 1
    tip = dx * 1.8
    width = 0.062 if looks.female or looks.child else 0.075
    side = [
        (dx + away * 0.03, -0.1),
        (tip + away * 0.02, 0.1),
        (tip + away * width, 0.155),
        (tip + away * 0.03, 0.185),
        (tip - away * 0.01, 0.17),
        (tip, 0.1),
        (dx + away * 0.012, -0.06),
    ]
    easel.fill(blob(side), shade, shade=0, line=0, alpha=0.42)
    easel.soft(tip, 0.19, 0.1, 0.035, shade, 0.75)
    for wing in (-1, 1):
        easel.stroke(
            curve(
                [(tip + wing * width, 0.12), (tip + wing * (width + 0.008), 0.155), (tip + wing * width * 0.45, 0.178)]
            ),
            darker(looks.skin, 0.62),
            0.0045,
            0.75,
        )
    easel.soft(tip - away * 0.012, 0.1, 0.032, 0.05, lighter(looks.skin, 0.85), 0.75)


def _mouth(easel: Easel, looks: Looks, dx: float, beard: str | None) -> None:
    x, y, w, up = dx * 1.3, 0.29, 0.125 if not looks.child else 0.105, looks.smile * 0.03
    lip = mix(looks.skin, (176, 36, 44), 0.62 if looks.female else 0.42)
    corner = y - up
    easel.fill(
        blob(
            [
                (x - w, corner),
                (x - 0.03, y - 0.03),
                (x, y - 0.022),
                (x + 0.03, y - 0.03),
                (x + w, corner),
                (x, y + 0.01),
            ]
        ),
        darker(lip, 0.2),
        shade=0.2,
        line=0.002,
    )
    easel.fill(
        blob(
            [
                (x - w * 0.92, corner + 0.006),
                (x, y + 0.006),
                (x + w * 0.92, corner + 0.006),
                (x + 0.05, y + 0.042),
                (x - 0.05, y + 0.042),
            ]
        ),
        lip,
        shade=0.3,
        line=0.002,
    )
    easel.stroke(
        curve([(x - w, corner), (x - 0.04, y + 0.002), (x + 0.04, y + 0.002), (x + w, corner)]), darker(lip, 0.7), 0.005
    )
    if not beard or beard == "moustache":
        easel.soft(x, y + 0.075, 0.1, 0.028, darker(looks.skin, 0.6), 0.5)


def _glasses(easel: Easel, dx: float) -> None:
    for side in (-1, 1):
        x = side * 0.16 + dx * 1.25
        easel.stroke(oval(x, -0.02, 0.125, 0.105), (44, 34, 26), 0.008)
        easel.soft(x - 0.03, -0.06, 0.07, 0.05, (255, 255, 255), 0.35)
        easel.stroke(curve([(x + side * 0.125, -0.03), (side * 0.37, -0.04)]), (44, 34, 26), 0.007)
    easel.stroke(
        curve([(-0.04 + dx * 1.25, -0.03), (dx * 1.25, -0.05), (0.04 + dx * 1.25, -0.03)]), (44, 34, 26), 0.007
    )


def robot_head(easel: Easel, color: Color, looks: Looks) -> None:
    """Paint a machine's head: a box with lamps for eyes and a grille for a mouth."""
    dx = looks.turn * 0.05
    easel.stroke(curve([(0, -0.5), (0, -0.7)]), (90, 92, 98), 0.014)
    easel.fill(oval(0, -0.73, 0.055, 0.055), (220, 50, 40), round_=True)
    for side in (-1, 1):
        easel.fill(
            polygon([(side * 0.36, -0.14), (side * 0.48, -0.1), (side * 0.48, 0.12), (side * 0.36, 0.16)]),
            darker(color, 0.35),
        )
    easel.fill(
        blob(mirrored([(0, -0.5), (0.36, -0.48), (0.4, -0.3), (0.4, 0.3), (0.34, 0.47), (0, 0.49)])), color, shade=0.6
    )
    easel.fill(blob(mirrored([(0, -0.22), (0.3, -0.2), (0.32, 0.05), (0, 0.08)])), (30, 34, 42), shade=0.2)
    for side in (-1, 1):
        x = side * 0.15 + dx
        easel.soft(x, -0.07, 0.15, 0.15, (90, 220, 255), 0.6)
        easel.fill(oval(x, -0.07, 0.075, 0.075), (150, 236, 255), shade=0.2, round_=True)
        easel.fill(oval(x + looks.turn * 0.015, -0.07, 0.028, 0.028), (16, 40, 60), shade=0)
    easel.fill(
        polygon([(-0.2 + dx, 0.2), (0.2 + dx, 0.2), (0.2 + dx, 0.36), (-0.2 + dx, 0.36)]), (44, 48, 56), shade=0.2
    )
    for i in range(-2, 3):
        easel.stroke(curve([(i * 0.07 + dx, 0.2), (i * 0.07 + dx, 0.36)]), lighter(color, 0.2), 0.007)
    for x in (-0.33, 0.33):
        for y in (-0.38, 0.4):
            easel.fill(oval(x, y, 0.028, 0.028), lighter(color, 0.3), round_=True, line=0.003)
