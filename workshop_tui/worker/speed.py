"""Makes a loaded model denoise faster, and takes that back: compiled blocks, another attention, first-block caching.

Weights are touched by 8-bit arithmetic alone, which `fast` has on GPUs that can; otherwise going back to `exact` needs
no loading, and gives plain diffusers' pixels again.
"""

import importlib.util
import logging
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import torch
from diffusers.models.attention_dispatch import AttentionBackendName, dispatch_attention_fn

from workshop_tui.errors import UserError
from workshop_tui.generation.record import Placing
from workshop_tui.generation.settings import Settings
from workshop_tui.worker.block_cache import first_hook, set_block_cache
from workshop_tui.worker.device import synchronize
from workshop_tui.worker.eight_bit import to_eight_bits, why_not
from workshop_tui.worker.failures import first_sentence, is_out_of_memory
from workshop_tui.worker.samplers import make_scheduler

ATTENTIONS = ("_native_cudnn", "_flash_3", "flash")
"""diffusers' attention backends that are tried against PyTorch's own; those that round to 8 bits are left out."""

_MOST_COMPILED = 1000
"""Variants of a block; diffusers' figure for blocks that are offloaded in groups, each of which is one."""

_log = logging.getLogger(__name__)


class Shape(NamedTuple):
    """What compiled blocks are made for."""

    size: str
    batch: int
    true_cfg: bool
    cached: bool
    """Whether by way of the block cache."""
    attention: str


@dataclass
class Tuning:
    """What was done to one transformer, kept so that it is done once."""

    blocks: dict[Any, Any] = field(default_factory=dict)
    """Each block that was compiled, and what runs it then."""
    warm: set["Shape"] = field(default_factory=set)
    """What was compiled for."""
    attention: str = "native"
    fastest_attention: str = ""
    """Empty while it was not measured."""
    eight_bit: bool = False
    """Whether its weights are no longer those that were loaded: only `fast` can be made with them."""


def check_speed(speed: str, placing: Placing) -> None:
    """Refuse a speed that cannot be had here.

    Args:
        speed: A name of `SPEEDS`.
        placing: Where the model lies.

    Raises:
        UserError: Says what is missing.
    """
    if speed == "exact":
        return
    if placing.device == "mps":
        raise UserError(f"speed: {speed} is not there on Apple GPUs.", "Choose exact.")
    if placing.placement == "sequential-offload":
        # accelerate moves each layer's weights within its forward, which cannot be compiled.
        raise UserError(
            f"speed: {speed} does not go with sequential-offload.", "Choose exact, or group-offload or model-offload."
        )
    if placing.device == "cuda" and importlib.util.find_spec("triton") is None:
        raise UserError(f"speed: {speed} needs Triton, which is not installed.", "Install PyTorch's CUDA build anew.")
    from torch._inductor.cpp_builder import get_cpp_compiler
    from torch._inductor.exc import InvalidCxxCompiler

    try:
        get_cpp_compiler()
    except InvalidCxxCompiler:
        raise UserError(
            f"speed: {speed} needs a C++ compiler, and there is none.",
            "Install g++, or choose exact.",
        ) from None


def tune(model: Any, settings: Settings, cache: Path) -> str:
    """Bring a loaded model to the speed and the block cache that settings ask for, and note the speed in its placing.

    Args:
        model: The `LoadedModel`.
        settings: Its weights serve them already.
        cache: The program's cache folder; what was compiled is kept there.

    Returns:
        What of it a record should say; empty where there is nothing.

    Raises:
        UserError: It cannot be had here.
    """
    check_speed(settings.speed, model.placing)
    transformer, tuning = model.pipe.transformer, model.tuning
    if set_block_cache(transformer, settings.block_cache):
        tuning.warm = {shape for shape in tuning.warm if not shape.cached}
    _compile(transformer, tuning, settings.speed != "exact", cache)
    speed, attention, note = settings.speed, "native", ""
    if speed == "fast" and model.device.type == "cuda":
        tuning.fastest_attention = tuning.fastest_attention or _fastest_attention(model, settings)
        attention = tuning.fastest_attention
        note = f"fast: compiled, attention {attention.strip('_')}, {_eight_bits(model)}."
    elif speed == "fast":
        speed, note = "compiled", "On a CPU, fast is compiled and no more."
    if attention != tuning.attention:
        # Not `reset_attention_backend`: it leaves the backend that is used by default as it was set.
        transformer.set_attention_backend(attention)
        tuning.attention = attention
    model.placing = msgspec.structs.replace(model.placing, speed=speed)
    return note


