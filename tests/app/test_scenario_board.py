"""A scenario in the Lab: its bad start, what was tried since, measured facts, and a ladder of hints."""

import io
import re

import msgspec
import pytest
from PIL import Image, ImageFilter

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.app.test_preparation import put
from workshop_tui.exercises.registry import find_part
from workshop_tui.exercises.sweeps import lesson_setup
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.record import Timing
from workshop_tui.notebook.store import Notebook


def picture(blur):
    """A PNG of noise, blurred by so many pixels."""
    file = io.BytesIO()
    Image.effect_noise((64, 64), 90).convert("RGB").filter(ImageFilter.GaussianBlur(blur)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def quality(deep_dive, make_run):
    """Make a run of the scenario Quality: its start, with settings changed."""
    part = find_part(deep_dive, "troubleshooting", "quality")

    def make(blur, **changes):
        settings = msgspec.structs.replace(lesson_setup(part, BUILT_IN).settings, **changes)
        run = msgspec.structs.replace(
            make_run("troubleshooting", "quality", seconds=Timing(denoise=2)), settings=settings
        )
        put(run, picture(blur))

    return make


async def open_quality(pilot):
    await pilot.press("2")
    await expect_text(pilot, "Exercise 1: Parameter Experimentation · Steps")
    await pilot.press(*"nnnnnnnnn")
    await expect_text(pilot, "Goal: Fix blurry outputs")


def told(pilot):
    """All that stands beside the picture, seen or scrolled away."""
    from textual.widgets import Static

    return "\n".join(str(static.render()) for static in pilot.app.screen.query("#fields Static").results(Static))


async def test_an_untouched_scenario_says_how_it_begins_and_gives_hints_one_by_one(open_app, home):
    async with open_app() as pilot:
        await open_quality(pilot)
        text = screen_text(pilot.app)
        assert "4 steps, guidance 1, 512x512" in text
        assert "It starts from a bad state: r makes it" in told(pilot)
        assert "i shows a hint (4 left)." in told(pilot)
        assert "Increase steps" not in told(pilot)
        await pilot.press("i")
        await expect_text(pilot, "Hint 1: Increase steps")
        assert "i shows one more hint (3 left)." in told(pilot)
    async with open_app() as pilot:  # what was asked for is kept
        await pilot.press("2")
        await wait_for(pilot, lambda: "Hint 1: Increase steps (try 35-45)" in told(pilot))
        await pilot.press(*"iii")
        await wait_for(pilot, lambda: "i shows what a good solution looks like." in told(pilot))
        await pilot.press("i")
        await wait_for(pilot, lambda: "A good solution: 25 steps or more" in told(pilot))


async def test_a_sharper_picture_solves_it_and_the_facts_are_shown(open_app, home, quality):
    quality(3)
    quality(3, num_inference_steps=28)
    async with open_app() as pilot:
        await open_quality(pilot)
        await wait_for(pilot, lambda: "✗" in told(pilot))
        assert "Not solved yet" in told(pilot)
        assert "sharpness" in told(pilot)
        await pilot.press("o")
        await expect_text(pilot, "Can you see a difference?")
        await pilot.press("y", "tab", "tab", *"gave up", "escape")
        await wait_for(pilot, lambda: "Not solved, and handed in so" in told(pilot))
        await expect_text(pilot, "10 of 12 ✓")
    quality(0, num_inference_steps=28, guidance_scale=3.5)
    async with open_app() as pilot:
        await pilot.press("2")
        await wait_for(pilot, lambda: "✓ Solved. Write below what worked." in told(pilot))
        assert "A good solution: 25 steps or more" in told(pilot)
        start, best = map(float, re.search(r"✓ sharpness: ([\d.]+) → ([\d.]+)", told(pilot)).groups())
        assert best > 1.2 * start


async def test_words_alone_do_not_tick_a_series_without_pictures(open_app):
    async with open_app() as pilot:
        await pilot.press("2", *"nnnnnnnnnnn")
        await expect_text(pilot, "12 of 12")
        await pilot.press("o", "tab", "tab", *"one style", "escape")
        await wait_for(pilot, lambda: any(seen.value == "one style" for seen in pilot.app.book.observations))
        assert "✓" not in screen_text(pilot.app).splitlines()[1]
        assert "Solved" not in told(pilot)


async def test_a_better_rating_is_asked_for_where_one_is_given(open_app, home, quality):
    quality(3)
    quality(0, num_inference_steps=28)
    async with open_app() as pilot:
        await open_quality(pilot)
        await wait_for(pilot, lambda: "✓ Solved" in told(pilot))
        await pilot.press("o")
        await expect_text(pilot, "Can you see a difference?")
        await pilot.press("y", "4", "enter", "4", "enter")
        await wait_for(pilot, lambda: "Not solved yet" in told(pilot))
        await pilot.press("escape", "o", "ctrl+u", "2", "enter")
        await wait_for(pilot, lambda: "✓ Solved" in told(pilot))


async def test_a_picture_that_is_gone_is_not_measured(open_app, home, quality):
    from workshop_tui.paths import find_paths

    quality(3)
    quality(0, num_inference_steps=28)
    learner = find_paths().learner()
    notebook = Notebook(learner.notebook, learner.pictures)
    (learner.pictures / notebook.runs()[-1].picture).unlink()
    notebook.close()
    async with open_app() as pilot:
        await open_quality(pilot)
        await wait_for(pilot, lambda: "sharpness" in told(pilot))
        await pilot.pause(0.5)
        assert "Not solved yet" in told(pilot)
