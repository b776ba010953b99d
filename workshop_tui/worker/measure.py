"""Measures: peak memory of a run, memory that is free, and which versions made it."""

import importlib.metadata
import platform
from pathlib import Path

import msgspec
import psutil
import torch

from workshop_tui.generation.record import Memory
from workshop_tui.monitor.cgroup import memory_limit
from workshop_tui.worker.status import status_bytes

MIB = 2**20
_PACKAGES = ("torch", "diffusers", "transformers", "accelerate", "safetensors")


class MemoryMeter:
    """Finds the peak memory of one run after another.

    On CUDA the figures are the allocator's, because readings once a second miss peaks. On the host the figure is the
    process's highest resident memory in the run less `bare`, the process's memory before any model was loaded: what
    the model and the run need. (A difference to the memory just before the run would be 0 for a second run, whose
    memory the heap still holds.)

    Args:
        device: Where the model runs.
        bare: Resident memory of the process before any model was loaded, bytes.
    """

    def __init__(self, device: torch.device, bare: int) -> None:
        self._device = device
        self._bare = bare
        self._host_can_tell = False
        self._encoding: Memory | None = None

    def start(self) -> None:
        """Forget earlier peaks."""
        self._encoding = None
        self._forget()

    def encoded(self) -> None:
        """Keep the peak of what was done so far, encoding, apart from what follows."""
        self._encoding = _highest(self._encoding, self._peaks())
        self._forget()

    def _forget(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self._device)
        try:
            Path("/proc/self/clear_refs").write_text("5")
            self._host_can_tell = True
        except OSError:  # macOS, or a container that forbids it
            self._host_can_tell = False

    def read(self) -> Memory:
        """Return the peaks since `start`, MiB."""
        first = self._encoding
        if first is None:
            return self._peaks()
        apart = first.device_peak if first.device_peak is not None else first.host_peak
        return msgspec.structs.replace(_highest(first, self._peaks()), encode_peak=apart)

    def _peaks(self) -> Memory:
        host = max(0.0, (status_bytes("VmHWM") - self._bare) / MIB) if self._host_can_tell else None
        if self._device.type != "cuda":
            return Memory(host_peak=host)
        return Memory(
            device_peak=torch.cuda.max_memory_allocated(self._device) / MIB,
            device_reserved=torch.cuda.max_memory_reserved(self._device) / MIB,
            host_peak=host,
        )


def _highest(first: Memory | None, second: Memory) -> Memory:
    if first is None:
        return second
    pairs = zip(msgspec.structs.astuple(first), msgspec.structs.astuple(second), strict=True)
    return Memory(*(max((each for each in pair if each is not None), default=None) for pair in pairs))


def resident() -> int:
    """Return the process's resident memory, bytes."""
    return psutil.Process().memory_info().rss


def free_host_memory() -> int:
    """Return the memory that this process can still get, bytes: the machine's, or what its container has left."""
    free = psutil.virtual_memory().available
    if limit := memory_limit():
        used, allowed = limit
        free = min(free, (allowed - used) * MIB)
    return max(0, free)


def free_device_memory(device: torch.device) -> int | None:
    """Return the GPU memory that this process can still get, bytes; None where it is the host's."""
    if device.type != "cuda":
        return None
    free, _total = torch.cuda.mem_get_info(device)
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return free + kept


def software_versions() -> dict[str, str]:
    """Return the version of everything that decides what a picture looks like and how long it takes."""
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        versions[package] = importlib.metadata.version(package)
    versions["torch"] = str(torch.__version__)  # a TorchVersion, which JSON does not know
    if torch.version.cuda:
        versions["cuda"] = torch.version.cuda
    return versions
