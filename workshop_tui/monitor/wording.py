"""Snapshots in words: short texts for a line of figures, and one sentence on what they mean now."""

from workshop_tui.monitor.snapshot import GpuReading, HostReading, Snapshot, WorkerReading
from workshop_tui.text import counted

FULL = 0.93
"""Share of a memory in use from which the next request is likely to fail."""
IDLE_PERCENT = 5
BUSY_PERCENT = 85

_HEAT = ("heat (driver)", "heat (hardware)")


def gib(mib: float | None) -> str:
    """Return MiB as GiB with one decimal, or n/a."""
    return "n/a" if mib is None else f"{mib / 1024:.1f}"


def figure(value: float | None, unit: str = "") -> str:
    """Return a whole number with its unit, or n/a without one."""
    if value is None:
        return "n/a"
    return f"{value:.0f} {unit}".rstrip()


def pair(used: str, limit: str, unit: str) -> str:
    """Return 'used/limit unit', or a single n/a where both are missing."""
    return "n/a" if used == limit == "n/a" else f"{used}/{limit} {unit}"


def gpu_title(gpu: GpuReading, is_own: bool = False) -> str:
    """Return the GPU's number and name, and whether it is the worker's."""
    return f"{gpu.title}  {gpu.name or 'name n/a'}{'  (of your worker)' if is_own else ''}"


def gpu_parts(gpu: GpuReading, stale_seconds: float = 0.0) -> list[str]:
    """Return a GPU's figures as short texts, the most asked for first.

    Args:
        gpu: The reading.
        stale_seconds: Its age where it counts as old, else 0.
    """
    memory = "shared RAM" if gpu.unified else "VRAM"
    parts = [f"stale {stale_seconds:.0f} s"] if stale_seconds else []
    parts += [
        f"use {figure(gpu.utilization_percent, '%')}",
        f"{memory} {pair(gib(gpu.memory_used_mib), gib(gpu.memory_total_mib), 'GiB')}",
        figure(gpu.temperature_c, "°C") if gpu.temperature_c is not None else "temperature n/a",
        f"power {pair(figure(gpu.power_w), figure(gpu.power_limit_w), 'W')}",
    ]
    if gpu.throttle_reasons:
        parts.append("slowed by " + ", ".join(gpu.throttle_reasons))
    return parts


def gpu_details(gpu: GpuReading) -> list[str]:
    """Return the figures that are asked for less often."""
    health = gpu.health
    reserved = "n/a" if gpu.memory_reserved_mib is None else f"{gib(gpu.memory_reserved_mib)} GiB"
    state = "n/a" if gpu.performance_state is None else f"P{gpu.performance_state}"
    parts = [
        f"SM clock {pair(figure(gpu.sm_clock_mhz), figure(gpu.sm_clock_max_mhz), 'MHz')}",
        f"memory clock {pair(figure(gpu.memory_clock_mhz), figure(gpu.memory_clock_max_mhz), 'MHz')}",
        f"state {state}",
        f"memory {figure(gpu.memory_temperature_c, '°C')}",
        f"fan {figure(gpu.fan_percent, '%')}",
        f"reserved by the driver {reserved}",
        f"PCIe {_link(health.pcie_generation, health.pcie_width)}"
        f" of {_link(health.pcie_generation_max, health.pcie_width_max)}",
        f"uncorrected ECC errors {figure(health.ecc_uncorrected)}",
        f"remapped rows {figure(health.remapped_rows)}",
    ]
    if gpu.throttle_reasons is None:
        parts.append("throttling n/a")
    elif not gpu.throttle_reasons:
        parts.append("not slowed")
    return parts


def _link(generation: int | None, width: int | None) -> str:
    return "n/a" if generation is None and width is None else f"{figure(generation)} x{figure(width)}"


def process_parts(gpu: GpuReading, own: int | None) -> list[str]:
    """Return who holds memory of a GPU; empty where that is not known.

    Args:
        gpu: The reading.
        own: The worker's process.
    """
    return [
        f"{'your worker' if each.pid == own else each.name or 'a process'} ({each.pid})"
        f" {gib(each.memory_mib)}{' GiB' if each.memory_mib is not None else ''}"
        for each in gpu.processes or ()
    ]


