"""Pictures made together: the same as alone, split where memory is short, and each ended for itself."""

import itertools

import numpy as np
import pytest
import torch
from PIL import Image

from tests.worker.test_sample import difference
from workshop_tui.generation.line import Line
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import Rework
from workshop_tui.generation.spool import Spool
from workshop_tui.worker import noise
from workshop_tui.worker.engine import Engine
from workshop_tui.worker.pipeline import LoadedModel, load_model
from workshop_tui.worker.request import RunRequest
from workshop_tui.worker.sample import sample
from workshop_tui.worker.stopwatch import Stopwatch

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_model("small-flux", device="cpu", on_progress=lambda _message, _fraction: None)


@pytest.fixture(scope="module")
def engine(model_cache) -> Engine:
    return Engine(model_cache, "cpu")


def draw(model, *batch) -> list[Image.Image]:
    made, _notes = sample(model, batch, Stopwatch(), lambda _progress: None, lambda: False)
    return [each.picture for each in made]


def make(engine, *batch):
    requests = [RunRequest(f"{next(numbers):032x}", "f" * 32, settings) for settings in batch]
    return [run for run, _ in engine.run_batch(requests, lambda _progress: None, lambda: False)]


@pytest.mark.parametrize("sampler", ["euler", "heun", "dpm++"])
def test_together_is_as_alone(model, settings, sampler):
    wanted = [settings(seed=seed, sampler=sampler) for seed in (1, 2, 3)]
    together = draw(model, *wanted)
    alone = [draw(model, each)[0] for each in wanted]
    assert max(difference(*pair) for pair in zip(together, alone, strict=True)) < 0.5
    assert difference(alone[0], alone[1]) > 3


def test_true_cfg_takes_two_forwards_and_a_negative_prompt_that_counts(model, settings):
    watch = Stopwatch()
    wanted = settings(negative_prompt="a red hat", true_cfg_scale=4.0)
    [made], _notes = sample(model, [wanted], watch, lambda _progress: None, lambda: False)
    assert watch.forwards == wanted.forwards == 2 * wanted.num_inference_steps
    plain = model.pipe(
        wanted.prompt,
        negative_prompt="a red hat",
        true_cfg_scale=4.0,
        width=wanted.width,
        height=wanted.height,
        num_inference_steps=wanted.num_inference_steps,
        guidance_scale=wanted.guidance_scale,
        generator=torch.Generator().manual_seed(wanted.seed),
        max_sequence_length=model.shape.text_tokens,
    ).images[0]
    assert difference(plain, made.picture) == 0
    assert difference(made.picture, draw(model, settings())[0]) > 1
    assert draw(model, wanted, settings(seed=7, negative_prompt="a red hat", true_cfg_scale=4.0))[0].size == plain.size


def test_a_walk_goes_from_one_seeds_picture_to_the_others(model, settings):
    ends = [draw(model, settings(seed=seed))[0] for seed in (1, 2)]
    walk = draw(model, *(settings(seed=1, walk_to=2, walk=way) for way in (0.0, 0.5, 1.0)))
    assert difference(walk[0], ends[0]) < 0.5
    assert difference(walk[2], ends[1]) < 0.5
    assert min(difference(walk[1], end) for end in ends) > 3


def test_noise_on_the_way_is_as_strong_as_noise():
    first, last = (torch.randn(1, 16, 64, 64, generator=torch.Generator().manual_seed(seed)) for seed in (1, 2))
    middle = noise.slerp(first, last, 0.5)
    assert float(middle.std()) == pytest.approx(1, abs=0.02)
    assert float(((first + last) / 2).std()) < 0.8, "the straight way is weaker"
    assert torch.equal(noise.slerp(first, last, 0), first)
    assert torch.equal(noise.slerp(first, first, 0.5), first)


def test_a_batch_shares_its_seconds_and_says_so(engine, settings):
    make(engine, settings())
    runs = make(engine, settings(seed=1), settings(seed=2))
    assert [(run.outcome, run.batch, run.forwards) for run in runs] == [("ok", 2, settings().num_inference_steps)] * 2
    assert runs[0].seconds.denoise == runs[1].seconds.denoise > 0
    assert runs[0].pixels_sha256 != runs[1].pixels_sha256


