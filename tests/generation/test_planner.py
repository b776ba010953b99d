"""What a plan says, against published figures and against the real files of a model."""

import json
import shutil

import msgspec
import pytest

from workshop_tui.errors import UserError
from workshop_tui.generation.ladder import corrections, first_that_fits, ladder, next_rung
from workshop_tui.generation.model_shape import SMALL_FLUX, find_shape
from workshop_tui.generation.planner import (
    BF16,
    BNB_INT8,
    CONTEXT,
    EIGHT_BIT,
    FOUR_BIT,
    FP32,
    GIB,
    PROCESS,
    TOLERANCE,
    Pictures,
    Weights,
    decode_bytes,
    encode_bytes,
    forward_bytes,
    leaf_bytes,
    predict,
    weights_of,
)
from workshop_tui.generation.record import Memory, ModelInfo, Placing

BENCHMARKS = "derekl35/diffusers-quantization-benchmarks, diffusers_quantization_benchmark.csv ('GB' are GiB)"
FORWARD = "diffusers/benchmarks, flux.csv: one forward of the transformer alone"
SQUARE = Pictures(1024, 1024)

GGUF_Q4_1 = Weights("Q4_1, T5 in bf16", 0.625)
"""20 bytes for 32 parameters (ggml's block_q4_1)."""
GGUF_Q8_0 = Weights("Q8_0, T5 in bf16", 34 / 32)
LAYERWISE_FP8 = Weights("fp8 but the modulations, T5 in bf16", 1.27)
"""`FluxTransformer2DModel` keeps layers called norm, 3.2 of its 11.9 billion parameters, from layerwise casting."""


@pytest.fixture
def dev(monkeypatch, tmp_path, home):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return find_shape("black-forest-labs/FLUX.1-dev")


@pytest.mark.parametrize(
    ("placement", "weights", "published"),
    [
        ("gpu", BF16, 36.166),
        ("model-offload", BF16, 23.271),
        ("gpu", FOUR_BIT, 17.281),
        ("gpu", EIGHT_BIT, 21.482),
        ("gpu", EIGHT_BIT, 21.488),
        ("model-offload", EIGHT_BIT, 12.189),
        ("model-offload", EIGHT_BIT, 12.348),
        ("gpu", BNB_INT8, 24.432),
        ("gpu", GGUF_Q4_1, 21.326),
        ("model-offload", GGUF_Q4_1, 9.164),
        ("gpu", GGUF_Q8_0, 25.973),
        ("model-offload", GGUF_Q8_0, 12.965),
        ("gpu", LAYERWISE_FP8, 28.451),
        ("model-offload", LAYERWISE_FP8, 15.621),
    ],
    ids=lambda value: value.name if isinstance(value, Weights) else str(value),
)
def test_published_peaks_are_met(dev, placement, weights, published):
    found = predict(dev, SQUARE, placement, weights).device / GIB
    assert found == pytest.approx(published, rel=TOLERANCE - 1), BENCHMARKS


def test_bitsandbytes_with_offload_was_measured_with_all_parts_on_the_device(dev):
    """12.383 after loading and at the peak: the sum of the quantized weights, not the largest part of them."""
    assert sum(FOUR_BIT.of(dev).values()) / GIB == pytest.approx(12.383, rel=TOLERANCE - 1), BENCHMARKS
    assert predict(dev, SQUARE, "model-offload", FOUR_BIT).device / GIB == pytest.approx(7.2, abs=0.1)


def test_one_forward_alone_takes_what_was_published(dev):
    weights = dev.parameters["transformer"] * 2
    forward = forward_bytes(dev, SQUARE)
    modulation = 6 * dev.width**2 * 2
    assert (weights + forward) / GIB == pytest.approx(22.64, rel=0.01), FORWARD
    assert (modulation + forward) / GIB == pytest.approx(0.56, rel=0.05), FORWARD
    assert leaf_bytes(dev) / GIB == pytest.approx(0.245, abs=0.001)  # T5's vocabulary, which that figure has not


def test_six_gb_are_enough_for_sequential_offload_with_tiles(dev):
    """Reported to work at 1024x1024 in 6 GB: FLUX.1-schnell discussion 5."""
    for rung in ladder(dev, SQUARE, 6 * GIB, 64 * GIB):
        if rung.placement == "sequential-offload":
            assert (rung.fits, rung.tiled) == ("yes", True)


def test_what_is_counted_is_what_fake_tensors_count(dev):
    """Diffusers 0.42.1's own transformer, T5 and autoencoder of [dev], each op's tensors counted while they live."""
    assert forward_bytes(dev, SQUARE) / GIB == pytest.approx(0.457, rel=0.03)
    assert forward_bytes(dev, Pictures(2048, 2048)) / GIB == pytest.approx(1.666, rel=0.03)
    assert encode_bytes(dev, SQUARE) / GIB == pytest.approx(0.090, rel=0.06)
    assert decode_bytes(dev, SQUARE) / GIB == pytest.approx(1.502, rel=0.01)
    assert decode_bytes(dev, SQUARE, tiled=True) / GIB == pytest.approx(0.383, rel=0.03)


