"""The built-in model's components: FLUX.1's classes with few, narrow layers, and weights drawn from a seed.

Transformer and autoencoder are kept in bfloat16, as FLUX.1 is, which halves the files. The small text encoders are
kept in float32: transformers loads a model in the precision of its file, diffusers in float32, and a pipeline loaded
without naming a precision would mix the two.
"""

import math
import zlib
from typing import Any, TypeVar

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer, T5Config, T5EncoderModel, T5Tokenizer

from workshop_tui.models.tokenizers import CLIP_LENGTH

SEED = 20240801
"""FLUX.1's day of release; any number would do."""
TEXT_WIDTH = 64
"""Channels of both text encoders' output."""
LATENT_CHANNELS = 16
"""As FLUX.1 has."""
WIDTHS = (8, 16, 32, 64, 64)
"""The autoencoder's channels: five blocks halve the side four times, so that a latent covers 16 px."""

VELOCITY_GAIN = 3.0
"""How much larger than unit size the transformer's last layer is drawn."""

Module = TypeVar("Module", bound=nn.Module)


def scheduler() -> FlowMatchEulerDiscreteScheduler:
    """Return FLUX.1 [dev]'s scheduler: the larger the picture, the longer it stays at high noise."""
    return FlowMatchEulerDiscreteScheduler(
        shift=3.0,
        use_dynamic_shifting=True,
        base_shift=0.5,
        max_shift=1.15,
        base_image_seq_len=256,
        max_image_seq_len=4096,
    )


def clip(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """Return the encoder whose pooled output modulates every block of the transformer."""
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=TEXT_WIDTH,
        intermediate_size=4 * TEXT_WIDTH,
        projection_dim=TEXT_WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=CLIP_LENGTH,
        **_special(tokenizer, "bos", "eos", "pad"),
    )
    return _drawn(CLIPTextModel(config))


def t5(tokenizer: T5Tokenizer) -> T5EncoderModel:
    """Return the encoder whose output the transformer attends to, token by token; gated as T5 v1.1 is."""
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=TEXT_WIDTH,
        d_kv=16,
        d_ff=2 * TEXT_WIDTH,
        num_layers=2,
        num_heads=4,
        feed_forward_proj="gated-gelu",
        is_encoder_decoder=False,
        **_special(tokenizer, "pad", "eos"),
    )
    return _drawn(T5EncoderModel(config))


def transformer() -> FluxTransformer2DModel:
    """Return the denoiser: 2 double-stream and 4 single-stream blocks (FLUX.1 has 19 and 38), guidance embedded."""
    model = FluxTransformer2DModel(
        in_channels=4 * LATENT_CHANNELS,
        num_layers=2,
        num_single_layers=4,
        attention_head_dim=32,
        num_attention_heads=6,
        joint_attention_dim=TEXT_WIDTH,
        pooled_projection_dim=TEXT_WIDTH,
        guidance_embeds=True,
        axes_dims_rope=(4, 14, 14),
    )
    return _drawn(model, torch.bfloat16)


def autoencoder() -> AutoencoderKL:
    """Return the autoencoder: 16 px a side to one latent, which the transformer reads in patches of 2 by 2.

    `sample_size` sets the tiles of a tiled decode; the class's default of 32 px would make them two latents wide.
    """
    depth = len(WIDTHS)
    blocks: dict[str, Any] = {  # annotated by diffusers as tuples of one
        "down_block_types": ("DownEncoderBlock2D",) * depth,
        "up_block_types": ("UpDecoderBlock2D",) * depth,
        "block_out_channels": WIDTHS,
    }
    model = AutoencoderKL(
        **blocks,
        layers_per_block=1,
        latent_channels=LATENT_CHANNELS,
        norm_num_groups=WIDTHS[0],
        sample_size=512,
        scaling_factor=0.3611,
        shift_factor=0.1159,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )
    return _drawn(model, torch.bfloat16)


def _special(tokenizer: CLIPTokenizer | T5Tokenizer, *names: str) -> dict[str, Any]:
    """Return the ids of special tokens as an encoder's configuration names them."""
    return {f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in names}


def _drawn(model: Module, dtype: torch.dtype = torch.float32) -> Module:
    """Draw every weight from a generator seeded by `SEED` and its name, so that no library's order matters.

    Matrices and kernels are normal with variance 1 / fan-in, which keeps activations near unit size through all
    layers; norms stay the identity; biases are small. The transformer's last layer is larger: with velocities about
    as large as the noise, ten steps and fifty steps end in visibly different places.
    """
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            generator = torch.Generator().manual_seed(SEED ^ zlib.crc32(f"{type(model).__name__}.{name}".encode()))
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.dim() > 1:
                table = name.endswith(("token_embedding.weight", "position_embedding.weight", "shared.weight"))
                gain = VELOCITY_GAIN if name == "proj_out.weight" else 1.0
                parameter.copy_(noise if table else gain * noise / math.sqrt(parameter[0].numel()))
            elif name.endswith("bias"):
                parameter.copy_(0.02 * noise)
            else:
                parameter.fill_(1.0)
        for parameter in model.parameters():
            parameter.data = parameter.data.to(dtype)
    return model.eval()
