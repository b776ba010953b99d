"""A whole sweep at speed `exact` is plain diffusers', cell by cell and bit for bit."""

import io

import numpy as np
import pytest
import torch
from diffusers.pipelines.flux.pipeline_flux import FluxPipeline
from PIL import Image

from workshop_tui.generation.settings import Settings
from workshop_tui.generation.sweep import cells, cost_order, parse_axis
from workshop_tui.worker.engine import Engine
from workshop_tui.worker.request import RunRequest


@pytest.fixture(scope="module")
def plain(small_flux):
    """The pipeline as anyone loads it, with nothing of the worker's in it."""
    pipe = FluxPipeline.from_pretrained(small_flux, torch_dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def test_every_cell_of_a_sweep_has_the_plain_pipelines_pixels(model_cache, plain):
    base = Settings("a robot, watercolor", width=64, height=64, speed="exact")
    axes = [parse_axis(text) for text in ("steps=1,3", "guidance=1.5,4", "seed=7,8")]
    asked = cells(base, axes)
    engine = Engine(model_cache, "cpu")
    pictures: dict[Settings, bytes] = {}
    for place in cost_order(asked):  # as the worker goes through a sweep: each cell meets what the last one left
        request = RunRequest(f"{place:032x}", "a" * 32, asked[place])
        run, png = engine.run(request, lambda _: None, lambda: False)
        assert run.outcome == "ok", run.reason
        assert run.placing
        assert run.placing.speed == "exact"
        pictures[asked[place]] = png or b""
    assert len(set(pictures.values())) == 8
    for settings, png in pictures.items():
        [wanted] = plain(
            settings.prompt,
            width=64,
            height=64,
            num_inference_steps=settings.num_inference_steps,
            guidance_scale=settings.guidance_scale,
            generator=torch.Generator("cpu").manual_seed(settings.seed),
            max_sequence_length=64,
        ).images
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(png))), np.asarray(wanted)), settings
