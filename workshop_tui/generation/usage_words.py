"""What a run drew from the machine, in words: short texts for the screen, the command line and the report."""

from workshop_tui.generation.record import Run
from workshop_tui.generation.usage import BoardHealth, GpuUse, Usage

NOT_READ = "not read: made by an older version, or never begun"


def energy_words(run: Run) -> str:
    """Return the energy of a run's picture with its method and uncertainty, or n/a and why."""
    usage = run.usage
    if usage is None:
        return f"n/a ({NOT_READ})"
    if usage.energy is None:
        return f"n/a ({usage.message or 'no two readings of its power'})"
    return usage.energy.words


def use_parts(run: Run) -> list[str]:
    """Return a run's figures beside its seconds as short texts, the most asked for first; n/a where there is none."""
    peak = run.peak_memory_mib
    own = "VRAM" if run.memory.device_peak is not None else "RAM"
    parts = [f"peak {own} {'n/a' if peak is None else f'{peak:,.0f} MiB'}", f"energy {energy_words(run)}"]
    if run.usage and run.usage.gpu:
        parts += gpu_parts(run.usage.gpu)
    if run.usage:
        parts += host_parts(run.usage)
    return parts


def gpu_parts(use: GpuUse) -> list[str]:
    """Return the GPU's means and peaks over a run."""
    parts = [
        f"mean power {_figure(use.power_w)} of {_figure(use.power_limit_w)} W, highest {_figure(use.power_peak_w)}",
        f"mean clock {_figure(use.sm_clock_mhz)} of {_figure(use.sm_clock_max_mhz)} MHz",
        f"use {_figure(use.utilization_percent)} %",
        throttled_words(use),
        f"highest {_figure(use.temperature_c)} °C",
        f"board memory up to {_figure(use.board_peak_mib)} MiB",
        f"others and the driver {_figure(use.others_mib)} MiB",
    ]
    return [*parts, *_health_parts(use.before, use.after)]


def throttled_words(use: GpuUse) -> str:
    """Return how much of a run the clocks were held down, and why."""
    if use.throttled is None:
        return "throttling n/a"
    if not use.throttled:
        return "not slowed"
    return "slowed in " + ", ".join(f"{share:.0%} by {reason}" for reason, share in use.throttled.items())


def host_parts(usage: Usage) -> list[str]:
    """Return the host's means and peaks over a run."""
    host = usage.host
    told = ((host.cpu_percent, "CPU {:.0f} % of all cores"), (host.worker_cpu_percent, "worker {:.0f} % of a core"))
    return [text.format(value) for value, text in told if value is not None]


def _health_parts(before: BoardHealth, after: BoardHealth) -> list[str]:
    parts: list[str] = []
    for name, words in (("ecc_uncorrected", "uncorrected ECC errors"), ("remapped_rows", "remapped rows")):
        first, last = getattr(before, name), getattr(after, name)
        if last:
            new = f", {last - first} new" if first is not None and last > first else ""
            parts.append(f"{last} {words}{new}")
    if after.pcie_generation is not None and after.pcie_width is not None:
        parts.append(f"PCIe {after.pcie_generation} x{after.pcie_width}")
    return parts


def _figure(value: float | None) -> str:
    return "n/a" if value is None else f"{value:,.0f}"
