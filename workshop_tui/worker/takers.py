"""Who holds memory, where it is short: the largest other processes by name and user."""

import contextlib
import importlib
import os
from typing import Any

import psutil
import torch

from workshop_tui.generation.known_models import size

MOST = 3
"""Processes that are named."""

LEAST = 100 * 2**20
"""Bytes; a smaller process is not worth naming."""


def host_takers() -> list[str]:
    """Return the processes that hold most of the host's memory, this one left out: `2.1 GB by python of ada`."""
    held: list[tuple[int, int]] = []
    for process in psutil.process_iter(["memory_info"]):
        memory = process.info["memory_info"]
        if memory is not None and process.pid != os.getpid():
            held.append((memory.rss, process.pid))
    return _named(held)


def gpu_takers(device: torch.device) -> list[str]:
    """Return the processes that hold most of a GPU's memory, this one left out.

    In a container NVML gives the host's process ids, which mean nothing or somebody else here: then it is only said
    how much others hold, the board's figure less this process's own.
    """
    others, uuid = 0, ""
    with contextlib.suppress(RuntimeError, AssertionError):  # a full GPU has no room to ask it either
        uuid = str(torch.cuda.get_device_properties(device).uuid)
        free, total = torch.cuda.mem_get_info(device)
        others = total - free - torch.cuda.memory_reserved(device)
    held = _gpu_processes(uuid) if uuid else {}
    if os.getpid() in held:
        named = _named([(count, pid) for pid, count in held.items() if pid != os.getpid()])
        if named:
            return named
    return [f"{size(others)} by others and the driver"] if others > LEAST else []


def _gpu_processes(uuid: str) -> dict[int, int]:
    """Return the bytes that each process holds on a GPU, by process id; empty where the driver does not say."""
    try:
        nvml: Any = importlib.import_module("pynvml")
        nvml.nvmlInit()
    except Exception:  # no driver, or none that answers: NVML's errors have no other common class
        return {}
    try:
        handle = nvml.nvmlDeviceGetHandleByUUID(uuid if uuid.startswith(("GPU-", "MIG-")) else f"GPU-{uuid}")
        processes = nvml.nvmlDeviceGetComputeRunningProcesses(handle)
        return {int(each.pid): int(each.usedGpuMemory or 0) for each in processes}
    except Exception:
        return {}
    finally:
        with contextlib.suppress(Exception):
            nvml.nvmlShutdown()


def _named(held: list[tuple[int, int]]) -> list[str]:
    found: list[str] = []
    for count, pid in sorted(held, reverse=True)[:MOST]:
        if count < LEAST:
            break
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            found.append(f"{size(count)} by {process.name()} of {process.username()} (process {pid})")
    return found
