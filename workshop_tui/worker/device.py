"""Which device a model runs on, what it is called, and how to wait for it and free its memory."""

import contextlib
import ctypes
import gc
import os
import platform
import subprocess
import sys
from pathlib import Path

import torch

from workshop_tui.cores import usable_cores
from workshop_tui.errors import UserError
from workshop_tui.generation.precision import NAMES


def pick_device(name: str | None = None) -> torch.device:
    """Return the device asked for, else the best one there is: `cuda`, then `mps`, then `cpu`.

    Raises:
        UserError: Unknown, or not there; says what is.
    """
    if not name:
        return torch.device("cuda" if torch.cuda.is_available() else "mps" if has_mps() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in ("cuda", "mps", "cpu"):
        raise UserError(f"device: '{name}' is unknown.", "Choose cuda, cuda:N, mps or cpu.")
    if device.type == "cuda":
        _check_cuda(name, device.index or 0)
    if device.type == "mps" and not has_mps():
        raise UserError("device: mps needs an Apple GPU, and there is none.", "Leave --device out, or choose cpu.")
    return torch.device("cpu") if device.type == "cpu" else device


def _check_cuda(name: str, index: int) -> None:
    if torch.version.cuda is None and getattr(torch.version, "hip", None) is None:
        raise UserError(
            f"device: {name} was asked for, but this PyTorch ({torch.__version__}) is built for the CPU only.",
            "Install PyTorch's CUDA build (pytorch.org/get-started), or choose cpu.",
        )
    if not torch.cuda.is_available():
        raise UserError(
            f"device: {name} was asked for, but PyTorch sees no GPU.",
            "Check nvidia-smi and CUDA_VISIBLE_DEVICES, or choose cpu.",
        )
    if index >= torch.cuda.device_count():
        raise UserError(f"device: there is no {name}; PyTorch sees {torch.cuda.device_count()} GPU(s), from cuda:0.")


def has_mps() -> bool:
    """Tell whether an Apple GPU can be used."""
    return torch.backends.mps.is_available()


def pick_precision(device: torch.device, asked: str = "auto") -> torch.dtype:
    """Return the precision asked for; `auto` is bfloat16, FLUX.1's own, on GPUs, and float32 on the CPU.

    float16 is never chosen: FLUX.1 has overflowed to NaN in it (huggingface/diffusers#9096).

    Raises:
        UserError: The device cannot compute in it.
    """
    if asked == "bf16" and device.type == "mps" and not _mps_has_bf16():
        raise UserError("precision: this macOS has no bf16 on the GPU.", "Choose auto, fp16 or fp32.")
    if asked != "auto":
        return getattr(torch, NAMES[asked])
    return torch.float32 if device.type == "cpu" or (device.type == "mps" and not _mps_has_bf16()) else torch.bfloat16


def _mps_has_bf16() -> bool:
    try:
        torch.zeros(1, dtype=torch.bfloat16, device="mps").add(1)
    except (TypeError, RuntimeError):  # macOS before 14
        return False
    return True


def has_native_bf16(device: torch.device) -> bool:
    """Tell whether a device computes bfloat16 itself; older NVIDIA GPUs emulate it."""
    return device.type != "cuda" or torch.cuda.get_device_capability(device) >= (8, 0)


def device_name(device: torch.device) -> str:
    """Return the GPU's name, for the CPU the processor's."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if sys.platform == "darwin":
        asked = subprocess.run(
            ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False
        )
        return asked.stdout.strip() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            if line.lower().startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.machine() or "CPU"


def gpu_uuid(device: torch.device) -> str:
    """Return the UUID of a CUDA device, as NVML names it but for what stands in front; empty for another device."""
    if device.type != "cuda":
        return ""
    with contextlib.suppress(AttributeError, RuntimeError, AssertionError):  # a build for other makers' GPUs
        return str(torch.cuda.get_device_properties(device).uuid)
    return ""


def synchronize(device: torch.device) -> None:
    """Wait until the device has done all that was asked of it, so that a clock read afterwards tells the truth."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def free_memory() -> None:
    """Give memory that nothing holds any more back to the device and the system."""
    gc.collect()
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    elif has_mps():
        torch.mps.empty_cache()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # musl has no malloc_trim
            ctypes.CDLL("libc.so.6").malloc_trim(0)


def allocated() -> int:
    """Return the bytes that the allocator holds on all GPUs, used or kept for the next picture."""
    if not (torch.cuda.is_available() and torch.cuda.is_initialized()):
        return 0
    return sum(torch.cuda.memory_reserved(index) for index in range(torch.cuda.device_count()))


def use_all_cores() -> int:
    """Let torch use every core that this process may use; returns their number. OMP_NUM_THREADS wins."""
    if os.environ.get("OMP_NUM_THREADS"):
        return torch.get_num_threads()
    cores = usable_cores()
    torch.set_num_threads(cores)
    return cores
