"""`workshop-tui plan`: what fits a card, before anything is loaded."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from workshop_tui.cli.common import json_option, learner_option, open_notebook, say, say_json, say_wrapped
from workshop_tui.errors import UserError
from workshop_tui.generation import pace
from workshop_tui.generation.choices import PLACEMENTS, PRECISIONS, QUANTIZATIONS
from workshop_tui.generation.known_models import size as bytes_in_words
from workshop_tui.generation.ladder import Rung, corrections, ladder, placement_of
from workshop_tui.generation.model_shape import SMALL_FLUX, ModelShape, find_shape
from workshop_tui.generation.models import default_model
from workshop_tui.generation.planner import GIB, Pictures
from workshop_tui.generation.precision import NAMES
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.quantization import check_quantization, installed
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import LARGEST_BATCH, Settings, check_settings
from workshop_tui.generation.sizes import parse_size
from workshop_tui.monitor.memory_now import look_at_memory
from workshop_tui.paths import find_paths
from workshop_tui.text import counted

LARGEST_GIB = 10_000.0


@click.command()
@click.option(
    "--model",
    metavar="MODEL",
    help="small-flux, a folder, a file, or a hub id, here or not. Default: the configuration's, else small-flux.",
)
@click.option(
    "--vram", type=float, metavar="GIB", help="The card's free memory, 0 for no card. Default: this machine's."
)
@click.option("--ram", type=float, metavar="GIB", help="Free main memory. Default: this machine's.")
@click.option("--size", "size_text", default="1024x1024", show_default=True, metavar="WxH", help="Or a ratio: 4:3.")
@click.option("--steps", type=int, default=28, show_default=True, help="Denoising steps; they cost time, not memory.")
@click.option("--batch", type=int, default=1, show_default=True, help="Pictures at a time.")
@click.option("--placement", type=click.Choice(list(PLACEMENTS)), default="auto", help="Only this one. Default: all.")
@click.option(
    "--precision", type=click.Choice(list(PRECISIONS)), default="auto", help="Default: what each device likes."
)
@click.option("--quantization", type=click.Choice(list(QUANTIZATIONS)), default="auto", help="Default: none and all.")
@learner_option
@json_option
def plan(
    model: str | None,
    vram: float | None,
    ram: float | None,
    size_text: str,
    steps: int,
    batch: int,
    placement: str,
    precision: str,
    quantization: str,
    learner: str | None,
    as_json: bool,
) -> None:
    """Say what fits a card, before anything is loaded: the ladder of placements, the fastest first.

    Memory is calculated from the model's sizes and may be 15 % off; your own runs of that model, placed so, correct it.
    A row's placement and quantization are what `generate` takes; `auto` there takes the first row that fits.

    \b
    workshop-tui plan --model black-forest-labs/FLUX.1-dev --vram 8 --ram 32
    """
    for name, given in (("--vram", vram), ("--ram", ram)):
        _check_memory(name, given)
    if not 1 <= batch <= LARGEST_BATCH:
        raise UserError(f"--batch: {batch} is out of range.", f"It goes from 1 to {LARGEST_BATCH}.")
    shape = find_shape(default_model() if model is None else model)
    width, height = parse_size(size_text)
    settings = check_settings(Settings("a plan", steps, width=width, height=height), shape.unit)
    free_vram, free_ram = _free(vram, ram)
    runs = _runs(learner)
    rungs = ladder(
        shape,
        Pictures(width, height, batch),
        free_vram,
        free_ram,
        usable=installed(),
        measured=corrections(shape, runs),
        placement=placement,
        precision=precision,
        quantization=quantization,
    )
    if not rungs:
        check_quantization("gguf" if shape.stored else quantization, placement, "cuda")
    seconds = [_seconds(rung, settings, shape, batch, runs) for rung in rungs]
    if as_json:
        say_json(_as_json(shape, settings, batch, free_vram, free_ram, rungs, seconds))
        return
    count = counted(batch, "picture")
    say_wrapped(f"{shape.name}: {settings.size}, {counted(steps, 'step')}, {count} at a time.")
    total = sum(shape.parameters.values())
    many = f"{total / 1e9:.1f} billion" if total >= 1e8 else f"{total / 1e6:.1f} million"
    here = "" if shape.here else f" Not whole on this machine: workshop-tui model get {shape.to_get}"
    say_wrapped(f"{shape.family}, {many} parameters, {bytes_in_words(total * 2)} in bfloat16.{here}")
    card = "no GPU" if free_vram is None else f"{free_vram / GIB:.1f} GiB VRAM{'' if vram is None else ' (given)'}"
    say_wrapped(f"Free: {card}, {free_ram / GIB:.1f} GiB RAM{'' if ram is None else ' (given)'}. Peaks in GiB:")
    say("")
    say("placement          weights VRAM   RAM fits? note")
    for rung in rungs:
        say(
            f"{rung.placement:18} {rung.weights:7}{_gib(rung.vram) if rung.vram else '-':>5} {_gib(rung.ram):>5}"
            f" {rung.fits:5} {_note(rung, free_vram is not None)}"
        )
    say("")
    for line in _conclusions(rungs, seconds):
        say_wrapped(line)


def _check_memory(name: str, given: float | None) -> None:
    least = 0 if name == "--vram" else 0.1
    if given is not None and not least <= given <= LARGEST_GIB:  # also refuses NaN
        raise UserError(f"{name}: {given:g} is no amount of memory.", f"Give GiB, from {least:g} to {LARGEST_GIB:g}.")


def _free(vram: float | None, ram: float | None) -> tuple[float | None, float]:
    """Return free bytes of the card (None without one) and of main memory; what was not given is read."""
    now = None if vram is not None and ram is not None else look_at_memory(Path.home())
    free_vram = (now.gpu_free if now else None) if vram is None else (vram * GIB or None)
    free_ram = (now.host_free if now else None) if ram is None else ram * GIB
    if free_ram is None:
        raise UserError("--ram: this machine does not tell its free memory.", "Give it: --ram GIB.")
    return free_vram, free_ram


def _runs(name: str | None) -> list[Run]:
    """Return what the learner has made; a plan begins no notebook."""
    mine = find_paths().learner(name)
    if not mine.notebook.exists():
        return []
    with open_notebook(mine) as notebook:
        return notebook.runs()


def _seconds(rung: Rung, settings: Settings, shape: ModelShape, batch: int, runs: Sequence[Run]) -> float | None:
    """Return what the learner's own runs of this model, placed so, say; None where there are none."""
    wanted = (rung.placement, NAMES[rung.precision], rung.quantization)
    same = [
        run
        for run in runs
        if run.model and run.model.name == shape.name and (p := run.placing)
        if (placement_of(p), p.precision, "none" if shape.stored else p.quantization) == wanted and p.speed == "exact"
    ]
    items = [Item("", settings)] * batch
    return pace.predict(items, same, practice=shape.name == SMALL_FLUX.name)


