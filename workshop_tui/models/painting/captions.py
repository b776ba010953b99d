"""What is said of a scene: many wordings, each leaving something out."""

import re
from random import Random

from workshop_tui.models.painting.scene import Scene, Thing
from workshop_tui.models.painting.tables import ROLES, UNTOLD
from workshop_tui.models.painting.wording import (
    BACKGROUND_WORDS,
    BEARD_WORDS,
    COLOR_WORDS,
    COUNTS,
    GARMENT_WORDS,
    HAT_WORDS,
    LIGHT_WORDS,
    PICTURES,
    ROLE_WORDS,
    STYLE_AFTER,
    STYLE_BEFORE,
    THING_WORDS,
    TIME_WORDS,
    WEATHER_WORDS,
    with_article,
)

LONGEST = 24
"""Words."""


def caption(scene: Scene, variant: int) -> str:
    """Return one of many wordings: the subject always, the style nearly always, some of the rest.

    Args:
        scene: What is told of.
        variant: Any whole number; the same number gives the same words each time.
    """
    random = Random(f"caption {variant} {scene.held_out} {scene.seed}")
    text = _wording(scene, random)
    while len(text.split()) > LONGEST:
        text = _wording(scene, random)
    return text[0].upper() + text[1:] if random.random() < 0.4 or text.startswith("portrait") else text


def _wording(scene: Scene, random: Random) -> str:
    generous = random.choice((0.0, 0.25, 0.5, 0.8))
    if scene.kind == "portrait":
        if random.random() < (0.35 if scene.role == "nobleman" else 0.15):
            few = [f"portrait of {with_article(_role(scene, random))}", random.choice(STYLE_AFTER[scene.style])]
            return ", ".join([*few, *_background(scene, random, 0)])
        subject, details = _portrait(scene, random, generous)
    else:
        subject, details = _view(scene, random, generous)
    style = random.random()
    if style < 0.1:
        opening = f"portrait of {subject}" if scene.kind == "portrait" and style < 0.07 else subject
    elif style < 0.35:
        opening = _framed(scene, random, subject)
    else:
        opening = f"portrait of {subject}" if scene.kind == "portrait" and random.random() < 0.6 else subject
        after = random.choice(STYLE_AFTER[scene.style])
        details.insert(0 if random.random() < 0.6 else len(details), after)
    if opening == subject and random.random() < 0.5:
        opening = re.sub(r"^an? ", "", opening)
    return ", ".join([opening, *details])


def _framed(scene: Scene, random: Random, subject: str) -> str:
    """Say the style first, as in 'a watercolor portrait of a knight'."""
    if scene.kind == "portrait" and random.random() < 0.6:
        return with_article(f"{random.choice(STYLE_BEFORE[scene.style])} portrait of {subject}")
    picture = f"{random.choice(PICTURES[scene.style])} of {subject}"
    return with_article(picture) if random.random() < 0.7 else picture


def _role(scene: Scene, random: Random) -> str:
    words = random.choice(ROLE_WORDS[scene.role or ""])
    if scene.age in ("old", "young") and "old" not in words and random.random() < 0.4:
        words = f"{scene.age} {words}"
    return words


def _portrait(scene: Scene, random: Random, generous: float) -> tuple[str, list[str]]:
    worn: list[str] = []
    if scene.hat and random.random() < generous:
        hat = random.choice(HAT_WORDS[scene.hat])
        worn.append(f"{random.choice(('in', 'with', 'wearing'))} {_colored(scene.hat_color, hat, random)}")
    if scene.cloak and random.random() < generous:
        worn.append(f"{random.choice(('in', 'with'))} {_colored(scene.cloak, 'cloak', random, always=True)}")
    if scene.clothing and random.random() < generous:
        garment = random.choice(GARMENT_WORDS[ROLES[scene.role or ""].garment]).format(_color(scene.clothing, random))
        worn.append(f"{random.choice(('in', 'wearing'))} {_fixed(garment)}")
    if scene.beard and random.random() < generous * 0.7:
        worn.append(f"with {random.choice(BEARD_WORDS[scene.beard])}")
    if scene.glasses and random.random() < max(generous, 0.3):
        worn.append("with glasses")
    random.shuffle(worn)
    if len(worn) > 1:
        worn = [", ".join(worn[:-1]), worn[-1]] if random.random() < 0.4 else [" and ".join(worn)]
    details = _background(scene, random, max(generous, 0.4))
    if random.random() < generous * 0.7:
        details.append(random.choice(LIGHT_WORDS[scene.light]))
    random.shuffle(details)
    return " ".join([with_article(_role(scene, random)), *worn]), details


