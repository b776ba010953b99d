"""Sweeps: settings varied along axes; a series with one setting changed is a sweep with one axis."""

import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.generation.settings import STEPS_RANGE, Settings, alike, check_settings
from workshop_tui.generation.sizes import SMALLEST_UNIT, parse_size

LONGEST_RANGE = 1000
"""Values that a range such as `1..10` may stand for; more is a slip of the finger."""

_RANGE = re.compile(r"([0-9]{1,20})\s*\.\.\s*([0-9]{1,20})(?:\s*\.\.\s*([0-9]{1,20}))?")


class AxisKind(msgspec.Struct, frozen=True):
    """A setting that can be varied: how its values are read and what they change."""

    name: str
    label: str
    read: Callable[[str], dict[str, Any]]
    """Turns one value's text into the `Settings` fields that it sets; raises ValueError or UserError."""
    show: Callable[[Settings], str]
    """Writes the axis's value of some settings as `read` takes it."""
    has_ranges: bool = False
    """Whether `1..10` stands for its values 1 to 10."""
    advanced: bool = False
    """Whether a form shows it under 'Advanced' only."""
    is_prose: bool = False
    """Whether its values are sentences, which have commas and dots of their own."""

    def split(self, text: str) -> list[str]:
        """Return the values that stand in a text: with commas between them, or bars between sentences."""
        return [value.strip() for value in text.split("|" if self.is_prose else ",") if value.strip()]

    def join(self, values: Iterable[str]) -> str:
        """Return several values as `split` takes them."""
        return (" | " if self.is_prose else ", ").join(values)


def _read_size(text: str) -> dict[str, Any]:
    width, height = parse_size(text)
    return {"width": width, "height": height}


def _name(field: str, label: str, *, advanced: bool = True) -> AxisKind:
    """Return the axis of a setting that has a table of names."""
    return AxisKind(field, label, lambda t: {field: t.lower()}, lambda s: getattr(s, field), advanced=advanced)


def _number(name: str, label: str, field: str) -> AxisKind:
    return AxisKind(name, label, lambda t: {field: float(t)}, lambda s: f"{getattr(s, field):g}", advanced=True)


AXES: dict[str, AxisKind] = {
    axis.name: axis
    for axis in (
        AxisKind(
            "steps", "Steps", lambda t: {"num_inference_steps": int(t)}, lambda s: str(s.num_inference_steps), True
        ),
        AxisKind(
            "guidance", "Guidance", lambda t: {"guidance_scale": float(t)}, lambda s: f"{s.guidance_scale:g}", True
        ),
        AxisKind("size", "Size", _read_size, lambda s: s.size),
        AxisKind("seed", "Seed", lambda t: {"seed": int(t)}, lambda s: str(s.seed), True),
        AxisKind("sampler", "Sampler", lambda t: {"sampler": t.lower()}, lambda s: s.sampler),
        _name("precision", "Precision", advanced=False),
        _name("placement", "Placement"),
        _name("quantization", "Quantization"),
        _name("speed", "Speed"),
        _number("true-cfg", "True CFG", "true_cfg_scale"),
        _number("walk", "Walk", "walk"),
        _number("block-cache", "Block cache", "block_cache"),
        AxisKind("prompt", "Prompt", lambda t: {"prompt": t}, lambda s: s.prompt, is_prose=True),
    )
}


class Axis(msgspec.Struct, frozen=True):
    """One setting and the values it takes, as text."""

    name: str
    values: tuple[str, ...]


def parse_axis(text: str) -> Axis:
    """Read `steps=10,25,50`, `seed=1..10` (both ends included) or `steps=10..50..10` (every tenth).

    Raises:
        UserError: No such axis, no values, a value given twice, or a range that is none.
    """
    name, equals, listed = text.partition("=")
    name = name.strip().lower()
    values = tuple(AXES[name].split(listed)) if name in AXES else (listed,)
    if not equals or not values:
        raise UserError(f"vary: '{text}' is not an axis.", "Write NAME=VALUE,VALUE, such as steps=10,25,50.")
    if name in AXES and not AXES[name].is_prose:
        values = tuple(itertools.chain.from_iterable(_expand(name, value) for value in values))
    return checked_axis(name, values)