def _gib(count: float) -> str:
    return f"{count / GIB:.0f}" if count >= 100 * GIB else f"{max(count / GIB, 0.1):.1f}"


def _note(rung: Rung, card: bool) -> str:
    mended = ", corrected" if rung.corrected else ""
    if rung.missing:
        short = [f"{place} {_up(count)}" for place, count in rung.missing.items() if card or place == "RAM"]
        no_card = ["no GPU"] if "VRAM" in rung.missing and not card else []
        return f"{', '.join(no_card + short)}{' short' if short else ''}{mended}"
    words = rung.quantization if rung.quantization != "none" else "offered"
    words = words if rung.offered else f"needs {rung.needs.split()[0]}"
    return words + (", in tiles" if rung.tiled else "") + mended


def _up(count: float) -> str:
    """Round GiB up, so that what is called short is never 0 and never less than what to add."""
    return _gib(math.ceil(count / GIB * 10) / 10 * GIB)


def _conclusions(rungs: Sequence[Rung], seconds: Sequence[float | None]) -> list[str]:
    """Say what can be run now, what is missing, and how long it takes."""
    fitting = [rung for rung in rungs if rung.fits != "no"]
    now = [rung for rung in fitting if rung.offered]
    lines = [
        f"Can run in this memory: {', '.join(map(_named, now)) or 'nothing of this; the practice model needs little'}."
    ]
    if now and now[0].fits == "tight" and (sure := next((rung for rung in now if rung.fits == "yes"), None)):
        lines.append(f"Fastest: {now[0].words} (tight); with room to spare: {sure.words}.")
    elif now:
        lines.append(f"Fastest: {now[0].words}.")
    if not fitting:
        nearest = min(rungs, key=lambda rung: sum(rung.missing.values()))
        lacks = " and ".join(f"{_up(count)} GiB {place}" for place, count in nearest.missing.items())
        lines.append(f"Nothing fits. Nearest: {_named(nearest)}, short of {lacks}.")
    for needs in dict.fromkeys(rung.needs for rung in fitting if rung.needs):
        rows = [f"{rung.placement} {rung.weights}" for rung in fitting if rung.needs == needs]
        lines.append(f"Not installed: {needs}, for {', '.join(rows)}.")
    measured = [
        f"{rung.placement} {rung.weights} {pace.duration(known)} (your own runs)"
        for rung, known in zip(rungs, seconds, strict=True)
        if known is not None
    ]
    lines.append(f"Time: {'; '.join(measured) + '; otherwise ' if measured else ''}unknown until measured.")
    if mended := [
        f"{rung.placement} {rung.weights} by {counted(rung.corrected, 'run')}" for rung in rungs if rung.corrected
    ]:
        lines.append(f"corrected: {', '.join(mended)} of yours on this device.")
    if any(rung.tiled and not rung.missing for rung in rungs):
        lines.append("in tiles: the picture is decoded in parts of 512 px, which may show seams.")
    if any(rung.fits == "tight" for rung in rungs):
        lines.append("tight: fits by less than the 15 % that a plan may be off.")
    return lines


def _named(rung: Rung) -> str:
    return f"{rung.placement} {rung.weights}{' (tight)' if rung.fits == 'tight' else ''}"


def _as_json(
    shape: ModelShape,
    settings: Settings,
    batch: int,
    vram: float | None,
    ram: float,
    rungs: Sequence[Rung],
    seconds: Sequence[float | None],
) -> dict[str, Any]:
    return {
        "model": shape.name,
        "here": shape.here,
        "parameters": dict(shape.parameters),
        "width": settings.width,
        "height": settings.height,
        "steps": settings.num_inference_steps,
        "batch": batch,
        "vram_free_gib": None if vram is None else round(vram / GIB, 2),
        "ram_free_gib": round(ram / GIB, 2),
        "rungs": [
            {
                **msgspec.to_builtins(rung),
                "vram": round(rung.vram / GIB, 2),
                "ram": round(rung.ram / GIB, 2),
                "missing": {place: round(count / GIB, 2) for place, count in rung.missing.items()},
                "seconds": known and round(known, 1),
            }
            for rung, known in zip(rungs, seconds, strict=True)
        ],
    }
