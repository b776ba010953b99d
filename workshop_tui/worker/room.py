"""Is there room for a model, and in which placement? Asked before minutes go into loading it."""

from typing import NamedTuple

import torch

from workshop_tui.errors import UserError
from workshop_tui.generation.known_models import size
from workshop_tui.generation.ladder import Rung, first_that_fits, ladder, needs, next_rung
from workshop_tui.generation.model_shape import ModelShape
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.planner import CONTEXT, GIB, PROCESS, Pictures, weights_of
from workshop_tui.generation.precision import SHORT
from workshop_tui.generation.quantization import installed
from workshop_tui.generation.record import Placing, Shortage
from workshop_tui.generation.settings import Settings
from workshop_tui.worker.cap import room_under_cap
from workshop_tui.worker.failures import is_out_of_memory
from workshop_tui.worker.measure import MIB, free_device_memory, free_host_memory, resident
from workshop_tui.worker.takers import gpu_takers, host_takers


class NoRoomError(UserError):
    """Memory is short for the model.

    Args:
        message: What is needed and free, who holds the rest, and what would fit.
        shortage: The same in figures.
        by_cap: Whether it is a memory cap that leaves too little: no waiting helps then.
    """

    def __init__(self, message: str, shortage: Shortage, *, by_cap: bool = False) -> None:
        super().__init__(
            message,
            f"Wait until there is room, use the built-in model ({BUILT_IN}), or another engine (--engine SOCKET).",
        )
        self.shortage = shortage
        self.by_cap = by_cap


class Free(NamedTuple):
    """Memory that a model can have, bytes."""

    vram: float | None
    """Of the GPU; None where the model computes on the CPU."""
    ram: float
    by_cap: bool = False
    """Whether the machine has more, of what the cap is for."""


NOTHING = Free(0, 0)


def free_now(device: torch.device, cap: float | None = None, held: Free = NOTHING) -> Free:
    """Return the memory that is free for a model.

    Args:
        device: Where it computes.
        cap: GiB that it may have of the GPU's, on the CPU of main memory; None for all.
        held: What it will take over, or be given: that counts as free.
    """
    host = free_host_memory() + held.ram
    most = GIB * cap if cap else float("inf")
    limit = room_under_cap()
    if device.type == "cpu":
        ram = min(host, most, limit + held.ram if limit is not None else host)
        return Free(None, ram, by_cap=ram < host)
    if device.type != "cuda":  # one memory for both
        host += held.vram or 0
        return Free(min(host, most), float("inf"), by_cap=most < host)
    try:
        vram = free_device_memory(device) or 0
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        vram = 0  # not even the driver's own share fits beside what others hold
    vram += held.vram or 0
    return Free(min(vram, most), host, by_cap=most < vram)


def choose_rung(
    label: str,
    shape: ModelShape,
    settings: Settings,
    batch: int,
    device: torch.device,
    precision: str,
    cap: float | None = None,
    held: Free = NOTHING,
) -> Rung:
    """Return how a model is placed for a run: as asked, and where that is left open the fastest way that fits.

    Args:
        label: What the model is called.
        shape: Its sizes.
        settings: The run's size, placement and quantization.
        batch: Pictures at a time.
        device: Where it computes.
        precision: `bf16`, `fp16` or `fp32`.
        cap: GiB that it may have; None for all that is free.
        held: Memory of the parts that the model before left.

    Raises:
        NoRoomError: Says how much is needed, how much there is, who holds the rest, and what would fit instead.
    """
    free = free_now(device, cap, held)
    pictures = Pictures(settings.width, settings.height, batch)
    on_cpu = device.type == "cpu"
    asked = "cpu" if on_cpu else settings.placement
    vram, ram = _for_the_ladder(free)
    rungs = ladder(
        shape,
        pictures,
        vram,
        ram,
        usable=_usable(device),
        placement="gpu" if device.type == "mps" else asked,
        precision=precision,
        quantization=settings.quantization,
    )
    rungs = [rung for rung in rungs if (rung.placement == "cpu") is on_cpu]
    found = first_that_fits(rungs) or (_tried_under_cap(shape, rungs, free) if cap else None)
    if found is None:
        raise _no_room(label, shape, pictures, rungs, free, device)
    return found


