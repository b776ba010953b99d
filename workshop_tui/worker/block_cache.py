"""First-block caching: where the first block changes little from one step to the next, the others are not asked again.

diffusers has it (`FirstBlockCacheConfig`, after ParaAttention); here it is switched on and off without reloading, and
what it skipped is counted.
"""

from typing import Any

import torch
from diffusers.hooks.first_block_cache import FirstBlockCacheConfig

_HOOK = "fbc_leader_block_hook"


def set_block_cache(transformer: Any, threshold: float) -> bool:
    """Switch the cache on, to another threshold, or off (0), and forget what an earlier run left in it.

    Args:
        transformer: A `FluxTransformer2DModel`.
        threshold: Blocks are skipped where the first one's residual changed by less than this share of it.

    Returns:
        Whether the blocks are run by other code than before, so that compiled ones are compiled again.
    """
    if not threshold:
        if transformer.is_cache_enabled:
            transformer.disable_cache()
        return False
    is_new = not transformer.is_cache_enabled
    if is_new:
        transformer.enable_cache(FirstBlockCacheConfig(threshold))
        _count(first_hook(transformer))
    transformer._reset_stateful_cache()
    hook = first_hook(transformer)
    hook.threshold, hook.skipped = threshold, 0
    return is_new


def first_hook(transformer: Any) -> Any:
    """Return the hook of the first block: its `threshold` decides, `skipped` counts; None where the cache is off."""
    for module in transformer.modules():
        registry = getattr(module, "_diffusers_hook", None)
        if registry is not None and (hook := registry.get_hook(_HOOK)):
            return hook
    return None


def block_cache_note(transformer: Any, forwards: int) -> str:
    """Say what the cache came to in a run of so many forwards; empty where it is off."""
    hook = first_hook(transformer)
    return f"The block cache cut {hook.skipped} of {forwards} forwards short." if hook else ""


def _count(hook: Any) -> None:
    decide = hook._should_compute_remaining_blocks

    @torch.compiler.disable
    def decide_and_count(residual: torch.Tensor) -> bool:
        goes_on = decide(residual)
        hook.skipped += not goes_on
        return goes_on

    hook._should_compute_remaining_blocks = decide_and_count
