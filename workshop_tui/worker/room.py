"""Is there room for a model? Asked before minutes go into loading it."""

from collections.abc import Mapping

import torch

from workshop_tui.errors import UserError
from workshop_tui.generation.fit import needed
from workshop_tui.generation.known_models import size
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.record import Shortage
from workshop_tui.worker.failures import is_out_of_memory
from workshop_tui.worker.measure import MIB, free_device_memory, free_host_memory
from workshop_tui.worker.takers import gpu_takers, host_takers


class NoRoomError(UserError):
    """Memory is short for the model.

    Args:
        message: What is needed and free, and who holds the rest.
        shortage: The same in figures.
    """

    def __init__(self, message: str, shortage: Shortage) -> None:
        super().__init__(
            message,
            f"Wait until there is room, use the built-in model ({BUILT_IN}), or another engine (--engine SOCKET).",
        )
        self.shortage = shortage


def check_memory(label: str, parameters: Mapping[str, int], device: torch.device, dtype: torch.dtype) -> None:
    """Refuse a model whose weights, and what is needed to work with them, do not fit.

    Args:
        label: What the model is called.
        parameters: Their number by component.
        device: Where the weights shall lie.
        dtype: The precision that they are loaded in.

    Raises:
        NoRoomError: Says how much is needed, how much there is, and who holds the rest.
    """
    weights = sum(parameters.values()) * dtype.itemsize
    try:
        free = free_device_memory(device)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        free = 0  # not even the driver's own share fits beside what others hold
    if free is None:
        _check(label, "host", weights, needed(weights), free_host_memory(), device)
        return
    _check(label, "gpu", weights, needed(weights), free, device)
    # Components go to a GPU one by one, so that the host holds only the largest at a time.
    largest = max(parameters.values()) * dtype.itemsize
    _check(label, "host", largest, largest, free_host_memory(), device)


def _check(label: str, place: str, weights: int, need: int, free: int, device: torch.device) -> None:
    if need <= free:
        return
    on_gpu = place == "gpu"
    name, takers = ("GPU", gpu_takers(device)) if on_gpu else ("host", host_takers())
    work = f" ({size(weights)} of weights, {size(need - weights)} to work with them)" if need > weights else ""
    taken = f" Taken: {', '.join(takers)}." if takers else ""
    raise NoRoomError(
        f"model: {label} needs {size(need)} of {name} memory{work}; {size(free)} are free.{taken}",
        Shortage("gpu" if on_gpu else "host", round(need / MIB, 1), round(free / MIB, 1)),
    )
