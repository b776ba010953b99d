"""What the strip says of the machine."""

from workshop_tui.app.book import Work
from workshop_tui.monitor.snapshot import GpuReading, Snapshot, same_gpu
from workshop_tui.monitor.wording import figure, gib, pair


def machine_line(snapshot: Snapshot, work: Work) -> str:
    """Return the GPU that the worker has told, else the first, and the host in one short line."""
    host = f"CPU {figure(snapshot.host.cpu_percent, '%')}  RAM " + pair(
        gib(snapshot.host.ram_used_mib), gib(snapshot.host.ram_total_mib), "GiB"
    )
    if not snapshot.gpus:
        return f"no GPU  {host}" if not snapshot.gpu_waiting else host
    gpu = next((each for each in snapshot.gpus if same_gpu(each.uuid, work.gpu)), snapshot.gpus[0])
    return f"{_gpu(gpu, snapshot)}  {host}"


def _gpu(gpu: GpuReading, snapshot: Snapshot) -> str:
    age = snapshot.stale(gpu)
    stale = f"stale {age:.0f} s " if age else ""
    memory = pair(gib(gpu.memory_used_mib), gib(gpu.memory_total_mib), "GiB")
    return (
        f"GPU {stale}{figure(gpu.utilization_percent, '%')}  VRAM {memory}  "
        f"{figure(gpu.temperature_c, '°C')}  {figure(gpu.power_w, 'W')}"
    )
