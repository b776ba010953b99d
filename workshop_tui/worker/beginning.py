"""What a refined picture begins with: an earlier picture, enlarged and encoded."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError

from workshop_tui.errors import UserError
from workshop_tui.generation.record import Rework
from workshop_tui.worker.pipeline import LoadedModel


@dataclass(frozen=True)
class Beginning:
    """A picture that is refined."""

    png: bytes
    rework: Rework


def encode_picture(model: LoadedModel, png: bytes, size: tuple[int, int], generator: torch.Generator) -> torch.Tensor:
    """Return a picture's latents, 1 x channels x rows x columns, as `FluxImg2ImgPipeline` encodes it.

    Args:
        model: Whose autoencoder.
        png: The picture.
        size: Width and height that it is enlarged to first (Lanczos), px.
        generator: The autoencoder's noise is drawn from it.

    Raises:
        UserError: It is gone, or no PNG that can be read.
    """
    picture = enlarge(png, size)
    pipe: Any = model.refiner
    with torch.no_grad():
        pixels = pipe.image_processor.preprocess(picture, height=size[1], width=size[0])
        return pipe._encode_vae_image(pixels.to(model.device, pipe.vae.dtype), generator)


def refining_config(config: Mapping[str, Any], tokens: int) -> Mapping[str, Any]:
    """Return the scheduler's configuration for refining a picture of so many transformer tokens.

    diffusers draws the line from picture size to noise on beyond the largest size that FLUX.1 was trained at (4096
    tokens, 1024x1024 px): strength 0.35 would begin with 93 % noise at 2048x2048, against 64 % at 1024x1024, and keep
    next to nothing of the picture. Larger pictures get the schedule of that size, as they do in ComfyUI, where the
    usual strengths come from (`ModelSamplingFlux`: shift 1.15 whatever the size).

    Args:
        config: Of the model's own scheduler.
        tokens: Of the picture that is made.
    """
    if tokens <= config.get("max_image_seq_len", 4096):
        return config
    return {**config, "base_shift": config.get("max_shift", 1.15)}


def refining_schedule(rework: Rework, num_inference_steps: int) -> dict[str, Any]:
    """Return the pipeline's arguments for the last steps of a run, as many as the strength says.

    They are the end of the noise levels of the whole run, handed over as a schedule of their own: a strength would have
    the pipeline cut the scheduler's list of timesteps, which in DPM++, UniPC and Heun is not all there is to cut.
    `FluxImg2ImgPipeline` makes the same of a strength with the model's own scheduler.

    Args:
        rework: Of the refined picture.
        num_inference_steps: Of the whole run.
    """
    steps = rework.steps(num_inference_steps)
    sigmas = np.linspace(1.0, 1 / num_inference_steps, num_inference_steps)[num_inference_steps - steps :]
    return {"num_inference_steps": steps, "sigmas": sigmas, "strength": 1.0}


def enlarge(png: bytes, size: tuple[int, int]) -> Image.Image:
    """Return a PNG's picture in another size.

    Raises:
        UserError: It is gone, or no PNG that can be read.
    """
    if not png:
        raise UserError("The picture to refine is gone.", "Ask for it again.")
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise UserError(
            f"The picture to refine cannot be read as a PNG: {error}.", "Make it again with the same settings."
        ) from None
