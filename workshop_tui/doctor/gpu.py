"""The GPU, its driver, the memory, and which of the lesson's hardware classes they make."""

import contextlib
import importlib
import platform
import sys
from pathlib import Path
from typing import Any

from workshop_tui.doctor.finding import Check, Finding, Place, fail, ok, warn
from workshop_tui.doctor.program import Torch, torch
from workshop_tui.monitor.hardware import TIERS, reaches
from workshop_tui.monitor.host import cpu_count, ram_mib
from workshop_tui.monitor.snapshot import GpuReading
from workshop_tui.monitor.wording import gib
from workshop_tui.text import counted

_BUILDS = "https://pytorch.org/get-started/locally"
_LITTLE_RAM_MIB = 2048
_LITTLE_SHARE = 0.1
"""Free share of the GPU's memory below which others hold it."""


def cuda_of_driver() -> str:
    """Return the newest CUDA that the driver knows, `12.8`; empty where nobody can tell."""
    nvml: Any = importlib.import_module("pynvml")
    with contextlib.suppress(nvml.NVMLError, AttributeError):
        nvml.nvmlInit()
        try:
            number = int(nvml.nvmlSystemGetCudaDriverVersion_v2())
            return f"{number // 1000}.{number % 1000 // 10}"
        finally:
            nvml.nvmlShutdown()
    return ""


def _driver(place: Place) -> Finding:
    report = place.gpu()
    if report.driver is None:
        return _no_driver(place, report.message)
    return judge(f"NVIDIA {report.driver}", cuda_of_driver(), torch())


def judge(name: str, known: str, built: Torch | None) -> Finding:
    """Say whether the torch that is installed can use a driver.

    Args:
        name: What the driver is called.
        known: The newest CUDA that it knows, `12.8`; empty where that is not known.
        built: The torch; None where there is none.
    """
    if built is None:
        return fail(f"{name}, but torch is not installed.", f"Install it for this driver: {_BUILDS}")
    knows = f"knows CUDA up to {known}" if known else "does not tell which CUDA it knows"
    if not built.cuda:
        return fail(
            f"{name}, but torch is a {built.build}: the GPU stays unused, pictures are made on the CPU.",
            f"Install torch's build for CUDA {known or '12.x'} or older: {_BUILDS}",
        )
    if not known or _number(known) >= _number(built.cuda):
        return ok(f"{name} {knows}, torch was built for {built.cuda}")
    text = f"{name} {knows}, torch was built for {built.cuda}"
    todo = f"Update the driver, or install torch's build for CUDA {known} or older: {_BUILDS}"
    if _number(known)[0] < _number(built.cuda)[0]:
        return fail(f"{text}: it cannot use this GPU.", todo)
    # NVIDIA, CUDA Compatibility: within one major release an older driver serves, but compiles no newer PTX code.
    return warn(f"{text}: that works, except where code is compiled for the GPU.", todo)


def _no_driver(place: Place, message: str) -> Finding:
    if sys.platform == "darwin":
        apple = platform.machine() == "arm64"
        return ok(
            "torch uses the Apple GPU (Metal)" if apple else "no NVIDIA driver on a Mac: pictures are made on the CPU"
        )
    if _has_nvidia_card(place.root):
        return fail(
            f"there is an NVIDIA card, but {message}: pictures are made on the CPU.",
            "Install NVIDIA's driver. In a container, start it with the GPU: docker run --gpus all",
        )
    return warn(
        f"{message}: pictures are made on the CPU. That does for the practice model; FLUX.1 takes far too long.",
        "For FLUX.1, use a machine with an NVIDIA GPU.",
    )


def _has_nvidia_card(root: Path) -> bool:
    """Tell whether the PCI bus holds a display or compute card (class 03) of NVIDIA's (vendor 10de)."""
    for device in (root / "sys/bus/pci/devices").glob("*"):
        with contextlib.suppress(OSError):
            vendor, kind = (device / "vendor").read_text(), (device / "class").read_text()
            if vendor.startswith("0x10de") and kind.startswith("0x03"):
                return True
    return False


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])


def _gpu(place: Place) -> Finding:
    report = place.gpu()
    if not report.gpus:
        return ok(f"none: {report.message}")
    texts = [_one_gpu(gpu) for gpu in report.gpus]
    hidden = place.environ.get("CUDA_VISIBLE_DEVICES")
    if hidden is not None and hidden.strip() in ("", "-1"):
        return warn("; ".join([*texts, "but CUDA_VISIBLE_DEVICES hides it from torch."]), "unset CUDA_VISIBLE_DEVICES")
    if report.message:
        return warn("; ".join([*texts, report.message]), "See `workshop-tui gpu`.")
    if all(_is_taken(gpu) for gpu in report.gpus) and not place.mine.engine:  # which holds a model itself
        return warn(
            "; ".join([*texts, "others hold nearly all of its memory."]),
            "See who: nvidia-smi. A worker of yours ends with: workshop-tui worker stop",
        )
    return ok("; ".join(texts))


def _one_gpu(gpu: GpuReading) -> str:
    if gpu.memory_total_mib is None:
        return f"{gpu.name or 'name n/a'}, " + ("memory shared with the host" if gpu.unified else "memory n/a")
    return f"{gpu.name or 'name n/a'}, {gib(_free_mib(gpu))} of {gib(gpu.memory_total_mib)} GiB VRAM free"


def _free_mib(gpu: GpuReading) -> int | None:
    if gpu.memory_total_mib is None or gpu.memory_used_mib is None:
        return None
    return gpu.memory_total_mib - gpu.memory_used_mib - (gpu.memory_reserved_mib or 0)


def _is_taken(gpu: GpuReading) -> bool:
    free = _free_mib(gpu)
    return free is not None and free < (gpu.memory_total_mib or 0) * _LITTLE_SHARE


def _memory(_place: Place) -> Finding:
    used, total, limited = ram_mib()
    if used is None or total is None:
        return warn("RAM n/a.", "The system does not tell it; nothing to do.")
    text = f"{gib(total - used)} of {gib(total)} GiB RAM free{' (a limit on this session)' if limited else ''}"
    text += f", {counted(cores, 'core')}" if (cores := cpu_count()) else ""
    if total - used < _LITTLE_RAM_MIB:
        return warn(f"{text}: too little to load a model.", "End other programs, or ask for more memory.")
    return ok(text)


def _tiers(place: Place) -> Finding:
    """Say how this machine stands to each of the lesson's classes; sizes count as the nominal ones."""
    ram = ram_mib()[1] or 0
    gpus = place.gpu().gpus
    vram = max((ram if gpu.unified else gpu.memory_total_mib or 0 for gpu in gpus), default=0)
    said: list[str] = []
    met = False
    for name, vram_gb, ram_gb in reversed(TIERS):
        lacks: list[str] = []
        if not reaches(vram, vram_gb):
            lacks.append(f"VRAM {gib(vram)} GiB" if gpus else "no GPU")
        if not reaches(ram, ram_gb):
            lacks.append(f"RAM {gib(ram)} GiB")
        met = met or not lacks
        said.append(f"{name} ({vram_gb} GB VRAM, {ram_gb} GB RAM) {'not met: ' + ', '.join(lacks) if lacks else 'met'}")
    text = "; ".join(said)
    return (
        ok(text) if met else warn(f"{text}.", "The built-in practice model runs here; FLUX.1 needs a larger machine.")
    )


CHECKS = (
    Check("driver", "gpu", "driver", _driver),
    Check("gpu", "gpu", "GPU", _gpu),
    Check("memory", "gpu", "memory", _memory),
    Check("tiers", "gpu", "lesson's tiers", _tiers),
)
