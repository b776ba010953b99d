"""The search for a limit in the Lab, on a real worker."""

import pytest

from tests.app.conftest import expect_text, screen_text, wait_for

pytestmark = pytest.mark.kept_worker


async def go_to_batch(pilot):
    await pilot.press("2")
    await expect_text(pilot, "1 of 3")
    await pilot.press("p")
    await expect_text(pilot, "3 of 3")


async def test_a_search_goes_on_by_itself_until_its_result_stands_there(open_app, short_lesson):
    async with open_app(short_lesson, size=(120, 40)) as pilot:
        await go_to_batch(pilot)
        await expect_text(pilot, "r looks for it, one step a try")
        await pilot.press("r")
        await expect_text(pilot, "It is being looked for")
        await wait_for(pilot, lambda: not pilot.app.desk.hunts.name, 90)
        await expect_text(pilot, "Fits: ")
        shown = screen_text(pilot.app)
        assert "s a picture" in shown
        assert "█" in shown
        runs = pilot.app.book.runs
        assert {run.origin.sweep for run in runs} == {"batch"}
        assert all(not run.picture for run in runs if run.origin.is_try)
        assert any(run.picture for run in runs)


async def test_x_stops_it_and_r_goes_on_with_what_is_known(open_app, short_lesson):
    async with open_app(short_lesson) as pilot:
        await go_to_batch(pilot)
        await pilot.press("r")
        await wait_for(pilot, lambda: pilot.app.desk.hunts.name)
        await pilot.press("x")
        await wait_for(pilot, lambda: not pilot.app.desk.hunts.name and not pilot.app.work.waiting)
        made = {run.job_id for run in pilot.app.book.runs if run.outcome == "ok"}
        await pilot.press("r")
        await wait_for(pilot, lambda: not pilot.app.desk.hunts.name and len(pilot.app.book.runs) > len(made), 90)
        tried = [run.origin.cell for run in pilot.app.book.runs if run.origin.is_try and run.outcome == "ok"]
        jobs = {run.job_id for run in pilot.app.book.runs if run.origin.is_try and run.outcome == "ok"}
        assert len(set(tried)) == len(jobs)
