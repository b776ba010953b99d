"""8-bit floating-point arithmetic in the transformer's blocks, by torchao: weights and, as they come, activations."""

import importlib.util
import warnings
from typing import Any

import torch
from torch import nn

from workshop_tui.generation.record import Placing

ABLE = (8, 9)
"""Compute capability from which NVIDIA's GPUs multiply 8-bit floats: Ada, Hopper and later."""
_BY_ROWS = (9, 0)
"""From which each row may have a scale of its own, which rounds less."""


def why_not(placing: Placing, device: torch.device) -> str:
    """Say why a loaded transformer cannot be brought to 8 bits; empty where it can."""
    if placing.quantization != "none":
        return f"it is {placing.quantization} already"
    if placing.placement != "gpu":
        return f"not with {placing.placement}"
    if importlib.util.find_spec("torchao") is None:
        return "torchao is not installed"
    if torch.cuda.get_device_capability(device) < ABLE:
        return "this GPU has none"
    return ""


def to_eight_bits(transformer: Any, device: torch.device) -> None:
    """Bring the large layers of all blocks to 8 bits, in place: there is no way back but loading.

    Modulation, embeddings and the last layer stay as they are: they are small, and every pixel hangs on them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its extensions for other GPUs
        from torchao.quantization import Float8DynamicActivationFloat8WeightConfig, PerRow, PerTensor, quantize_
    rows = torch.cuda.get_device_capability(device) >= _BY_ROWS and transformer.dtype == torch.bfloat16
    config = Float8DynamicActivationFloat8WeightConfig(granularity=PerRow() if rows else PerTensor())
    quantize_(transformer, config, filter_fn=is_large)


def is_large(layer: nn.Module, name: str) -> bool:
    """Tell whether a layer of the transformer is one that is brought to 8 bits."""
    if not isinstance(layer, nn.Linear) or ".norm" in name or "transformer_blocks." not in name:
        return False
    return layer.in_features % 16 == 0 and layer.out_features % 16 == 0
