"""Small pictures of how a run comes along: the denoised estimate through a linear map from latents to colours.

The map is fitted to what this very autoencoder decoded before, so that it suits any FLUX and needs no weights of its
own; there is one after the first picture.
"""

import io
import time
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image
from torch.nn.functional import adaptive_avg_pool2d

LONGEST_SIDE = 96
"""px"""
EVERY_SECONDS = 0.5
LARGEST_SHARE = 0.03
"""Of the time of denoising that previews may take."""
ENOUGH = 8
"""Pictures that a map is fitted to."""
_RIDGE = 1e-3
"""Share of the mean variance that is added to each channel's: a flat picture must not blow a colour up."""


class ColourMap:
    """Latent channels to RGB by least squares; pictures are added one by one, nothing of them is kept."""

    def __init__(self) -> None:
        self._sums: tuple[torch.Tensor, torch.Tensor] | None = None
        """Of the normal equations: channels x channels, channels x 3."""
        self._weights: Any = None
        self._pictures = 0

    @property
    def ready(self) -> bool:
        """Whether a picture was learnt from."""
        return self._sums is not None

    def learn(self, latents: torch.Tensor, pixels: torch.Tensor) -> None:
        """Take in a picture; after the first few, more would change nothing.

        Args:
            latents: Pictures x channels x rows x columns, as the autoencoder decodes them but for scale and shift.
            pixels: Pictures x 3 x rows x columns, from -1 to 1.
        """
        rows, columns = latents.shape[-2:]
        if self._pictures >= ENOUGH:
            return
        self._pictures += 1
        seen = adaptive_avg_pool2d(pixels.detach().float().clamp(-1, 1), (rows, columns))
        x, y = _rows(latents), seen.movedim(1, -1).reshape(-1, 3).double().cpu()
        squares, products = self._sums or (torch.zeros(()), torch.zeros(()))
        self._sums = squares + x.T @ x, products + x.T @ y
        self._weights = None

    def draw(self, latents: torch.Tensor) -> bytes:
        """Return a PNG of one picture's latents (1 x channels x rows x columns), at most `LONGEST_SIDE` px a side."""
        rows, columns = latents.shape[-2:]
        shrink = -(-max(rows, columns) // LONGEST_SIDE)
        small = adaptive_avg_pool2d(latents.detach().float(), (max(1, rows // shrink), max(1, columns // shrink)))
        colours = _rows(small) @ self._fitted()
        values = ((colours / 2 + 0.5).clamp(0, 1) * 255).round().to(torch.uint8)
        picture = Image.fromarray(values.reshape(*small.shape[-2:], 3).numpy(), "RGB")
        file = io.BytesIO()
        picture.save(file, "PNG", compress_level=1)
        return file.getvalue()

    def _fitted(self) -> torch.Tensor:
        weights = self._weights
        if weights is None:
            assert self._sums is not None
            squares, products = self._sums
            ridge = torch.eye(len(squares), dtype=torch.double) * squares.diagonal().mean() * _RIDGE
            ridge[-1, -1] = 0.0
            weights = self._weights = torch.linalg.solve(squares + ridge, products)
        return weights


def _rows(latents: torch.Tensor) -> torch.Tensor:
    """Return one row for each place, its channels and a 1."""
    flat = latents.detach().movedim(1, -1).reshape(-1, latents.shape[1]).double().cpu()
    return torch.cat([flat, torch.ones(len(flat), 1, dtype=torch.double)], 1)


@dataclass
class Previewer:
    """Draws previews of one run, now and then, within their share of its time.

    Args:
        pipe: The pipeline that denoises.
        colours: Learnt from earlier pictures.
        size: Width and height of the picture, px.
    """

    pipe: Any
    colours: ColourMap
    size: tuple[int, int]

    def __post_init__(self) -> None:
        self.spent = 0.0
        """Seconds that previews have taken."""
        self._began = self._latest = time.perf_counter()
        self._before: tuple[torch.Tensor, float] | None = None

    def step(self, latents: torch.Tensor, done: int) -> bytes:
        """Take in what a step came to; return a preview of the first picture as PNG, or nothing.

        The denoised estimate lies where the straight line through the last two latents meets the noise level 0: the
        flow's `x0 = x - sigma * v`, with the slope that the sampler really took.

        Args:
            latents: Packed, pictures x tokens x channels.
            done: Steps that are made.
        """
        now = time.perf_counter()
        sigma = float(self.pipe.scheduler.sigmas[done])
        before, self._before = self._before, (latents[:1], sigma)
        is_due = now - self._latest >= EVERY_SECONDS and self.spent <= LARGEST_SHARE * (now - self._began) / 2
        if before is None or not is_due or not sigma or not self.colours.ready:
            return b""
        earlier, earlier_sigma = before
        slope = (latents[:1].float() - earlier.float()) / (sigma - earlier_sigma)
        estimate = latents[:1].float() - sigma * slope
        width, height = self.size
        drawn = self.colours.draw(self.pipe._unpack_latents(estimate, height, width, self.pipe.vae_scale_factor))
        self._latest = time.perf_counter()
        self.spent += self._latest - now
        return drawn
