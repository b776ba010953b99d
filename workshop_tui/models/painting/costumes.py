"""Clothes of a trade: armour, uniforms, suits, a machine's body."""

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
from workshop_tui.models.painting.tables import RGB
from workshop_tui.models.painting.torso import FLOOR, GOLD, WHITE, buttons, torso


def armour(easel: Easel, looks: Looks, color: Color) -> None:
    """Paint a knight's plates."""
    torso(easel, looks, color, 0.9, shade=0.7)
    easel.stroke(curve([(0, 0.8), (0, 2.5)]), lighter(color, 0.7), 0.012)
    easel.soft(-0.3 if easel.light[0] < 0 else 0.3, 1.2, 0.16, 0.3, (255, 255, 255), 0.7)
    for y in (1.5, 1.75):
        easel.stroke(curve([(-0.6, y - 0.08), (0, y + 0.06), (0.6, y - 0.08)]), darker(color, 0.6), 0.01)
    for side in (-1, 1):
        for i in (2, 1, 0):
            plate = [
                (side * 0.5, 0.76),
                (side * 0.86, 0.76 + i * 0.05),
                (side * (1.08 + i * 0.04), 1.0 + i * 0.16),
                (side * (0.92 + i * 0.04), 1.12 + i * 0.17),
                (side * 0.58, 1.06 + i * 0.14),
            ]
            easel.fill(blob(plate), color, shade=0.7)
        easel.fill(oval(side * 0.66, 0.92, 0.03, 0.03), GOLD, round_=True, line=0.003)
    for y in (0.72, 0.6):
        easel.fill(blob(mirrored([(0, y - 0.06), (0.26, y - 0.1), (0.34, y + 0.06), (0, y + 0.14)])), color, shade=0.65)


def uniform(easel: Easel, looks: Looks, color: Color) -> None:
    """Paint a soldier's coat."""
    torso(easel, looks, color)
    easel.fill(
        blob(mirrored([(0, 0.62), (0.22, 0.54), (0.26, 0.74), (0, 0.82)])), mix(color, (170, 30, 34), 0.7), shade=0.4
    )
    buttons(easel, GOLD, -0.16)
    buttons(easel, GOLD, 0.16)
    for side in (-1, 1):
        easel.fill(
            blob([(side * 0.55, 0.74), (side * 0.92, 0.84), (side * 0.98, 0.98), (side * 0.56, 0.88)]), GOLD, shade=0.5
        )
    easel.fill(polygon([(-0.75, 0.82), (-0.62, 0.78), (0.75, 2.3), (0.55, 2.4)]), (112, 74, 42), shade=0.4)
    for i, medal in enumerate(((190, 40, 40), (220, 180, 60))):
        easel.fill(oval(0.42 + i * 0.13, 1.22, 0.055, 0.055), medal, round_=True)


def coat(easel: Easel, looks: Looks, color: Color) -> None:
    """Paint a pirate's open coat."""
    torso(easel, looks, color)
    easel.fill(blob(mirrored([(0, 0.56), (0.2, 0.62), (0.26, 1.1), (0.16, 2.4), (0, 2.5)])), WHITE, shade=0.35)
    for i in range(4):
        easel.fill(
            blob(mirrored([(0, 0.62 + i * 0.16), (0.2 - i * 0.02, 0.68 + i * 0.16), (0, 0.84 + i * 0.16)])),
            WHITE,
            shade=0.4,
        )
    for side in (-1, 1):
        lapel = [(side * 0.16, 0.62), (side * 0.5, 0.74), (side * 0.46, 1.2), (side * 0.26, 1.5), (side * 0.24, 1.0)]
        easel.fill(polygon(lapel), lighter(color, 0.1), shade=0.5)
        easel.stroke(
            curve([(side * 0.5, 0.74), (side * 0.46, 1.2), (side * 0.26, 1.5), (side * 0.25, 2.4)]), GOLD, 0.014
        )
        buttons(easel, GOLD, side * 0.42, 1.35)
    easel.fill(polygon([(0.5, 0.78), (0.68, 0.8), (-0.6, 2.4), (-0.8, 2.3)]), (96, 60, 36), shade=0.4)


