"""Sweeps: settings varied along axes; a series with one setting changed is a sweep with one axis."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.generation.settings import Settings, check_settings
from workshop_tui.generation.sizes import SMALLEST_UNIT, parse_size


@dataclass(frozen=True)
class AxisKind:
    """A setting that can be varied: how its values are read and what they change."""

    name: str
    label: str
    read: Callable[[str], dict[str, Any]]
    """Turns one value's text into the `Settings` fields that it sets; raises ValueError or UserError."""
    show: Callable[[Settings], str]
    """Writes the axis's value of some settings as `read` takes it."""


def _read_size(text: str) -> dict[str, Any]:
    width, height = parse_size(text)
    return {"width": width, "height": height}


AXES: dict[str, AxisKind] = {
    axis.name: axis
    for axis in (
        AxisKind("steps", "Steps", lambda t: {"num_inference_steps": int(t)}, lambda s: str(s.num_inference_steps)),
        AxisKind("guidance", "Guidance", lambda t: {"guidance_scale": float(t)}, lambda s: f"{s.guidance_scale:g}"),
        AxisKind("size", "Size", _read_size, lambda s: s.size),
        AxisKind("seed", "Seed", lambda t: {"seed": int(t)}, lambda s: str(s.seed)),
        AxisKind("sampler", "Sampler", lambda t: {"sampler": t.lower()}, lambda s: s.sampler),
    )
}


@dataclass(frozen=True)
class Axis:
    """One setting and the values it takes, as text."""

    name: str
    values: tuple[str, ...]


def parse_axis(text: str) -> Axis:
    """Read `steps=10,25,50`.

    Raises:
        UserError: No such axis, no values, or a value given twice.
    """
    name, equals, listed = text.partition("=")
    name = name.strip().lower()
    values = tuple(value.strip() for value in listed.split(",") if value.strip())
    if not equals or not values:
        raise UserError(f"vary: '{text}' is not an axis.", "Write NAME=VALUE,VALUE, such as steps=10,25,50.")
    return checked_axis(name, values)


def checked_axis(name: str, values: Sequence[str]) -> Axis:
    """Return an axis whose name is known and whose values can be read and differ.

    Raises:
        UserError: Names the axis and the value.
    """
    if name not in AXES:
        raise UserError(f"vary: '{name}' cannot be varied.", f"These can: {', '.join(AXES)}.")
    seen: dict[str, str] = {}
    for value in values:
        try:
            read = repr(AXES[name].read(value))
        except ValueError:
            raise UserError(f"vary: '{value}' is no value for {name}.", "Give numbers, or sizes as WxH.") from None
        if read in seen:
            raise UserError(f"vary: {name} has the value {value} twice.", "Give each value once.")
        seen[read] = value
    return Axis(name, tuple(values))


def cells(base: Settings, axes: Sequence[Axis], unit: int = SMALLEST_UNIT) -> list[Settings]:
    """Return the settings of every cell of a sweep, the last axis varying fastest; no axis gives one cell.

    Args:
        base: What is not varied.
        axes: At most one a setting.
        unit: The model's size unit in px.

    Raises:
        UserError: An axis given twice, or a cell that the model cannot run.
    """
    names = [axis.name for axis in axes]
    if len(set(names)) < len(names):
        raise UserError(f"vary: an axis is given twice: {', '.join(names)}.", "Name each axis once.")
    result: list[Settings] = []
    for combination in itertools.product(*(axis.values for axis in axes)):
        changes: dict[str, Any] = {}
        for axis, value in zip(axes, combination, strict=True):
            changes |= AXES[axis.name].read(value)
        result.append(check_settings(msgspec.structs.replace(base, **changes), unit))
    return result
