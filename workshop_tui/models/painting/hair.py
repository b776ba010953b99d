"""Hair, beards and moustaches, in the head's frame."""

from workshop_tui.models.painting.easel import (
    Easel,
    blob,
    curve,
    darker,
    lighter,
    mirrored,
    oval,
)
from workshop_tui.models.painting.looks import Looks


def back_hair(easel: Easel, looks: Looks, style: str) -> None:
    """Paint the hair that hangs behind head and neck."""
    shade = darker(looks.hair, 0.25)
    if style == "long":
        easel.fill(
            blob(mirrored([(0, -0.56), (0.36, -0.44), (0.46, -0.05), (0.5, 0.4), (0.56, 0.8), (0.3, 0.9)])), shade
        )
    elif style == "bob" or (style == "short" and looks.female):
        easel.fill(blob(mirrored([(0, -0.57), (0.36, -0.45), (0.47, -0.1), (0.48, 0.25), (0.36, 0.42)])), shade)
    elif style == "up":
        easel.fill(blob(mirrored([(0, -0.74), (0.3, -0.68), (0.47, -0.36), (0.46, 0.05), (0.3, 0.25)])), shade)
    elif style == "bun":
        easel.fill(oval(0, -0.58, 0.2, 0.17), looks.hair, round_=True)


def moustache(easel: Easel, looks: Looks, dx: float) -> None:
    """Paint a moustache."""
    x = dx * 1.4
    for side in (-1, 1):
        wing = [
            (x, 0.205),
            (x + side * 0.09, 0.215),
            (x + side * 0.19, 0.29),
            (x + side * 0.2, 0.31),
            (x + side * 0.1, 0.275),
            (x, 0.26),
        ]
        easel.fill(blob(wing), looks.hair, shade=0.4, line=0.003)


def beard(easel: Easel, looks: Looks, length: float, dx: float) -> None:
    """Paint a beard that reaches down to `length`."""
    outer = [(0.35, 0.02), (0.335, 0.28), (0.24 if length < 0.9 else 0.3, 0.52), (0.09, length)]
    inner = [(0.3, 0.06), (0.22, 0.22), (0.14, 0.25), (0.14, 0.34), (0.06, 0.375)]
    right = [*outer, (0, length + 0.02)]
    left = [(-x, y) for x, y in reversed(outer)]
    inside = [*((-x + dx, y) for x, y in inner), *((x + dx, y) for x, y in reversed(inner))]
    easel.fill(curve([*right, *left, *inside], closed=True), looks.hair, shade=0.55, line=0.004)
    for share in (-0.75, -0.4, 0.0, 0.4, 0.75):
        easel.stroke(
            curve([(share * 0.26, 0.42), (share * 0.2, (0.44 + length) / 2), (share * 0.1, length - 0.04)]),
            lighter(looks.hair, 0.25),
            0.004,
            0.55,
        )


def front_hair(easel: Easel, looks: Looks, style: str) -> None:
    """Paint the hair above the forehead and beside the face."""
    hair, part = looks.hair, looks.turn * 0.12
    if style in ("bald", "tonsure"):
        if style == "tonsure":
            fringe = [
                (-0.37, 0.0),
                (-0.39, -0.2),
                (-0.33, -0.36),
                (-0.16, -0.36),
                (0, -0.34),
                (0.16, -0.36),
                (0.33, -0.36),
                (0.39, -0.2),
                (0.37, 0.0),
                (0.31, -0.2),
                (0.18, -0.26),
                (0, -0.25),
                (-0.18, -0.26),
                (-0.31, -0.2),
            ]
            easel.fill(blob(fringe), hair)
        else:
            for side in (-1, 1):
                easel.fill(
                    blob(
                        [
                            (side * 0.34, 0.1),
                            (side * 0.41, -0.06),
                            (side * 0.37, -0.26),
                            (side * 0.31, -0.3),
                            (side * 0.32, -0.1),
                        ]
                    ),
                    hair,
                )
        easel.soft(-0.1 if easel.light[0] < 0 else 0.1, -0.42, 0.14, 0.06, (255, 250, 236), 0.5)
        return
    low = 0.3 if style in ("long", "bob") or looks.female else 0.04
    fringe = -0.2 if looks.child else -0.27
    shape = [
        (0, -0.56),
        (0.24, -0.53),
        (0.39, -0.34),
        (0.415, -0.06),
        (0.4, low),
        (0.345, low - 0.04),
        (0.325, -0.1),
        (0.24, fringe),
        (part, fringe - 0.06),
        (-0.24, fringe),
        (-0.325, -0.1),
        (-0.345, low - 0.04),
        (-0.4, low),
        (-0.415, -0.06),
        (-0.39, -0.34),
        (-0.24, -0.53),
    ]
    easel.fill(blob(shape), hair, shade=0.5)
    for x in (-0.3, -0.16, 0.16, 0.3):
        easel.stroke(
            curve([(part + x * 0.2, -0.5), (x * 0.8, -0.46), (x * 1.16, -0.28)]), lighter(hair, 0.3), 0.005, 0.55
        )
