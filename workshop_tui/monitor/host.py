"""Reads the machine around the GPU, and the worker's share of it, through psutil."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

from workshop_tui.monitor.cgroup import memory_limit
from workshop_tui.monitor.snapshot import HostReading, WorkerReading

T = TypeVar("T")
_MIB = 1024 * 1024
_GIB = 1024 * _MIB
_SHORTEST_SPAN = 0.05
"""Seconds below which a CPU load says nothing: the kernel counts in steps of 10 ms."""


class HostReader:
    """Reads host and worker; loads are averages over the time since the reading before.

    Args:
        disk_folder: Where pictures are kept; its disk is watched. It need not exist yet.
        cache_folder: Where models are kept, if that is to be watched too.
        clock: Monotonic seconds.
    """

    def __init__(
        self, disk_folder: Path, cache_folder: Path | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._disk_folder = disk_folder
        self._cache_folder = cache_folder
        self._clock = clock
        self._cpu_before: tuple[float, float] | None = None
        self._worker: psutil.Process | None = None
        self._worker_before: tuple[float, float] | None = None

    def read(self) -> HostReading:
        """Return the host's figures; what cannot be read is None."""
        used, total, limited = ram_mib()
        swap = _ask(psutil.swap_memory)
        return HostReading(
            cpu_percent=self._cpu_percent(),
            cpu_count=cpu_count(),
            ram_used_mib=used,
            ram_total_mib=total,
            ram_limited=limited,
            swap_used_mib=None if swap is None else swap.used // _MIB,
            swap_total_mib=None if swap is None else swap.total // _MIB,
            disk_free_gib=disk_free_gib(self._disk_folder),
            cache_free_gib=disk_free_gib(self._cache_folder) if self._cache_folder else None,
        )

    def read_worker(self, pid: int | None) -> WorkerReading | None:
        """Return what the process `pid` holds, or None where there is none or it has died."""
        if pid is None or pid <= 0:
            self._worker = None
            return None
        try:
            if self._worker is None or self._worker.pid != pid or not self._worker.is_running():
                self._worker, self._worker_before = psutil.Process(pid), None
            if self._worker.status() == psutil.STATUS_ZOMBIE:
                return None
            now, times = self._clock(), self._worker.cpu_times()
            rss = self._worker.memory_info().rss
        except (psutil.Error, OSError, OverflowError):
            self._worker = None
            return None
        busy, before = times.user + times.system, self._worker_before
        percent = None
        if before is None or now - before[0] >= _SHORTEST_SPAN:
            self._worker_before = (now, busy)
            if before is not None:
                percent = round(max(0.0, busy - before[1]) / (now - before[0]) * 100, 1)
        return WorkerReading(pid=pid, rss_mib=rss // _MIB, cpu_percent=percent)

    def _cpu_percent(self) -> float | None:
        # psutil.cpu_percent keeps its state per thread and answers 0.0 at first; both would be shown as a load.
        cores = _ask(lambda: psutil.cpu_times(percpu=True))
        if not cores:
            return None
        if hasattr(os, "sched_getaffinity"):  # of a batch job or container what others' cores do says nothing
            mine = os.sched_getaffinity(0)
            if max(mine) < len(cores):  # otherwise some are offline, and places are no numbers of cores
                cores = [times for place, times in enumerate(cores) if place in mine]
        # Guests are counted in user and nice already.
        total = sum(sum(each) - getattr(each, "guest", 0.0) - getattr(each, "guest_nice", 0.0) for each in cores)
        idle = sum(each.idle + getattr(each, "iowait", 0.0) for each in cores)
        before = self._cpu_before
        if before is not None and total - before[0] < _SHORTEST_SPAN:
            return None
        self._cpu_before = (total, idle)
        if before is None:
            return None
        busy = 1 - (idle - before[1]) / (total - before[0])
        return round(min(1.0, max(0.0, busy)) * 100, 1)


def resident_bytes(pid: int) -> int:
    """Return the memory that a process holds, bytes; 0 where it has ended."""
    found = _ask(lambda: psutil.Process(pid).memory_info().rss)
    return found or 0


def cpu_count() -> int | None:
    """Return how many logical cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def ram_mib() -> tuple[int | None, int | None, bool]:
    """Return used and total MiB, and whether they are those of a container or batch job."""
    memory = _ask(psutil.virtual_memory)
    if memory is None:
        return None, None, False
    used, total = (memory.total - memory.available) // _MIB, memory.total // _MIB
    limit = memory_limit()
    return (used, total, False) if limit is None or limit[1] >= total else (*limit, True)


def disk_free_gib(folder: Path) -> float | None:
    """Return the free space, in GiB, of the disk that holds `folder` or will hold it."""
    for candidate in (folder, *folder.parents):
        try:
            return round(shutil.disk_usage(candidate).free / _GIB, 1)
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return None


def _ask(function: Callable[[], T]) -> T | None:
    try:
        return function()
    except (psutil.Error, OSError, RuntimeError, ValueError):
        return None
