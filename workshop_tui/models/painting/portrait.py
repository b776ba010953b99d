"""Portraits: a figure from the chest up before a background."""

from workshop_tui.models.painting import backdrops, clothes, faces, hair, hats
from workshop_tui.models.painting.easel import Easel, blob, curve, darker, oval, polygon
from workshop_tui.models.painting.looks import looks_of
from workshop_tui.models.painting.scene import Scene
from workshop_tui.models.painting.tables import RGB, ROLES


def compose(easel: Easel, scene: Scene) -> None:
    """Paint a portrait."""
    random = scene.random("figure")
    role = ROLES[scene.role or ""]
    looks = looks_of(scene, random)
    backdrops.portrait_background(easel, scene)
    easel.background_done()
    tall = min(easel.bottom * 2, 1.3)
    size = 0.45 * tall**0.5 * (0.93 if scene.hat in ("pointed hat", "chef hat", "feather hat") else 1.0)
    drop = {"pointed hat": 0.1, "chef hat": 0.09, "feather hat": 0.05, "crown": 0.03, "space helmet": 0.01}.get(
        scene.hat or "", 0.0
    )
    if looks.child:
        drop += 0.05
    x, y = random.uniform(-0.03, 0.03), -0.11 * tall + drop - (easel.bottom - 0.5) * 0.3
    color, hat_color = RGB[scene.clothing or "black"], RGB[scene.hat_color or "black"]
    easel.focus = (x, y, size * 0.62)
    with easel.place(x, y, size):
        with easel.place(0, 0.05, 1, looks.tilt):
            hats.behind(easel, scene.hat, hat_color)
            hidden = scene.hat not in (None, "crown") and role.hair == "up"
            if scene.hat not in ("space helmet", "veil", "hood", "headscarf") and not hidden:
                hair.back_hair(easel, looks, role.hair)
        clothes.dress(easel, looks, role.garment, color, RGB[scene.cloak] if scene.cloak else None)
        if scene.role == "musician":
            _lute(easel)
        # A head turns about the neck.
        with easel.place(0, 0.05, 1, looks.tilt):
            if scene.role == "robot":
                faces.robot_head(easel, color, looks)
            else:
                small = 0.82 if scene.hat == "space helmet" else 1.0
                with easel.place(0, 0.04 if small < 1 else 0, small):
                    faces.head(easel, looks, scene.beard, scene.glasses)
                    if scene.hat != "veil" and not (scene.hat == "hood" and role.hair == "tonsure"):
                        hair.front_hair(easel, looks, role.hair)
            hats.wear(easel, scene.hat, hat_color)
            if scene.hat and scene.hat not in ("space helmet", "crown", "hood", "veil", "headscarf"):
                easel.soft(0.1 * -easel.light[0], -0.17, 0.34, 0.08, darker(looks.skin, 0.75), 0.5)
    easel.finish(0.75 if scene.light != "soft" else 0.35)
    if scene.light == "candle":
        _candle_light(easel)


def _lute(easel: Easel) -> None:
    wood = (178, 112, 54)
    easel.fill(polygon([(0.35, 1.15), (0.48, 1.28), (1.16, 0.62), (1.02, 0.5)]), (96, 60, 34), shade=0.4)
    easel.fill(polygon([(1.0, 0.52), (1.16, 0.66), (1.3, 0.44), (1.14, 0.32)]), (70, 42, 26), shade=0.4)
    easel.fill(
        blob([(0.5, 1.16), (0.46, 1.5), (0.1, 1.86), (-0.5, 2.0), (-0.66, 1.8), (-0.46, 1.3), (0.0, 1.06)]),
        wood,
        shade=0.5,
    )
    easel.fill(oval(-0.02, 1.48, 0.14, 0.14), (50, 28, 18), shade=0.2)
    for i in range(3):
        easel.stroke(
            curve([(-0.42 + i * 0.05, 1.76 + i * 0.05), (1.06 + i * 0.04, 0.54 + i * 0.04)]), (240, 226, 190), 0.0035
        )


def _candle_light(easel: Easel) -> None:
    """Put a candle into the lower corner and let it warm the nearer half."""
    x, y = -min(easel.right, 0.62) + 0.13, 0.27 if easel.bottom < 0.6 else easel.bottom - 0.25
    candle(easel, x, y, 0.075)
    easel.soft(0.4, -0.2, 1.3, 1.3, (10, 4, 20), 0.3)
    easel.soft(x, y - 0.1, 0.75, 0.75, (120, 66, 14), 0.75, add=True)


def candle(easel: Easel, x: float, y: float, size: float) -> None:
    """Paint a burning candle whose wick is at the point."""
    with easel.place(x, y, size):
        easel.fill(polygon([(-0.4, 0.3), (0.4, 0.3), (0.42, 6), (-0.42, 6)]), (236, 222, 184), shade=0.35)
        easel.fill(oval(0, 0.3, 0.4, 0.13), (250, 240, 206), shade=0.1)
        easel.stroke(curve([(0, 0.3), (0, -0.1)]), (40, 30, 24), 0.005)
        easel.soft(0, -0.6, 2.2, 2.4, (255, 190, 80), 0.6, add=True)
        easel.fill(
            blob([(0, -1.4), (0.26, -0.6), (0.2, -0.1), (0, 0.05), (-0.2, -0.1), (-0.26, -0.6)]),
            (255, 196, 70),
            shade=0,
            line=0.003,
        )
        easel.fill(blob([(0, -0.9), (0.12, -0.4), (0, -0.05), (-0.12, -0.4)]), (255, 246, 210), shade=0, line=0)
