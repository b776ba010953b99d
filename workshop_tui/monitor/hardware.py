"""What kind of machine this is, for the hand-in: models and sizes, and nothing that tells whose machine it is.

Left out on purpose: host and user name, addresses, GPU UUIDs, paths, and the kernel's release, which may carry a name
that somebody gave it.
"""

import contextlib
import platform
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.monitor.sampler import GpuSource

TIERS = (("professional", 24, 64), ("recommended", 12, 32), ("minimum", 8, 16))
"""The lesson's hardware classes: name, GB of VRAM, GB of RAM."""

_NOMINAL = 0.93
"""A '24 GB' card reports down to 22.5 GiB with ECC on, a '16 GB' machine 15.3 GiB beside its built-in graphics."""


class GpuModel(msgspec.Struct, frozen=True, kw_only=True):
    """One GPU as it may be named in a hand-in."""

    name: str | None = None
    memory_mib: int | None = None
    unified: bool = False
    """The GPU uses the host's memory; `memory_mib` is None then."""


class Hardware(msgspec.Struct, frozen=True, kw_only=True):
    """The machine as it is described in a hand-in; None is n/a."""

    gpus: tuple[GpuModel, ...] = ()
    gpu_message: str = ""
    """Why no GPU is listed; empty when all is well."""
    driver: str | None = None
    """The NVIDIA driver's version."""
    cpu: str | None = None
    cpu_count: int | None = None
    ram_mib: int | None = None
    """What this program may use: a container's limit, where it is less than the machine's RAM."""
    os: str | None = None
    python: str
    disk_free_gib: float | None = None


def find_hardware(gpu: "GpuSource", disk_folder: Path) -> Hardware:
    """Describe this machine. Asks the driver, which may take its time: call it away from the screen's loop.

    Args:
        gpu: A reader of the caller's own; it is left open.
        disk_folder: Where pictures are kept; only its disk's free space is noted.
    """
    from workshop_tui.monitor.host import cpu_count, disk_free_gib, ram_mib  # psutil takes a moment to import

    report = gpu.read()
    return Hardware(
        gpus=tuple(
            GpuModel(name=reading.name, memory_mib=reading.memory_total_mib, unified=reading.unified)
            for reading in report.gpus
        ),
        gpu_message=report.message,
        driver=report.driver,
        cpu=_cpu_name(),
        cpu_count=cpu_count(),
        ram_mib=ram_mib()[1],
        os=_os_name(),
        python=platform.python_version(),
        disk_free_gib=disk_free_gib(disk_folder),
    )


def tier(hardware: Hardware) -> str:
    """Return the lesson's class of this machine, by its largest GPU and its RAM; 'below minimum' under all of them.

    Sizes count as the nominal ones that they are sold under, so a card of 24564 MiB is one of 24 GB.
    """
    ram = hardware.ram_mib or 0
    vram = max((ram if gpu.unified else gpu.memory_mib or 0 for gpu in hardware.gpus), default=0)
    for name, vram_gb, ram_gb in TIERS:
        if reaches(vram, vram_gb) and reaches(ram, ram_gb):
            return name
    return "below minimum"


def reaches(mib: int, nominal_gb: int) -> bool:
    """Tell whether a memory counts as one of so many GB, by the size that it is sold under."""
    return mib >= nominal_gb * 1024 * _NOMINAL


def _cpu_name() -> str | None:
    name = ""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        if sys.platform == "darwin":
            command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
            name = subprocess.run(command, capture_output=True, text=True, timeout=2, check=False).stdout
        else:
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
                key, _, value = line.partition(":")
                if key.strip() == "model name":
                    name = value
                    break
    return plain(" ".join(name.split()) or platform.machine())[:96] or None


def _os_name() -> str | None:
    if sys.platform == "darwin":
        return f"macOS {platform.mac_ver()[0]}".strip()
    with contextlib.suppress(OSError):
        return plain(platform.freedesktop_os_release()["PRETTY_NAME"])[:96]
    return platform.system() or None
