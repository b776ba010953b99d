"""From latents to a picture: whole where memory suffices, else in tiles; and whether it is one at all."""

import time
from dataclasses import dataclass

import torch
from PIL import Image

from workshop_tui.generation.planner import TILE
from workshop_tui.generation.settings import Settings
from workshop_tui.worker.device import free_memory, synchronize
from workshop_tui.worker.failures import is_out_of_memory
from workshop_tui.worker.pipeline import LoadedModel
from workshop_tui.worker.progress import OnProgress, Progress
from workshop_tui.worker.stopwatch import Stopwatch

FLAT = 1 / 255
"""A picture whose pixels spread less than this (standard deviation, of 1) is a single colour."""


@dataclass(frozen=True)
class Decoded:
    """A picture, and what is to be said of it."""

    picture: Image.Image
    complaint: str
    """Why it is no success; empty where it is one."""
    note: str
    """What was done to get it, where that is not the usual."""


def decode(
    model: LoadedModel, settings: Settings, latents: torch.Tensor, watch: Stopwatch, on_progress: OnProgress
) -> Decoded:
    """Return a picture as `FluxPipeline` itself decodes it; where memory does not suffice for that, in tiles.

    Args:
        model: Whose autoencoder.
        settings: Size and whether to begin with tiles.
        latents: Packed, of one picture: 1 x tokens x channels.
        watch: Gets the seconds.
        on_progress: Told of the begin.
    """
    watch.phase = "decode"
    megapixels = settings.width * settings.height / 1e6
    estimate = model.decode_rate * megapixels if model.decode_rate is not None else None
    on_progress(Progress("decode", watch.planned, watch.planned, estimate))
    in_tiles, note = settings.tiled_decode or model.needs_tiles(settings), ""
    started = time.perf_counter()
    try:
        try:
            pixels = _decode(model, settings, latents, in_tiles=in_tiles)
        except Exception as error:
            if in_tiles or max(settings.width, settings.height) <= TILE or not is_out_of_memory(error):
                raise
            pixels = None
        if pixels is None:  # the exception is gone, and with it what its frames held
            free_memory()
            on_progress(Progress("decode", watch.planned, watch.planned, message="decode in tiles"))
            pixels = _decode(model, settings, latents, in_tiles=True)
            note = f"Decoded in tiles of {TILE} px: memory did not suffice for the whole."
        complaint = _complaint(pixels)
        shown = pixels.nan_to_num() if complaint else pixels
        picture = model.pipe.image_processor.postprocess(shown, output_type="pil")[0]
        synchronize(model.device)
    finally:
        took = time.perf_counter() - started
        watch.decode += took
    model.decode_rate = took / megapixels
    if not complaint:
        model.colours.learn(_unpacked(model, settings, latents), pixels)
    return Decoded(picture, complaint, note)


def _decode(model: LoadedModel, settings: Settings, latents: torch.Tensor, *, in_tiles: bool) -> torch.Tensor:
    vae = model.pipe.vae
    if in_tiles:
        # FLUX.1's own tiles are 1024 px: they would help with nothing but larger pictures.
        vae.tile_sample_min_size, vae.tile_latent_min_size = TILE, TILE // model.pipe.vae_scale_factor
        vae.enable_tiling()
    try:
        with torch.no_grad():
            unpacked = _unpacked(model, settings, latents)
            return vae.decode(unpacked / vae.config.scaling_factor + vae.config.shift_factor, return_dict=False)[0]
    finally:
        vae.disable_tiling()


def _unpacked(model: LoadedModel, settings: Settings, latents: torch.Tensor) -> torch.Tensor:
    """Return packed latents as the autoencoder takes them but for scale and shift."""
    return model.pipe._unpack_latents(latents, settings.height, settings.width, model.pipe.vae_scale_factor)


def _complaint(pixels: torch.Tensor) -> str:
    """Say what is wrong with decoded pixels (from -1 to 1): not numbers, or all the same."""
    values = pixels.float()
    if not bool(torch.isfinite(values).all()):
        return "The picture holds values that are no numbers (NaN): the precision overflowed."
    values = values.clamp(-1, 1)
    if float(values.std()) / 2 < FLAT:
        black = float(values.mean()) < -1 + 2 * FLAT
        return "The picture is black." if black else "The picture is one flat colour."
    return ""
