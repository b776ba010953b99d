"""Lays a pipeline's parts where a placement says; diffusers and accelerate move them."""

from typing import Any

import torch

from workshop_tui.errors import UserError
from workshop_tui.generation.planner import Placement

OFFLOADS = ("model-offload", "group-offload", "sequential-offload")


def check_placement(placement: str, device: torch.device) -> None:
    """Refuse a placement that the device cannot do.

    Args:
        placement: A name of `PLACEMENTS`.
        device: Where the model computes.

    Raises:
        UserError: Says what works instead.
    """
    if placement in ("auto", "cpu") or device.type == "cuda":
        return
    if device.type == "cpu":
        raise UserError(f"placement: {placement} needs a GPU, and there is none.", "Choose cpu, or auto.")
    if placement in OFFLOADS:
        raise UserError(
            f"placement: {placement} gains nothing on an Apple GPU, whose memory is the main memory.",
            "Choose gpu, or auto.",
        )


def place(pipe: Any, placement: Placement, device: torch.device, quantization: str) -> None:
    """Lay a pipeline's parts where they belong; they come in main memory, for `gpu` on the device already.

    Args:
        pipe: A `FluxPipeline`.
        placement: Where they shall lie.
        device: Where they compute.
        quantization: As the record names it.
    """
    if placement == "model-offload":
        pipe.enable_model_cpu_offload(device=device)
    elif placement == "sequential-offload":
        pipe.enable_sequential_cpu_offload(device=device)
    elif placement == "group-offload":
        pipe.enable_group_offload(
            onload_device=device,
            offload_type="leaf_level",
            # With a stream the next layer is fetched meanwhile. torchao's weights have failed so
            # (huggingface/diffusers#13281, #14433), and GGUF's are parameters of a class of their own, too.
            use_stream=device.type == "cuda" and quantization == "none",
        )


def loads_on(placement: str, device: torch.device) -> torch.device:
    """Return where a part lies from its loading until `place`."""
    return device if placement == "gpu" else torch.device("cpu")
