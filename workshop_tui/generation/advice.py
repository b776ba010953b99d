"""What each setting costs, does, or does not do, in a sentence that is read before a picture is made."""

from collections.abc import Collection, Mapping

from workshop_tui.generation.choices import PLACEMENTS, PRECISIONS, QUANTIZATIONS, SPEEDS, Choice
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.sizes import RATIOS, SQUARES, size_note
from workshop_tui.text import counted

SCHNELL = "FLUX.1 [schnell]"

TABLES: Mapping[str, Mapping[str, Choice]] = {
    "precision": PRECISIONS,
    "placement": PLACEMENTS,
    "quantization": QUANTIZATIONS,
    "speed": SPEEDS,
}
"""The settings whose values are named in `choices`."""

PACKAGES = frozenset(row.package for table in TABLES.values() for row in table.values() if row.package)
"""What some choices need installed."""


def advice(settings: Settings, family: str = "", absent: Collection[str] = ()) -> dict[str, str]:
    """Return a sentence on each setting that there is something to say of, by its name in a form.

    Args:
        settings: As they stand now; values need not be in range.
        family: The model's, as `ModelShape` names it; empty where nobody knows.
        absent: Packages of `choices` that are not installed where the pictures are made.
    """
    s, schnell = settings, family == SCHNELL
    told = {
        "steps": _steps(s, schnell),
        "guidance": f"{SCHNELL} ignores it: any value gives the same picture." if schnell else "It costs no time.",
        "size": size_note(s.width, s.height),
        "seed": "A random one is drawn once, and recorded.",
        "negative": _negative(s),
        "true-cfg": _true_cfg(s, schnell),
        "walk-to": "A second seed: the walk goes from this picture's noise to its." if s.walk_to is None else "",
        "walk": "0 is the seed's own noise, 1 that of 'walk to'; both are needed.",
        "block-cache": _block_cache(s),
        "tiled": "Less memory; faint seams can show." if s.tiled_decode else "In tiles only where memory is short.",
    }
    if s.sampler in SAMPLERS:
        told["sampler"] = SAMPLERS[s.sampler].note
    for name, table in TABLES.items():
        value: str = getattr(s, name)
        if value in table:
            told[name] = _choice(table[value], absent)
    return {name: text for name, text in told.items() if text}


def warnings(settings: Settings, family: str = "") -> list[str]:
    """Return a sentence on each setting that could surprise: it does nothing, costs much, or makes other pictures.

    Args:
        settings: In range.
        family: The model's; empty where nobody knows.
    """
    told, default = advice(settings, family), Settings("")
    surprising = {
        "guidance": family == SCHNELL and settings.guidance_scale != default.guidance_scale,
        "size": True,
        "true-cfg": settings.has_true_cfg,
        "precision": settings.precision in PRECISIONS and PRECISIONS[settings.precision].lossy,
    }
    return [f"{name}: {told[name]}" for name, is_one in surprising.items() if is_one and name in told]


def values_to_choose(name: str, absent: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return the values that a setting can be chosen from, each with a sentence on it; none for a number or a text.

    Args:
        name: In a form.
        absent: Packages that are not installed where the pictures are made.
    """
    if name in TABLES:
        return [(row.name, _choice(row, absent)) for row in TABLES[name].values()]
    if name == "sampler":
        return [(row.name, row.note) for row in SAMPLERS.values()]
    if name == "size":
        squares = [(f"{side}x{side}", "A square.") for side in SQUARES]
        return squares + [(f"{w}x{h}", f"{ratio}.") for ratio, (w, h) in RATIOS.items() if w != h]
    if name == "tiled":
        return [
            ("no", "Decode whole; in tiles only where memory is short."),
            ("yes", "Decode in tiles of 512 px: less memory; faint seams can show."),
        ]
    return []


def _steps(s: Settings, schnell: bool) -> str:
    if s.sampler not in SAMPLERS or s.num_inference_steps < 1:
        return ""
    why = " (true CFG: two a step)" if s.has_true_cfg else ""
    made_for = f" {SCHNELL} is made for 1 to 4 steps." if schnell and s.num_inference_steps > 4 else ""
    return f"{counted(s.forwards, 'forward')} (NFE){why}.{made_for}"


def _negative(s: Settings) -> str:
    return "" if s.has_true_cfg else "What shall not show; it works with true-cfg above 1 alone."


def _true_cfg(s: Settings, schnell: bool) -> str:
    if not s.has_true_cfg:
        return "1 is off; above it each step takes two forwards, twice the time."
    more = " It can take the place of guidance here." if schnell else ""
    return f"Two forwards a step: {s.forwards} in all, twice the time.{more}"


def _block_cache(s: Settings) -> str:
    if not s.block_cache:
        return "0 is off; 0.05 to 0.2 skip blocks that hardly change. Lossy."
    return "Lossy: skips blocks that hardly change; the more, the faster and the less alike."


def _choice(row: Choice, absent: Collection[str]) -> str:
    lossy = "Lossy: pixels differ. " if row.lossy else ""
    needs = f"Needs workshop-tui[quant]: {row.package} is not installed. " if row.package in absent else ""
    return f"{needs}{lossy}{row.note}"
