"""What is free now, from readings, for the choice of a model."""

import os
from pathlib import Path

from workshop_tui.generation.fit import MemoryNow
from workshop_tui.monitor.own_gpu import likely_gpu
from workshop_tui.monitor.snapshot import GpuReading, HostReading, share_host_memory

_MIB = 2**20


def memory_now(gpu: GpuReading | None, host: HostReading) -> MemoryNow:
    """Return the free and whole memory of a GPU, where there is one that tells, and of the host."""
    free = total = None
    shared = share_host_memory(gpu, host) if gpu else None
    if shared and shared.memory_used_mib is not None and shared.memory_total_mib:
        total = shared.memory_total_mib
        free = (total - shared.memory_used_mib - (shared.memory_reserved_mib or 0)) * _MIB
    used_mib, total_mib = host.ram_used_mib, host.ram_total_mib
    return MemoryNow(
        gpu_free=None if free is None else max(0, free),
        gpu_total=None if total is None else total * _MIB,
        host_free=None if used_mib is None or total_mib is None else (total_mib - used_mib) * _MIB,
        host_total=None if total_mib is None else total_mib * _MIB,
    )


def look_at_memory(folder: Path) -> MemoryNow:
    """Read that of the GPU which a worker would take, and the host's; asks the driver, which may take its time.

    Args:
        folder: Any folder, for the host's readings.
    """
    from workshop_tui.monitor.host import HostReader
    from workshop_tui.monitor.nvml import NvmlReader

    reader = NvmlReader()
    try:
        return memory_now(likely_gpu(reader.read().gpus, os.environ), HostReader(folder).read())
    finally:
        reader.close()
