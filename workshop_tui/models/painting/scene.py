"""What a picture shows, drawn by weights from a seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from workshop_tui.models.painting.tables import (
    BACKGROUNDS,
    CLOTHES,
    HATS,
    KINDS,
    LIGHTS,
    ROLES,
    STILL_COLORS,
    STYLES,
    TIMES,
)


@dataclass(frozen=True)
class Thing:
    """One thing in a picture, or a few of the same."""

    name: str
    color: str | None = None
    count: int = 1


@dataclass(frozen=True)
class Scene:
    """A picture's content; what a kind of picture does not have is None."""

    seed: int
    held_out: bool
    kind: str
    style: str
    light: str
    """left, right, candle or soft; outdoors left or right: where the sun stands."""
    role: str | None = None
    age: str | None = None
    background: str | None = None
    clothing: str | None = None
    """The clothing's colour."""
    hat: str | None = None
    hat_color: str | None = None
    cloak: str | None = None
    """The cloak's colour."""
    beard: str | None = None
    glasses: bool = False
    time: str | None = None
    """The hour outdoors: day, sunset or night."""
    weather: str | None = None
    things: tuple[Thing, ...] = ()

    def random(self, purpose: str) -> Random:
        """Return the numbers behind what no attribute says, the same for each call with this purpose."""
        return Random(f"{purpose} {'held out' if self.held_out else 'shown'} {self.seed}")

    def has(self, name: str) -> bool:
        """Whether a thing of this name is in the picture."""
        return any(thing.name == name for thing in self.things)


def pick(random: Random, weights: Mapping[str, float]) -> str:
    """Draw one of the table's names by its weight."""
    return random.choices(list(weights), list(weights.values()))[0]


def draw_scene(seed: int, held_out: bool = False) -> Scene:
    """Draw what picture number `seed` shows.

    Args:
        seed: Any whole number; the same number shows the same scene each time.
        held_out: Draw from the stream that training never sees.
    """
    random = Scene(seed, held_out, "", "", "").random("scene")
    kind, style = pick(random, KINDS), pick(random, STYLES)
    draw = {
        "portrait": _portrait,
        "landscape": _landscape,
        "still-life": _still_life,
        "street": _street,
        "interior": _interior,
    }[kind]
    return draw(random, seed, held_out, kind, style)


def _portrait(random: Random, seed: int, held_out: bool, kind: str, style: str) -> Scene:
    name = random.choices(list(ROLES), [role.weight for role in ROLES.values()])[0]
    role = ROLES[name]
    # Now and then anyone wears anything, so that a word for a hat or a colour is learnt apart from its usual wearer.
    clothing = pick(random, CLOTHES if random.random() < 0.25 else role.clothes)
    hat = pick(random, HATS if random.random() < 0.15 and not role.mask else role.hats)
    colors = CLOTHES if random.random() < 0.2 else role.hat_colors or {clothing: 3, **role.clothes}
    cloak = pick(random, CLOTHES) if random.random() < role.cloak else None
    return Scene(
        seed,
        held_out,
        kind,
        style,
        light=pick(random, LIGHTS),
        role=name,
        age=pick(random, role.ages),
        background=pick(random, BACKGROUNDS),
        clothing=clothing,
        hat=None if hat == "none" else hat,
        hat_color=None if hat == "none" else pick(random, colors),
        cloak=cloak if cloak != clothing else None,
        beard=None if (beard := pick(random, role.beards)) == "none" else beard,
        glasses=random.random() < role.glasses,
    )


def _landscape(random: Random, seed: int, held_out: bool, kind: str, style: str) -> Scene:
    back = pick(random, {"mountains": 4, "hills": 4, "none": 1})
    water = pick(random, {"lake": 3, "sea": 3, "river": 2, "none": 2})
    time = pick(random, TIMES)
    weather = pick(random, {"clear": 6, "snow": 1.2, "storm": 1.2, "fog": 1})
    landmark = {"house": 3, "castle": 2, "none": 3, "church": 1}
    if water == "sea":
        back = "none" if random.random() < 0.6 else back
        landmark = {"lighthouse": 4, "ship": 3, "none": 1, "house": 1}
    things = [back, water, pick(random, landmark)]
    things.append("trees" if random.random() < (0.3 if water == "sea" else 0.75) else "none")
    if things[-2:] == ["none", "none"]:
        things[-1] = "trees"
    if time == "day" and weather == "clear" and random.random() < 0.4 and water != "sea":
        things.append("flowers")
    found = tuple(Thing(name) for name in things if name != "none")
    light = random.choice(("left", "right"))
    return Scene(seed, held_out, kind, style, light, time=time, weather=weather, things=found)


def _still_life(random: Random, seed: int, held_out: bool, kind: str, style: str) -> Scene:
    tall = random.sample(["vase", "bottle", "jug", "candle", "flowers", "none"], 2)
    low = random.sample(
        ["apples", "pears", "lemons", "book", "skull", "bread", "bowl", "grapes"], random.choice((1, 2, 2))
    )
    things: list[Thing] = []
    for name in [*tall, *low]:
        if name == "none":
            continue
        count = random.choice((1, 2, 3)) if name in ("apples", "pears", "lemons") else 1
        color = pick(random, STILL_COLORS[name]) if name in STILL_COLORS else None
        things.append(Thing(name, color, count))
    light = pick(random, {"left": 3, "right": 3, "candle": 0.5}) if "candle" not in tall else "candle"
    background = pick(random, {"dark": 4, "light": 2, "window": 1, "curtain": 1.5})
    cloth = pick(random, {"white": 3, "red": 2, "green": 1, "blue": 2, "brown": 2})
    return Scene(seed, held_out, kind, style, light, background=background, things=(*things, Thing("cloth", cloth)))


def _street(random: Random, seed: int, held_out: bool, kind: str, style: str) -> Scene:
    time = pick(random, TIMES)
    weather = pick(random, {"clear": 5, "rain": 1.5, "snow": 1.5, "fog": 0.7})
    things = [pick(random, {"church": 3, "tower": 3, "none": 2})]
    things += [name for name, chance in (("people", 0.6), ("lamp", 0.6), ("trees", 0.2)) if random.random() < chance]
    found = tuple(Thing(name) for name in things if name != "none")
    light = random.choice(("left", "right"))
    return Scene(seed, held_out, kind, style, light, time=time, weather=weather, things=found)


def _interior(random: Random, seed: int, held_out: bool, kind: str, style: str) -> Scene:
    time = pick(random, {"day": 5, "sunset": 2, "night": 3})
    things = [pick(random, {"bed": 3, "bookshelf": 3, "fireplace": 2})]
    things += [name for name, chance in (("table", 0.7), ("chair", 0.6), ("painting", 0.4)) if random.random() < chance]
    light = "candle" if time == "night" and random.random() < 0.7 else random.choice(("left", "right"))
    if light == "candle" and "table" not in things:
        things.append("table")
    found = (
        *(Thing(name) for name in things),
        Thing("walls", pick(random, {"green": 1, "blue": 1, "red": 1, "yellow": 1, "white": 1.3, "brown": 1})),
    )
    return Scene(seed, held_out, kind, style, light, time=time, things=found)
