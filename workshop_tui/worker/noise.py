"""The noise that pictures begin with: a seed's own, or a place on the way from one seed's to another's."""

from collections.abc import Sequence
from typing import Any

import torch
from diffusers.utils.torch_utils import randn_tensor

from workshop_tui.generation.settings import Settings


def generators(batch: Sequence[Settings]) -> list[torch.Generator]:
    """Return a generator a picture, on the CPU: a seed gives the same noise on every device, alone and in a batch."""
    return [torch.Generator("cpu").manual_seed(settings.seed) for settings in batch]


def walked(pipe: Any, batch: Sequence[Settings], dtype: torch.dtype) -> torch.Tensor | None:
    """Return the packed noise of pictures of which at least one is on a walk, pictures x tokens x channels.

    Args:
        pipe: A `FluxPipeline`.
        batch: Settings of one size.
        dtype: The precision that the pipeline would draw its noise in.

    Returns:
        None where none is on a walk: then the pipeline draws for itself.
    """
    if all(settings.walk_to is None for settings in batch):
        return None
    channels = pipe.transformer.config.in_channels // 4
    rows, columns = (2 * (side // (pipe.vae_scale_factor * 2)) for side in (batch[0].height, batch[0].width))

    def noise(seed: int) -> torch.Tensor:
        generator = torch.Generator("cpu").manual_seed(seed)
        return randn_tensor((1, channels, rows, columns), generator=generator, device=torch.device("cpu"), dtype=dtype)

    latents = torch.cat(
        [
            noise(s.seed) if s.walk_to is None else slerp(noise(s.seed), noise(s.walk_to), s.walk).to(dtype)
            for s in batch
        ]
    )
    return pipe._pack_latents(latents, len(batch), channels, rows, columns)


def slerp(first: torch.Tensor, last: torch.Tensor, way: float) -> torch.Tensor:
    """Return the noise at a part of the way between two, along the great circle (Shoemake, 1985).

    Noise of so many values has nearly the same length whatever the seed. A straight line would pass nearer to the
    middle, through noise that is too weak and that the model was never shown.

    Args:
        first: Noise of any shape, at `way` 0.
        last: Of the same shape, at `way` 1.
        way: 0 to 1.
    """
    if way in (0, 1):  # the ends to the bit
        return last if way else first
    a, b = first.double(), last.double()
    cosine = (a * b).sum() / (a.norm() * b.norm())
    angle = torch.acos(cosine.clamp(-1, 1))
    if float(angle.sin()) < 1e-6:  # the same seed twice
        return first
    return ((torch.sin((1 - way) * angle) * a + torch.sin(way * angle) * b) / torch.sin(angle)).float()