def spacesuit(easel: Easel, looks: Looks, color: Color) -> None:
    """Paint a suit for space."""
    torso(easel, looks, color, 1.08, shade=0.5)
    easel.fill(oval(0, 0.72, 0.58, 0.17), (150, 154, 164), shade=0.5)
    easel.fill(oval(0, 0.68, 0.46, 0.12), (60, 64, 76), shade=0.3)
    for side in (-1, 1):
        easel.fill(
            polygon([(side * 0.5, 0.8), (side * 0.62, 0.82), (side * 0.5, 2.4), (side * 0.36, 2.4)]),
            (196, 60, 40),
            shade=0.4,
        )
    easel.fill(box(-0.3, 1.16, 0.3, 1.62), (196, 200, 208), shade=0.4)
    for i, lamp in enumerate(((210, 50, 40), (240, 200, 60), (60, 160, 90))):
        easel.fill(oval(-0.17 + i * 0.17, 1.28, 0.05, 0.05), lamp, round_=True, line=0.003)
    easel.fill(box(-0.22, 1.4, 0.22, 1.52), (40, 60, 100), shade=0.2)
    easel.fill(box(0.62, 1.16, 0.84, 1.34), (60, 90, 170), shade=0.2)


def machine(easel: Easel, _looks: Looks, color: Color) -> None:
    """Paint a robot's body."""
    for y in (0.5, 0.57, 0.64):
        easel.fill(oval(0, y, 0.2, 0.055), (110, 112, 120), shade=0.6)
    for side in (-1, 1):
        easel.fill(oval(side * 0.88, 1.0, 0.26, 0.27), darker(color, 0.12), round_=True)
        easel.fill(box(side * 0.9 - 0.14, 1.2, side * 0.9 + 0.14, FLOOR), darker(color, 0.2), shade=0.6)
    easel.fill(
        blob(mirrored([(0, 0.7), (0.66, 0.74), (0.74, 0.9), (0.68, 1.8), (0.66, FLOOR), (0, FLOOR)])), color, shade=0.6
    )
    easel.fill(oval(0, 1.28, 0.25, 0.25), (40, 44, 54), shade=0.3)
    easel.fill(oval(0, 1.28, 0.2, 0.2), (236, 232, 214), shade=0.25)
    easel.stroke(curve([(0, 1.28), (0.11, 1.15)]), (190, 40, 34), 0.012)
    for x in (-0.55, 0.55):
        for y in (0.88, 1.7):
            easel.fill(oval(x, y, 0.04, 0.04), lighter(color, 0.4), round_=True, line=0.003)
    for i, lamp in enumerate(((220, 60, 50), (240, 200, 70), (80, 190, 110))):
        easel.fill(oval(-0.2 + i * 0.2, 0.9, 0.05, 0.05), lamp, round_=True, line=0.003)


def sailor(easel: Easel, looks: Looks, color: Color) -> None:
    """Paint a sailor's shirt and collar."""
    other = RGB["blue"] if color != RGB["blue"] else WHITE
    torso(easel, looks, color, shade=0.45)
    with easel.place(0, 0, 1, clip=polygon([(-0.3, 0.62), (0.3, 0.62), (0, 1.36)])):
        easel.fill(box(-0.5, 0.5, 0.5, 1.5), WHITE, shade=0.2, line=0)
        for y in (0.78, 0.94, 1.1, 1.26):
            easel.stroke(curve([(-0.4, y), (0.4, y)]), RGB["blue"], 0.024)
    for side in (-1, 1):
        easel.fill(
            polygon(
                [(side * 0.2, 0.58), (side * 0.62, 0.76), (side * 0.66, 1.06), (side * 0.04, 1.46), (side * 0.26, 0.9)]
            ),
            other,
            shade=0.4,
        )
        easel.stroke(curve([(side * 0.58, 0.84), (side * 0.6, 1.02), (side * 0.1, 1.36)]), color, 0.01)
    easel.fill(
        blob([(0, 1.34), (0.1, 1.44), (0.14, 1.8), (0, 1.6), (-0.14, 1.8), (-0.1, 1.44)]), (180, 34, 36), shade=0.4
    )


def chef(easel: Easel, looks: Looks, color: Color) -> None:
    """Paint a cook's jacket."""
    torso(easel, looks, color, shade=0.4)
    easel.stroke(curve([(-0.34, 0.8), (-0.3, 1.2), (-0.3, 2.4)]), (140, 138, 142), 0.007)
    for x in (-0.18, 0.18):
        buttons(easel, (60, 62, 70), x, 1.1)
    easel.fill(blob(mirrored([(0, 0.7), (0.24, 0.58), (0.34, 0.72), (0, 0.96)])), (184, 34, 36), shade=0.4)
    easel.fill(
        blob([(0, 0.88), (0.12, 0.96), (0.12, 1.2), (0, 1.06), (-0.12, 1.2), (-0.12, 0.96)]), (184, 34, 36), shade=0.4
    )
