"""The built-in model's components before training: FLUX.1's classes with few, narrow layers."""

from typing import Any, cast

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer, T5Config, T5EncoderModel, T5Tokenizer

from workshop_tui.models.tokenizers import CLIP_LENGTH

TEXT_WIDTH = 64
"""Channels of both text encoders' output."""
LATENT_CHANNELS = 32
"""FLUX.1 has 16, for a quarter of the side that a latent covers here."""
WIDTHS = (8, 16, 32, 64, 96, 64)
"""The autoencoder's channels: six blocks halve the side five times, so that a latent covers 32 px."""


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
    return CLIPTextModel(config)


def t5(tokenizer: T5Tokenizer) -> T5EncoderModel:
    """Return the encoder whose output the transformer attends to, token by token; gated as T5 v1.1 is."""
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=TEXT_WIDTH,
        d_kv=16,
        d_ff=2 * TEXT_WIDTH,
        num_layers=2,
        num_heads=4,
        dropout_rate=0.0,
        feed_forward_proj="gated-gelu",
        is_encoder_decoder=False,
        **_special(tokenizer, "pad", "eos"),
    )
    return T5EncoderModel(config)


def transformer() -> FluxTransformer2DModel:
    """Return the denoiser: 2 double-stream and 4 single-stream blocks (FLUX.1 has 19 and 38), guidance embedded.

    Modulations and the last layer start at zero, so that each block starts as the identity (Peebles and Xie 2022,
    arXiv:2212.09748).
    """
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
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear) and (name == "proj_out" or ".norm" in f".{name}"):
            nn.init.zeros_(module.weight)
            nn.init.zeros_(module.bias)
    return model


def autoencoder(shift_factor: float = 0.0, scaling_factor: float = 1.0) -> AutoencoderKL:
    """Return the autoencoder: 32 px a side to one latent, which the transformer reads in patches of 2 by 2.

    A picture of 512 px is 64 tokens then, of 1024 px 256: with 16 px it took four times as long to learn as much of
    pictures of the sizes that a class makes.

    It has no attention, so that it treats a picture of any size as it treats the crops it was trained on. Before
    training it is close to linear: residual branches give nothing, and the layers between them halve or double the
    picture's side without mixing channels. So it learns colours first; from random layers it took thousands of steps
    to leave grey. Norms are over all channels, for norms over a few of them lose how colours differ. `sample_size`
    sets the tiles of a tiled decode; the class's default of 32 px would make them two latents wide. The posterior has
    a log variance of -12, so that a sample is the mean.

    Args:
        shift_factor: The latents' mean.
        scaling_factor: One over the latents' standard deviation.
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
        norm_num_groups=1,
        sample_size=512,
        scaling_factor=scaling_factor,
        shift_factor=shift_factor,
        use_quant_conv=False,
        use_post_quant_conv=False,
        mid_block_add_attention=False,
    )
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            if name.endswith("conv2"):
                nn.init.zeros_(module.weight)
            elif name.endswith("conv_shortcut"):
                _pass_on(module, module.weight[:, :, 0, 0])
            elif "upsamplers" in name:
                _pass_on(module, module.weight[:, :, 1, 1])
            elif "downsamplers" in name:
                _pass_on(module, module.weight[:, :, :2, :2])
    spread = cast("nn.Conv2d", model.encoder.conv_out)
    nn.init.zeros_(spread.weight[LATENT_CHANNELS:])
    nn.init.constant_(cast("torch.Tensor", spread.bias)[LATENT_CHANNELS:], -12.0)
    return model


def _pass_on(layer: nn.Conv2d, taps: torch.Tensor) -> None:
    """Let a layer begin as one that passes its channels on, with little else.

    Args:
        layer: More outputs than inputs carry orthogonal mixtures of them.
        taps: The part of its kernel, outputs x inputs (x height x width), over which a channel is averaged.
    """
    outputs, inputs = taps.shape[:2]
    passed = torch.eye(outputs, inputs)
    if outputs > inputs:
        nn.init.orthogonal_(passed[inputs:])
    with torch.no_grad():
        layer.weight.mul_(0.3)
        taps.add_(passed.view(outputs, inputs, *[1] * (taps.dim() - 2)) / taps[0, 0].numel())
        cast("torch.Tensor", layer.bias).zero_()


def _special(tokenizer: CLIPTokenizer | T5Tokenizer, *names: str) -> dict[str, Any]:
    """Return the ids of special tokens as an encoder's configuration names them."""
    return {f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in names}
