"""What is free now, from readings, for the choice of a model."""

from collections.abc import Sequence
from pathlib import Path

from workshop_tui.generation.fit import MemoryNow
from workshop_tui.monitor.snapshot import GpuReading, HostReading, share_host_memory

_MIB = 2**20


def memory_now(gpus: Sequence[GpuReading], host: HostReading) -> MemoryNow:
    """Return the free and whole memory of the GPU with the most free memory, and of the host."""
    seen = [
        ((gpu.memory_total_mib - gpu.memory_used_mib - (gpu.memory_reserved_mib or 0)) * _MIB, gpu.memory_total_mib)
        for gpu in (share_host_memory(gpu, host) for gpu in gpus)
        if gpu.memory_used_mib is not None and gpu.memory_total_mib
    ]
    free, total = max(seen, default=(None, None))
    used_mib, total_mib = host.ram_used_mib, host.ram_total_mib
    return MemoryNow(
        gpu_free=None if free is None else max(0, free),
        gpu_total=None if total is None else total * _MIB,
        host_free=None if used_mib is None or total_mib is None else (total_mib - used_mib) * _MIB,
        host_total=None if total_mib is None else total_mib * _MIB,
    )


def look_at_memory(folder: Path) -> MemoryNow:
    """Read it now; asks the driver, which may take its time.

    Args:
        folder: Any folder, for the host's readings.
    """
    from workshop_tui.monitor.host import HostReader
    from workshop_tui.monitor.nvml import NvmlReader

    reader = NvmlReader()
    try:
        return memory_now(reader.read().gpus, HostReader(folder).read())
    finally:
        reader.close()
