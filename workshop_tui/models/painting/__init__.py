"""Captioned pictures that the project paints itself, endless and seeded: what the built-in model learns from."""

from workshop_tui.models.painting.captions import caption
from workshop_tui.models.painting.paint import paint
from workshop_tui.models.painting.scene import Scene, Thing, draw_scene
from workshop_tui.models.painting.tables import BACKGROUNDS, CLOTHES, HATS, KINDS, LIGHTS, ROLES, STYLES, TIMES

__all__ = [
    "BACKGROUNDS",
    "CLOTHES",
    "HATS",
    "KINDS",
    "LIGHTS",
    "ROLES",
    "STYLES",
    "TIMES",
    "Scene",
    "Thing",
    "caption",
    "draw_scene",
    "paint",
]
