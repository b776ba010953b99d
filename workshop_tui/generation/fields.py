"""Every setting as a line that a person reads and writes: the axes of sweeps, and what cannot be varied."""

from collections.abc import Iterable
from typing import Any

from workshop_tui.errors import UserError
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.generation.settings import (
    BLOCK_CACHE_RANGE,
    GUIDANCE_RANGE,
    LARGEST_SEED,
    STEPS_RANGE,
    TRUE_CFG_RANGE,
    Settings,
    random_seed,
)
from workshop_tui.generation.sizes import RATIOS
from workshop_tui.generation.sweep import AXES, AxisKind
from workshop_tui.text import counted

_YES_OR_NO = {"yes": True, "no": False}


def _read_yes(text: str) -> dict[str, Any]:
    try:
        return {"tiled_decode": _YES_OR_NO[text.lower()]}
    except KeyError:
        raise ValueError(text) from None


def _read_walk_to(text: str) -> dict[str, Any]:
    return {"walk_to": int(text) if text else None}


FIELDS: dict[str, AxisKind] = {
    **{name: axis for name, axis in AXES.items() if name != "prompt"},
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

RANGES: dict[str, str] = {
    name: f"{low:g} to {high:.10g}"
    for name, (low, high) in {
        "steps": STEPS_RANGE,
        "guidance": GUIDANCE_RANGE,
        "true-cfg": TRUE_CFG_RANGE,
        "walk-to": (0, LARGEST_SEED),
        "walk": (0, 1),
        "block-cache": BLOCK_CACHE_RANGE,
    }.items()
} | {"seed": f"0 to {LARGEST_SEED}, or 'random'", "size": f"WxH in px, or {', '.join(RATIOS)}"}
"""What may be written, of the settings that have no names for values."""


def read_field(name: str, text: str) -> dict[str, Any]:
    """Return the fields of `Settings` that one line's text sets; the seed 'random' is drawn.

    Raises:
        UserError: It cannot be read.
    """
    text = text.strip()
    try:
        return FIELDS[name].read(str(random_seed()) if name == "seed" and text.lower() == "random" else text)
    except ValueError:
        kind = "neither yes nor no" if name == "tiled" else "not a number"
        hint = f"Give {RANGES[name]}." if name in RANGES else ""
        raise UserError(f"{name}: '{text[:40]}' is {kind}.", hint) from None


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
        return counted(int(value), "step")
    if name == "sampler":
        return SAMPLERS[value].label if value in SAMPLERS else value
    if name == "tiled":
        return "in tiles" if value == "yes" else "decoded whole"
    return (
        value
        if name == "size" or (name in ("precision", "placement") and value != "auto")
        else f"{FIELDS[name].label.lower()} {value}".replace("cfg", "CFG")
    )


def struct_fields(name: str) -> frozenset[str]:
    """Return the fields of `Settings` that a line sets: `width` and `height` for `size`."""
    return frozenset(FIELDS[name].read(FIELDS[name].show(Settings(""))))
