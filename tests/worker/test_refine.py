"""Refining: the plain image-to-image pipeline's pixels on the same weights, measured; refused where it cannot be."""

import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from diffusers.pipelines.flux.pipeline_flux_img2img import FluxImg2ImgPipeline, calculate_shift
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler
from PIL import Image

from tests.worker.test_sample import difference
from workshop_tui.generation.record import Rework
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.worker.beginning import Beginning
from workshop_tui.worker.engine import Engine
from workshop_tui.worker.pictures import read_label
from workshop_tui.worker.pipeline import LoadedModel, load_model
from workshop_tui.worker.progress import Cancelled, Progress
from workshop_tui.worker.request import RunRequest
from workshop_tui.worker.sample import clean_up, sample
from workshop_tui.worker.stopwatch import Stopwatch

SOURCE = "ab" * 16


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_model("small-flux", device="cpu", on_progress=lambda _message, _fraction: None)


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def beginning(picture: Image.Image, strength: float = 0.5) -> Beginning:
    return Beginning(png(picture), Rework("refined", SOURCE, strength))


@pytest.fixture(scope="module")
def source(model) -> Image.Image:
    from workshop_tui.generation.settings import Settings

    wanted = Settings("a robot, watercolor", 3, seed=42, width=256, height=192)
    [made], _notes = sample(model, [wanted], Stopwatch(), lambda _progress: None, lambda: False)
    return made.picture


def refine(model, settings, source, strength=0.5, watch=None, told=None):
    told = [] if told is None else told
    begins = beginning(source, strength)
    [made], _notes = sample(model, [settings], watch or Stopwatch(), told.append, lambda: False, begins)
    return made.picture


def test_no_weight_is_held_twice(model):
    for name, component in model.pipe.components.items():
        assert model.refiner.components[name] is component, name
    assert model.refiner is model.refiner


def test_pixels_are_the_plain_image_to_image_pipelines(model, settings, source):
    wanted = settings(num_inference_steps=6, width=512, height=384, guidance_scale=4.5)
    plain = FluxImg2ImgPipeline(**model.pipe.components)(
        wanted.prompt,
        image=source.resize((512, 384), Image.Resampling.LANCZOS),
        width=512,
        height=384,
        strength=0.5,
        num_inference_steps=6,
        guidance_scale=4.5,
        generator=torch.Generator().manual_seed(42),
        max_sequence_length=model.shape.text_tokens,
    ).images[0]
    drawn = refine(model, wanted, source)
    assert drawn.size == (512, 384)
    assert difference(plain, drawn) == 0


def test_little_strength_stays_near_the_picture_and_much_goes_away_from_it(model, settings, source):
    wanted = settings(num_inference_steps=10, width=512, height=384)
    large = source.resize((512, 384), Image.Resampling.LANCZOS)
    near, far = (difference(large, refine(model, wanted, source, strength)) for strength in (0.1, 0.9))
    assert near < far


@pytest.mark.parametrize("sampler", list(SAMPLERS))
def test_every_sampler_begins_in_the_middle(model, settings, source, sampler):
    watch = Stopwatch()
    wanted = settings(num_inference_steps=6, width=512, height=384, sampler=sampler)
    drawn = refine(model, wanted, source, 0.5, watch)
    assert len(watch.steps) == 3
    assert watch.forwards == SAMPLERS[sampler].forwards(3)
    assert float(model.refiner.scheduler.sigmas[0]) < 0.7
    euler = refine(model, settings(num_inference_steps=6, width=512, height=384), source, 0.5)
    assert difference(euler, drawn) < 40, "no noise is left"


@pytest.mark.parametrize(("steps", "strength", "made"), [(10, 0.35, 4), (28, 0.35, 10), (28, 0.25, 7), (3, 0.05, 1)])
def test_strength_shortens_the_steps_and_all_is_measured(model, settings, source, steps, strength, made):
    model.prompts.clear()
    watch, told = Stopwatch(), []
    wanted = settings(num_inference_steps=steps, width=512, height=384)
    refine(model, wanted, source, strength, watch, told)
    assert watch.forwards == len(watch.steps) == watch.planned == made
    assert Rework("refined", SOURCE, strength).steps(steps) == made
    assert min(watch.encode, watch.denoise, watch.decode) > 0
    assert [p.phase for p in told] == ["encode", "encode", *["denoise"] * (made + 1), "decode"]
    assert [(p.step, p.steps) for p in told if p.phase == "denoise"] == [(n, made) for n in range(made + 1)]
    again = Stopwatch()
    refine(model, wanted, source, strength, again)
    assert again.encode > 0, "the words are known, the picture is not"


