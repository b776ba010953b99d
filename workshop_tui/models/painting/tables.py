"""The names that a scene's attributes have, with how often each is drawn."""

from dataclasses import dataclass, field

Weights = dict[str, float]

KINDS: Weights = {"portrait": 0.52, "landscape": 0.16, "still-life": 0.13, "street": 0.09, "interior": 0.1}
STYLES: Weights = {
    "oil painting": 0.26,
    "watercolor": 0.17,
    "pencil sketch": 0.15,
    "pixel art": 0.12,
    "woodcut": 0.12,
    "photograph": 0.18,
}
LIGHTS: Weights = {"left": 3, "right": 3, "soft": 2, "candle": 1.3}
TIMES: Weights = {"day": 5, "sunset": 3, "night": 2}
UNTOLD = "dark"
"""The background of portraits and still lifes whose caption names none, so that such a caption asks for one thing."""
BACKGROUNDS: Weights = {
    UNTOLD: 2.5,
    "light": 1.2,
    "landscape": 1.2,
    "window": 1,
    "stars": 1.2,
    "curtain": 1,
    "sea": 1.2,
    "books": 1.2,
}
CLOTHES: Weights = {
    "red": 1,
    "orange": 0.6,
    "yellow": 0.7,
    "green": 1,
    "blue": 1,
    "purple": 0.8,
    "black": 0.9,
    "white": 0.8,
    "brown": 0.8,
    "grey": 0.6,
}
HATS: Weights = {
    "none": 3,
    "hat": 2,
    "beret": 2,
    "cap": 1.5,
    "turban": 1.2,
    "hood": 1,
    "crown": 1,
    "helmet": 1,
    "pointed hat": 0.8,
    "straw hat": 1,
    "feather hat": 1,
}
STILL_COLORS: dict[str, Weights] = {
    "vase": {"blue": 3, "white": 1, "green": 1, "red": 1},
    "bottle": {"green": 3, "brown": 2, "blue": 1},
    "jug": {"brown": 2, "white": 2, "blue": 1},
    "flowers": {"red": 2, "yellow": 2, "white": 1, "pink": 1, "blue": 1},
    "apples": {"red": 3, "green": 1.5, "yellow": 1},
    "pears": {"green": 2, "yellow": 2},
    "book": {"red": 2, "blue": 1, "brown": 2, "green": 1},
    "bowl": {"white": 2, "blue": 2, "brown": 1},
    "grapes": {"purple": 3, "green": 1},
}
RGB: dict[str, tuple[int, int, int]] = {
    "red": (176, 28, 32),
    "orange": (222, 110, 28),
    "yellow": (226, 182, 48),
    "green": (44, 112, 56),
    "blue": (38, 70, 152),
    "purple": (100, 44, 122),
    "pink": (226, 130, 150),
    "black": (34, 32, 38),
    "white": (228, 224, 214),
    "brown": (112, 72, 42),
    "grey": (124, 126, 132),
    "gold": (214, 164, 56),
    "silver": (168, 174, 184),
}

_NONE: Weights = {"none": 1}
_ANY: Weights = {"young": 1, "middle": 3, "old": 1}


@dataclass(frozen=True)
class Role:
    """How often someone is portrayed, and what he or she mostly looks like and wears."""

    weight: float
    garment: str
    clothes: Weights
    hats: Weights = field(default_factory=lambda: {"none": 1})
    hat_colors: Weights | None = None
    """None: as the clothes."""
    hair: str = "short"
    ages: Weights = field(default_factory=lambda: dict(_ANY))
    beards: Weights = field(default_factory=lambda: dict(_NONE))
    cloak: float = 0.0
    glasses: float = 0.0
    female: bool = False
    mask: bool = False
    """The headwear belongs to the figure: no other is put on."""


_RICH: Weights = {"red": 3, "blue": 3, "black": 4, "purple": 1, "green": 1}
_BEARD: Weights = {"beard": 5, "moustache": 2, "none": 3}

