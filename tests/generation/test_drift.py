"""Drift: lossy runs are known, find their exact twin, and are compared with it."""

import msgspec
import pytest
from PIL import Image

from workshop_tui.generation.drift import Drift, drift, exact_twin, furthest, lossy_ways, measured_drift, unmeasured
from workshop_tui.generation.record import Placing

CPU = Placing("cpu", "AMD EPYC", "float32")


def placed(**changes: object) -> Placing:
    return msgspec.structs.replace(CPU, **changes)


@pytest.mark.parametrize(
    ("settings", "placing", "ways", "hint"),
    [
        ({}, CPU, [], ""),
        ({"placement": "model-offload"}, placed(placement="model-offload"), [], ""),
        ({"speed": "fast"}, placed(speed="compiled"), ["compiled"], "--speed exact"),
        ({"block_cache": 0.1}, CPU, ["block cache 0.1"], "--block-cache 0"),
        ({"quantization": "auto"}, CPU, [], "--quantization none"),
        ({"quantization": "auto"}, placed(quantization="bnb-nf4"), ["bnb-nf4"], "--quantization none"),
        ({"precision": "fp16"}, placed(precision="float16"), ["fp16"], "--precision auto"),
    ],
)
def test_what_is_lossy_is_known_by_how_it_really_ran(make_run, settings, placing, ways, hint):
    run = make_run(placing=placing, **settings)
    assert lossy_ways(run) == ways
    assert hint in unmeasured(run)


def test_the_twin_is_the_same_picture_made_exactly(make_run):
    run = make_run(speed="compiled", placing=placed(speed="compiled"), picture="a.png")
    twin = make_run(picture="b.png")
    others = [
        make_run(seed=7, picture="c.png"),
        make_run(picture="d.png", outcome="cancelled"),
        make_run(picture=""),
        make_run(block_cache=0.1, picture="e.png"),
        make_run(picture="f.png", precision="bf16", placing=placed(precision="bfloat16")),
    ]
    assert exact_twin(run, [others[4], twin, *others]) is twin
    assert exact_twin(run, others) is others[4]
    assert exact_twin(run, others[:4]) is None


def test_pictures_are_compared_by_levels_and_pixels(make_run, tmp_path):
    base = Image.new("RGB", (10, 10), (100, 100, 100))
    base.save(tmp_path / "b.png")
    other = base.copy()
    other.putpixel((0, 0), (109, 100, 100))
    other.putpixel((0, 1), (108, 100, 100))
    other.save(tmp_path / "a.png")
    found = drift(tmp_path / "a.png", tmp_path / "b.png")
    assert found == Drift(pytest.approx(17 / 300), 0.01)
    assert found.words == "drift from exact: 0.06 of 255 levels on average; 1.0% of pixels by more than 8"
    run = make_run(speed="compiled", placing=placed(speed="compiled"), picture="a.png")
    assert measured_drift(run, [make_run(picture="b.png")], tmp_path) == found
    assert measured_drift(run, [make_run(picture="gone.png")], tmp_path) is None
    assert measured_drift(make_run(picture="a.png"), [make_run(picture="b.png")], tmp_path) is None


def test_other_sizes_are_not_compared(tmp_path):
    Image.new("RGB", (10, 10)).save(tmp_path / "a.png")
    Image.new("RGB", (10, 11)).save(tmp_path / "b.png")
    assert drift(tmp_path / "a.png", tmp_path / "b.png") is None


def test_the_picture_furthest_from_the_first_is_found_by_drift_or_else_by_sharpness(tmp_path):
    start, near, far, other, noisy, gone = (tmp_path / f"{name}.png" for name in "snfoxg")
    for path, level in ((start, 100), (near, 101), (far, 160)):
        Image.new("RGB", (16, 16), (level,) * 3).save(path)
    Image.new("RGB", (32, 32), (100,) * 3).save(other)
    Image.effect_noise((24, 24), 80).convert("RGB").save(noisy)
    assert furthest([start, near, far, noisy]) == far
    assert furthest([start, other, noisy, gone]) == noisy
    assert furthest([start, gone]) is None
    assert furthest([gone, start]) is None
