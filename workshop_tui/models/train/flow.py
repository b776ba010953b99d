"""Second stage: the transformer and both text encoders, together, as a rectified flow over the latents.

A rectified flow goes in a straight line from a latent to noise; the model learns the velocity noise - latent at each
point of it (Liu et al. 2022, arXiv:2209.03003; Esser et al. 2024, arXiv:2403.03206). Captions are dropped now and
then, so that the model also knows what it paints without one: guidance is the difference of the two.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel
from diffusers.pipelines.flux.pipeline_flux import FluxPipeline, calculate_shift
from torch import nn
from transformers import CLIPTextModel, CLIPTokenizer, T5EncoderModel, T5Tokenizer

from workshop_tui.models.tokenizers import CLIP_LENGTH
from workshop_tui.models.train.latents import Latents
from workshop_tui.models.train.muon import optimizers_of
from workshop_tui.models.train.state import Mean, Training

TOKENS = 6144
"""Tokens of pictures and text in a step's batch."""
TEXT_LENGTHS, TEXT_SHARES = (32, 64, 512), (0.55, 0.42, 0.03)
"""Lengths to which captions are padded: the padding is read too, and a plain pipeline pads to 512."""
DROPPED = 0.1
"""Share of captions that are left out."""
RATE, ADAM_RATE = 0.01, 1.5e-3


@dataclass(frozen=True)
class Denoiser:
    """What turns a caption and a noisy latent into a velocity."""

    transformer: FluxTransformer2DModel
    clip: CLIPTextModel
    t5: T5EncoderModel
    clip_tokenizer: CLIPTokenizer
    t5_tokenizer: T5Tokenizer

    @property
    def modules(self) -> dict[str, nn.Module]:
        return {"transformer": self.transformer, "clip": self.clip, "t5": self.t5}

    def read(self, captions: list[str], length: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the captions as the transformer gets them: N x length x channels from T5, N x channels from CLIP."""
        padding = {"padding": "max_length", "truncation": True, "return_tensors": "pt"}
        words = self.t5_tokenizer(captions, max_length=length, **padding).input_ids
        pieces = self.clip_tokenizer(captions, max_length=CLIP_LENGTH, **padding).input_ids
        ends = (pieces == self.clip_tokenizer.eos_token_id).int().argmax(dim=1)
        pieces = pieces[:, : int(ends.max()) + 1]  # CLIP looks only back: what follows the end changes nothing
        return self.t5(words)[0], self.clip(pieces).pooler_output

    def velocity(
        self,
        noisy: torch.Tensor,
        times: torch.Tensor,
        guidance: torch.Tensor,
        text: torch.Tensor,
        pooled: torch.Tensor,
    ) -> torch.Tensor:
        """Return the velocity at noisy latents (N x channels x height x width), packed: N x tokens x 4 channels.

        Args:
            noisy: The latents on their way.
            times: N, from 0 (picture) to 1 (noise).
            guidance: N.
            text: N x length x channels.
            pooled: N x channels.
        """
        _, _, height, width = noisy.shape
        positions = FluxPipeline._prepare_latent_image_ids(1, height // 2, width // 2, noisy.device, noisy.dtype)  # pyright: ignore[reportPrivateUsage]
        return self.transformer(
            hidden_states=packed(noisy),
            timestep=times,
            guidance=guidance,
            encoder_hidden_states=text,
            pooled_projections=pooled,
            img_ids=positions,
            txt_ids=torch.zeros(text.shape[1], 3),
            return_dict=False,
        )[0]


def packed(latents: torch.Tensor) -> torch.Tensor:
    """Return latents in patches of 2 by 2, as the transformer reads them: N x tokens x 4 channels."""
    return FluxPipeline._pack_latents(latents, *latents.shape)  # pyright: ignore[reportPrivateUsage]


@dataclass(frozen=True)
class Batch:
    """Noisy latents of one size, and what they were made of."""

    noisy: torch.Tensor
    times: torch.Tensor
    wanted: torch.Tensor
    """The velocity: noise - latent, packed."""
    captions: list[str]
    length: int
    """Tokens that the captions are padded to."""


def train(denoiser: Denoiser, shelves: list[Latents], path: Path, seed: int, minutes: float) -> None:
    """Train for some minutes, from where the state's file left off.

    Args:
        denoiser: Its modules are replaced by their averaged weights at the end.
        shelves: Latents by size.
        path: The state's file.
        seed: Of the order of pictures and of the noise.
        minutes: How long.
    """
    training = Training(path, denoiser.modules, optimizers_of(denoiser.modules.values(), RATE, ADAM_RATE))
    mean = Mean()
    for module in denoiser.modules.values():
        module.train()
    for step in training.steps(minutes):
        batch = draw_batch(shelves, np.random.default_rng((seed, step)))
        text, pooled = denoiser.read(batch.captions, batch.length)
        guidance = torch.ones(len(batch.captions))
        velocity = denoiser.velocity(batch.noisy, batch.times, guidance, text, pooled)
        loss = (velocity - batch.wanted).square().mean()
        training.update(loss)
        mean.add(float(loss.detach()))
        training.report = f"error {mean.value:.4f}"
    training.use_average()
    for module in denoiser.modules.values():
        module.eval()


def draw_batch(shelves: list[Latents], drawn: np.random.Generator) -> Batch:
    """Return a batch of one size, as many pictures as `TOKENS` allow."""
    shares = np.array([latents.share for latents in shelves])
    latents = shelves[int(drawn.choice(len(shelves), p=shares / shares.sum()))]
    length = int(drawn.choice(TEXT_LENGTHS, p=TEXT_SHARES))
    several = max(1, TOKENS // (latents.shelf.tokens + length))
    chosen = drawn.integers(latents.shelf.count, size=several)
    clean = latents.values[torch.from_numpy(chosen)].float()
    captions = [
        "" if drawn.random() < DROPPED else latents.caption(int(index), int(drawn.integers(2**31))) for index in chosen
    ]
    generator = torch.Generator().manual_seed(int(drawn.integers(2**62)))
    noise = torch.randn(clean.shape, generator=generator)
    times = draw_times(several, latents.shelf.tokens, generator)
    at = times.view(-1, 1, 1, 1)
    return Batch((1 - at) * clean + at * noise, times, packed(noise - clean), captions, length)


def draw_times(count: int, tokens: int, generator: torch.Generator) -> torch.Tensor:
    """Return times spread as the pipeline's steps are: a logit-normal, shifted towards noise for large pictures."""
    plain = torch.sigmoid(torch.randn(count, generator=generator))
    shift = float(np.exp(calculate_shift(tokens, 256, 4096, 0.5, 1.15)))
    return shift * plain / (1 + (shift - 1) * plain)
