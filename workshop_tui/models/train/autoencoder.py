"""First stage: the autoencoder, on crops and whole pictures of every size.

The loss is L1 and squared error on the picture, and L1 on its Laplacian pyramid, which holds edges and lines;
latents are kept small, and the decoder sees them with noise. The posterior has no spread of its own: sampling from it
only made learning slower.
"""

import re
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from torch.nn import functional

from workshop_tui.models.train.muon import optimizers_of
from workshop_tui.models.train.pictures import Pixels
from workshop_tui.models.train.state import Sitting, Training

CROP = 192
BATCH = 4
WHOLE = 0.3
"""Share of steps on whole pictures: group norms see other statistics there than in crops."""
CHROMA_WEIGHT = 2.0
"""Colour beside its grey is a small part of plain L1, which is content with sepia for a long time."""
SQUARED_WEIGHT = 3.0
"""After 150 s of one core 21.9 dB, without it 20.8 dB."""
SMALL_WEIGHT = 1e-4
LATENT_NOISE = 0.05
"""Noise, as a share of the latents' spread, that the decoder learns to see through: sampled latents are not exact."""
RATE, ADAM_RATE = 0.004, 3e-3


def train(
    model: AutoencoderKL, shelves: list[Pixels], path: Path, seed: int, sitting: Sitting, decoder_only: bool
) -> None:
    """Train for some minutes, from where the state's file left off.

    Args:
        model: Replaced by the averaged weights at the end.
        shelves: Pictures by size, each N x height x width x 3 bytes.
        path: The state's file.
        seed: Of the order of pictures.
        sitting: How long.
        decoder_only: Leave the encoder as it is, because latents have been made with it.
    """
    model.train().to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    training = Training(path, {"vae": model}, optimizers_of([model], RATE, ADAM_RATE))
    model.encoder.requires_grad_(not decoder_only)
    if decoder_only:  # latents have been made with the averaged encoder, which stays the average of itself
        averages = training.average["vae"].items()
        model.load_state_dict({key: value for key, value in averages if key.startswith("encoder.")}, strict=False)
    for step in training.steps(sitting):
        drawn = np.random.default_rng((seed, step))
        pixels = draw_batch(shelves, drawn)
        generator = torch.Generator().manual_seed(int(drawn.integers(2**62)))
        with torch.autocast("cpu", torch.bfloat16):
            latents = encoded(model, pixels).mean.float()
            spread = latents.detach().std() * LATENT_NOISE
            painted = decoded(model, latents + spread * torch.randn(latents.shape, generator=generator)).float()
        error = functional.l1_loss(painted, pixels)
        colour = functional.l1_loss(_chroma(painted), _chroma(pixels))
        squared = functional.mse_loss(painted, pixels)
        loss = error + _pyramid_loss(painted, pixels) + CHROMA_WEIGHT * colour + SQUARED_WEIGHT * squared
        training.update(loss + SMALL_WEIGHT * latents.square().mean(), error)
    training.use_average()
    model.eval()


def begin_with(model: AutoencoderKL, other: AutoencoderKL) -> int:
    """Take over another autoencoder's layers near the pixels, as far as their shapes agree; return how many weights.

    Args:
        model: Changed in place.
        other: With fewer or more blocks, say.
    """
    more = len(model.decoder.up_blocks) - len(other.decoder.up_blocks)

    def name_here(name: str) -> str:
        """The decoder's blocks are counted from the latents on."""
        return re.sub(r"(?<=decoder\.up_blocks\.)\d+", lambda found: str(int(found[0]) + more), name)

    theirs = {name_here(name): value for name, value in other.state_dict().items() if ".mid_block." not in name}
    own = model.state_dict()
    taken = {name: value for name, value in theirs.items() if name in own and own[name].shape == value.shape}
    model.load_state_dict(taken, strict=False)
    return sum(value.numel() for value in taken.values())


def encoded(model: AutoencoderKL, pixels: torch.Tensor) -> DiagonalGaussianDistribution:
    """Return where the latents of pictures lie: N x channels x height / 32 x width / 32."""
    return cast(Any, model).encode(pixels).latent_dist


def decoded(model: AutoencoderKL, latents: torch.Tensor) -> torch.Tensor:
    """Return the pictures of latents: N x 3 x height x width, from -1 to 1."""
    return cast(Any, model).decode(latents).sample


def draw_batch(shelves: list[Pixels], drawn: np.random.Generator) -> torch.Tensor:
    """Return a batch x 3 x height x width, from -1 to 1: crops of several pictures, or a few whole ones."""
    shelf = shelves[int(drawn.integers(len(shelves)))]
    count, height, width, _ = shelf.shape
    if drawn.random() < WHOLE:
        several = BATCH * CROP * CROP // (height * width)
        if several:
            return to_tensor(np.stack([shelf[int(drawn.integers(count))] for _ in range(several)]))
    crops: list[Pixels] = []
    for _ in range(BATCH):
        top = 32 * int(drawn.integers((height - CROP) // 32 + 1))
        left = 32 * int(drawn.integers((width - CROP) // 32 + 1))
        crops.append(shelf[int(drawn.integers(count)), top : top + CROP, left : left + CROP])
    return to_tensor(np.stack(crops))


def to_tensor(pixels: Pixels) -> torch.Tensor:
    """Return pictures as the autoencoder reads them: N x 3 x height x width, from -1 to 1, channels last in memory."""
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2).float().div(127.5).sub(1)


def _chroma(pixels: torch.Tensor) -> torch.Tensor:
    """Return what distinguishes colours from the grey of the same brightness."""
    return pixels - pixels.mean(dim=1, keepdim=True)


def _pyramid_loss(painted: torch.Tensor, wanted: torch.Tensor, levels: int = 3) -> torch.Tensor:
    """Return the L1 between the details of two pictures, at several scales."""
    difference = painted - wanted
    total = difference.new_zeros(())
    for _ in range(levels):
        smaller = functional.avg_pool2d(difference, 2)
        detail = difference - functional.interpolate(smaller, scale_factor=2.0, mode="nearest")
        total = total + detail.abs().mean()
        difference = smaller
    return total
