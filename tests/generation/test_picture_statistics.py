"""Sharpness and likeness, on pictures that the project's own painter paints."""

import dataclasses

import pytest
from PIL import Image, ImageFilter

from workshop_tui.generation.picture_statistics import likeness, sharpness
from workshop_tui.models.painting.paint import paint
from workshop_tui.models.painting.scene import draw_scene


@pytest.fixture
def save(tmp_path):
    def write(picture, name):
        path = tmp_path / f"{name}.png"
        picture.save(path)
        return path

    return write


@pytest.fixture
def portrait(save):
    picture = Image.fromarray(paint(draw_scene(3), 512, 512))
    return save(picture, "portrait")


def test_blur_and_fewer_pixels_are_less_sharp(portrait, save):
    picture = Image.open(portrait)
    whole = sharpness(portrait)
    blurred = sharpness(save(picture.filter(ImageFilter.GaussianBlur(2)), "blurred"))
    small = sharpness(save(picture.resize((128, 128)), "small"))
    assert blurred < whole / 2
    assert small < whole
    assert sharpness(save(Image.new("RGB", (64, 64), "red"), "red")) == 0


def test_one_style_holds_four_scenes_together_better_than_four_styles(save):
    scenes = [draw_scene(seed) for seed in (3, 5, 8, 13)]
    names = list(dict.fromkeys(draw_scene(seed).style for seed in range(200)))[:4]

    def painted(styles, kind):
        return [
            save(Image.fromarray(paint(dataclasses.replace(scene, style=style), 256, 256)), f"{kind}-{place}")
            for place, (scene, style) in enumerate(zip(scenes, styles, strict=True))
        ]

    one, four = likeness(painted(names[:1] * 4, "one")), likeness(painted(names, "four"))
    assert one.texture < four.texture
    assert 0 <= one.palette <= 1


def test_the_same_picture_is_no_step_apart_and_black_from_white_all_the_way(portrait, save):
    same = likeness([portrait, portrait])
    assert (same.palette, same.texture) == (0, 0)
    apart = likeness([save(Image.new("RGB", (9, 9), color), color) for color in ("black", "white")])
    assert (apart.palette, apart.texture) == (1, 0)


def test_what_cannot_be_read_has_no_figures(portrait, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n")
    assert sharpness(broken) is None
    assert sharpness(tmp_path / "missing.png") is None
    assert likeness([portrait, broken]) is None