def test_beyond_the_largest_trained_size_strength_means_no_more_noise(model, settings, source):
    small = dict(model.scheduler_config) | {"base_image_seq_len": 4, "max_image_seq_len": 16}
    trained_small = replace(model, scheduler_config=small)  # as a FLUX.1 that was trained at 256x256 at most
    begins = {}
    for side in (256, 512):
        refine(trained_small, settings(num_inference_steps=28, width=side, height=side), source, 0.35)
        begins[side] = float(trained_small.refiner.scheduler.sigmas[0])
    assert begins[256] == begins[512] == pytest.approx(0.637, abs=0.002)
    plain = FlowMatchEulerDiscreteScheduler.from_config(small)
    plain.set_timesteps(sigmas=np.linspace(1, 1 / 28, 28), mu=calculate_shift(64, 4, 16, 0.5, 1.15))
    assert float(plain.sigmas[18]) > 0.9


def test_cancel_ends_within_a_step_and_leaves_the_model_usable(model, settings, source):
    before = refine(model, settings(width=512, height=384), source)
    told: list[Progress] = []
    watch = Stopwatch()
    wanted = settings(num_inference_steps=50, width=512, height=384)
    with pytest.raises(Cancelled):
        sample(
            model, [wanted], watch, told.append, lambda: bool(told) and told[-1].step >= 2, beginning(source)
        )  # fmt: skip
    clean_up(model)
    assert watch.forwards == 3
    assert watch.decode == 0
    assert difference(before, refine(model, settings(width=512, height=384), source)) == 0


# The engine


@pytest.fixture(scope="module")
def engine(model_cache) -> Engine:
    return Engine(model_cache, "cpu")


def ask(engine, settings, source, rework, is_cancelled=lambda: False):
    request = RunRequest("12" * 16, "f" * 32, settings, rework=rework, source=source)
    return engine.run(request, lambda _progress: None, is_cancelled)


def test_a_refined_run_and_its_file_say_what_it_was_made_out_of(engine, settings, source, tmp_path):
    rework = Rework("refined", SOURCE, 0.5)
    run, data = ask(engine, settings(num_inference_steps=6, width=512, height=384), png(source), rework)
    assert (run.outcome, run.reason, run.rework, run.forwards) == ("ok", "", rework, 3)
    if run.memory.host_peak is not None:  # 0 where other tests' models were freed since the engine was made
        assert run.memory.host_peak >= 0
    path = tmp_path / run.picture
    path.write_bytes(data)
    assert read_label(path).rework == rework
    with Image.open(path) as picture:
        assert picture.size == (512, 384)
        assert "Steps: 6, " in picture.text["parameters"]
        assert "Size: 512x384, Denoising strength: 0.5, Model: " in picture.text["parameters"]


def test_a_final_run_is_made_as_every_other_and_says_of_what(engine, settings, tmp_path):
    rework = Rework("final", SOURCE)
    final, data = ask(engine, settings(num_inference_steps=5), b"", rework)
    plain, _ = ask(engine, settings(num_inference_steps=5), b"", None)
    assert final.rework == rework
    assert final.pixels_sha256 == plain.pixels_sha256
    (tmp_path / "p.png").write_bytes(data)
    assert read_label(tmp_path / "p.png").rework == rework


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The picture to refine is gone. Ask for it again."),
        (b"no picture", "The picture to refine cannot be read as a PNG"),
        (png(Image.new("RGB", (64, 64)))[:60], "The picture to refine cannot be read as a PNG"),
    ],
)
def test_what_is_no_picture_is_refused_and_the_next_run_is_made(engine, settings, source, data, words):
    run, picture = ask(engine, settings(width=512, height=384), data, Rework("refined", SOURCE, 0.5))
    assert (run.outcome, picture) == ("refused", None)
    assert words in run.reason
    wanted = settings(num_inference_steps=2, width=512, height=384)
    assert ask(engine, wanted, png(source), Rework("refined", SOURCE, 0.5))[0].outcome == "ok"


def test_a_cancelled_one_counts_its_own_steps(engine, settings, source):
    calls = iter(range(1000))
    wanted = settings(num_inference_steps=20, width=512, height=384)
    run, _ = ask(engine, wanted, png(source), Rework("refined", SOURCE, 0.5), lambda: next(calls) > 5)
    assert run.outcome == "cancelled"
    assert run.reason.startswith("Cancelled after ")
    assert run.reason.endswith(" of 10 steps.")
