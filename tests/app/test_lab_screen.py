"""Modes 2 to 5 with the real worker, the real model and the real notebook."""

import asyncio
import os
import signal
import subprocess
import sys
import tomllib

import pytest

from tests.app.conftest import expect_text, screen_text, wait_for
from workshop_tui.cli import main
from workshop_tui.errors import WorkshopError
from workshop_tui.exercises.part import place_of
from workshop_tui.exercises.registry import all_parts
from workshop_tui.generation.spool import Spool
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths

pytestmark = pytest.mark.kept_worker


async def small_sweep(pilot):
    """Change the steps sweep to pictures that take a second."""
    await pilot.press("2")
    await expect_text(pilot, "Exercise 1: Parameter Experimentation · Steps")
    await pilot.press("e")
    await expect_text(pilot, "ctrl+r Lesson's values")
    await pilot.press("tab", "ctrl+u", *"2, 3")
    await pilot.press("tab", "tab", "ctrl+u", *"256x256", "enter")
    await expect_text(pilot, "256x256, Euler, seed 42")


async def test_a_sweep_is_run_watched_noted_and_handed_in(open_app, home):
    async with open_app() as pilot:
        await small_sweep(pilot)
        await pilot.press("r")
        await wait_for(pilot, lambda: sum(run.outcome == "ok" for run in pilot.app.book.runs) == 2, 120)
        await expect_text(pilot, "▀")
        rows = [row for row in screen_text(pilot.app).splitlines() if "256x256" in row and "ok" in row]
        assert [row.split()[1] for row in rows] == ["2", "3"]

        await pilot.press("enter")
        await expect_text(pilot, "Can you see a difference?")
        await pilot.press("y", "4", "tab", *"sharper, but the hands are odd", "escape", "down", "b")
        await wait_for(pilot, lambda: len(pilot.app.book.observations) == 4)
        runs = {run.settings.num_inference_steps: run.run_id for run in pilot.app.book.runs}

        await pilot.press("4", "s", "s", "o", *"fewer steps", "enter")
        await wait_for(pilot, lambda: "poor-quality" in pilot.app.book.checks)
        await pilot.press("5", "i", "enter", *"learn about [red]samplers", "enter")
        await expect_text(pilot, "1. learn about [red]samplers")

    folder = home / "data/profiles/ada"
    profile = tomllib.loads((folder / "optimization-profile.toml").read_text())
    answers = {answer["field"]: answer["answer"] for answer in profile["observations"]}
    seen = answers.pop("seen:quality")
    assert seen.startswith("seen as half-blocks, ")
    assert " cells in " in seen
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
        await pilot.press("e", "tab", "ctrl+u", *"2, 90", "tab", "tab", "ctrl+u", *"768x768", "enter")
        await pilot.press("r")

        def in_the_second():
            work = pilot.app.work
            return work.done == 1 and work.progress is not None and work.progress.step > 3

        await wait_for(pilot, in_the_second, 120)
        await pilot.press("x")
        await wait_for(pilot, lambda: not pilot.app.work.waiting)
        await expect_text(pilot, "cancelled")
        assert [run.outcome for run in pilot.app.book.runs] == ["ok", "cancelled"]
        await pilot.press("e", "tab", "ctrl+u", *"2, 4", "enter")
        await pilot.press("r")
        await wait_for(pilot, lambda: [run.outcome for run in pilot.app.book.runs].count("ok") == 2, 60)
        assert [run.settings.num_inference_steps for run in pilot.app.book.runs] == [2, 90, 4]


async def test_wrong_settings_are_explained_and_nothing_is_lost(open_app):
    async with open_app() as pilot:
        await small_sweep(pilot)
        await pilot.press("e", "tab", "ctrl+u", *"2, 200", "enter")
        await expect_text(pilot, "steps: 200 is out of range")
        await pilot.press("escape")
        await expect_text(pilot, "Steps  1 of")
        assert "200" not in screen_text(pilot.app)


