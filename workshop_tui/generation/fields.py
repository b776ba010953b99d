"""Every setting as a line that a person reads and writes: the axes of sweeps, and what cannot be varied."""

from collections.abc import Iterable
from typing import Any

from workshop_tui.generation.choices import PLACEMENTS, PRECISIONS, QUANTIZATIONS, SPEEDS
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.sizes import RATIOS, SQUARES
from workshop_tui.generation.sweep import AXES, AxisKind

_YES_OR_NO = {"yes": True, "no": False}


def _read_yes(text: str) -> dict[str, Any]:
    try:
        return {"tiled_decode": _YES_OR_NO[text.lower()]}
    except KeyError:
        raise ValueError(text) from None


def _read_walk_to(text: str) -> dict[str, Any]:
    return {"walk_to": int(text) if text else None}


FIELDS: dict[str, AxisKind] = {
    **AXES,
    "negative": AxisKind(
        "negative", "Negative prompt", lambda t: {"negative_prompt": t}, lambda s: s.negative_prompt, advanced=True
    ),
    "walk-to": AxisKind(
        "walk-to", "Walk to", _read_walk_to, lambda s: "" if s.walk_to is None else str(s.walk_to), advanced=True
    ),
    "tiled": AxisKind("tiled", "Tiled decode", _read_yes, lambda s: "yes" if s.tiled_decode else "no", advanced=True),
}
"""All settings but the prompt, by the name that a form and the command line have for them."""

EVERYDAY = tuple(name for name, field in FIELDS.items() if not field.advanced)
ADVANCED = (
    "negative",
    "true-cfg",
    "walk-to",
    "walk",
    "placement",
    "quantization",
    "speed",
    "block-cache",
    "tiled",
)
"""In the order of a form."""


def values_to_choose(name: str) -> list[tuple[str, str]]:
    """Return the values that a setting can be chosen from, each with a sentence on it; none for a number or a text."""
    tables = {"precision": PRECISIONS, "placement": PLACEMENTS, "quantization": QUANTIZATIONS, "speed": SPEEDS}
    if name in tables:
        return [(row.name, f"{row.note}{' Lossy.' if row.lossy else ''}") for row in tables[name].values()]
    if name == "sampler":
        return [(row.name, row.note) for row in SAMPLERS.values()]
    if name == "size":
        squares = [(f"{side}x{side}", "A square.") for side in SQUARES]
        return squares + [(f"{w}x{h}", f"The ratio {ratio}.") for ratio, (w, h) in RATIOS.items() if w != h]
    if name == "tiled":
        return [
            ("no", "Decode whole; in tiles only where memory does not suffice."),
            ("yes", "Decode in tiles of 512 px: less memory, and faint seams can show."),
        ]
    return []


def said(settings: Settings, names: Iterable[str] | None = None) -> dict[str, str]:
    """Return in a few words what a picture is made with, by the name of each setting.

    Args:
        settings: Which.
        names: What is said even where it is nothing special; None stands for steps, guidance, size, sampler and seed.
            Everything else is said only where it is not the default.
    """
    always = ("steps", "guidance", "size", "sampler", "seed") if names is None else tuple(names)
    default = Settings("")
    return {
        name: _words(name, field.show(settings))
        for name, field in sorted(FIELDS.items(), key=lambda pair: always.index(pair[0]) if pair[0] in always else 99)
        if name in always or (names is None and field.show(settings) != field.show(default))
    }


def _words(name: str, value: str) -> str:
    if name == "steps":
        return f"{value} steps"
    if name == "sampler":
        return SAMPLERS[value].label if value in SAMPLERS else value
    if name == "tiled":
        return "in tiles" if value == "yes" else "decoded whole"
    return (
        value
        if name in ("size", "precision", "placement")
        else f"{FIELDS[name].label.lower()} {value}".replace("cfg", "CFG")
    )


def struct_fields(name: str) -> frozenset[str]:
    """Return the fields of `Settings` that a line sets: `width` and `height` for `size`."""
    return frozenset(FIELDS[name].read(FIELDS[name].show(Settings(""))))