def _background(scene: Scene, random: Random, chance: float) -> list[str]:
    """Name the background, if there is one: any but the usual one always, that one by chance."""
    if not scene.background or (scene.background == UNTOLD and random.random() >= chance):
        return []
    return [random.choice(BACKGROUND_WORDS[scene.background])]


def _view(scene: Scene, random: Random, generous: float) -> tuple[str, list[str]]:
    """Tell of any kind of picture but a portrait: what it is, with some of its things."""
    cloth = [thing for thing in scene.things if thing.name == "cloth"]
    walls = [thing for thing in scene.things if thing.name == "walls"]
    named = [thing for thing in scene.things if thing.name not in ("cloth", "walls")]
    random.shuffle(named)
    named = named[: random.choice((1, 2, 2, 3)) if generous else random.choice((0, 1))]
    told = [_thing(thing, random) for thing in named]
    subject, details = _opening(scene, random, told)
    if scene.time and random.random() < max(generous, 0.25):
        details.append(random.choice(TIME_WORDS[scene.time]))
    if scene.weather and random.random() < (0 if scene.weather == "clear" else max(generous, 0.5)):
        details.append(random.choice(WEATHER_WORDS[scene.weather]))
    details += _background(scene, random, max(generous, 0.4))
    if cloth and random.random() < generous * 0.6:
        details.append(f"{_color(cloth[0].color, random)} cloth")
    if walls and random.random() < generous:
        details.append(f"{_color(walls[0].color, random)} walls")
    if random.random() < (0.5 if scene.light == "candle" else 0.15) * generous:
        details.append(random.choice(LIGHT_WORDS[scene.light]))
    random.shuffle(details)
    return subject, details


def _opening(scene: Scene, random: Random, told: list[str]) -> tuple[str, list[str]]:
    name = {
        "landscape": ("a landscape", "a landscape", "a view"),
        "still-life": ("still life", "a still life"),
        "street": ("a street", "a street", "a city street", "a village street"),
        "interior": ("a room", "a room", "an interior"),
    }[scene.kind]
    subject = random.choice(name)
    if not told:
        return ("a landscape" if subject == "a view" else subject), []
    listed = told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
    if scene.kind == "landscape" and random.random() < 0.35:
        return listed, []
    if scene.kind == "still-life" and random.random() < 0.2:
        return f"{listed} on a table", []
    link = "with" if scene.kind in ("street", "interior") else random.choice(("of", "with"))
    return f"{subject} {link} {listed}", []


def _thing(thing: Thing, random: Random) -> str:
    if thing.name in ("flowers", "apples", "pears", "lemons", "grapes"):
        if thing.name in ("flowers", "grapes"):
            return f"{_color(thing.color, random)} {thing.name}" if thing.color else thing.name
        name = thing.name if thing.count > 1 else thing.name.removesuffix("s")
        return _fixed(
            f"{COUNTS[thing.count]} {_color(thing.color, random) if thing.color else ''} {name}".replace("  ", " ")
        )
    if thing.color:
        return _colored(thing.color, thing.name, random)
    return random.choice(THING_WORDS[thing.name])


def _colored(color: str | None, noun: str, random: Random, always: bool = False) -> str:
    if color is None or (not always and random.random() < 0.2):
        return with_article(noun)
    return with_article(f"{_color(color, random)} {noun}")


def _color(color: str | None, random: Random) -> str:
    return random.choice(COLOR_WORDS.get(color or "", (color or "",)))


def _fixed(words: str) -> str:
    """Say 'an' before a vowel."""
    return re.sub(r"\ba (?=[aeio])", "an ", words)
