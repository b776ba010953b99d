"""Sample sheets: what a stage has learned, to look at."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.pipelines.flux.pipeline_flux import FluxPipeline
from PIL import Image

from workshop_tui.models.painting.paint import paint
from workshop_tui.models.painting.scene import draw_scene
from workshop_tui.models.tokenizers import T5_LENGTH
from workshop_tui.models.train.autoencoder import decoded, encoded, to_tensor
from workshop_tui.models.train.pictures import Pixels

PROMPTS = (
    "Portrait of a renaissance nobleman, oil painting style",
    "portrait of an astronaut, photograph",
    "portrait of a knight, woodcut style",
    "a watercolor portrait of an old woman",
    "portrait of a robot, pixel art style",
    "portrait of a pirate, pencil sketch",
    "mountain landscape with a lake, oil painting style",
    "still life with apples and a vase, watercolor",
)


def reconstructions(model: AutoencoderKL, path: Path, seeds: range, size: int = 512) -> float:
    """Write held-out pictures above what the autoencoder makes of them; return the mean PSNR in dB."""
    pictures = np.stack([paint(draw_scene(seed, held_out=True), size, size) for seed in seeds])
    with torch.no_grad():
        latents = encoded(model, to_tensor(pictures)).mean
        made = decoded(model, latents)
    made = made.clamp(-1, 1).add(1).mul(127.5).round().byte().permute(0, 2, 3, 1).numpy()
    save_grid([list(pictures), list(made)], path)
    errors = (made.astype(float) - pictures).reshape(len(pictures), -1)
    return float(np.mean(10 * np.log10(255**2 / np.square(errors).mean(axis=1))))


def samples(pipe: FluxPipeline, path: Path, guidances: list[float], size: int = 512, steps: int = 28) -> None:
    """Write a row for each prompt and a column for each guidance, from one noise."""
    rows: list[list[Pixels]] = []
    for prompt in PROMPTS:
        row: list[Pixels] = []
        for guidance in guidances:
            made: Any = pipe(
                prompt,
                width=size,
                height=size,
                num_inference_steps=steps,
                guidance_scale=guidance,
                max_sequence_length=T5_LENGTH,
                generator=torch.Generator().manual_seed(1),
                output_type="np",
            )
            row.append((made.images[0] * 255).round().astype(np.uint8))
        rows.append(row)
    save_grid(rows, path)


def save_grid(rows: list[list[Pixels]], path: Path) -> None:
    """Write pictures of one size as a PNG, row below row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate([np.concatenate(row, axis=1) for row in rows], axis=0)).save(path)
