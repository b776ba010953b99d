"""Every sampler through the engine on the built-in model: pictures, forwards, progress, cancelling, schedules."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.worker.test_sample import difference
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.worker.engine import Engine
from workshop_tui.worker.pipeline import LoadedModel, load_model
from workshop_tui.worker.request import RunRequest
from workshop_tui.worker.sample import sample
from workshop_tui.worker.stopwatch import Stopwatch

OTHERS = [name for name in SAMPLERS if name not in ("euler", "ddim")]


@pytest.fixture(scope="module")
def engine(model_cache) -> Engine:
    return Engine(model_cache, "cpu")


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_model("small-flux", device="cpu", on_progress=lambda _message, _fraction: None)


def ask(engine, settings, told=None, is_cancelled=lambda: False):
    told = [] if told is None else told
    run, png = engine.run(RunRequest("12" * 16, "f" * 32, settings), told.append, is_cancelled)
    return run, Image.open(io.BytesIO(png)) if png else None


def draw(model, settings) -> Image.Image:
    [made], _notes = sample(model, [settings], Stopwatch(), lambda _progress: None, lambda: False)
    return made.picture


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_each_makes_a_picture_and_the_same_one_again(engine, settings, sampler):
    told = []
    run, picture = ask(engine, settings(num_inference_steps=5, sampler=sampler), told)
    assert run.outcome == "ok"
    assert np.asarray(picture, float).std() > 30, "no flat grey"
    assert run.forwards == SAMPLERS[sampler].forwards(5) == run.settings.forwards
    assert len(run.seconds.steps) == 5
    assert [(p.step, p.steps) for p in told if p.phase == "denoise"] == [(n, 5) for n in range(6)]
    left = [p.seconds_left for p in told if p.phase == "denoise"][1:]
    assert left[0] > left[-1] >= 0
    assert run.reason == (SAMPLERS["ddim"].note if sampler == "ddim" else "")
    again, _ = ask(engine, settings(num_inference_steps=5, sampler=sampler))
    assert again.pixels_sha256 == run.pixels_sha256


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("steps", [1, 2])
def test_one_step_and_two_are_enough(engine, settings, sampler, steps):
    run, picture = ask(engine, settings(num_inference_steps=steps, sampler=sampler))
    assert (run.outcome, run.forwards, len(run.seconds.steps)) == ("ok", SAMPLERS[sampler].forwards(steps), steps)
    if steps == 1:  # there is nothing yet to look back on or ahead to
        assert difference(picture, ask(engine, settings(num_inference_steps=1))[1]) < 0.5, "only rounding may differ"


def test_ddim_is_euler_to_the_last_bit(engine, settings):
    euler, _ = ask(engine, settings(num_inference_steps=7))
    ddim, _ = ask(engine, settings(num_inference_steps=7, sampler="ddim"))
    assert ddim.pixels_sha256 == euler.pixels_sha256


def test_at_equal_steps_they_differ_and_with_many_steps_they_meet(engine, settings):
    size = {"width": 512, "height": 512}
    _, best = ask(engine, settings(num_inference_steps=100, **size))
    few = {name: ask(engine, settings(num_inference_steps=8, sampler=name, **size))[1] for name in SAMPLERS}
    for name in OTHERS:
        assert difference(few["euler"], few[name]) > 1, name
        many = ask(engine, settings(num_inference_steps=50, sampler=name, **size))[1]
        assert difference(many, best) < difference(few[name], best) / 3, name


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_schedule_of_schnell(model, settings, sampler):
    plain = model.scheduler_config
    try:
        model.scheduler_config = {**plain, "use_dynamic_shifting": False, "shift": 1.0}
        fast = draw(model, settings(num_inference_steps=4, sampler=sampler))
        sigmas = model.pipe.scheduler.sigmas.tolist()
    finally:
        model.scheduler_config = plain
    assert sigmas == pytest.approx([1.0, 0.75, 0.5, 0.25, 0.0], abs=2e-6)
    assert np.asarray(fast, float).std() > 30
    assert difference(fast, draw(model, settings(num_inference_steps=4, sampler=sampler))) > 1


@pytest.mark.parametrize("asked", [1, 2, 3, 4])
def test_heun_can_be_cancelled_between_its_two_forwards(engine, settings, asked):
    wanted = settings(num_inference_steps=4, sampler="heun")
    whole, _ = ask(engine, wanted)
    told = []
    answers = iter([False] * asked)

    def is_cancelled() -> bool:
        return any(p.phase == "denoise" for p in told) and next(answers, True)

    run, picture = ask(engine, wanted, told, is_cancelled)
    assert (run.outcome, picture, run.forwards) == ("cancelled", None, asked + 1)
    assert len(run.seconds.steps) == (asked + 1) // 2
    assert ask(engine, wanted)[0].pixels_sha256 == whole.pixels_sha256
    euler = settings(num_inference_steps=4)
    assert ask(engine, euler)[0].pixels_sha256 != whole.pixels_sha256
