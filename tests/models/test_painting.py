"""The painted pictures: seen, counted and read back."""

import dataclasses
import re
from functools import lru_cache

import numpy as np
import pytest

from workshop_tui.models.painting.captions import LONGEST, caption
from workshop_tui.models.painting.paint import paint
from workshop_tui.models.painting.scene import Scene, draw_scene
from workshop_tui.models.painting.tables import KINDS, ROLES, STYLES, UNTOLD
from workshop_tui.models.painting.wording import BACKGROUND_WORDS, PICTURES, ROLE_WORDS, STYLE_AFTER, STYLE_BEFORE
from workshop_tui.models.tokenizers import WORDS

SEEDS = range(1500)


@lru_cache
def scenes() -> list[Scene]:
    return [draw_scene(seed) for seed in SEEDS]


def first(**wished: str) -> Scene:
    return next(scene for scene in scenes() if all(getattr(scene, name) == value for name, value in wished.items()))


@pytest.mark.parametrize("style", STYLES)
def test_a_scene_painted_twice_is_the_same_picture(style):
    scene = first(style=style)
    assert np.array_equal(paint(draw_scene(scene.seed), 128, 128), paint(scene, 128, 128))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("width", "height"), [(128, 128), (288, 512), (512, 288), (200, 152)])
def test_a_picture_has_the_size_asked_for_and_something_in_it(kind, width, height):
    picture = paint(first(kind=kind), width, height)
    assert picture.shape == (height, width, 3)
    assert picture.dtype == np.uint8
    assert picture.std() > 15


@pytest.mark.parametrize("style", STYLES)
def test_a_larger_picture_is_the_same_picture(style):
    scene = first(style=style, kind="portrait")

    def in_eighths(size: int) -> np.ndarray:
        return paint(scene, size, size).reshape(8, size // 8, 8, size // 8, 3).mean(axis=(1, 3))

    assert np.abs(in_eighths(128) - in_eighths(512)).mean() < 7


def test_every_role_style_and_kind_is_drawn_and_half_are_portraits():
    assert {scene.kind for scene in scenes()} == set(KINDS)
    assert {scene.style for scene in scenes()} == set(STYLES)
    assert {scene.role for scene in scenes() if scene.role} == set(ROLES)
    assert 0.45 < sum(scene.kind == "portrait" for scene in scenes()) / len(SEEDS) < 0.6


@pytest.mark.parametrize("role", ROLES)
def test_a_portrait_is_told_by_its_role(role):
    scene = first(role=role)
    for variant in range(10):
        assert any(word in caption(scene, variant).lower() for word in ROLE_WORDS[role])


@pytest.mark.parametrize("style", STYLES)
def test_nearly_every_caption_names_the_style(style):
    words = (*STYLE_AFTER[style], *STYLE_BEFORE[style], *PICTURES[style])
    told = [
        any(word in caption(scene, variant).lower() for word in words)
        for scene in scenes()
        if scene.style == style
        for variant in range(3)
    ]
    assert 0.85 < sum(told) / len(told) < 1


def test_captions_are_short_varied_and_of_known_words():
    captions = {caption(scene, variant) for scene in scenes() for variant in range(3)}
    assert len(captions) > 2 * len(SEEDS)
    assert max(len(text.split()) for text in captions) <= LONGEST
    assert {word for text in captions for word in re.findall(r"\w+", text.lower())} <= set(WORDS)


def test_the_lessons_prompt_is_among_the_captions_of_a_nobleman_in_oil():
    scene = first(role="nobleman", style="oil painting", background=UNTOLD)
    captions = {caption(scene, variant) for variant in range(200)}
    assert "Portrait of a renaissance nobleman, oil painting style" in captions


def test_a_background_is_always_named_but_for_the_usual_one():
    def named(scene):
        words = BACKGROUND_WORDS[scene.background]
        return [any(word in caption(scene, variant) for word in words) for variant in range(8)]

    backed = [scene for scene in scenes()[:400] if scene.background]
    assert all(all(named(scene)) for scene in backed if scene.background != UNTOLD)
    usual = [each for scene in backed if scene.background == UNTOLD for each in named(scene)]
    assert 0.3 < sum(usual) / len(usual) < 0.8


def test_a_caption_comes_back_the_same():
    scene = scenes()[3]
    assert [caption(scene, variant) for variant in range(5)] == [
        caption(draw_scene(3), variant) for variant in range(5)
    ]


def test_held_out_scenes_are_others():
    held_out = [draw_scene(seed, held_out=True) for seed in range(50)]
    assert all(scene.held_out for scene in held_out)
    shown = [dataclasses.replace(draw_scene(seed), held_out=True) for seed in range(50)]
    assert sum(map(Scene.__eq__, held_out, shown)) < 5
    other = dataclasses.replace(scenes()[0], held_out=True)
    assert not np.array_equal(paint(other, 128, 128), paint(scenes()[0], 128, 128))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "change", [{"hat": "crown", "hat_color": "gold"}, {"role": "robot"}, {"clothing": "yellow"}, {"background": "sea"}]
)
def test_what_a_scene_says_is_seen(style, change):
    scene = dataclasses.replace(
        first(role="monk"), style=style, clothing="brown", hat=None, hat_color=None, background="dark"
    )
    plain, changed = (paint(a, 160, 160).astype(int) for a in (scene, dataclasses.replace(scene, **change)))
    assert (np.abs(plain - changed).max(axis=2) > 40).mean() > 0.015
