"""The ladder: every way to place a model, the fastest first, which of them fit, and the first that does."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from statistics import median
from typing import Literal, cast, get_args

import msgspec

from workshop_tui.generation.choices import QUANTIZATIONS
from workshop_tui.generation.model_shape import ModelShape
from workshop_tui.generation.planner import (
    CONTEXT,
    GIB,
    PROCESS,
    TOLERANCE,
    Need,
    Pictures,
    Placement,
    Weights,
    predict,
    weights_of,
)
from workshop_tui.generation.precision import SHORT
from workshop_tui.generation.quantization import INSTALL, conflict
from workshop_tui.generation.record import Placing, Run

_MIB = 2**20
_KINDS = (("none",), ("torchao-int8", "bnb-int8", "torchao-fp8"), ("bnb-nf4",))
"""Quantizations that take about the same memory; of each kind the first that is installed is taken."""
_CPU_KINDS = (("none",), ("torchao-int8", "torchao-fp8"))
"""bitsandbytes would need the whole model in main memory first."""
PLACEMENTS: tuple[Placement, ...] = get_args(Placement)
"""From the fastest, as published times go."""


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the ladder."""

    placement: Placement
    precision: str
    quantization: str
    weights: str
    """Both in one word: `bf16`, `8-bit`."""
    tiled: bool
    """Whether it decodes in tiles: only where it does not fit well otherwise."""
    vram: float
    """Peak on the card with the CUDA context, bytes; 0 on the CPU."""
    ram: float
    """Peak in main memory, bytes."""
    fits: Literal["yes", "tight", "no"]
    missing: Mapping[str, float]
    """Bytes of `VRAM` or `RAM` that are lacking; empty where it fits."""
    offered: bool
    """Whether this machine has the package that it needs."""
    needs: str = ""
    """That package, where it is not there."""
    corrected: int = 0
    """Own runs whose measured peaks corrected the figure; 0 where it is calculated alone."""

    @property
    def words(self) -> str:
        """What to ask for: `placement model-offload, quantization bnb-nf4`."""
        parts = [f"placement {self.placement}"]
        parts += [f"precision {self.precision}"] if (self.precision, self.placement) == ("bf16", "cpu") else []
        parts += [f"quantization {self.quantization}"] if self.quantization != "none" else []
        return ", ".join(parts)


class Correction(msgspec.Struct, frozen=True):
    """How far measured peaks lay from predicted ones."""

    ratio: float
    """Median of measured by predicted, on the CPU of the smallest by size and batch."""
    runs: int


Corrections = Mapping[tuple[str, str, str], Correction]
"""By placement, precision and quantization."""


def corrections(shape: ModelShape, runs: Sequence[Run]) -> Corrections:
    """Compare own runs of a model with what was predicted for them.

    Only the newest run's device counts, of the GPUs and of the CPUs: another card is another matter. Runs under a
    simulated limit do not count, because they may have decoded in tiles to stay below it. On the CPU the smallest peak
    of like pictures counts: the others hold what earlier pictures left in the worker's heap, too.

    Args:
        shape: The model.
        runs: What was measured, oldest first.
    """
    names: dict[bool, str] = {}
    ratios: dict[tuple[str, str, str], dict[tuple[Pictures, bool] | str, float]] = {}
    counts: Counter[tuple[str, str, str]] = Counter()
    for run in reversed(runs):
        placing, peak = run.placing, run.peak_memory_mib
        if run.outcome != "ok" or run.model is None or run.model.name != shape.name or placing is None or not peak:
            continue
        placement, precision = placement_of(placing), SHORT.get(placing.precision, "bf16")
        device = names.setdefault(placement == "cpu", placing.device_name)
        if placement not in PLACEMENTS or placing.cap_gib or device != placing.device_name:
            continue
        s, quantization = run.settings, "none" if shape.stored else placing.quantization
        weights = weights_of(shape, precision, quantization)
        pictures = Pictures(s.width, s.height, run.batch)
        need = predict(shape, pictures, placement, weights, tiled=s.tiled_decode)
        predicted = need.host - PROCESS if placement == "cpu" else need.device
        like = (pictures, s.tiled_decode) if placement == "cpu" else run.run_id
        key, ratio = (placement, precision, quantization), peak * _MIB / predicted
        found = ratios.setdefault(key, {})
        found[like] = min(ratio, found.get(like, ratio))
        counts[key] += 1
    return {key: Correction(median(found.values()), counts[key]) for key, found in ratios.items()}


def placement_of(placing: Placing) -> str:
    """Return a run's placement; of the CPU's, whatever its record says, there is one."""
    return "cpu" if placing.device == "cpu" else placing.placement


def ladder(
    shape: ModelShape,
    pictures: Pictures,
    vram: float | None,
    ram: float,
    *,
    usable: Collection[str] = tuple(QUANTIZATIONS),
    measured: Corrections | None = None,
    placement: str = "auto",
    precision: str = "auto",
    quantization: str = "auto",
) -> list[Rung]:
    """Return every way to place a model, and whether it fits.

    Args:
        shape: The model.
        pictures: What is to be made.
        vram: Free memory of the card, bytes; None without a card.
        ram: Free main memory, bytes.
        usable: Quantizations that are installed.
        measured: Own runs' corrections.
        placement: Only this one; `auto` is all.
        precision: Only this one; `auto` is bfloat16 on a card, float32 and bfloat16 on the CPU.
        quantization: Only this one; `auto` is none and all.
    """
    rungs: list[Rung] = []
    for where in PLACEMENTS if placement == "auto" else (cast("Placement", placement),):
        for exact, kind in _rows(shape, where, precision, quantization):
            name = next((each for each in kind if each in usable), kind[0])
            rungs.append(_rung(shape, pictures, where, exact, name, vram, ram, usable, measured or {}))
    return rungs


