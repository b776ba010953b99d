"""Whether a model fits this machine and how, and which one to take where none is named."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from workshop_tui.generation.found_models import FoundModel
from workshop_tui.generation.known_models import BYTES_EACH, size
from workshop_tui.generation.models import BUILT_IN

WORKING_SHARE = 0.15
"""Memory beside the weights while a picture of 1024x1024 is made, as a share of them: 36.17 GiB were measured with
31.45 GiB of weights (derekl35/diffusers-quantization-benchmarks). `planner` has the derivation, for any size."""

OFFLOADED_SHARE = 0.05
"""The same where only the transformer is on the GPU: 23.27 GiB with 22.17 GiB of weights."""

CPU_BYTES_EACH = 4
"""Of a parameter in float32, as the CPU computes."""

How = Literal["gpu", "busy", "offload", "cpu", "no"]
"""`busy`: it would fit the GPU if nobody else used it; `no`: too large, or not whole."""


class MemoryNow(msgspec.Struct, frozen=True, kw_only=True):
    """Memory of this machine at one moment, bytes; None where there is none or nobody can tell."""

    gpu_free: int | None = None
    """Of the GPU with the most free memory."""
    gpu_total: int | None = None
    host_free: int | None = None
    host_total: int | None = None


class Fit(msgspec.Struct, frozen=True):
    """Whether and how one model fits."""

    how: How
    words: str


def needed(weights: float) -> int:
    """Return the bytes that weights of so many bytes need while pictures are made."""
    return round(weights * (1 + WORKING_SHARE))


def fit(model: FoundModel, memory: MemoryNow) -> Fit:
    """Return how a model fits a machine; the words name what it needs and what is free."""
    if model.kind == "built-in":
        return Fit("gpu" if memory.gpu_total else "cpu", "fits any machine")
    if model.parameters is None:
        return Fit("no", "not whole")
    each = [model.bytes_of(part, BYTES_EACH) for part in model.parameters]
    need, largest = needed(sum(each)), round(max(each) * (1 + OFFLOADED_SHARE))
    if memory.gpu_total is not None and memory.gpu_free is not None:
        free = f"{size(memory.gpu_free)} of {size(memory.gpu_total)} GPU memory free"
        if memory.gpu_free >= need:
            return Fit("gpu", f"fits the GPU: needs {size(need)}, {free}")
        if memory.gpu_total >= need:
            return Fit("busy", f"fits the GPU when it is not in use: needs {size(need)}, {free}")
        if memory.gpu_total >= largest and (memory.host_total or 0) >= need:
            return Fit("offload", f"needs offload: {size(need)} in all, {size(largest)} at a time, {free}")
        return Fit("no", f"too large: needs {size(need)}, {free}")
    need = needed(sum(model.bytes_of(part, CPU_BYTES_EACH) for part in model.parameters))
    if memory.host_total is None or memory.host_free is None:
        return Fit("cpu", f"CPU only, slow: needs {size(need)}")
    free = f"{size(memory.host_free)} of {size(memory.host_total)} free"
    if memory.host_free >= need:
        return Fit("cpu", f"CPU only, slow: needs {size(need)}, {free}")
    return Fit("no", f"too large for the CPU: needs {size(need)}, {free}")


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
