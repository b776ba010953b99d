"""One reading of GPU and host, for whoever asks once."""

import time
from pathlib import Path

from workshop_tui.monitor.snapshot import Snapshot

FIRST_ANSWER_SECONDS = 5.0
"""How long a single reading waits for a slow driver."""


def is_complete(snapshot: Snapshot) -> bool:
    """Tell whether a first snapshot has a CPU load, which takes two readings, and the driver's answer."""
    return snapshot.host.cpu_percent is not None and not snapshot.gpu_waiting


def look_now(folder: Path, cache: Path) -> Snapshot | None:
    """Read once; None where nothing came in time.

    Args:
        folder: Whose disk is looked at.
        cache: The program's cache folder.
    """
    from workshop_tui.monitor.host import HostReader
    from workshop_tui.monitor.nvml import NvmlReader
    from workshop_tui.monitor.sampler import Sampler

    sampler = Sampler(NvmlReader(), HostReader(folder, cache), interval=0.3, on_snapshot=lambda _snapshot: None)
    sampler.start()
    try:
        until = time.monotonic() + FIRST_ANSWER_SECONDS
        snapshot = sampler.look()
        while (snapshot is None or not is_complete(snapshot)) and time.monotonic() < until:
            time.sleep(0.1)
            snapshot = sampler.look()
        return snapshot
    finally:
        sampler.stop()