def test_a_batch_that_does_not_fit_is_split_and_says_so(engine, settings, monkeypatch):
    make(engine, settings())
    transformer = engine._loaded.pipe.transformer
    real = transformer.forward

    def forward(hidden_states, **kwargs):
        if len(hidden_states) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")
        return real(hidden_states, **kwargs)

    monkeypatch.setattr(transformer, "forward", forward)
    runs = make(engine, *(settings(seed=seed) for seed in (1, 2, 3)))
    assert [(run.outcome, run.batch, run.settings.seed) for run in runs] == [("ok", 1, 1), ("ok", 1, 2), ("ok", 1, 3)]
    assert all("together did not fit in memory: split." in run.reason for run in runs)


def test_a_decode_that_runs_out_of_memory_is_made_in_tiles(engine, settings, monkeypatch):
    whole, _ = make(engine, settings(width=640, height=640), settings(width=640, height=640, tiled_decode=True))
    vae = engine._loaded.pipe.vae
    real = vae._decode

    def decode(z, **kwargs):
        if not vae.use_tiling:
            raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
        return real(z, **kwargs)

    monkeypatch.setattr(vae, "_decode", decode)
    [small] = make(engine, settings(width=512, height=512))
    assert small.outcome == "out-of-memory", "a tile is no smaller"
    [run] = make(engine, settings(width=640, height=640))
    assert (run.outcome, run.reason) == ("ok", "Decoded in tiles of 512 px: memory did not suffice for the whole.")
    assert whole.outcome == "ok"
    assert not vae.use_tiling


def test_a_bad_picture_is_no_success_and_is_kept(engine, settings, monkeypatch):
    make(engine, settings())
    vae = engine._loaded.pipe.vae
    real = vae.decode
    monkeypatch.setattr(vae, "decode", lambda *a, **k: (torch.full_like(real(*a, **k)[0], float("nan")),))
    run, png = engine.run(RunRequest("1" * 32, "f" * 32, settings()), lambda _progress: None, lambda: False)
    assert run.outcome == "bad-picture"
    assert "no numbers" in run.reason
    assert png
    assert run.picture


def test_what_goes_together_in_line(tmp_path, settings):
    line = Line(Spool(tmp_path))
    noisy = [settings(seed=seed) for seed in (1, 2, 3)]
    asked = [*noisy, settings(seed=1, guidance_scale=9.0), settings(seed=2, guidance_scale=9.0)]
    items = [Item(f"{place:032x}", each) for place, each in enumerate(asked)]
    line.add(Job("a" * 32, tuple(items), "small-flux", batch=2))
    line.add(Job("b" * 32, (Item("f" * 32, settings(seed=9, guidance_scale=9.0)),), "small-flux", batch=2))
    sizes = []
    while line:
        batch = line.begin()
        sizes.append([waiting.item.settings.seed for waiting in batch])
        line.end([(line.close(waiting.item.run_id, "cancelled", "x"), None) for waiting in batch])
    assert sizes == [[1, 2], [3], [1, 2], [9]]


def test_a_batch_over_which_a_worker_died_is_made_one_by_one(tmp_path, settings):
    items = tuple(Item(f"{seed:032x}", settings(seed=seed)) for seed in (1, 2))
    Line(Spool(tmp_path)).add(Job("a" * 32, items, "small-flux", batch=2))
    assert [len(Line(Spool(tmp_path)).begin()) for _ in range(2)] == [2, 1]
    line = Line(Spool(tmp_path))
    line.put_back([items[0].run_id, items[1].run_id])
    assert [waiting.attempts for waiting in Spool(tmp_path).load_queue()] == [1, 0]


def test_a_final_picture_is_made_alone(tmp_path, settings):
    line = Line(Spool(tmp_path))
    items = tuple(Item(f"{n:032x}", settings(seed=n), rework=Rework("final", "a" * 32)) for n in (1, 2))
    line.add(Job("a" * 32, items, "small-flux", batch=2))
    assert len(line.begin()) == 1


def test_middle_of_a_walk_is_not_flat(model, settings):
    [middle] = draw(model, settings(seed=1, walk_to=2, walk=0.5))
    assert np.asarray(middle, float).std() > 30