def fitting(shape, vram, ram, pictures=SQUARE):
    rungs = ladder(shape, pictures, vram and vram * GIB, ram * GIB)
    return {(rung.placement, rung.weights): rung.fits for rung in rungs if rung.fits != "no"}


def test_small_cards_have_a_way_or_are_told_what_lacks(dev):
    assert fitting(dev, 8, 16) == {("model-offload", "4-bit"): "tight"}
    assert fitting(dev, 8, 32)[("group-offload", "8-bit")] == "yes"
    assert fitting(dev, 6, 32)[("group-offload", "8-bit")] == "yes"
    assert ("gpu", "4-bit") in fitting(dev, 24, 32)
    assert fitting(dev, 24, 64)[("model-offload", "bf16")] == "tight"
    assert fitting(dev, 80, 64)[("gpu", "bf16")] == "yes"
    assert fitting(dev, None, 80) == {("cpu", "fp32"): "yes", ("cpu", "bf16"): "yes", ("cpu", "8-bit"): "yes"}
    lacks = {(rung.placement, rung.weights): rung.missing for rung in ladder(dev, SQUARE, 6 * GIB, 8 * GIB)}
    assert lacks[("group-offload", "8-bit")]["RAM"] / GIB == pytest.approx(8.9, abs=0.1)
    assert all(lacks.values())


def test_each_kind_takes_the_quantization_that_is_installed_and_works_so(dev):
    def named(**options):
        return {(rung.placement, rung.weights): rung.quantization for rung in ladder(dev, SQUARE, GIB, GIB, **options)}

    everything = named()
    assert everything[("gpu", "8-bit")] == "torchao-int8"
    assert everything[("gpu", "4-bit")] == "bnb-nf4"
    assert ("group-offload", "4-bit") not in everything  # bitsandbytes' scales would stay behind
    assert ("sequential-offload", "8-bit") not in everything
    without = ladder(dev, SQUARE, GIB, GIB, usable={"none", "bnb-int8", "bnb-nf4"})
    told = {(rung.placement, rung.weights): (rung.quantization, rung.offered, rung.needs) for rung in without}
    assert told[("gpu", "8-bit")] == ("bnb-int8", True, "")
    assert told[("group-offload", "8-bit")] == (
        "torchao-int8",
        False,
        "torchao (pip install 'workshop-tui[quant]')",
    )
    assert named(placement="gpu", quantization="torchao-fp8") == {("gpu", "8-bit"): "torchao-fp8"}


def test_auto_takes_the_fastest_that_fits(dev):
    def first(vram, ram=64, **options):
        found = first_that_fits(ladder(dev, SQUARE, vram and vram * GIB, ram * GIB, **options))
        return found and found.words

    assert first(80, quantization="none") == "placement gpu"
    assert first(24, quantization="none") == "placement model-offload"
    assert first(24) == "placement gpu, quantization torchao-int8"
    assert first(24, usable={"none"}) == "placement model-offload"
    assert first(6, quantization="none") == "placement group-offload"
    assert first(None) == "placement cpu, precision bf16"
    assert first(1, ram=8) is None


def test_what_did_not_suffice_is_followed_by_what_fits_and_needs_less(dev):
    def after(placement, vram, pictures=SQUARE, quantization="none", usable=frozenset({"none", "torchao-int8"})):
        asked = {"placement": placement, "precision": "bf16", "quantization": quantization, "usable": usable}
        return next_rung(dev, pictures, vram and vram * GIB, 64 * GIB, **asked)

    assert after("gpu", 25) == (
        "The next that fits: placement gpu, quantization torchao-int8 (20.9 GiB of GPU memory and 12.1 GiB of main "
        "memory)."
    )
    assert "placement model-offload (23.7" in after("gpu", 24, usable={"none"})
    assert "placement group-offload (" in after("model-offload", 7)
    assert "placement cpu, precision bf16 (35.1 GiB of main memory, far slower)" in after("group-offload", 1)
    huge = Pictures(16384, 16384)
    assert after("cpu", None, huge) == ""
    assert after("cpu", None).startswith("The next that fits: placement cpu, quantization torchao-int8 (")
    assert after("cpu", None).endswith(" GiB beside the program's own).")


def test_what_saves_too_little_is_not_named_after_a_capped_picture_on_the_cpu():
    asked = {"placement": "cpu", "precision": "fp32", "quantization": "none", "usable": {"none", "torchao-int8"}}
    assert next_rung(SMALL_FLUX, SQUARE, None, 0.1 * GIB + PROCESS, **asked) == ""