def warm_up(model: Any, settings: Settings, call: dict[str, Any]) -> float:
    """Compile for the shapes of a call, where they are new; a step's time shall not hold it.

    Args:
        model: The `LoadedModel`, tuned.
        settings: What the call makes.
        call: Arguments of the pipeline; all but shapes is immaterial.

    Returns:
        Seconds that it took; 0 where there was nothing to do.

    Raises:
        UserError: The compiler failed.
    """
    key = _shape(model, settings, call)
    if not needs_warm_up(model, settings, call):
        return 0.0
    began = time.perf_counter()
    given = ("prompt_embeds", "pooled_prompt_embeds", "negative_prompt_embeds", "negative_pooled_prompt_embeds")
    given += ("true_cfg_scale", "guidance_scale", "width", "height")
    short = {name: call[name] for name in given if name in call}
    scheduler = model.pipe.scheduler
    model.pipe.scheduler = make_scheduler("euler", model.scheduler_config)
    head = first_hook(model.pipe.transformer)
    try:
        # With a block cache there are two ways through the blocks; both are taken.
        for threshold in (float("inf"), -1.0) if head else (0.0,):
            if head:
                head.threshold = threshold
            model.pipe(
                **short,
                num_inference_steps=2 if head else 1,
                generator=torch.Generator("cpu").manual_seed(0),
                max_sequence_length=model.shape.text_tokens,
                output_type="latent",
            )
        synchronize(model.device)
    except Exception as error:
        if is_out_of_memory(error) or not type(error).__module__.startswith(("torch._dynamo", "torch._inductor")):
            raise
        _log.exception("could not compile")
        reason = first_sentence(error)
    else:
        model.tuning.warm.add(key)
        return time.perf_counter() - began
    finally:
        model.pipe.scheduler = scheduler
        if head:
            head.threshold, head.skipped = settings.block_cache, 0
    raise UserError(f"speed: {settings.speed}: the compiler failed: {reason}", "Choose exact.")


def needs_warm_up(model: Any, settings: Settings, call: dict[str, Any]) -> bool:
    """Tell whether the first forward of a call would compile."""
    return model.placing.speed != "exact" and _shape(model, settings, call) not in model.tuning.warm


def _shape(model: Any, settings: Settings, call: dict[str, Any]) -> Shape:
    cached, batch = settings.block_cache > 0, len(call["prompt_embeds"])
    return Shape(settings.size, batch, settings.has_true_cfg, cached, model.tuning.attention)


def _eight_bits(model: Any) -> str:
    """Bring the transformer to 8 bits where that can be; say what it came to."""
    if not model.tuning.eight_bit:
        if reason := why_not(model.placing, model.device):
            return f"no 8-bit arithmetic ({reason})"
        try:
            to_eight_bits(model.pipe.transformer, model.device)
        finally:
            model.tuning.eight_bit = True  # in part, where it failed
            model.tuning.warm.clear()
    return "8-bit arithmetic"


def _compile(transformer: Any, tuning: Tuning, on: bool, cache: Path) -> None:
    """Let the blocks run compiled, or not; what was compiled is kept either way."""
    if on and not tuning.blocks:
        import torch._dynamo.config as dynamo

        # By default in /tmp under a name that anyone may take: compiled code is loaded from there.
        os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(cache / "compiled"))
        dynamo.recompile_limit = max(dynamo.recompile_limit, _MOST_COMPILED)
        transformer.compile_repeated_blocks()
        tuning.blocks = {
            block: block._compiled_call_impl for block in transformer.modules() if block._compiled_call_impl is not None
        }
    for block, compiled in tuning.blocks.items():
        block._compiled_call_impl = compiled if on else None


def _fastest_attention(model: Any, settings: Settings) -> str:
    """Return the attention backend that is fastest on this GPU at about the size asked for, by trying them."""
    config = model.pipe.transformer.config
    tokens = settings.width * settings.height // model.info.size_unit**2 + model.shape.text_tokens
    shape = (1, tokens, config.num_attention_heads, config.attention_head_dim)
    q, k, v = (torch.randn(shape, device=model.device, dtype=model.pipe.transformer.dtype) for _ in range(3))
    taken = {"native": _seconds(q, k, v, "native")}
    for name in ATTENTIONS:
        try:
            taken[name] = _seconds(q, k, v, name)
        except Exception as error:  # not installed, not for this GPU, or not for this precision
            _log.info("attention %s cannot be used: %s", name, first_sentence(error))
    _log.info("seconds of ten attentions: %s", taken)
    return min(taken, key=taken.__getitem__)


def _seconds(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, name: str) -> float:
    """Return what ten attentions take, the first ones not counted."""
    backend = AttentionBackendName(name)
    with torch.no_grad():
        for _ in range(3):
            dispatch_attention_fn(q, k, v, backend=backend)
        synchronize(q.device)
        began = time.perf_counter()
        for _ in range(10):
            dispatch_attention_fn(q, k, v, backend=backend)
        synchronize(q.device)
    return time.perf_counter() - began
