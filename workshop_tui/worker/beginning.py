"""What a refined picture begins with: an earlier picture, enlarged and encoded."""

import io
from dataclasses import dataclass
from typing import Any

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
