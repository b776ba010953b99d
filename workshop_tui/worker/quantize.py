"""Quantizes transformer and T5 while they are loaded, by diffusers' and transformers' own configurations."""

import warnings
from typing import Any

import torch
import transformers
from diffusers.quantizers import quantization_config
from torch import nn

QUANTIZED = ("transformer", "text_encoder_2")
"""The parts that are quantized; CLIP and the autoencoder are small and matter for quality."""


def is_swapped(quantization: str, device: torch.device) -> bool:
    """Tell whether a transformer is quantized after it was loaded, by `swap_linears`.

    bitsandbytes computes on the CPU, but diffusers refuses it there ("No GPU found").
    """
    return quantization.startswith("bnb") and device.type == "cpu"


def quantized_as(component: str, quantization: str) -> str:
    """Return what loading makes of a component: `none`, or a name of `QUANTIZATIONS`.

    Args:
        component: Its name in the pipeline.
        quantization: A name of `QUANTIZATIONS` but `auto`, or `gguf ...`, which is no matter of loading.
    """
    return quantization if component in QUANTIZED and not quantization.startswith("gguf") else "none"


def load_options(component: str, quantization: str, device: torch.device, dtype: torch.dtype) -> dict[str, Any]:
    """Return what a component's `from_pretrained` takes to quantize it; nothing where it is not quantized so.

    Args:
        component: Its name in the pipeline.
        quantization: A name of `QUANTIZATIONS` but `auto`, or `gguf ...`, which is no matter of loading.
        device: Where it will compute. bitsandbytes quantizes there, torchao in main memory.
        dtype: The precision of arithmetic.
    """
    if quantized_as(component, quantization) == "none":
        return {}
    of_diffusers = component == "transformer"
    if of_diffusers and is_swapped(quantization, device):
        return {}
    if quantization.startswith("bnb"):
        config: Any = quantization_config if of_diffusers else transformers
        bits = (
            {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_compute_dtype": dtype}
            if quantization == "bnb-nf4"
            else {"load_in_8bit": True}
        )
        return {"quantization_config": config.BitsAndBytesConfig(**bits), "device_map": {"": device}}
    return {"quantization_config": _torchao(quantization, of_diffusers)}


def _torchao(quantization: str, of_diffusers: bool) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its extensions for GPUs that are not there
        from torchao.quantization import Float8WeightOnlyConfig, Int8WeightOnlyConfig
    kind = Int8WeightOnlyConfig() if quantization == "torchao-int8" else Float8WeightOnlyConfig()
    return (quantization_config if of_diffusers else transformers).TorchAoConfig(kind)


def swap_linears(model: nn.Module, quantization: str, dtype: torch.dtype) -> None:
    """Replace a loaded model's linear layers by bitsandbytes' ones, one after the other.

    Args:
        model: In main memory.
        quantization: `bnb-nf4` or `bnb-int8`.
        dtype: The precision of arithmetic.
    """
    import bitsandbytes.nn

    bnb: Any = bitsandbytes.nn
    names = [name for name, layer in model.named_modules() if type(layer) is nn.Linear]
    for name in names:
        layer: Any = model.get_submodule(name)
        sizes = (layer.in_features, layer.out_features, layer.bias is not None)
        if quantization == "bnb-nf4":
            new: Any = bnb.Linear4bit(*sizes, compute_dtype=dtype, quant_type="nf4", device="meta")
            new.weight = bnb.Params4bit(layer.weight.data, requires_grad=False, quant_type="nf4")
        else:
            new = bnb.Linear8bitLt(*sizes, has_fp16_weights=False, device="meta")
            new.weight = bnb.Int8Params(layer.weight.data, requires_grad=False, has_fp16_weights=False)
        new.bias = layer.bias
        model.set_submodule(name, new.to("cpu"))  # moving is what quantizes
