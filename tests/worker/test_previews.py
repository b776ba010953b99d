"""Previews: learnt from what the model decoded, small, alike the picture, and within their share of the time."""

import io
import time
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import adaptive_avg_pool2d

from workshop_tui.worker import previews
from workshop_tui.worker.pipeline import LoadedModel, load_model
from workshop_tui.worker.previews import LARGEST_SHARE, ColourMap, Previewer


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_model("small-flux", device="cpu", on_progress=lambda _message, _fraction: None)


def values(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)), float)


def make(model: LoadedModel, seed: int, steps: int = 6) -> tuple[torch.Tensor, torch.Tensor, list[bytes]]:
    """Return final latents, decoded pixels and the previews of a picture of the real pipeline."""
    shots, pipe = [], model.pipe
    previewer = Previewer(pipe, model.colours, (256, 192))

    def step(pipe, _i, _t, tensors):
        shots.append(previewer.step(tensors["latents"], pipe.scheduler.step_index))
        return {}

    packed = pipe(
        "a robot, watercolor",
        width=256,
        height=192,
        num_inference_steps=steps,
        generator=torch.Generator().manual_seed(seed),
        output_type="latent",
        callback_on_step_end=step,
        max_sequence_length=model.shape.text_tokens,
    ).images
    latents = pipe._unpack_latents(packed, 192, 256, pipe.vae_scale_factor)
    with torch.no_grad():
        pixels = pipe.vae.decode(latents / pipe.vae.config.scaling_factor, return_dict=False)[0]
    model.colours.learn(latents, pixels)
    return latents, pixels, [shot for shot in shots if shot]


def test_the_first_picture_has_none_the_next_ones_are_drawn(model, monkeypatch):
    monkeypatch.setattr(previews, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(previews, "LARGEST_SHARE", 10.0)
    assert make(model, 1)[2] == []
    latents, pixels, shots = make(model, 2)
    assert len(shots) == 4  # the first step has no slope yet, the last is the picture itself
    assert values(shots[-1]).shape == (6, 8, 3)
    # Nearer to the picture than its mean colour is.
    wanted = (adaptive_avg_pool2d(pixels.clamp(-1, 1), (6, 8))[0].movedim(0, -1).numpy() / 2 + 0.5) * 255
    drawn = values(model.colours.draw(latents))
    assert np.abs(drawn - wanted).mean() < np.abs(wanted - wanted.mean((0, 1))).mean()


def test_a_map_that_is_linear_is_found():
    torch.manual_seed(0)
    weights = torch.randn(3, 16) / 16
    colours = ColourMap()
    for _ in range(3):
        latents = torch.randn(1, 16, 24, 32)
        colours.learn(latents, torch.einsum("oc,bchw->bohw", weights, latents).repeat_interleave(8, 2))
    latents = torch.randn(1, 16, 24, 32)
    wanted = (torch.einsum("oc,bchw->bohw", weights, latents)[0].movedim(0, -1).clamp(-1, 1) / 2 + 0.5) * 255
    assert np.abs(values(colours.draw(latents)) - wanted.numpy()).max() < 4


def test_large_pictures_are_drawn_small():
    colours = ColourMap()
    latents = torch.randn(1, 16, 128, 256)
    colours.learn(latents, torch.randn(1, 3, 1024, 2048))
    assert values(colours.draw(latents)).shape[:2] == (42, 85)


def test_previews_keep_within_their_share(model):
    colours = ColourMap()
    colours.learn(torch.randn(1, 32, 8, 8), torch.randn(1, 3, 256, 256))
    scheduler = SimpleNamespace(sigmas=torch.linspace(1, 0, 201))
    pipe = SimpleNamespace(
        scheduler=scheduler, _unpack_latents=model.pipe._unpack_latents, vae_scale_factor=model.pipe.vae_scale_factor
    )
    previewer = Previewer(pipe, colours, (256, 256))
    began, drawn = time.perf_counter(), 0
    for done in range(1, 180):
        drawn += bool(previewer.step(torch.randn(1, 16, 128), done))
        time.sleep(0.01)
    took = time.perf_counter() - began
    assert 1 <= drawn <= took / previews.EVERY_SECONDS
    assert previewer.spent < LARGEST_SHARE * took


def test_a_picture_of_two_rows_has_a_row():
    colours = ColourMap()
    colours.learn(torch.randn(1, 16, 8, 8), torch.randn(1, 3, 64, 64))
    assert values(colours.draw(torch.randn(1, 16, 2, 512))).shape[:2] == (1, 85)