def host_parts(host: HostReading) -> list[str]:
    """Return the host's figures as short texts."""
    cores = f" of {counted(host.cpu_count, 'core')}" if host.cpu_count and host.cpu_percent is not None else ""
    disk = "disk n/a" if host.disk_free_gib is None else f"disk {host.disk_free_gib:.0f} GiB free"
    parts = [
        f"CPU {figure(host.cpu_percent, '%')}{cores}",
        f"RAM {pair(gib(host.ram_used_mib), gib(host.ram_total_mib), 'GiB')}{' (limit)' if host.ram_limited else ''}",
    ]
    if host.swap_total_mib:
        parts.append(f"swap {pair(gib(host.swap_used_mib), gib(host.swap_total_mib), 'GiB')}")
    if host.cache_free_gib is not None and host.cache_free_gib != host.disk_free_gib:
        disk += f", models' disk {host.cache_free_gib:.0f} GiB free"
    return [*parts, disk]


def worker_parts(worker: WorkerReading) -> list[str]:
    """Return the worker's figures as short texts; several busy cores are more than 100 % of one."""
    core = "" if worker.cpu_percent is None else " of a core"
    return [
        f"worker {worker.pid}",
        f"RAM {gib(worker.rss_mib)}{' GiB' if worker.rss_mib is not None else ''}",
        f"CPU {figure(worker.cpu_percent, '%')}{core}",
    ]


def sentence(snapshot: Snapshot, own: GpuReading | None = None) -> str:
    """Return one plain sentence on what the snapshot means now; what is wrong comes before what is well.

    Args:
        snapshot: A reading.
        own: The worker's GPU, by which it is judged; None where there is none or it is not known: then by the worst.
    """
    if not snapshot.gpus:
        return f"No GPU reading: {snapshot.gpu_message or 'no GPU found'}."
    stale = snapshot.stale(own) if own else snapshot.stale_seconds
    if stale:
        reason = f": {snapshot.gpu_message}" if snapshot.gpu_message else ""
        return f"GPU readings are {stale:.0f} s old{reason}."
    judged = own or max(snapshot.gpus, key=_urgency)
    return _gpu_sentence(judged, "The GPU" if len(snapshot.gpus) == 1 else judged.title, snapshot.host)


def _fill(gpu: GpuReading) -> float:
    if gpu.memory_used_mib is None or not gpu.memory_total_mib:
        return 0.0
    return (gpu.memory_used_mib + (gpu.memory_reserved_mib or 0)) / gpu.memory_total_mib


def _urgency(gpu: GpuReading) -> tuple[bool, bool, bool, int]:
    reasons = gpu.throttle_reasons or ()
    return any(heat in reasons for heat in _HEAT), _fill(gpu) >= FULL, bool(reasons), gpu.utilization_percent or 0


def _gpu_sentence(gpu: GpuReading, subject: str, host: HostReading) -> str:
    reasons = gpu.throttle_reasons or ()
    if any(heat in reasons for heat in _HEAT):
        return f"{subject} is too hot and has slowed down: timings taken now do not count."
    if _fill(gpu) >= FULL:
        return f"{subject}'s memory is nearly full: a larger picture may not fit."
    if host.ram_used_mib is not None and host.ram_total_mib and host.ram_used_mib / host.ram_total_mib >= FULL:
        return "The host's memory is nearly full: offloading to it may fail."
    if "power limit" in reasons:
        return f"{subject} works at its power limit, as it does under full load."
    if reasons:
        return f"{subject} is held back by {', '.join(reasons)}."
    use = gpu.utilization_percent
    if use is None:
        return f"{subject} does not tell how busy it is."
    if use < IDLE_PERCENT:
        return f"{subject} is idle."
    if use >= BUSY_PERCENT:
        return f"{subject} is fully busy."
    return f"{subject} is busy part of the time: something else, such as moving weights, takes the rest."
