"""The ladder of Exercise 2 in the Lab: its verdict, and the presets that come of it."""

import msgspec

from tests.app.conftest import expect_text, wait_for
from workshop_tui.exercises.blind import PREFIX
from workshop_tui.exercises.registry import find_part
from workshop_tui.exercises.sweeps import lesson_setup
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.presets import Presets
from workshop_tui.generation.record import Timing
from workshop_tui.notebook.entries import Observation
from workshop_tui.notebook.run_table import SHORT
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths


def climb(deep_dive, make_run, stars):
    """Write a ladder's pictures and their blind ratings into the learner's notebook."""
    mine = find_paths().learner("ada")
    notebook = Notebook(mine.notebook, mine.pictures)
    settings = lesson_setup(find_part(deep_dive, "hardware", "fastest"), BUILT_IN).settings
    for steps, given in stars.items():
        run = make_run("hardware", "fastest", seconds=Timing(denoise=steps / 10))
        notebook.add_run(
            msgspec.structs.replace(run, settings=msgspec.structs.replace(settings, num_inference_steps=steps))
        )
        rating = f"{given}/5, seen here, run {run.run_id[:SHORT]}"
        notebook.observe("flux-deep-dive", Observation("hardware", "fastest", f"{PREFIX}{steps}", rating))
    notebook.close()


async def go_to_ladder(pilot):
    await pilot.press("2", *"nnnnn")
    await expect_text(pilot, "6 of 12")


async def told(pilot, text):
    await wait_for(pilot, lambda: any(text in notice.message for notice in pilot.app._notifications))


async def test_a_rated_ladder_becomes_three_presets(open_app, deep_dive, make_run, home):
    climb(deep_dive, make_run, {4: 2, 8: 3, 12: 4, 20: 5, 28: 5})
    async with open_app(size=(120, 40)) as pilot:
        await go_to_ladder(pilot)
        await expect_text(pilot, "Fastest acceptable so far: 8 steps: 3/5, 0.8 s in 1")
        await pilot.press("s")
        await expect_text(pilot, "preview 8 steps, guidance 3.5; balanced 12 steps")
        await pilot.press("enter")
        await told(pilot, "Kept: preview, balanced, best.")
    kept = Presets.of(find_paths().learner("ada")).mine()
    assert {preset.name: preset.steps for preset in kept} == {"preview": 8, "balanced": 12, "best": 20}


async def test_three_equal_presets_are_said_to_be_so(open_app, deep_dive, make_run, home):
    climb(deep_dive, make_run, {4: 2, 8: 4, 12: 4, 20: 4})
    async with open_app(size=(120, 40)) as pilot:
        await go_to_ladder(pilot)
        await pilot.press("s")
        await expect_text(pilot, "All are 8 steps, guidance 3.5: nothing slower was")


async def test_before_two_rungs_are_rated_acceptable_there_are_none(open_app, deep_dive, make_run, home):
    climb(deep_dive, make_run, {4: 2, 8: 4})
    async with open_app(size=(120, 40)) as pilot:
        await go_to_ladder(pilot)
        await pilot.press("s")
        await told(pilot, "rate two of its rungs acceptable first")
    assert not Presets.of(find_paths().learner("ada")).mine()


async def test_the_part_that_sums_up_shows_what_was_found_and_keeps_presets(open_app, deep_dive, make_run, home):
    climb(deep_dive, make_run, {4: 2, 8: 3, 12: 4})
    async with open_app(size=(120, 40)) as pilot:
        await pilot.press("2", *"nnnnnnn")
        await expect_text(pilot, "8 of 12")
        await expect_text(pilot, "What the other parts have found:")
        await expect_text(pilot, "Fastest acceptable so far: 8 steps")
        await pilot.press("s", "enter")
        await told(pilot, "Kept: preview, balanced, best.")
