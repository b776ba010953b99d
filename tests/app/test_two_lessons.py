"""Two lessons of one learner: each keeps its hand-in, and the program goes on with the last."""

import tomllib

import pytest

from tests.app.conftest import expect_text, wait_for
from workshop_tui.cli import main
from workshop_tui.lesson.last import last_lesson
from workshop_tui.paths import find_paths


def lesson_of(folder):
    return tomllib.loads((folder / "optimization-profile.toml").read_text())["lesson"]["id"]


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
