"""The painted pictures as the flow learns them: latents, made once with the trained encoder."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

from workshop_tui.models.painting.captions import caption
from workshop_tui.models.painting.scene import Scene, draw_scene
from workshop_tui.models.train.autoencoder import encoded, to_tensor
from workshop_tui.models.train.pictures import OnDone, Shelf, painted_in_order
from workshop_tui.models.train.state import save_whole


@dataclass(frozen=True)
class Latents:
    """One size's pictures as latents in half precision, shifted and scaled: N x channels x height / 32 x width / 32."""

    shelf: Shelf
    values: torch.Tensor
    share: float
    """How often a batch is drawn from here."""

    @cached_property
    def scenes(self) -> list[Scene]:
        return [draw_scene(seed) for seed in self.shelf.seeds]

    def caption(self, index: int, variant: int) -> str:
        return caption(self.scenes[index], variant)


def open_latents(
    folder: Path, shelf: Shelf, share: float, model: AutoencoderKL, processes: int, on_done: OnDone
) -> Latents:
    """Return a shelf's latents; paint and encode its pictures first where that has not been done."""
    path = folder / f"{shelf.name}-{shelf.first}-{shelf.count}.pt"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pieces: list[torch.Tensor] = []
        config = cast(Any, model.config)
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            for pixels in painted_in_order(shelf, processes):
                several = max(1, 2**21 // pixels[0].size)
                for start in range(0, len(pixels), several):
                    mean = encoded(model, to_tensor(pixels[start : start + several])).mean
                    pieces.append(((mean.float() - config.shift_factor) * config.scaling_factor).half())
                on_done(sum(map(len, pieces)), shelf.count)
        save_whole(torch.cat(pieces).contiguous(), path)
    return Latents(shelf, torch.load(path, weights_only=True), share)