def _expand(name: str, value: str) -> Iterator[str]:
    """Return the values that a part of an axis stands for: a range's, or itself."""
    if ".." not in value:
        return iter((value,))
    shown = value[:40]
    if not AXES[name].has_ranges:
        able = ", ".join(kind.name for kind in AXES.values() if kind.has_ranges)
        raise UserError(f"vary: {name} has no ranges: '{shown}'.", f"These have: {able}. Write the values out.")
    found = _RANGE.fullmatch(value)
    if not found:
        raise UserError(
            f"vary: '{shown}' is no range for {name}.",
            "Write FIRST..LAST or FIRST..LAST..STRIDE in whole numbers, such as 1..10 or 10..50..10.",
        )
    first, last, stride = int(found[1]), int(found[2]), int(found[3] or 1)
    if stride == 0:
        raise UserError(f"vary: the stride of '{shown}' is 0.", f"Give 1 or more, such as {first}..{last}..2.")
    if first > last:
        raise UserError(f"vary: the range '{shown}' goes down.", f"Write the smaller number first: {last}..{first}.")
    count = (last - first) // stride + 1
    if count > LONGEST_RANGE:
        raise UserError(
            f"vary: '{shown}' stands for {count:,} values of {name}.",
            f"At most {LONGEST_RANGE:,}: shorten it, or give a stride, as in {first}..{last}..{-(-count // 10)}.",
        )
    return map(str, range(first, last + 1, stride))


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


def equal_forwards(settings: Settings, base: Settings) -> Settings:
    """Return settings whose steps make the forwards of others, or little fewer: 14 of Heun for 28 of Euler."""
    wanted = SAMPLERS[base.sampler].forwards(base.num_inference_steps)
    steps = min(SAMPLERS[settings.sampler].steps_in(wanted), STEPS_RANGE[1])
    return msgspec.structs.replace(settings, num_inference_steps=steps)


def cost_order(asked: Sequence[Settings]) -> list[int]:
    """Return the order to make pictures in: what is dear to change changes least, and the cheapest come first.

    What another precision, quantization, placement or speed needs is loaded once. In them sizes stay together (another
    size means other buffers, and on a GPU other kernels), in those samplers; then come few steps before many. What
    differs in its noise only comes together, and can be one batch; what costs the same stays in the order asked.

    Args:
        asked: The settings of each picture.

    Returns:
        Places in `asked`.
    """
    noiseless = [alike(settings) for settings in asked]
    loadings = list(dict.fromkeys(loading_of(settings) for settings in asked))

    def cost(place: int) -> tuple[int, ...]:
        s = asked[place]
        sampler = SAMPLERS[s.sampler]
        which = list(SAMPLERS).index(s.sampler)
        loading = loadings.index(loading_of(s))
        together = noiseless.index(noiseless[place])
        return loading, s.width * s.height, s.width, sampler.forwards_per_step, which, s.forwards, together

    return sorted(range(len(asked)), key=cost)


def loading_of(settings: Settings) -> tuple[str, ...]:
    """Return what decides how the model is loaded."""
    return settings.precision, settings.quantization, settings.placement, settings.speed


def neighbours(axes: Sequence[Axis]) -> list[tuple[Axis, int, int]]:
    """Return the pairs of cells that differ in one axis only, and there by one place.

    Args:
        axes: As `cells` takes them.

    Returns:
        The axis and the places of both cells in what `cells` returns, axis by axis.
    """
    pairs: list[tuple[Axis, int, int]] = []
    total = math.prod(len(axis.values) for axis in axes)
    stride = total
    for axis in axes:
        stride //= len(axis.values)
        pairs += [
            (axis, cell, cell + stride)
            for cell in range(total)
            if cell // stride % len(axis.values) < len(axis.values) - 1
        ]
    return pairs
