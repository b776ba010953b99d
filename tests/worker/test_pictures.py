"""Pictures tell how they were made, to this program and to others."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from workshop_tui.errors import UserError
from workshop_tui.generation.record import ModelInfo, Run
from workshop_tui.worker.pictures import encode_png, parameters_text, pixels_sha256, read_label

MODEL = ModelInfo("small-flux (built in)", "built-in", True, "small-flux", 32, 6_591_659, "1")


@pytest.fixture
def picture() -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 96, 3), dtype=np.uint8))


def run_of(settings) -> Run:
    return Run("ab" * 16, "cd" * 16, settings, "ok", "2026-11-24T05:43:33+00:00", MODEL, pixels_sha256="ef" * 32)


@pytest.mark.parametrize(
    "prompt",
    ["a cat", "Löwe, façade", "猫 😀👩‍🚀", 'two\nlines, "quoted"\\ and: Steps: 3', "x" * 10_000],
)
def test_settings_come_back_from_the_file(picture, settings, tmp_path, prompt):
    run = run_of(settings(prompt, guidance_scale=3.25, seed=2**32 - 1))
    path = tmp_path / "p.png"
    path.write_bytes(encode_png(picture, run))
    assert read_label(path).settings == run.settings
    label = read_label(path)
    assert (label.run_id, label.job_id, label.outcome, label.model) == (run.run_id, run.job_id, "ok", MODEL)
    with Image.open(path) as read:
        assert pixels_sha256(read) == pixels_sha256(picture)
        assert read.text["parameters"].startswith(prompt + "\nSteps: 3, ")
        assert json.loads(read.text["workshop-tui"])["settings"]["prompt"] == prompt


def test_the_parameters_are_forges(settings):
    text = parameters_text(settings("a cat", guidance_scale=3.5, width=512, height=768), MODEL)
    assert text.startswith(
        "a cat\nSteps: 3, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 42, "
        "Size: 512x768, Model: small-flux (built in), Version: workshop-tui "
    )


def test_samplers_are_called_as_other_tools_call_them(settings):
    assert "Sampler: DPM++ 2M, " in parameters_text(settings(sampler="dpm++"), MODEL)


def test_a_value_with_a_comma_is_quoted(settings):
    model = ModelInfo("my, model", "folder", False, "FLUX.1 [dev]", 16, 1)
    assert 'Model: "my, model", Version' in parameters_text(settings(), model)


def test_equal_pixels_have_equal_hashes_whatever_the_text(picture, settings):
    one, other = (encode_png(picture, run_of(settings(prompt))) for prompt in ("a", "b"))
    assert one != other
    assert pixels_sha256(Image.open(io.BytesIO(one))) == pixels_sha256(Image.open(io.BytesIO(other)))
    changed = picture.copy()
    changed.putpixel((0, 0), (1, 2, 3))
    assert pixels_sha256(changed) != pixels_sha256(picture)


def chunk(text: str) -> bytes:
    info = PngInfo()
    info.add_text("workshop-tui", text)
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG", pnginfo=info)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no picture", "cannot be read as a PNG"),
        (b"", "cannot be read as a PNG"),
        (chunk("{"), "cannot be read"),
        (chunk('{"format": 1}'), "missing required field"),
    ],
)
def test_other_files_are_refused(tmp_path, content, words):
    path = tmp_path / "x.png"
    path.write_bytes(content)
    with pytest.raises(UserError, match=words):
        read_label(path)
    with pytest.raises(UserError):
        read_label(tmp_path / "none.png")


def test_a_strange_png_and_a_cut_one(tmp_path, picture, settings):
    path: Path = tmp_path / "x.png"
    picture.save(path)
    with pytest.raises(UserError, match="does not say how it was made"):
        read_label(path)
    path.write_bytes(encode_png(picture, run_of(settings()))[:-4000])
    with pytest.raises(UserError):
        read_label(path)