ROLES: dict[str, Role] = {
    "nobleman": Role(2.6, "doublet", _RICH, {"beret": 6, "feather hat": 3, "none": 2}, beards=_BEARD, cloak=0.25),
    "noblewoman": Role(1.4, "gown", {**_RICH, "yellow": 1}, {"none": 4, "veil": 2, "beret": 1}, hair="up", female=True),
    "king": Role(
        1.3, "robe", _RICH, {"crown": 9}, {"gold": 1}, "long", {"middle": 2, "old": 2}, {"beard": 5, "none": 1}, 0.5
    ),
    "queen": Role(1.2, "gown", _RICH, {"crown": 9}, {"gold": 1}, "up", cloak=0.3, female=True),
    "knight": Role(
        1.4,
        "armour",
        {"silver": 5, "black": 1},
        {"helmet": 7, "none": 3},
        {"silver": 4, "black": 1},
        beards=_BEARD,
        cloak=0.45,
    ),
    "monk": Role(
        1.0, "habit", {"brown": 6, "black": 1}, {"none": 5, "hood": 4}, hair="tonsure", beards={"beard": 1, "none": 2}
    ),
    "nun": Role(0.8, "habit", {"black": 5, "blue": 1}, {"veil": 9}, {"black": 5, "white": 1}, female=True, mask=True),
    "soldier": Role(
        1.0,
        "uniform",
        {"green": 3, "blue": 2, "red": 2},
        {"helmet": 4, "cap": 3},
        {"green": 3, "grey": 1},
        beards={"moustache": 2, "none": 3},
    ),
    "pirate": Role(
        1.2,
        "coat",
        {"red": 2, "black": 3, "brown": 2, "blue": 1},
        {"pirate hat": 8, "turban": 1},
        {"black": 4, "red": 1},
        "long",
        beards={"beard": 5, "moustache": 2, "none": 1},
    ),
    "wizard": Role(
        1.2,
        "robe",
        {"blue": 3, "purple": 4, "green": 1},
        {"pointed hat": 9},
        None,
        "long",
        {"old": 1},
        {"long beard": 1},
        0.2,
    ),
    "witch": Role(
        0.9,
        "robe",
        {"black": 4, "green": 2, "purple": 2},
        {"pointed hat": 9},
        {"black": 5, "purple": 1},
        "long",
        {"young": 1, "old": 2},
        female=True,
    ),
    "astronaut": Role(1.2, "spacesuit", {"white": 5, "orange": 3}, {"space helmet": 1}, {"white": 1}, mask=True),
    "robot": Role(1.2, "machine", {"silver": 4, "blue": 1, "red": 1, "yellow": 1}, {"none": 1}, mask=True),
    "merchant": Role(
        1.0, "fur", {"green": 2, "brown": 2, "red": 2, "purple": 1}, {"turban": 4, "beret": 3, "hat": 2}, beards=_BEARD
    ),
    "sailor": Role(
        1.1,
        "sailor",
        {"white": 3, "blue": 3},
        {"sailor cap": 8, "none": 1},
        {"white": 3, "blue": 1},
        beards={"beard": 3, "none": 3},
    ),
    "old woman": Role(
        1.0,
        "shawl",
        {"grey": 2, "brown": 2, "purple": 1, "black": 1},
        {"headscarf": 5, "none": 5},
        {"red": 2, "white": 2, "blue": 1},
        "bun",
        {"old": 1},
        glasses=0.4,
        female=True,
    ),
    "old man": Role(
        0.9,
        "jacket",
        {"brown": 2, "grey": 2, "green": 1},
        {"none": 4, "hat": 3, "cap": 2},
        {"brown": 2, "grey": 1},
        "bald",
        {"old": 1},
        {"beard": 3, "moustache": 2, "none": 1},
        glasses=0.4,
    ),
    "child": Role(
        1.1,
        "shirt",
        {"red": 2, "yellow": 2, "blue": 2, "green": 1},
        {"none": 5, "cap": 2, "straw hat": 2},
        None,
        "bob",
        {"child": 1},
    ),
    "musician": Role(
        1.0,
        "jacket",
        {"green": 2, "red": 2, "blue": 1, "black": 2},
        {"beret": 3, "none": 4},
        hair="bob",
        beards={"moustache": 1, "beard": 1, "none": 3},
    ),
    "chef": Role(0.9, "chef", {"white": 1}, {"chef hat": 1}, {"white": 1}, beards={"moustache": 3, "none": 3}),
    "scholar": Role(
        0.9,
        "robe",
        {"black": 3, "brown": 2, "red": 1},
        {"mortarboard": 4, "none": 3, "beret": 2},
        {"black": 3},
        ages={"middle": 1, "old": 2},
        beards={"beard": 2, "none": 1},
        glasses=0.7,
    ),
    "farmer": Role(
        0.9, "overalls", {"blue": 4, "brown": 2}, {"straw hat": 8}, {"yellow": 1}, beards={"beard": 1, "none": 2}
    ),
}
