"""Two lessons of one learner: each keeps its hand-in, and the program goes on with the last."""

import re
import shutil
import tomllib

import pytest

from tests.app.conftest import expect_text, wait_for
from workshop_tui.cli import main
from workshop_tui.lesson.last import last_lesson
from workshop_tui.notebook.entries import Observation
from workshop_tui.paths import find_paths, shipped


def lesson_of(folder):
    return tomllib.loads((folder / "optimization-profile.toml").read_text())["lesson"]["id"]


SECOND = shipped("lessons") / "flux-creative-control"


async def test_the_profile_says_how_the_hand_in_gets_home(open_app, monkeypatch):
    monkeypatch.setenv("WORKSHOP_TUI_CONNECT", "ada@gpu.example.org")
    async with open_app(size=(120, 40)) as pilot:
        await pilot.press("5")
        await expect_text(pilot, "To your own computer, typed there: scp -r")
        await expect_text(pilot, "ada@gpu.example.org:/")


async def test_another_lesson_does_not_take_the_hand_in_s_place(open_app, tmp_path):
    with pytest.raises(SystemExit) as left:
        main(["lesson", "new", "my-class", "--folder", str(tmp_path)])
    assert left.value.code == 0
    mine = find_paths().learner("ada")
    async with open_app() as pilot:
        await wait_for(pilot, lambda: (mine.hand_in / "optimization-profile.toml").exists())
    async with open_app(tmp_path / "my-class") as pilot:
        await wait_for(pilot, lambda: (mine.hand_in / "my-class/optimization-profile.toml").exists())
        await pilot.press("5")
        await expect_text(pilot, "my-class")
    assert lesson_of(mine.hand_in) == "flux-deep-dive"
    assert lesson_of(mine.hand_in / "my-class") == "my-class"
    assert last_lesson(mine.root).id == "my-class"


async def test_the_last_hand_in_is_that_of_the_lesson_before_until_there_is_one_of_this(open_app):
    async with open_app() as pilot:
        await pilot.press("o", *"from lesson two", "escape")
        await wait_for(pilot, lambda: pilot.app.book.notes)
    async with open_app(SECOND) as pilot:
        await expect_text(pilot, "▶ Part 1")
        await pilot.press("l")
        await expect_text(pilot, "Lesson 2: Technical Deep Dive into FLUX Technology")
        await pilot.press("escape")
        await pilot.app.desk.observe(Observation("phrases", "growing", "changed", "it turned dark"))
        written = pilot.app.desk.hand_in.folder / "optimization-profile.toml"
        await wait_for(pilot, lambda: written.exists() and "it turned dark" in written.read_text())
        await pilot.press("l")
        await expect_text(pilot, "Lesson 3: Creative Control with FLUX.1")
        await pilot.press("escape")
    async with open_app() as pilot:
        await expect_text(pilot, "▶ Opening Recap")
        await pilot.press("l")
        await expect_text(pilot, "Lesson 2: Technical Deep Dive into FLUX Technology")


async def test_presets_of_a_ladder_are_looked_for_in_the_lesson_s_own_exercise(open_app):
    async with open_app(SECOND) as pilot:
        await pilot.press("2")
        await expect_text(pilot, "A growing prompt")
        await pilot.press("s")
        await wait_for(pilot, lambda: any("the one in Exercise 5 does." in n.message for n in pilot.app._notifications))


async def test_a_size_that_the_practice_model_does_not_make_is_said_in_the_lab_and_can_be_changed(open_app, tmp_path):
    shutil.copytree(shipped("lessons") / "flux-creative-control", tmp_path / "mine")
    toml = tmp_path / "mine" / "lesson.toml"
    text = toml.read_text()
    assert text.count("[[exercises]]") > 0
    toml.write_text(re.sub(r"(?m)^(base_prompt = .*)$", r'\1\nsize = "1360x768"', text, count=1))
    async with open_app(tmp_path / "mine") as pilot:
        await pilot.press("2")
        await expect_text(pilot, "1360x768")
        await expect_text(pilot, "e changes the settings.")
        await pilot.press("e")
        await expect_text(pilot, "size          1360x768")


async def test_a_scenario_whose_start_the_practice_model_does_not_make_says_so_in_the_lab(open_app, tmp_path):
    shutil.copytree(shipped("lessons") / "flux-deep-dive", tmp_path / "mine")
    toml = tmp_path / "mine" / "lesson.toml"
    text = toml.read_text()
    scenario = text.index('id = "consistency"')
    start = text.index("start = {", scenario)
    toml.write_text(text[:start] + text[start:].replace("start = {", 'start = { size = "1360x768",', 1))
    async with open_app(tmp_path / "mine") as pilot:
        await pilot.press("2")
        lab = pilot.app.screen
        place = next(place for place, part in enumerate(lab._parts) if part.id == "consistency")
        lab.place = place
        await expect_text(pilot, "1360x768")
        await pilot.press("r")
        await wait_for(pilot, lambda: any("1360" in note.message for note in pilot.app._notifications))
