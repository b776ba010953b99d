"""All pictures of Exercise 1 with one key, ahead of the section."""

import msgspec

from tests.app.conftest import expect_text, screen_text, wait_for
from workshop_tui.exercises import sweeps
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.record import Timing
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths


def put(run, picture=b""):
    mine = find_paths().learner("ada")
    notebook = Notebook(mine.notebook, mine.pictures)
    notebook.add_run(run, picture)
    notebook.close()


async def go_to_part_2(pilot):
    await pilot.press("n", "n")
    await expect_text(pilot, "a  makes all of Exercise 1 now")


async def test_it_is_offered_from_part_2_on_and_not_before(open_app):
    async with open_app() as pilot:
        assert "makes all" not in screen_text(pilot.app)
        await go_to_part_2(pilot)
        await expect_text(pilot, "a  makes all of Exercise 1 now: 14 pictures, time known after the first")


async def test_one_key_asks_for_all_and_the_line_says_so(open_app):
    async with open_app() as pilot:
        await go_to_part_2(pilot)
        await pilot.app.desk.pictures.attach()
        await pilot.app.desk.pictures.pause(True)  # none of them ends while they are looked at
        await pilot.press("a")
        await wait_for(pilot, lambda: len(pilot.app.work.waiting) == 14)
        await expect_text(pilot, "Exercise 1 is being made: 14 pictures")
        sweeps = [pilot.app.desk.pictures.asked[run_id].origin.sweep for run_id in pilot.app.work.waiting]
        assert sweeps == ["steps"] * 3 + ["guidance"] * 3 + ["resolution"] * 3 + ["samplers"] * 5
        await pilot.press("a")  # asking again asks for nothing twice
        await pilot.pause(0.5)
        assert len(pilot.app.work.waiting) == 14
        await pilot.app.desk.pictures.stop()
        await wait_for(pilot, lambda: not pilot.app.work.waiting)


async def test_where_time_is_short_a_smaller_set_is_offered(open_app, make_run, home):
    put(make_run(num_inference_steps=10, seconds=Timing(denoise=400.0, decode=1.0)))
    async with open_app() as pilot:
        await go_to_part_2(pilot)
        await expect_text(pilot, "but Part 5 is ")
        await pilot.press("a")
        await expect_text(pilot, "A smaller set of ")
        assert "without " in screen_text(pilot.app)
        await pilot.press("enter")
        await wait_for(pilot, lambda: pilot.app.work.waiting)
        await wait_for(pilot, lambda: any("smaller set" in n.message for n in pilot.app._notifications))
        assert 0 < len(pilot.app.work.waiting) < 13
        kept = await pilot.app.desk.kept("left-out:flux-deep-dive:parameters", list[str])
        assert "guidance/7" in kept
        await pilot.app.desk.pictures.stop()
        await wait_for(pilot, lambda: not pilot.app.work.waiting)


async def test_a_set_of_no_pictures_is_not_offered(open_app, make_run, deep_dive):
    for part in sweeps.parts(deep_dive.exercise("parameters")):
        asked = sweeps.asked_settings(part, sweeps.lesson_setup(part, BUILT_IN), BUILT_IN)
        for settings in (asked[0], asked[-1]):
            run = make_run(sweep=part.id, seconds=Timing(denoise=90000.0))
            put(msgspec.structs.replace(run, settings=settings))
    async with open_app() as pilot:
        await go_to_part_2(pilot)
        await pilot.press("a")
        await expect_text(pilot, "Nothing now")
        assert "A smaller set" not in screen_text(pilot.app)
        await pilot.press("escape")


async def test_nothing_is_made_where_nothing_is_chosen(open_app, make_run, home):
    put(make_run(num_inference_steps=10, seconds=Timing(denoise=400.0, decode=1.0)))
    async with open_app() as pilot:
        await go_to_part_2(pilot)
        await pilot.press("a")
        await expect_text(pilot, "A smaller set of ")
        await pilot.press("escape")
        await pilot.pause()
        assert not pilot.app.work.waiting


async def test_the_lab_marks_what_was_left_out_until_it_is_made(open_app, make_run, home):
    put(make_run(num_inference_steps=10, seconds=Timing(denoise=400.0, decode=1.0)))
    async with open_app() as pilot:
        await go_to_part_2(pilot)
        await pilot.press("2")
        await expect_text(pilot, "Steps  1 of")
        await pilot.press("n")
        await expect_text(pilot, "Guidance  2 of")
        assert "left out" not in screen_text(pilot.app)
        await pilot.press("a")
        await expect_text(pilot, "A smaller set of ")
        await pilot.press("enter")
        await expect_text(pilot, "left out for time; r makes it")
        await pilot.press("r")  # the others of this part may be in line already
        await wait_for(pilot, lambda: "left out" not in screen_text(pilot.app))
        asked = pilot.app.desk.pictures.asked
        in_line = [asked[run_id] for run_id in pilot.app.work.waiting if asked[run_id].origin.sweep == "guidance"]
        assert sorted(item.settings.guidance_scale for item in in_line) == [3.0, 7.0, 12.0]
        await pilot.app.desk.pictures.stop()
        await wait_for(pilot, lambda: not pilot.app.work.waiting)
