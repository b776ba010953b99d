"""What the strip says of the machine."""

from workshop_tui.app.book import Work
from workshop_tui.monitor.snapshot import GpuReading, Snapshot
from workshop_tui.monitor.wording import figure, gib, pair

LEFT_OUT = ("power", "heat", "cpu", "ram", "use")
"""Figures that a narrow screen goes without, the first one first."""


def machine_line(snapshot: Snapshot, work: Work, width: int = 200) -> str:
    """Return the worker's GPU, where one can tell which that is or will be, and the host in one short line.

    Args:
        snapshot: The newest reading.
        work: What the worker does.
        width: Cells that there are; figures that do not fit are left out, the least important first.
    """
    host = snapshot.host
    figures = {
        "cpu": f"CPU {figure(host.cpu_percent, '%')}",
        "ram": f"RAM {pair(gib(host.ram_used_mib), gib(host.ram_total_mib), 'GiB')}",
    }
    if gpu := work.gpu_among(snapshot.gpus):
        figures = _gpu(gpu, snapshot) | figures
    elif not snapshot.gpus and not snapshot.gpu_waiting:
        figures = {"use": "no GPU"} | figures
    for name in LEFT_OUT:
        if len("  ".join(figures.values())) > width and len(figures) > 1:
            figures.pop(name, None)
    return "  ".join(figures.values())


def _gpu(gpu: GpuReading, snapshot: Snapshot) -> dict[str, str]:
    age = snapshot.stale(gpu)
    stale = f"stale {age:.0f} s " if age else ""
    memory = pair(gib(gpu.memory_used_mib), gib(gpu.memory_total_mib), "GiB")
    return {
        "use": f"GPU {stale}{figure(gpu.utilization_percent, '%')}",
        "vram": f"VRAM {memory}",
        "heat": figure(gpu.temperature_c, "°C"),
        "power": figure(gpu.power_w, "W"),
    }
