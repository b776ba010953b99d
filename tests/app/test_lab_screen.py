"""Modes 2 to 5 with the real worker, the real model and the real notebook."""

import tomllib

import pytest

from tests.app.conftest import screen_text, shows, wait_for
from workshop_tui.cli import main


@pytest.fixture(autouse=True)
def no_worker_left(home):
    yield
    with pytest.raises(SystemExit):
        main(["worker", "stop", "--drop"])


async def small_sweep(pilot):
    """Change the steps sweep to pictures that take a second."""
    await pilot.press("2")
    await shows(pilot, "Exercise 1: Parameter Experimentation · Steps")
    await pilot.press("e")
    await shows(pilot, "ctrl+r puts the lesson's values back")
    await pilot.press("tab", *["backspace"] * 12, *"2, 3")
    await pilot.press("tab", "tab", *["backspace"] * 8, *"256x256", "enter")
    await shows(pilot, "256x256, Euler, seed 42")


async def test_a_sweep_is_run_watched_noted_and_handed_in(open_app, home):
    async with open_app() as pilot:
        await small_sweep(pilot)
        await pilot.press("r")
        await shows(pilot, "run: 1 of 2")
        await wait_for(pilot, lambda: sum(run.outcome == "ok" for run in pilot.app.book.runs) == 2, 120)
        await shows(pilot, "▀▀▀▀▀▀▀▀▀▀")
        rows = [row for row in screen_text(pilot.app).splitlines() if "256x256" in row and "ok" in row]
        assert [row.split()[1] for row in rows] == ["2", "3"]

        await pilot.press("enter", "4", "tab", *"sharper, but the hands are odd", "escape", "down", "b")
        await wait_for(pilot, lambda: len(pilot.app.book.observations) == 3)
        runs = {run.settings.num_inference_steps: run.run_id for run in pilot.app.book.runs}

        await pilot.press("4", "s", "s", "o", *"fewer steps", "enter")
        await wait_for(pilot, lambda: "poor-quality" in pilot.app.book.checks)
        await pilot.press("5", "i", *"learn about [red]samplers", "enter")
        await shows(pilot, "1. learn about [red]samplers")

    folder = home / "data/profiles/ada"
    profile = tomllib.loads((folder / "optimization-profile.toml").read_text())
    answers = {answer["field"]: answer["answer"] for answer in profile["observations"]}
    assert answers == {"quality": "4", "differences": "sharper, but the hands are odd", "optimal": "3"}
    assert profile["good_settings"][0]["value"] == "3"
    assert profile["good_settings"][0]["runs"] == [runs[3]]
    assert {entry["run_id"] for entry in profile["measurements"]} == set(runs.values())
    assert profile["practice"] is True
    assert profile["improvements"] == ["learn about [red]samplers"]
    checklist = tomllib.loads((folder / "troubleshooting-checklist.toml").read_text())
    assert checklist["problems"][0]["state"] == "solved"
    assert checklist["problems"][0]["note"] == "fewer steps"
    assert len(checklist["problems"]) == 7


async def test_a_stopped_sweep_is_resumed_with_what_is_missing(open_app):
    async with open_app() as pilot:
        await small_sweep(pilot)
        await pilot.press("e", "tab", *["backspace"] * 12, *"2, 90", "enter")
        await pilot.press("r")
        await wait_for(pilot, lambda: bool(pilot.app.work.progress and pilot.app.work.progress.step > 3), 120)
        await pilot.press("x")
        await wait_for(pilot, lambda: not pilot.app.work.waiting, 10)
        await shows(pilot, "cancelled")
        assert [run.outcome for run in pilot.app.book.runs] == ["ok", "cancelled"]
        await pilot.press("e", "tab", *["backspace"] * 12, *"2, 4", "enter")
        await pilot.press("r")
        await wait_for(pilot, lambda: [run.outcome for run in pilot.app.book.runs].count("ok") == 2, 60)
        assert [run.settings.num_inference_steps for run in pilot.app.book.runs] == [2, 90, 4]


async def test_wrong_settings_are_explained_and_nothing_is_lost(open_app):
    async with open_app() as pilot:
        await small_sweep(pilot)
        await pilot.press("e", "tab", *["backspace"] * 12, *"2, 200", "enter")
        await shows(pilot, "steps: 200 is out of range")
        await pilot.press("escape")
        await shows(pilot, "Steps  1 of")
        assert "200" not in screen_text(pilot.app)


async def test_every_part_of_every_exercise_can_be_opened(open_app):
    async with open_app() as pilot:
        await pilot.press("2")
        for title in ("Guidance", "Resolution", "Samplers", "Determine maximum resolution without errors"):
            await pilot.press("n")
            await shows(pilot, title)
        await pilot.press("p")
        await shows(pilot, "Samplers")


async def test_the_monitor_works_without_a_gpu(open_app):
    async with open_app() as pilot:
        await pilot.press("3")
        await shows(pilot, "CPU use, the last two minutes")
        await shows(pilot, "RAM")
        await shows(pilot, "Worker")
