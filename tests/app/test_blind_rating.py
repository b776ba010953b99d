"""Blind rating in the Lab: the check before it, the rating, what is shown at the end, and what is handed in."""

import tomllib

import pytest

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.app.test_compare_screen import striped
from tests.app.test_preparation import put
from workshop_tui.app.screens.blind import BlindScreen
from workshop_tui.app.screens.rated import RatedScreen
from workshop_tui.app.screens.seeing import SeeingScreen
from workshop_tui.app.widgets.picture import PictureView
from workshop_tui.cli import main
from workshop_tui.notebook.entries import Observation
from workshop_tui.profile.check import check_hand_in


@pytest.fixture
def runs(home, make_run, monkeypatch):
    """The pictures of the guidance sweep, as the lesson asks for it, and a terminal with a name."""
    monkeypatch.setenv("TERM", "xterm-test")
    for name in ("TERM_PROGRAM", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    made = [make_run(sweep="guidance", num_inference_steps=28, guidance_scale=scale) for scale in (3.0, 7.0, 12.0)]
    for run in made:
        put(run, striped(512, int(run.settings.guidance_scale)))
    return made


async def open_check(pilot):
    await pilot.press("2", "n")
    await expect_text(pilot, "Guidance  2 of")
    await pilot.press("v")
    await expect_text(pilot, "Can you see a difference?")


async def is_drawn(pilot):
    """Wait until the picture to be rated is on the screen."""
    view = pilot.app.screen.query_one(PictureView)
    await wait_for(pilot, lambda: view.drawn_cells is not None)


async def rate(pilot, stars):
    """Rate each picture by its guidance, whatever the order; 0 is 'not rated'."""
    values = {f"{run.run_id[:12]}.png": f"{run.settings.guidance_scale:g}" for run in pilot.app.book.runs}
    screen = pilot.app.screen
    for place in range(1, 4):
        await expect_text(pilot, f"picture {place} of 3")
        await is_drawn(pilot)
        await pilot.press(str(stars[values[screen.query_one(PictureView).source.name]]))


def answers(pilot):
    return {entry.field: entry.value for entry in pilot.app.book.observations}


async def test_pictures_are_rated_without_labels_and_handed_in_with_how_they_were_seen(open_app, home, runs, capsys):
    async with open_app() as pilot:
        await open_check(pilot)
        await wait_for(pilot, lambda: all(view.drawn_cells for view in pilot.app.screen.query(PictureView)))
        await pilot.press("y")
        await expect_text(pilot, "picture 1 of 3")
        assert not any(word in screen_text(pilot.app).lower() for word in ("guidance", "12.0", "7.0", "sweep"))
        await rate(pilot, {"3": 4, "7": 5, "12": 0})
        await expect_text(pilot, "Rated blind: Guidance")
        rows = [line.split() for line in screen_text(pilot.app).splitlines()]
        assert [row for row in rows if row[-1:] in (["3"], ["7"], ["12"])] == [
            ["1", "5/5", "7"],
            ["2", "4/5", "3"],
            ["not", "rated", "12"],
        ]
        await expect_text(pilot, "Image quality assessment: 5/5 is proposed, the rating of 7 (the highest).")
        assert not answers(pilot)
        await pilot.press("enter")
        await wait_for(pilot, lambda: len(answers(pilot)) == 4)
        await expect_text(pilot, "Rated blind: 3 4/5, 7 5/5, 12 not")
        assert answers(pilot)["quality"] == "5"
        run = next(run for run in pilot.app.book.runs if run.settings.guidance_scale == 7)
        assert answers(pilot)["blind:7"].startswith("5/5, seen as half-blocks, 44x22 cells in xterm-test, run ")
        assert answers(pilot)["blind:7"].endswith(run.run_id[:12])
        await pilot.press("v")  # the check is done once a terminal
        await expect_text(pilot, "picture 1 of 3")
    folder = home / "data/profiles/ada"
    handed_in = tomllib.loads((folder / "optimization-profile.toml").read_text())["observations"]
    assert [entry["asked"] for entry in handed_in][1:] == [f"Blind rating of guidance {value}" for value in (3, 7, 12)]
    assert not [finding for finding in check_hand_in(folder).findings if finding.severity == "error"]
    with pytest.raises(SystemExit):
        main(["observe", "parameters", "guidance"])
    assert "Blind rating of guidance 12 (filled in by the program)" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["profile", "export"])
    report = (folder / "report.md").read_text()
    assert "*Blind rating of guidance 7*\n\n> 5/5, seen as half-blocks, 44x22 cells in xterm-test" in report