async def test_every_part_of_every_exercise_can_be_opened(open_app, shipped_lesson):
    async with open_app(shipped_lesson) as pilot:
        parts = all_parts(pilot.app.lesson)
        await pilot.press("2")
        for part in parts:
            await expect_text(pilot, f"· {part.title}  {place_of(part, parts)}")
            await pilot.press("n")
        await expect_text(pilot, f"· {parts[0].title}  1 of ")  # after the last comes the first again
        await pilot.press("p")
        await expect_text(pilot, f"· {parts[-1].title}")


async def test_the_pictures_of_the_first_exercise_s_first_part_are_made(open_app, shipped_lesson):
    async with open_app(shipped_lesson) as pilot:
        part = all_parts(pilot.app.lesson)[0]
        await pilot.press("2")
        await expect_text(pilot, part.title)
        await pilot.press("r")
        await wait_for(pilot, lambda: len(part.good_runs(pilot.app.book.runs)) == len(part.sweep.axis.values), 120)
        await expect_text(pilot, "▀")
        assert [run.shortage for run in pilot.app.book.runs] == [None] * len(part.sweep.axis.values)
        await pilot.press("5")
        await expect_text(pilot, "PRACTICE")


async def test_the_monitor_works_without_a_gpu(open_app):
    async with open_app() as pilot:
        await pilot.press("3")
        await expect_text(pilot, "2 min ago")
        await expect_text(pilot, "RAM")
        await expect_text(pilot, "Worker")


async def test_what_a_command_writes_reaches_the_screens(open_app, home):
    async with open_app() as pilot:
        await pilot.press("2")
        await expect_text(pilot, "Notable differences")
        with pytest.raises(SystemExit):
            main(["observe", "parameters", "steps", "differences", "from a second shell"])
        with pytest.raises(SystemExit):
            main(["checklist", "set", "slow", "solved", "--note", "fewer steps"])
        await expect_text(pilot, "from a second shell")
        await pilot.press("4", "down", "down")
        await expect_text(pilot, "solved")
        assert pilot.app.book.checks["slow"].note == "fewer steps"


async def test_an_answer_that_cannot_be_written_stays_in_its_line_and_is_tried_again(open_app, monkeypatch):
    monkeypatch.setattr("workshop_tui.app.widgets.observation.RETRY_SECONDS", 0.3)
    async with open_app() as pilot:
        await pilot.press("2")
        await expect_text(pilot, "Notable differences")
        notebook = pilot.app.desk._open_notebook
        observe = notebook.observe

        def full(lesson, observation):
            raise WorkshopError("Cannot write: the disk is full.")

        notebook.observe = full
        await pilot.press("enter", "tab", *"abc")
        await wait_for(pilot, lambda: any("disk is full" in notice.message for notice in pilot.app._notifications))
        await pilot.pause(0.5)
        assert "abc" in screen_text(pilot.app)
        assert pilot.app.book.observations == ()
        await pilot.press("escape", "n")
        await wait_for(pilot, lambda: any("tried again while you stay" in n.message for n in pilot.app._notifications))
        assert "1 of 12" in screen_text(pilot.app)
        assert "abc" in screen_text(pilot.app)
        notebook.observe = observe
        await wait_for(pilot, lambda: [entry.value for entry in pilot.app.book.observations] == ["abc"])


async def test_a_rating_may_be_not_rated(open_app):
    async with open_app() as pilot:
        await pilot.press("2")
        await expect_text(pilot, "0 not rated")
        await pilot.press("enter", "0", "escape")
        await wait_for(pilot, lambda: [entry.value for entry in pilot.app.book.observations] == ["not rated"])
        await pilot.press("n", "p")
        assert pilot.app.screen.query_one("#field-quality Input").value == "0"


