"""Tells which FLUX.1 a model is, from its configuration."""

from typing import Any

DEV_LAYERS = (19, 38)
"""Double-stream and single-stream blocks of FLUX.1 [dev] and [schnell] (diffusers, `FluxTransformer2DModel`)."""


def family(transformer: Any, built_in: bool) -> str:
    """Return what screens call a transformer with this configuration.

    Args:
        transformer: The transformer's `config`.
        built_in: Whether it is the model that ships with the program.
    """
    if built_in:
        return "small-flux"
    layers = (transformer.num_layers, transformer.num_single_layers)
    if layers == DEV_LAYERS:
        return "FLUX.1 [dev]" if transformer.guidance_embeds else "FLUX.1 [schnell]"
    return f"FLUX ({layers[0]}+{layers[1]} blocks)"
