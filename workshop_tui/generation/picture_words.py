"""What a picture looks like, in words that rest on measured facts: for whoever cannot see it where they are.

They tell pictures of a series apart; what a picture shows they do not say.
"""

import colorsys
from collections import Counter
from functools import lru_cache
from pathlib import Path

from workshop_tui.generation.drift import drift
from workshop_tui.generation.picture_file import read_picture
from workshop_tui.generation.picture_statistics import sharpness

_SIDE = 48
"""px at which colours are counted."""
_GRID = 3
_PLACES = ("top left", "top", "top right", "left", "middle", "right", "bottom left", "bottom", "bottom right")
_BRIGHTNESS = ((20, "very dark"), (40, "dark"), (60, "of middle brightness"), (80, "bright"), (101, "very bright"))
"""Upper bounds, %."""
_HUES = ((15, "red"), (45, "orange"), (70, "yellow"), (165, "green"), (200, "cyan"), (255, "blue"), (290, "purple"))
"""Upper bounds, degrees; pink and red follow."""
_LEAST_SHARE = 0.08
_MOST_COLOURS = 4


def picture_words(path: Path, against: Path | None = None) -> str:
    """Describe a picture: `dark (31%), brightest at the top, darkest at the left; brown 48%, black 30%; sharpness 21`.

    Args:
        path: The file.
        against: Another picture of the same size; how far this one lies from it is said too.

    Returns:
        A sentence without its end.
    """
    facts = _facts(path)
    if not facts:
        return "the picture cannot be read"
    away = drift(against, path) if against and against != path else None
    return f"{facts}; drift {away.mean:.1f} of 255" if away else facts


@lru_cache(maxsize=256)
def _facts(path: Path) -> str:
    """Return all that is said of one picture, measured once: a run's picture has its name for good."""
    picture = read_picture(path, "RGB")
    if picture is None:
        return ""
    from PIL import Image, ImageStat

    grey = picture.convert("L")
    percent = ImageStat.Stat(grey).mean[0] / 2.55
    bright = next(word for below, word in _BRIGHTNESS if percent < below)
    regions = list(grey.resize((_GRID, _GRID), Image.Resampling.BOX).tobytes())
    places = ""
    if max(regions) - min(regions) > 12:
        lightest, darkest = _PLACES[regions.index(max(regions))], _PLACES[regions.index(min(regions))]
        places = f", brightest {_at(lightest)}, darkest {_at(darkest)}"
    sharp = sharpness(path)
    return (
        f"{bright} ({percent:.0f}%){places}; {_palette(picture.resize((_SIDE, _SIDE)).tobytes())}"
        f"; sharpness {'n/a' if sharp is None else f'{sharp:.1f}'}"
    )


def _at(place: str) -> str:
    return f"in the {place}" if place == "middle" else f"at the {place}"


def _palette(pixels: bytes) -> str:
    counts = Counter(_colour(*pixels[at : at + 3]) for at in range(0, len(pixels), 3))
    total = sum(counts.values())
    most = [(name, count) for name, count in counts.most_common(_MOST_COLOURS) if count >= _LEAST_SHARE * total]
    return ", ".join(f"{name} {count / total:.0%}" for name, count in most or counts.most_common(1))


def _colour(red: int, green: int, blue: int) -> str:
    """Return what a colour is called."""
    hue, saturation, value = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    if value < 0.16:
        return "black"
    if saturation < 0.16:
        return "white" if value > 0.85 else "grey"
    degrees = hue * 360
    name = next((name for below, name in _HUES if degrees < below), "pink" if degrees < 340 else "red")
    if name in ("red", "orange", "yellow"):
        if value < 0.6 and degrees >= 8:
            return "brown"
        if saturation < 0.4 and degrees >= 8:
            return "beige"
    return f"dark {name}" if value < 0.4 else name