async def test_a_disk_that_was_full_for_a_moment_ends_neither_app_nor_heartbeat(open_app, home, monkeypatch):
    monkeypatch.setattr("workshop_tui.app.desk.LOOK_SECONDS", 0.1)
    async with open_app() as pilot:
        notebook = pilot.app.desk._open_notebook
        claim, version = notebook.claim, notebook.version

        def full(*arguments, **others):
            raise WorkshopError("Cannot write: the disk is full.")

        notebook.claim = notebook.version = full
        await pilot.press("2")
        assert not await pilot.app.desk.take_over()
        await pilot.pause(0.3)
        notebook.claim, notebook.version = claim, version
        with pytest.raises(SystemExit):
            main(["observe", "parameters", "steps", "differences", "from a second shell"])
        await expect_text(pilot, "from a second shell")


async def test_leaving_at_once_still_hands_the_pictures_over(open_app, home):
    async with open_app() as pilot:
        await small_sweep(pilot)
        await pilot.press("r", "n", "q")
    mine = find_paths().learner("ada")
    spool = Spool(mine.spool)
    known = {waiting.item.run_id for waiting in spool.load_queue()} | {run.run_id for run, _ in spool.runs()}
    notebook = Notebook(mine.notebook, mine.pictures)
    known |= {run.run_id for run in notebook.runs()}
    notebook.close()
    assert len(known) == 2


async def test_after_worker_stop_r_goes_on(open_app):
    async with open_app() as pilot:
        await small_sweep(pilot)
        await pilot.press("e", "tab", "ctrl+u", *"2, 60", "enter", "r")
        await wait_for(pilot, lambda: bool(pilot.app.work.progress and pilot.app.work.progress.step > 3), 60)
        await asyncio.to_thread(subprocess.run, [sys.executable, "-m", "workshop_tui", "worker", "stop"], check=True)
        await wait_for(pilot, lambda: pilot.app.work.activity in ("lost", "none"))
        await pilot.press("r")
        await wait_for(pilot, lambda: sum(run.outcome == "ok" for run in pilot.app.book.runs) == 2, 90)


async def test_a_picture_that_stops_slowly_says_so_and_r_asks_for_it_again(open_app):
    async with open_app() as pilot:
        await small_sweep(pilot)
        await pilot.press("e", "tab", "ctrl+u", "9")
        await pilot.press("tab", "tab", "ctrl+u", *"1024x1024", "enter", "r")
        await wait_for(pilot, lambda: bool(pilot.app.work.progress and pilot.app.work.progress.step), 120)
        os.kill(pilot.app.work.pid, signal.SIGSTOP)  # a step that takes as long as this test needs
        try:
            await pilot.press("x")
            await expect_text(pilot, "run: 1 of 1 stopping")
            await pilot.press("r")
            await expect_text(pilot, "stopping, then made again")
        finally:
            os.kill(pilot.app.work.pid, signal.SIGCONT)
        await wait_for(pilot, lambda: [run.outcome for run in pilot.app.book.runs] == ["cancelled"], 60)
        await wait_for(pilot, lambda: len(pilot.app.work.wanted) == 1)
        await pilot.press("x")
        await wait_for(pilot, lambda: not pilot.app.work.waiting, 60)


async def test_a_part_without_a_sweep_needs_no_picture_and_is_checked_once_answered(open_app):
    async with open_app() as pilot:
        await pilot.press("2", *"nnnnnnn")
        await expect_text(pilot, "Create personal optimization profile")
        await expect_text(pilot, "A picture is not needed here:")
        await expect_text(pilot, "tries one.")
        assert "8 of 12 ✓" not in screen_text(pilot.app)
        await pilot.press("o", *"1024 px", "escape")
        await expect_text(pilot, "8 of 12 ✓")


async def test_the_lab_opens_where_it_was_left(open_app):
    async with open_app() as pilot:
        await pilot.press("2", "n", "n")
        await expect_text(pilot, "Resolution  3 of 12")
        await pilot.press("q")
    async with open_app() as pilot:
        await pilot.press("2")
        await expect_text(pilot, "Resolution  3 of 12")
        await pilot.press("p")
        await expect_text(pilot, "Guidance  2 of 12")
