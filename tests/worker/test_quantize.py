"""Quantized weights for real, on the CPU: they load, take less memory, and make nearly the same picture."""

import sys

import numpy as np
import pytest

from workshop_tui.errors import UserError
from workshop_tui.generation.choices import QUANTIZATIONS
from workshop_tui.generation.quantization import check_quantization, installed
from workshop_tui.generation.settings import Settings
from workshop_tui.worker.pipeline import load_model
from workshop_tui.worker.sample import sample
from workshop_tui.worker.stopwatch import Stopwatch

SHARES = {"torchao-int8": 0.26, "torchao-fp8": 0.26, "bnb-int8": 0.26, "bnb-nf4": 0.13}
"""Of the transformer's bytes in float32: what is left, with scales, biases and norms."""
NEAR = {"torchao-int8": 0.02, "torchao-fp8": 0.05, "bnb-int8": 0.02, "bnb-nf4": 0.15}
"""Mean difference of a pixel, of 1. The small model feels rounding more than a large one."""


def load(**settings):
    return load_model("small-flux", Settings("", **settings), device="cpu", on_progress=lambda *_: None)


def picture(model, settings):
    made, _ = sample(model, [settings], Stopwatch(), lambda _: None, lambda: False)
    assert made[0].complaint == ""
    return np.asarray(made[0].picture, dtype=np.float32) / 255


def weight_bytes(model):
    """Return the bytes that a model's weights take, quantized ones included."""
    return sum(tensor_bytes(tensor) for tensor in (*model.parameters(), *model.buffers()))


def tensor_bytes(tensor):
    inner = getattr(type(tensor), "tensor_data_names", ())  # torchao's hold their values in tensors of their own
    return sum(getattr(tensor, name).nbytes for name in inner) if inner else tensor.nbytes


@pytest.fixture(scope="module")
def plain():
    return load()


@pytest.mark.parametrize("quantization", SHARES)
def test_weights_shrink_and_the_picture_stays_near(settings, plain, quantization):
    model = load(quantization=quantization)
    assert model.placing.quantization == quantization
    share = weight_bytes(model.pipe.transformer) / weight_bytes(plain.pipe.transformer)
    assert share == pytest.approx(SHARES[quantization], abs=0.01)
    assert weight_bytes(model.pipe.text_encoder_2) < weight_bytes(plain.pipe.text_encoder_2)
    assert weight_bytes(model.pipe.vae) == weight_bytes(plain.pipe.vae)
    difference = np.abs(picture(model, settings()) - picture(plain, settings())).mean()
    assert 0 < difference < NEAR[quantization]


def test_auto_quantizes_only_where_it_must():
    assert load(quantization="auto").placing.quantization == "none"


def test_tests_have_everything_installed():
    assert installed() == frozenset(QUANTIZATIONS) - {"auto"}


def test_a_missing_package_is_named_with_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(UserError, match="bnb-nf4 needs bitsandbytes, which is not installed") as caught:
        load(quantization="bnb-nf4")
    assert caught.value.hint == "pip install 'workshop-tui[quant]'"
    assert installed() == {"none"}


def test_what_does_not_go_together_is_refused():
    for placement, quantization in (
        ("sequential-offload", "bnb-nf4"),
        ("sequential-offload", "gguf Q4_1"),
        ("group-offload", "bnb-nf4"),
    ):
        with pytest.raises(UserError, match=f"{quantization} does not go with {placement}"):
            check_quantization(quantization, placement, "cuda")
    check_quantization("bnb-nf4", "model-offload", "cuda")
    check_quantization("torchao-int8", "sequential-offload", "cuda")
    with pytest.raises(UserError, match="not there on Apple GPUs"):
        check_quantization("torchao-fp8", "gpu", "mps")
