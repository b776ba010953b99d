"""Guidance values made together: the same pictures but for rounding, outside `exact`, and where it is faster."""

import msgspec
import numpy as np
import pytest
import torch

from workshop_tui.generation.settings import alike
from workshop_tui.worker.guidance import Paces
from workshop_tui.worker.pipeline import LoadedModel, load_model
from workshop_tui.worker.sample import sample
from workshop_tui.worker.stopwatch import Stopwatch


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_model("small-flux", device="cpu", on_progress=lambda _message, _fraction: None)


def draw(model, batch) -> list[np.ndarray]:
    made, _notes = sample(model, batch, Stopwatch(), lambda _progress: None, lambda: False)
    return [np.asarray(each.picture, float) for each in made]


def test_a_batch_gives_each_picture_its_own_guidance(model, settings):
    wanted = [settings(guidance_scale=value, seed=seed) for value, seed in ((1.5, 1), (3.5, 1), (9.0, 2))]
    together = draw(model, wanted)
    for picture, each in zip(together, wanted, strict=True):
        assert np.abs(picture - draw(model, [each])[0]).max() <= 1
    assert np.abs(together[0] - together[1]).mean() > 1
    assert not model.pipe.transformer._forward_pre_hooks


def test_only_outside_exact_guidance_is_no_difference(settings):
    exact, compiled = settings(), settings(speed="compiled")
    for base, is_alike in ((exact, False), (compiled, True), (settings(speed="compiled", block_cache=0.1), False)):
        other = msgspec.structs.replace(base, guidance_scale=7.0, seed=9)
        assert (alike(other) == alike(base)) is is_alike


def test_what_was_measured_to_be_quicker_is_kept_to(settings):
    batch = [settings(guidance_scale=value, speed="compiled") for value in (2.0, 3.0, 4.0)]
    what = ["a", "b", "c"]
    paces = Paces()
    assert paces.parts(batch, what) == [["a"], ["b", "c"]]
    paces.note(batch[0], 1, 1.0)
    assert paces.parts(batch, what) == [what]
    paces.note(batch[0], 3, 0.9)
    assert paces.parts(batch, what) == [what]
    paces.note(batch[0], 1, 0.8)
    assert paces.parts(batch, what) == [["a"], ["b"], ["c"]]
    seeds = [settings(seed=seed) for seed in (1, 2, 3)]
    assert Paces().parts(seeds, what) == [what]  # asked for together


def test_a_model_without_guidance_is_left_alone(model, settings):
    from workshop_tui.worker.guidance import guidance_of

    seen = []
    stub = torch.nn.Identity()
    with guidance_of(stub, [settings(guidance_scale=2.0), settings(guidance_scale=3.0)]):
        hook = stub.register_forward_pre_hook(lambda _m, _a, kwargs: seen.append(kwargs), with_kwargs=True)
        stub.forward = lambda *_, **__: None
        stub(guidance=None)
        stub(guidance=torch.ones(2))
        hook.remove()
    assert seen[0]["guidance"] is None
    assert seen[1]["guidance"].tolist() == [2.0, 3.0]
