"""Whether a model fits this machine and how, and which one to take where none is named."""

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.generation.found_models import FoundModel
from workshop_tui.generation.known_models import size
from workshop_tui.generation.ladder import Rung, first_that_fits, ladder
from workshop_tui.generation.model_shape import ModelShape, find_shape
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.planner import Pictures

How = Literal["gpu", "busy", "offload", "cpu", "no"]
"""`busy`: it would fit the GPU if nobody else used it; `no`: too large, or not whole."""


class MemoryNow(msgspec.Struct, frozen=True, kw_only=True):
    """Memory of this machine at one moment, bytes; None where there is none or nobody can tell."""

    gpu_free: int | None = None
    """Of the GPU that a worker would take."""
    gpu_total: int | None = None
    host_free: int | None = None
    host_total: int | None = None


class Fit(msgspec.Struct, frozen=True):
    """Whether and how one model fits."""

    how: How
    words: str


def fit(model: FoundModel, memory: MemoryNow, usable: Collection[str] = ("none",)) -> Fit:
    """Return how a model fits a machine, by the planner's ladder for a picture of 1024x1024.

    Args:
        model: Its inner sizes are read from its files; where they cannot be, FLUX.1's are taken.
        memory: What is there and free.
        usable: Quantizations that are installed.

    Returns:
        The words name what it needs and what is free.
    """
    if model.kind == "built-in":
        return Fit("gpu" if memory.gpu_total else "cpu", "fits any machine")
    if model.parameters is None:
        return Fit("no", "not whole")
    shape = _shape(model, model.parameters)
    if memory.gpu_total is None or memory.gpu_free is None:
        return _fit_cpu(shape, memory)

    def rungs(vram: float) -> list[Rung]:
        ram = math.inf if memory.host_total is None else memory.host_total
        return [r for r in ladder(shape, Pictures(), vram, ram, usable=usable) if r.placement != "cpu" and r.offered]

    free = f"{size(memory.gpu_free)} of {size(memory.gpu_total)} GPU memory free"
    whole, now = rungs(memory.gpu_total)[0], rungs(memory.gpu_free)[0]
    if now.fits != "no":
        return Fit("gpu", f"fits the GPU: needs {size(now.vram)}, {free}")
    if whole.fits != "no":
        return Fit("busy", f"fits the GPU when it is not in use: needs {size(whole.vram)}, {free}")
    other = first_that_fits(rungs(memory.gpu_total))
    if other is None:
        return Fit("no", f"too large: needs {size(whole.vram)}, {free}")
    return Fit(
        "offload", f"fits by {other.words}: {size(other.vram)} of GPU and {size(other.ram)} of main memory, {free}"
    )


def _shape(model: FoundModel, parameters: Mapping[str, int]) -> ModelShape:
    try:
        return find_shape(model.name if model.kind == "file" else str(model.folder))
    except (UserError, OSError):  # it went a moment ago, or its configuration is damaged
        return ModelShape(name=model.name, family=model.family, parameters=parameters, stored=model.stored)


def _fit_cpu(shape: ModelShape, memory: MemoryNow) -> Fit:
    rung = ladder(shape, Pictures(), None, memory.host_free or 0, placement="cpu", precision="fp32")[0]
    if memory.host_total is None or memory.host_free is None:
        return Fit("cpu", f"CPU only, slow: needs {size(rung.ram)}")
    free = f"{size(memory.host_free)} of {size(memory.host_total)} free"
    if rung.fits != "no":
        return Fit("cpu", f"CPU only, slow: needs {size(rung.ram)}, {free}")
    return Fit("no", f"too large for the CPU: needs {size(rung.ram)}, {free}")


def choose_model(found: Iterable[FoundModel], memory: MemoryNow) -> tuple[str, str]:
    """Choose a model where nobody named one: a whole FLUX.1 that fits the GPU now, else the built-in one.

    Pure, and instant. Of several, the first in the order of `found` wins.

    Args:
        found: As `found_models.find_models` returns them.
        memory: What is free now.

    Returns:
        What `--model` takes, and one sentence that says why.
    """
    # A folder of another shape is somebody's experiment: it is taken when it is named, not by itself.
    whole = [model for model in found if model.whole and model.family.startswith("FLUX.1")]
    fits = [(model, fit(model, memory)) for model in whole]
    for model, how in fits:
        if how.how == "gpu":
            return model.name, f"{model.family} is on this machine and {how.words}."
    if not whole:
        return BUILT_IN, "The practice model: no FLUX.1 is on this machine. To get one: workshop-tui model list"
    model, how = fits[0]
    if how.how == "cpu":
        return BUILT_IN, f"The practice model: {model.family} is here, but no GPU, and the CPU takes very long for it."
    return BUILT_IN, f"The practice model: {model.family} is here, but it is {_but(how)}."


def _but(how: Fit) -> str:
    return how.words if how.how == "no" else f"not to be loaded whole now ({how.words})"