async def test_going_back_changes_a_rating_and_enter_leaves_it(open_app, home, runs):
    async with open_app() as pilot:
        await open_check(pilot)
        await pilot.press("y")
        await rate(pilot, {"3": 2, "7": 2, "12": 2})
        await expect_text(pilot, "Rated blind")
        await pilot.press("left")
        await expect_text(pilot, "picture 3 of 3  2/5")
        await is_drawn(pilot)
        await pilot.press("left")
        await expect_text(pilot, "picture 2 of 3  2/5")
        await is_drawn(pilot)
        await pilot.press("5")
        await expect_text(pilot, "picture 3 of 3  2/5")
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, RatedScreen))
        rows = [
            line.split()[:2] for line in screen_text(pilot.app).splitlines() if "/5 " in line and "place" not in line
        ]
        assert rows[:3] == [["1", "5/5"], ["2.5", "2/5"], ["2.5", "2/5"]]
        await pilot.press("o")  # the lesson's own field stays as it is
        await wait_for(pilot, lambda: len(answers(pilot)) == 3)
        assert "quality" not in answers(pilot)


async def test_a_rating_that_was_written_is_not_replaced(open_app, home, runs):
    async with open_app() as pilot:
        await pilot.app.desk.observe(Observation("parameters", "guidance", "quality", "3"))
        await open_check(pilot)
        await pilot.press("y")
        await rate(pilot, {"3": 1, "7": 2, "12": 5})
        await expect_text(pilot, "Rated blind")
        assert "proposed" not in screen_text(pilot.app)
        await pilot.press("enter")
        await wait_for(pilot, lambda: len(answers(pilot)) == 4)
        assert answers(pilot)["quality"] == "3"


async def test_leaving_is_asked_about_and_keeps_nothing(open_app, home, runs):
    async with open_app() as pilot:
        await open_check(pilot)
        await pilot.press("escape")
        await expect_text(pilot, "Notable differences")
        await pilot.press("v")
        await expect_text(pilot, "Can you see a difference?")  # it was not answered
        await pilot.press("y")
        await is_drawn(pilot)
        await pilot.press("3", "escape")
        await expect_text(pilot, "Leave without keeping your ratings?")
        await pilot.press("enter")
        await expect_text(pilot, "picture 2 of 3")
        await pilot.press("escape")
        await expect_text(pilot, "Leave without keeping your ratings?")
        await pilot.press("down", "enter")
        await expect_text(pilot, "Notable differences")
        assert not answers(pilot)


async def test_where_no_difference_is_seen_other_ways_are_ready(open_app, home, runs, monkeypatch):
    monkeypatch.setenv("WORKSHOP_TUI_CONNECT", "ada@gpu")
    async with open_app() as pilot:
        await open_check(pilot)
        await pilot.press("n")
        await expect_text(pilot, "ssh -L ")
        text = " ".join(screen_text(pilot.app).split())
        assert "python3 -m http.server" in text
        assert "--bind 127.0.0.1" in text
        assert "scp -r ada@gpu:" in text
        assert "Yes" not in text
        await pilot.press("e")
        await expect_text(pilot, "picture 1 of 3")
        assert "  file " in screen_text(pilot.app)
        await rate(pilot, {"3": 1, "7": 1, "12": 1})
        await pilot.press("enter")
        await wait_for(pilot, lambda: len(answers(pilot)) == 4)
        assert all("1/5, seen elsewhere, run " in answers(pilot)[f"blind:{value}"] for value in (3, 7, 12))
        await pilot.press("v")
        await expect_text(pilot, "picture 1 of 3")
        await pilot.press("c")  # in this terminal something has changed: check again
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, SeeingScreen))
        await pilot.press("n", "enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, BlindScreen))
        await rate(pilot, {"3": 2, "7": 2, "12": 2})
        await pilot.press("enter")
        await wait_for(pilot, lambda: "where no difference was seen" in answers(pilot)["blind:3"])


async def test_a_picture_that_is_gone_cannot_be_rated(open_app, home, runs):
    async with open_app() as pilot:
        await open_check(pilot)
        for run in pilot.app.book.runs:
            (pilot.app.learner.pictures / run.picture).unlink()
        await pilot.press("y")
        await expect_text(pilot, "The picture is gone")
        await pilot.press("4")
        await wait_for(pilot, lambda: any("it cannot be rated" in n.message for n in pilot.app._notifications))
        assert "picture 1 of 3" in screen_text(pilot.app)


async def test_one_picture_and_a_part_without_a_rating_are_no_matter_for_it(open_app, home, make_run):
    put(make_run(num_inference_steps=10), striped(512, 3))
    async with open_app() as pilot:
        await pilot.press("2")
        await expect_text(pilot, "v rates the pictures blind")
        await pilot.press("v")
        await wait_for(pilot, lambda: any("Two pictures of this sweep" in n.message for n in pilot.app._notifications))
        await pilot.press("n", "n", "n", "n")
        await expect_text(pilot, "5 of 12")
        await pilot.press("v")
        await wait_for(pilot, lambda: any("No rating is asked for" in n.message for n in pilot.app._notifications))
