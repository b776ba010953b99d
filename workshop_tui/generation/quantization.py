"""Which quantizations this machine has, and which placements they go with."""

import importlib.util

from workshop_tui.errors import UserError
from workshop_tui.generation.choices import QUANTIZATIONS

INSTALL = "pip install 'workshop-tui[quant]'"


def installed() -> frozenset[str]:
    """Return the quantizations whose package is installed, `none` included; imports none of them."""
    return frozenset(
        name
        for name, row in QUANTIZATIONS.items()
        if name != "auto" and (not row.package or importlib.util.find_spec(row.package) is not None)
    )


def check_quantization(quantization: str, placement: str, device: str) -> None:
    """Refuse a quantization that cannot be had, before anything is loaded.

    Args:
        quantization: A name of `QUANTIZATIONS`, or `gguf ...` of a file that holds quantized weights.
        placement: Where the weights shall lie; `auto` asks for none.
        device: `cuda`, `mps` or `cpu`.

    Raises:
        UserError: Its package is not installed, the device cannot do it, or it does not go with the placement.
    """
    row = QUANTIZATIONS.get(quantization)
    if row and row.package and importlib.util.find_spec(row.package) is None:
        raise UserError(f"quantization: {quantization} needs {row.package}, which is not installed.", INSTALL)
    if device == "mps" and quantization not in ("none", "auto") and not quantization.startswith("gguf"):
        raise UserError(
            f"quantization: {quantization} is not there on Apple GPUs.", "Choose none, or a GGUF file as the model."
        )
    clash = conflict(placement, quantization)
    if clash:
        raise UserError(f"quantization: {clash}", "Choose model-offload, or quantization none.")


def conflict(placement: str, quantization: str) -> str:
    """Say why a placement and a quantization do not go together; empty where they do."""
    if placement == "sequential-offload" and quantization.startswith(("bnb", "gguf")):
        # accelerate rebuilds each weight from its values alone (`set_module_tensor_to_device`); torchao's it knows.
        return f"{quantization} does not go with sequential-offload, which loses its scales."
    if placement == "group-offload" and quantization.startswith("bnb"):
        # diffusers moves `parameter.data` alone; bitsandbytes' scales (`quant_state`, `SCB`) would stay behind.
        return f"{quantization} does not go with group-offload, which leaves bitsandbytes' scales behind."
    return ""
