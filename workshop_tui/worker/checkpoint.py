"""Loads a transformer from a single file, in either layout or as GGUF, and the scheduler that belongs to it.

Nothing asks the hub: configurations come with the program, and sizes from the file's own tensors.
"""

import logging
from pathlib import Path
from typing import Any

import torch
from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler
from safetensors.torch import load_file

from workshop_tui.errors import UserError
from workshop_tui.generation.bases import Base, config_folder, shipped_config
from workshop_tui.generation.checkpoint import Checkpoint
from workshop_tui.worker.failures import first_sentence, is_out_of_memory

_log = logging.getLogger(__name__)


def load_transformer(file: Checkpoint, base: Base, dtype: torch.dtype, quantization: Any = None) -> Any:
    """Load a transformer into main memory.

    Args:
        file: The file, checked by its header.
        base: What lends the other parts.
        dtype: The precision of its weights; of a GGUF file, whose weights stay as they are, of its arithmetic.
        quantization: A configuration of diffusers by which the weights are quantized while they are loaded; None
            for none. Not for a GGUF file.

    Returns:
        A `FluxTransformer2DModel`.

    Raises:
        UserError: It cannot be read, or is not what its header says.
    """
    try:
        every = _gguf_tensors(file.path, dtype) if file.quantization else _plain_tensors(file.path, dtype)
        tensors = {
            name.removeprefix(file.prefix): every.pop(name) for name in list(every) if name.startswith(file.prefix)
        }
        every.clear()
        if file.quantization:
            from diffusers.quantizers.quantization_config import GGUFQuantizationConfig

            quantization = GGUFQuantizationConfig(compute_dtype=dtype)
        model = FluxTransformer2DModel.from_single_file(
            tensors,  # type: ignore[arg-type]  a state dict is taken, too
            config=str(config_folder(file.sizes.guided) / "transformer"),
            local_files_only=True,
            torch_dtype=dtype,
            quantization_config=quantization,
            axes_dims_rope=base.axes(file.sizes),
            **file.sizes.config,
        )
    except Exception as error:
        # safetensors raises a class of its own, diffusers plain ones; only want of memory is not the file's fault.
        if is_out_of_memory(error):
            raise
        _log.exception("a file could not be loaded")
        reason = first_sentence(error)
    else:
        unset = [name for name, weight in model.named_parameters() if weight.is_meta]
        if not unset:
            return model
        reason = f"{len(unset)} tensor(s) stayed without a value: {unset[0]}"
    raise UserError(f"model: {file.path} cannot be loaded: {reason}", "Download or copy that file again.")


def shipped_scheduler(file: Checkpoint) -> Any:
    """Return the published scheduler of a file's family, for a base of the other one."""
    return FlowMatchEulerDiscreteScheduler.from_config(shipped_config(file.sizes.guided, "scheduler"))


def _plain_tensors(path: Path, dtype: torch.dtype) -> dict[str, Any]:
    """Read a safetensors file in a precision: converted one by one, so that what was read can leave the memory."""
    tensors = load_file(path)
    return {name: tensors.pop(name).to(dtype) for name in list(tensors)}


def _gguf_tensors(path: Path, dtype: torch.dtype) -> dict[str, Any]:
    """Read a GGUF file; biases and norms, which diffusers takes only as plain tensors, leave their quantized form."""
    from diffusers.models.model_loading_utils import load_gguf_checkpoint
    from diffusers.quantizers.gguf.utils import GGUFParameter, dequantize_gguf_tensor

    return {
        name: dequantize_gguf_tensor(tensor).to(dtype)
        if isinstance(tensor, GGUFParameter) and tensor.dim() == 1
        else tensor
        for name, tensor in load_gguf_checkpoint(str(path)).items()
    }
