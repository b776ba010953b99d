"""Sampling: the plain pipeline's pixels, measured, and ended within a step when asked."""

import numpy as np
import pytest
import torch
from PIL import Image

from workshop_tui.worker.pipeline import LoadedModel, load_model
from workshop_tui.worker.progress import Cancelled, Progress
from workshop_tui.worker.prompts import PROMPTS_KEPT, encode
from workshop_tui.worker.sample import clean_up, sample
from workshop_tui.worker.stopwatch import Stopwatch


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_model("small-flux", device="cpu", on_progress=lambda _message, _fraction: None)


def draw(model: LoadedModel, settings, watch: Stopwatch | None = None) -> Image.Image:
    [made], _notes = sample(model, [settings], watch or Stopwatch(), lambda _progress: None, lambda: False)
    return made.picture


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two pictures' values, 0 to 255."""
    return float(np.abs(np.asarray(one, float) - np.asarray(other, float)).mean())


def test_pixels_are_the_plain_pipelines(model, settings):
    wanted = settings(width=256, height=192, guidance_scale=4.5)
    plain = model.pipe(
        wanted.prompt,
        width=256,
        height=192,
        num_inference_steps=3,
        guidance_scale=4.5,
        generator=torch.Generator().manual_seed(42),
        max_sequence_length=model.shape.text_tokens,
    ).images[0]
    drawn = draw(model, wanted)
    assert drawn.size == (256, 192)
    assert difference(plain, drawn) == 0


def test_each_setting_changes_the_picture_and_none_changes_nothing(model, settings):
    first = draw(model, settings())
    assert difference(first, draw(model, settings())) == 0
    changes = [
        {"seed": 43},
        {"guidance_scale": 7.0},
        {"num_inference_steps": 8},
        {"prompt": "a castle at night"},
    ]
    for change in changes:
        assert difference(first, draw(model, settings(**change))) > 3, change
    assert np.asarray(first, float).std() > 30, "no flat grey"


@pytest.mark.parametrize(("width", "height"), [(512, 512), (576, 320), (64, 64)])
def test_sizes(model, settings, width, height):
    assert draw(model, settings(num_inference_steps=1, width=width, height=height)).size == (width, height)


def test_phases_and_steps_are_timed_and_forwards_counted(model, settings):
    model.prompts.clear()
    watch, told = Stopwatch(), []
    sample(model, [settings(num_inference_steps=4)], watch, told.append, lambda: False)
    assert watch.forwards == len(watch.steps) == 4
    assert sum(watch.steps) <= watch.denoise <= sum(watch.steps) + 0.5
    assert min(watch.encode, watch.decode, *watch.steps) > 0
    assert [p.phase for p in told] == ["encode", *["denoise"] * 5, "decode"]
    steps = [p for p in told if p.phase == "denoise"]
    assert [p.step for p in steps] == [0, 1, 2, 3, 4]
    left = [p.seconds_left for p in steps]
    assert left[0] is None
    assert left[1] > left[4] >= 0
    record = watch.timing(queue=1.5, load=2.5)
    assert (record.queue, record.load, record.steps) == (1.5, 2.5, tuple(watch.steps))


def test_a_prompt_is_encoded_once(model, settings):
    model.prompts.clear()
    first, second = Stopwatch(), Stopwatch()
    one = draw(model, settings("a lion"), first)
    again = draw(model, settings("a lion"), second)
    assert first.encode > 0
    assert second.encode == 0
    assert difference(one, again) == 0
    for number in range(PROMPTS_KEPT + 2):
        encode(model, f"a lion {number}", Stopwatch(), lambda _progress: None)
    assert len(model.prompts) == PROMPTS_KEPT
    assert "a lion" not in model.prompts


@pytest.mark.parametrize(
    ("prompt", "note"),
    [
        ("a king", ""),
        ("a king with a cat", "small-flux has not learned and looks past: cat."),
        ("king " * 300, "The model read 64 of the prompt's 301 tokens; the rest had no effect."),
        ("😀" * 300, "CLIP read 77 of the prompt's 1,202 tokens"),
        ("猫が月の上に座っている", "small-flux has not learned and looks past: 猫が月の上に座っている."),
    ],
)
def test_what_was_not_read_is_noted(model, settings, prompt, note):
    [made], notes = sample(
        model, [settings(prompt, num_inference_steps=1)], Stopwatch(), lambda _progress: None, lambda: False
    )
    assert made.picture.size == (256, 256)
    assert [told[: len(note)] for told in notes] == ([note] if note else [])


def test_cancel_ends_within_a_step_and_leaves_the_model_usable(model, settings):
    whole = draw(model, settings())
    told: list[Progress] = []
    watch = Stopwatch()
    with pytest.raises(Cancelled):
        sample(model, [settings(num_inference_steps=50)], watch, told.append, lambda: bool(told) and told[-1].step >= 2)
    clean_up(model)
    assert len(watch.steps) == watch.forwards == 3
    assert watch.decode == 0
    assert difference(whole, draw(model, settings())) == 0


@pytest.mark.parametrize(("value", "words"), [(float("nan"), "no numbers"), (0.25, "one flat colour"), (-1.0, "black")])
def test_a_bad_picture_is_noted(model, settings, monkeypatch, value, words):
    real = model.pipe.vae.decode
    monkeypatch.setattr(model.pipe.vae, "decode", lambda *a, **k: (torch.full_like(real(*a, **k)[0], value),))
    [made], _notes = sample(model, [settings()], Stopwatch(), lambda _progress: None, lambda: False)
    assert words in made.complaint