def test_a_gguf_file_keeps_its_bits_in_every_placement(dev):
    gguf = msgspec.structs.replace(dev, stored=round(dev.parameters["transformer"] * 0.625), quantization="Q4_1")
    rungs = {rung.placement: rung for rung in ladder(gguf, SQUARE, 12 * GIB, 32 * GIB)}
    assert "sequential-offload" not in rungs
    assert {rung.weights for rung in rungs.values()} == {"Q4_1"}
    assert rungs["model-offload"].fits == "yes"
    assert (rungs["model-offload"].vram - CONTEXT) / GIB == pytest.approx(9.164, rel=TOLERANCE - 1)


def test_own_runs_correct_the_peaks(dev, make_run, dev_model):
    """By the median of measured to predicted, of the newest card alone."""
    predicted = predict(dev, SQUARE, "model-offload", BF16).device / 2**20

    def run(factor, card="RTX 4090", **changes):
        return make_run(
            model=dev_model,
            width=1024,
            height=1024,
            placing=Placing("cuda", card, "bfloat16", "model-offload"),
            memory=Memory(device_peak=predicted * factor),
            **changes,
        )

    runs = [run(2.0, card="H100"), run(1.0), run(1.2), run(1.1), run(9.0, outcome="failed")]
    measured = corrections(dev, runs)
    assert measured[("model-offload", "bf16", "none")].ratio == pytest.approx(1.1)
    rungs = ladder(dev, SQUARE, 24 * GIB, 64 * GIB, measured=measured)
    told = {(rung.placement, rung.weights): rung for rung in rungs}
    assert told[("model-offload", "bf16")].corrected == 3
    assert (told[("model-offload", "bf16")].vram - CONTEXT) / 2**20 == pytest.approx(predicted * 1.1)
    assert told[("gpu", "bf16")].corrected == 0


def test_on_the_cpu_what_earlier_pictures_left_in_the_heap_corrects_nothing(make_run):
    def run(side, mib):
        pictures = Pictures(side, side)
        predicted = (predict(SMALL_FLUX, pictures, "cpu", FP32).host - PROCESS) / 2**20
        return make_run(
            model=ModelInfo(SMALL_FLUX.name, "built-in", True, "small-flux", 32, 5_000_000, "1"),
            width=side,
            height=side,
            placing=Placing("cpu", "AMD EPYC", "float32"),
            memory=Memory(host_peak=predicted + mib),
        ), predicted

    (first, small), (large, big) = run(256, 10), run(1024, 20)
    used = [run(256, 350)[0] for _ in range(4)]
    found = corrections(SMALL_FLUX, [first, large, *used])[("cpu", "fp32", "none")]
    assert found.ratio == pytest.approx((1 + 10 / small + 1 + 20 / big) / 2)
    assert found.runs == 6


def test_weights_by_name(dev):
    assert weights_of(dev, "bf16", "none") == BF16
    assert weights_of(dev, "fp16", "bnb-nf4") == FOUR_BIT
    assert weights_of(dev, "fp32", "torchao-int8").rest == 4


def test_more_pixels_and_pictures_take_more(dev):
    def peak(**pictures):
        return predict(dev, Pictures(**pictures), "group-offload", BF16).device

    assert peak(width=512, height=512) < peak() < peak(width=2048, height=2048)
    assert peak(batch=2) == peak()  # decoding, which is the peak there, is done one by one
    assert peak(batch=8) > peak()


def test_the_built_in_models_sizes_are_those_of_its_files(small_flux, tmp_path, home):
    folder = shutil.copytree(small_flux, tmp_path / "copy")
    read = find_shape(str(folder))
    assert msgspec.structs.replace(read, name=SMALL_FLUX.name, family=SMALL_FLUX.family) == SMALL_FLUX
    assert read.name == "copy"
    assert find_shape("small-flux") == SMALL_FLUX


@pytest.mark.parametrize("wrong", [None, 0, -6, "6", True, 1e9])
def test_a_configuration_with_a_wrong_size_is_named(small_flux, tmp_path, home, wrong):
    folder = shutil.copytree(small_flux, tmp_path / "copy")
    path = folder / "transformer" / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "num_attention_heads": wrong}))
    with pytest.raises(UserError, match=r"transformer/config.json: num_attention_heads is ") as caught:
        find_shape(str(folder))
    assert "Download or copy" in caught.value.hint


def test_a_model_that_nobody_knows_is_refused(dev):
    with pytest.raises(UserError, match="'some/body' is not whole on this machine"):
        find_shape("some/body")
    assert find_shape("black-forest-labs/FLUX.1-schnell").text_tokens == 256
    assert (dev.here, dev.text_tokens) == (False, 512)
