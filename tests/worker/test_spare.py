"""What did not change is never loaded anew: a model that is given up leaves its parts to the next."""

import pytest
import torch

from workshop_tui.generation.settings import Settings
from workshop_tui.worker.engine import Engine
from workshop_tui.worker.pipeline import load_model
from workshop_tui.worker.placement import place
from workshop_tui.worker.request import RunRequest
from workshop_tui.worker.sample import sample
from workshop_tui.worker.stopwatch import Stopwatch


def make(engine, **settings):
    """Make a picture; return its pixels, and what was loaded for it."""
    loaded: list[str] = []
    wanted = Settings("a robot", 1, width=64, height=64, **settings)
    [(run, _)] = engine.run_batch(
        [RunRequest("a" * 32, "b" * 32, wanted)],
        lambda p: loaded.append(p.message.removeprefix("loading ")) if p.message.startswith("loading ") else None,
        lambda: False,
    )
    assert run.outcome == "ok", run.reason
    return run.pixels_sha256, loaded


def test_another_quantization_loads_only_what_it_changes_and_the_pixels_are_those_of_a_fresh_worker(model_cache):
    engine = Engine(model_cache, "cpu")
    plain, loaded = make(engine)
    assert loaded == ["tokenizer", "tokenizer_2", "text_encoder", "text_encoder_2", "transformer", "vae"]
    quantized, loaded = make(engine, quantization="torchao-int8")
    assert loaded == ["text_encoder_2", "transformer"]
    assert quantized == make(Engine(model_cache, "cpu"), quantization="torchao-int8")[0] != plain
    assert make(engine) == (plain, ["text_encoder_2", "transformer"])
    _, loaded = make(engine, precision="bf16")
    assert loaded == ["text_encoder", "text_encoder_2", "transformer", "vae"]


@pytest.mark.parametrize(("placement", "kept"), [("model-offload", True), ("group-offload", False)])
def test_offload_gives_its_parts_back_whole_or_not_at_all(placement, kept):
    """There need be no GPU: the libraries' hooks move parts between two places that are both main memory."""
    loaded: list[str] = []

    def load(**more):
        return load_model(
            "small-flux",
            Settings(""),
            device="cpu",
            on_progress=lambda message, _: loaded.append(message),
            **more,
        )

    def pixels(model):
        wanted = Settings("a robot", 1, width=64, height=64)
        made, _ = sample(model, [wanted], Stopwatch(), lambda _: None, lambda: False)
        return made[0].picture.tobytes()

    first = load()
    place(first.pipe, placement, torch.device("cpu"), "none")
    first.placing = type(first.placing)("cpu", "", "float32", placement)
    wanted = pixels(first)
    spare = first.spare()
    loaded.clear()
    assert pixels(load(spare=spare)) == wanted
    assert loaded == (["loading transformer", "loaded"] if kept else loaded)
    assert ("loading vae" in loaded) is not kept
