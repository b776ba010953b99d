"""What may be made out of an earlier picture, and what is said where it may not."""

import io
import struct

import pytest
from PIL import Image

from workshop_tui.errors import UserError
from workshop_tui.generation.record import ModelInfo, Rework
from workshop_tui.generation.rework import (
    LARGEST_SOURCE,
    check_source,
    final_item,
    png_size,
    read_source,
    refined_item,
    scaled_size,
)


def png(width=512, height=512):
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def make_run(make_run):
    """Make runs of a model whose sides are multiples of 32 px, whatever the built-in one's are."""
    model = ModelInfo("other-flux", "folder", False, "FLUX.1 [dev]", 32, 5_000_000)
    return lambda **changes: make_run(model=model, **changes)


@pytest.fixture
def preview(make_run):
    return make_run(picture="p.png")


def test_a_final_picture_differs_in_steps_alone_and_belongs_where_the_preview_does(preview):
    item = final_item(preview, 45)
    assert item.settings.num_inference_steps == 45
    changed = {name for name in item.settings.__struct_fields__ if getattr(item.settings, name) != getattr(preview.settings, name)}  # fmt: skip  # noqa: E501
    assert changed == {"num_inference_steps"}
    assert (item.origin, item.rework) == (preview.origin, Rework("final", preview.run_id))
    assert item.run_id != preview.run_id


@pytest.mark.parametrize("steps", [0, 9, 10, 101])
def test_a_final_picture_has_more_steps(preview, steps):
    with pytest.raises(UserError, match="steps"):
        final_item(preview, steps)


def test_a_refined_picture_is_not_made_final(make_run):
    refined = make_run(picture="p.png", rework=Rework("refined", "a" * 32, 0.35))
    with pytest.raises(UserError, match="was refined out of another picture"):
        final_item(refined, 45)


def test_a_run_without_a_picture_is_no_source(make_run):
    failed = make_run(outcome="out-of-memory")
    with pytest.raises(UserError, match=r"no picture \(out-of-memory\)"):
        final_item(failed, 45)
    with pytest.raises(UserError, match="no picture"):
        refined_item(failed, (1024, 1024), 0.35)


def test_a_refined_picture_is_larger_and_otherwise_the_same(preview):
    item = refined_item(preview, (1024, 1024), 0.35)
    s = item.settings
    assert (s.size, s.num_inference_steps, s.seed, s.guidance_scale) == ("1024x1024", 10, 42, 3.5)
    assert item.rework == Rework("refined", preview.run_id, 0.35)
    assert item.forwards == 4
    assert refined_item(preview, (1024, 1024), 0.35, 28).forwards == 10


@pytest.mark.parametrize(
    ("size", "strength", "words"),
    [
        ((512, 512), 0.35, "512x512 is not larger"),
        ((256, 256), 0.35, "not larger"),
        ((1000, 1000), 0.35, "multiple of 32"),
        ((1024, 512), 0.35, "other proportions"),
        ((8192, 8192), 0.35, "4096"),
        ((1024, 1024), 0.0, "strength: 0 is out of range"),
        ((1024, 1024), 1.0, "strength"),
        ((1024, 1024), float("nan"), "strength"),
    ],
)
def test_what_cannot_be_refined_is_said(preview, size, strength, words):
    with pytest.raises(UserError, match=words):
        refined_item(preview, size, strength)


@pytest.mark.parametrize(
    ("of", "scale", "size"),
    [((512, 512), 2, (1024, 1024)), ((512, 512), 1.5, (768, 768)), ((512, 512), 1.9, (960, 960)),
     ((576, 320), 1.3, (736, 416)), ((96, 64), 1.01, (96, 64))],
)  # fmt: skip
def test_a_scale_is_brought_to_the_models_unit(make_run, of, scale, size):
    run = make_run(picture="p.png", width=of[0], height=of[1])
    assert scaled_size(run, scale) == size
    if size != of:
        assert refined_item(run, size, 0.35).settings.size == f"{size[0]}x{size[1]}"


@pytest.mark.parametrize("scale", [1, 0.5, -2, 9, float("nan"), float("inf")])
def test_a_scale_that_does_not_enlarge_or_too_much_is_refused(preview, scale):
    with pytest.raises(UserError, match="scale"):
        scaled_size(preview, scale)


def test_the_source_is_read_from_disk_and_must_be_what_the_run_made(preview, tmp_path):
    path = tmp_path / "p.png"
    with pytest.raises(UserError, match=r"is gone: .*p\.png"):
        read_source(preview, tmp_path)
    path.write_bytes(png())
    assert read_source(preview, tmp_path) == png()
    path.write_bytes(b"JFIF")
    with pytest.raises(UserError, match="no PNG"):
        read_source(preview, tmp_path)
    path.write_bytes(png(256, 512))
    with pytest.raises(UserError, match=r"has 256x512 px, run .* made 512x512"):
        read_source(preview, tmp_path)
    with path.open("wb") as file:
        file.truncate(LARGEST_SOURCE + 1)
    with pytest.raises(UserError, match="too large"):
        read_source(preview, tmp_path)


def test_an_engine_looks_at_what_it_is_sent(preview):
    item = refined_item(preview, (1024, 1024), 0.35)
    check_source(item, png())
    for data, words in (
        (b"", "no PNG"),
        (png()[:20], "no PNG"),
        (png(2048, 2048), "2048x2048 px, more than the 1024x1024"),
        (png()[:16] + struct.pack(">II", 0, 512) + png()[24:], "0x512"),
        (b"x" * (LARGEST_SOURCE + 1), "bytes"),
    ):
        with pytest.raises(UserError, match=words):
            check_source(item, data)
    assert png_size(png(640, 480)) == (640, 480)
