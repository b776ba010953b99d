"""The card before the class: filled in, changed with a key, and what it says on return."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.app.test_preparation import put
from workshop_tui.config import user_file
from workshop_tui.generation.found_models import find_models
from workshop_tui.notebook.store import Notebook


async def test_it_is_filled_in_and_says_why(open_app):
    async with open_app(begin=False) as pilot:
        await expect_text(pilot, "Learner   ada")
        await expect_text(pilot, "Model     practice model small-flux (built in)")
        assert "no FLUX.1 is on this machine" in " ".join(screen_text(pilot.app).split())
        await expect_text(pilot, "Schedule  own pace")


async def test_the_site_s_schedule_holds_the_first_time(open_app):
    from workshop_tui.lesson.schedule import parse_schedule

    async with open_app(begin=False, usual_schedule=parse_schedule("fit 150")) as pilot:
        await expect_text(pilot, "Schedule  shortened to 150 minutes in all")
        await pilot.press("enter")
    async with open_app(begin=False) as pilot:
        await expect_text(pilot, "Schedule  shortened to 150 minutes in all")


async def test_another_name_opens_another_notebook(open_app):
    async with open_app(begin=False) as pilot:
        await pilot.press("n")
        await expect_text(pilot, "Whose notebook?")
        await pilot.press("ctrl+u", *"eve", "enter")
        await wait_for(pilot, lambda: pilot.app.return_value is not None)
        assert pilot.app.return_value.learner.name == "eve"
        assert pilot.app.return_value.learner.root.name == "eve"
    async with open_app(begin=False) as pilot:  # nothing is there of that name yet
        await expect_text(pilot, "Learner   ada")
        assert "chosen here last" not in screen_text(pilot.app)
    eve = pilot.app.desk.paths.learner("eve")
    Notebook(eve.notebook, eve.pictures).close()
    async with open_app(begin=False) as pilot:
        await expect_text(pilot, "n opens the notebook of eve, chosen here last")
        await pilot.press("n")
        await expect_text(pilot, "Whose notebook?")
        await pilot.press("enter")
        await wait_for(pilot, lambda: pilot.app.return_value is not None)
        assert pilot.app.return_value.learner.name == "eve"


async def test_a_name_that_cannot_be_is_mended_in_place(open_app):
    async with open_app(begin=False) as pilot:
        await pilot.press("n")
        await expect_text(pilot, "Whose notebook?")
        await pilot.press("ctrl+u", "enter")
        await expect_text(pilot, "The learner's name is empty.")
        await pilot.press("escape")
        await expect_text(pilot, "Learner   ada")


async def test_models_are_chosen_among_those_that_are_here(open_app, tmp_path, home):
    torn = tmp_path / "models" / "torn"
    torn.mkdir(parents=True)
    (torn / "model_index.json").write_text('{"_class_name": "FluxPipeline"}')
    user_file().parent.mkdir(parents=True)
    user_file().write_text(f'model_folders = ["{torn.parent}"]\n')
    trouble = find_models().models[1].trouble
    async with open_app(begin=False) as pilot:
        await pilot.press("m")
        await expect_text(pilot, "Which model?")
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: any(trouble in note.message for note in pilot.app._notifications))
        assert pilot.app.model == "small-flux"


async def test_on_return_it_says_what_was_made_meanwhile(open_app, make_run):
    async with open_app() as pilot:
        await pilot.press("n")
    later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    put(make_run(started="2026-01-31T14:00:00+00:00"))
    put(make_run(started=later))
    put(make_run(started=later, outcome="failed"))
    async with open_app(begin=False) as pilot:
        await expect_text(pilot, "You were in Part 1")
        await expect_text(pilot, "this lesson and 0 observations.")
        await expect_text(pilot, "Made while you were away: 1 picture, 1 without success.")


async def test_a_searchs_try_is_not_called_a_picture(open_app, make_run):
    async with open_app() as pilot:
        await pilot.press("n")
    later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    run = make_run("hardware", "batch", started=later)
    put(replace(run, origin=replace(run.origin, is_try=True)))
    async with open_app(begin=False) as pilot:
        await expect_text(pilot, "lesson (with 1 try of a search) and")
        await expect_text(pilot, "Made while you were away: 1 try of a search.")


@pytest.mark.parametrize("model", ["nobody/here", "/etc"])
async def test_the_model_of_last_time_is_taken_again_if_it_is_still_there(open_app, model):
    async with open_app(begin=False) as pilot:
        await expect_text(pilot, "Model     practice")
        await pilot.app.desk.keep("model", model)
    async with open_app(begin=False) as pilot:
        await expect_text(pilot, "Model     practice model small-flux")
        await expect_text(pilot, "Your last model cannot be taken: ")
        assert model in screen_text(pilot.app)