def what_next(shape: ModelShape, settings: Settings, device: torch.device, placing: Placing) -> str:
    """Say what to choose after a picture that ran out of memory; what this process holds is given up for it.

    Args:
        shape: The model.
        settings: Its size.
        device: Where it ran.
        placing: How it lay.
    """
    free, most = free_now(device), (placing.cap_gib or float("inf")) * GIB
    if device.type == "cuda":
        free = Free(min((free.vram or 0) + torch.cuda.memory_allocated(device), most), free.ram)
    else:
        free = Free(free.vram and min(free.vram + resident(), most), min(free_host_memory() + resident(), most))
    vram, ram = _for_the_ladder(free)
    return next_rung(
        shape,
        Pictures(settings.width, settings.height),
        vram,
        ram,
        placement=placing.placement,
        precision=SHORT[placing.precision],
        quantization=placing.quantization,
        usable=_usable(device),
    )


def _tried_under_cap(shape: ModelShape, rungs: list[Rung], free: Free) -> Rung | None:
    """Return the way that lacks least, if its weights fit: what is simulated harms nobody, and so is tried for real."""

    def has_room(rung: Rung) -> bool:
        weights = sum(weights_of(shape, rung.precision, rung.quantization).of(shape).values())
        have = {"gpu": free.vram or 0, "cpu": free.ram}.get(rung.placement)
        return rung.offered and (have is None or weights < have)

    return min(filter(has_room, rungs), key=lambda rung: sum(rung.missing.values()), default=None)


def _usable(device: torch.device) -> frozenset[str]:
    return frozenset({"none"}) if device.type == "mps" else installed()


def _for_the_ladder(free: Free) -> tuple[float | None, float]:
    """Return the same as a plan counts it, which has to find room for this process and its CUDA context, too."""
    return None if free.vram is None else free.vram + CONTEXT, free.ram + PROCESS


def _no_room(
    label: str, shape: ModelShape, pictures: Pictures, rungs: list[Rung], free: Free, device: torch.device
) -> NoRoomError:
    nearest = min(rungs, key=lambda rung: sum(rung.missing.values()))
    on_gpu = "VRAM" in nearest.missing
    by_cap = free.by_cap and on_gpu is (device.type != "cpu")
    name = "GPU" if on_gpu else "host"
    # What others hold has nothing to do with a cap.
    takers = [] if by_cap else gpu_takers(device) if on_gpu else host_takers()
    need, have = (nearest.vram - CONTEXT, free.vram or 0) if on_gpu else (nearest.ram - PROCESS, free.ram)
    weights = sum(weights_of(shape, nearest.precision, nearest.quantization).of(shape).values())
    whole = nearest.placement in ("gpu", "cpu") and on_gpu is (nearest.placement == "gpu")
    work = (
        f" ({size(weights)} of weights, {size(need - weights)} to work with them)" if whole and need > weights else ""
    )
    taken = f" Taken: {', '.join(takers)}." if takers else ""
    vram, ram = _for_the_ladder(free)
    other = first_that_fits(ladder(shape, pictures, vram, ram, usable=_usable(device)))
    instead = f" This fits: {other.words} ({needs(other)})." if other else ""
    placed = "" if nearest.placement in ("gpu", "cpu") else f" with {nearest.placement}"
    return NoRoomError(
        f"model: {label} needs {size(need)} of {name} memory{placed}{work}; "
        f"{f'the cap leaves {size(have)}' if by_cap else f'{size(have)} are free'}.{taken}{instead}",
        Shortage("gpu" if on_gpu else "host", round(need / MIB, 1), round(have / MIB, 1)),
        by_cap=by_cap,
    )