def first_that_fits(rungs: Sequence[Rung]) -> Rung | None:
    """Return the fastest way that fits and can be had, or None."""
    return next((rung for rung in rungs if rung.offered and rung.fits != "no"), None)


def next_rung(
    shape: ModelShape,
    pictures: Pictures,
    vram: float | None,
    ram: float,
    *,
    placement: str,
    precision: str,
    quantization: str,
    usable: Collection[str],
) -> str:
    """Say what to choose where memory did not suffice: the next way that takes less and fits; empty for none.

    Args:
        shape: The model.
        pictures: What was to be made.
        vram: Memory of the card that is free when this model is given up, bytes; None without a card.
        ram: Main memory, likewise.
        placement: What did not suffice, as were the next two.
        precision: `bf16`, `fp16` or `fp32`.
        quantization: A name of `QUANTIZATIONS` but `auto`.
        usable: Quantizations that are installed.
    """
    weights = weights_of(shape, precision, quantization)
    where = cast("Placement", placement)
    was = predict(shape, pictures, where, weights, tiled=True)  # where it decodes, that was tried by itself
    for rung in ladder(shape, pictures, vram, ram, usable=usable):
        less = rung.ram < was.host if where == "cpu" else rung.vram < was.device + CONTEXT
        if less and rung.offered and rung.fits != "no" and (rung.placement, rung.quantization) != (where, quantization):
            slow = ", far slower" if rung.placement == "cpu" != where else ""
            # Nobody who met a limit on the CPU, a simulated one above all, counts the process itself.
            of_it = f"{(rung.ram - PROCESS) / GIB:.2g} GiB beside the program's own" if where == "cpu" else needs(rung)
            return f"The next that fits: {rung.words} ({of_it}{slow})."
    return ""


def needs(rung: Rung) -> str:
    """Say in words what a rung needs."""
    main = f"{rung.ram / GIB:.1f} GiB of main memory"
    tiles = ", decoded in tiles" if rung.tiled else ""
    return f"{rung.vram / GIB:.1f} GiB of GPU memory and {main}{tiles}" if rung.vram else main + tiles


def _rows(shape: ModelShape, where: str, precision: str, quantization: str) -> Iterator[tuple[str, list[str]]]:
    """Yield precision and quantizations of each row of a placement."""
    # What fits sequential-offload quantized fits group-offload, which is faster.
    kinds = _CPU_KINDS if where == "cpu" else _KINDS[:1] if where == "sequential-offload" else _KINDS
    if quantization != "auto":
        kinds = ((quantization,),)
    if shape.stored:  # its bits are given
        kinds = (("none",),)
    for kind in kinds:
        possible = [name for name in kind if not conflict(where, "gguf" if shape.stored else name)]
        if not possible:
            continue
        if precision != "auto":
            yield precision, possible
        elif where != "cpu":
            yield "bf16", possible
        else:
            yield from (("fp32", possible), ("bf16", possible)) if kind == ("none",) else (("fp32", possible),)


def _rung(
    shape: ModelShape,
    pictures: Pictures,
    placement: Placement,
    precision: str,
    quantization: str,
    vram: float | None,
    ram: float,
    usable: Collection[str],
    measured: Corrections,
) -> Rung:
    weights = weights_of(shape, precision, quantization)
    known = measured.get((placement, precision, quantization), Correction(1.0, 0))
    choices: list[Rung] = []
    for tiled in (False, True):
        need = _corrected(predict(shape, pictures, placement, weights, tiled=tiled), placement, known.ratio)
        needed = {"VRAM": need.device, "RAM": _loading(shape, placement, quantization, weights, need.host)}
        have = {"VRAM": vram or 0.0, "RAM": ram}
        missing = {place: count - have[place] for place, count in needed.items() if count > have[place]}
        tight = any(count * TOLERANCE > have[place] for place, count in needed.items() if count)
        row = QUANTIZATIONS[quantization] if quantization in QUANTIZATIONS else QUANTIZATIONS["none"]
        choices.append(
            Rung(
                placement=placement,
                precision=precision,
                quantization=quantization,
                weights=weights.name,
                tiled=tiled,
                vram=needed["VRAM"],
                ram=needed["RAM"],
                fits="no" if missing else "tight" if tight else "yes",
                missing=missing,
                offered=quantization in usable,
                needs="" if quantization in usable else f"{row.package} ({INSTALL})",
                corrected=known.runs,
            )
        )
    # Tiles can show seams: they are worth that only where they help.
    whole, in_tiles = choices
    better = (len(in_tiles.missing), in_tiles.fits != "yes") < (len(whole.missing), whole.fits != "yes")
    return in_tiles if better else whole


def _corrected(need: Need, placement: str, ratio: float) -> Need:
    """Return what is needed, with the context, by own runs' ratio: they measured the card, on the CPU the host."""
    if placement == "cpu":
        return Need(0, (need.host - PROCESS) * ratio + PROCESS)
    return Need(need.device * ratio + CONTEXT, need.host)


def _loading(shape: ModelShape, placement: str, quantization: str, weights: Weights, host: float) -> float:
    """Return the main memory that is needed, loading included: on the CPU, bitsandbytes needs a part whole first."""
    if placement != "cpu" or not quantization.startswith("bnb"):
        return host
    whole = shape.parameters["transformer"] * weights.value
    return max(host, sum(weights.of(shape).values()) + whole + PROCESS)
