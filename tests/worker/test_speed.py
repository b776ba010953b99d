"""Speed: compiled and cached runs with the real compiler, said as they were, and plain diffusers' pixels afterwards."""

import re

import msgspec
import numpy as np
import pytest
import torch
from PIL import Image

from workshop_tui.errors import UserError
from workshop_tui.generation.record import Placing
from workshop_tui.worker.eight_bit import is_large, why_not
from workshop_tui.worker.engine import Engine
from workshop_tui.worker.pipeline import load_model
from workshop_tui.worker.request import RunRequest
from workshop_tui.worker.speed import check_speed, tune

CPU = Placing("cpu", "AMD EPYC", "float32", "cpu")


@pytest.fixture(scope="module")
def engine(model_cache) -> Engine:
    return Engine(model_cache, "cpu")


@pytest.fixture
def make(engine, settings):
    """Make a picture; return its run and the phases and messages told."""

    def make(**changes):
        told = []
        request = RunRequest("a" * 32, "b" * 32, settings(width=128, height=128, **changes))
        run, _png = engine.run(request, told.append, lambda: False)
        return run, [(progress.phase, progress.message) for progress in told]

    return make


def plain(engine, settings) -> np.ndarray:
    """What plain diffusers makes of the same, with the weights loaded anew."""
    pipe = load_model("small-flux", device="cpu", on_progress=lambda *_: None).pipe
    return np.asarray(
        pipe(
            settings.prompt,
            width=settings.width,
            height=settings.height,
            num_inference_steps=settings.num_inference_steps,
            guidance_scale=settings.guidance_scale,
            generator=torch.Generator().manual_seed(settings.seed),
            max_sequence_length=64,
        ).images[0]
    )


def test_exact_is_plain_diffusers_before_and_after_compiling_and_caching(engine, make, settings):
    from workshop_tui.worker.pictures import pixels_sha256

    wanted = pixels_sha256(Image.fromarray(plain(engine, settings(width=128, height=128))))
    assert make()[0].pixels_sha256 == wanted

    compiled, told = make(speed="compiled")
    assert compiled.outcome == "ok", compiled.reason
    assert compiled.placing.speed == "compiled"
    assert ("load", "compiling, once for this size") in told
    # The compiler takes seconds, a step of this size a hundredth.
    assert compiled.seconds.load > 1
    assert max(compiled.seconds.steps) < 1
    assert compiled.forwards == 3

    again, told = make(speed="fast")
    assert (again.placing.speed, again.seconds.load) == ("compiled", 0)
    assert again.reason == "On a CPU, fast is compiled and no more."
    assert ("load", "compiling, once for this size") not in told
    assert again.pixels_sha256 == compiled.pixels_sha256

    exact, _ = make()
    assert (exact.placing.speed, exact.pixels_sha256) == ("exact", wanted)

    cached, _ = make(block_cache=1.0)
    assert cached.pixels_sha256 != wanted
    assert re.fullmatch(r"The block cache cut [12] of 3 forwards short\.", cached.reason)
    assert make(block_cache=1.0)[0].pixels_sha256 == cached.pixels_sha256  # nothing is left of the run before
    assert "cut 0 of 3" in make(block_cache=1e-6)[0].reason
    assert make()[0].pixels_sha256 == wanted


def test_without_a_compiler_compiled_is_refused_in_a_line(make, monkeypatch):
    import torch._inductor.config as inductor

    monkeypatch.setattr(inductor.cpp, "cxx", ("no-such-compiler",))
    run, _ = make(speed="compiled")
    assert run.outcome == "refused"
    assert run.reason == "speed: compiled needs a C++ compiler, and there is none. Install g++, or choose exact."
    assert make()[0].outcome == "ok"


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"device": "mps"}, "Apple GPUs"), ({"device": "cuda", "placement": "sequential-offload"}, "sequential-offload")],
)
def test_what_cannot_be_compiled_is_refused(changes, words):
    placing = msgspec.structs.replace(CPU, **changes)
    check_speed("exact", placing)
    with pytest.raises(UserError, match=words):
        check_speed("fast", placing)


def test_a_model_in_eight_bits_serves_fast_alone(settings):
    model = load_model("small-flux", device="cpu", on_progress=lambda *_: None)
    model.tuning.eight_bit = True
    assert model.serves("small-flux", settings(speed="fast"))
    assert not model.serves("small-flux", settings())


def test_the_large_layers_of_blocks_are_brought_to_eight_bits(model_cache, settings):
    model = load_model("small-flux", device="cpu", on_progress=lambda *_: None)
    large = [name for name, layer in model.pipe.transformer.named_modules() if is_large(layer, name)]
    assert "transformer_blocks.0.attn.to_q" in large
    assert "single_transformer_blocks.0.proj_mlp" in large
    assert not [name for name in large if "norm" in name or "embed" in name or name == "proj_out"]
    assert why_not(msgspec.structs.replace(CPU, placement="model-offload"), model.device) == "not with model-offload"
    assert "already" in why_not(msgspec.structs.replace(CPU, quantization="bnb-nf4"), model.device)
    assert tune(model, settings(), model_cache) == ""
