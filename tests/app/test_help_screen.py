"""`?`: what the keys do, a line an action, each done from there by key or by a click."""

from textual.widgets import OptionList

from tests.app.conftest import expect_text, screen_text, wait_for
from workshop_tui.app.screens.picture import PictureScreen


async def test_every_key_has_a_line_and_the_way_out_is_in_sight(open_app):
    async with open_app() as pilot:
        await pilot.press("2")
        await expect_text(pilot, "Notable differences")
        await pilot.press("question_mark")
        await expect_text(pilot, "Esc Close")
        listed = pilot.app.screen.query_one(OptionList)
        lines = [str(listed.get_option_at_index(place).prompt).strip() for place in range(listed.option_count)]
        assert {line.split("  ")[0] for line in lines} >= {"r", "o Enter", "f", "u", "n", "p", "j", "k", "y", "2", "q"}
        assert lines[0].startswith("r  Make the pictures")
        await pilot.press("escape")
        await expect_text(pilot, "Notable differences")


async def test_screens_that_lie_over_the_others_have_it_too(open_app, make_run, tmp_path):
    async with open_app(begin=False) as pilot:
        await expect_text(pilot, "q Quit ? Help")
        await pilot.press("question_mark")
        await expect_text(pilot, "Choose which model makes the pictures")
        await pilot.press("escape", "enter", "l", "question_mark")
        await expect_text(pilot, "Read back")
        await pilot.press("escape", "escape")
        pilot.app.push_screen(PictureScreen(tmp_path / "gone.png", make_run(), tmp_path))
        await expect_text(pilot, "The picture is gone")
        await pilot.press("question_mark")
        await expect_text(pilot, "Move what is shown at 1:1 left")
        await pilot.press("escape", "escape", "5", "e", "question_mark")
        await expect_text(pilot, "Log something unexpected")
        await pilot.press("down", "down", "down", "enter")  # from Close to Evidence
        await wait_for(pilot, lambda: any("a logs one" in note.message for note in pilot.app._notifications))


async def test_what_is_chosen_there_is_done_by_key_and_by_click(open_app):
    async with open_app() as pilot:
        await pilot.press("2")
        await expect_text(pilot, "Notable differences")
        await pilot.press("question_mark")
        await expect_text(pilot, "Esc Close")
        rows = screen_text(pilot.app).splitlines()
        row = next(place for place, line in enumerate(rows) if "Change prompt, seed" in line)
        await pilot.click(offset=(20, row))
        await expect_text(pilot, "Settings:")
        await expect_text(pilot, "Esc Cancel")
        await pilot.click(offset=(2, 23))
        await expect_text(pilot, "Notable differences")
        await pilot.press("question_mark")
        await expect_text(pilot, "Esc Close")
        await pilot.press("down", "down", "enter")
        await expect_text(pilot, "Settings:")


async def test_what_a_key_does_goes_on_below_where_it_began(open_app):
    async with open_app(size=(60, 20)) as pilot:
        await pilot.press("3", "question_mark")
        await expect_text(pilot, "Keys here")
        rows = [row.split("│")[1] for row in screen_text(pilot.app).splitlines() if row.count("│") > 1]
        place = next(place for place, row in enumerate(rows) if "All figures of all GPUs" in row)
        below = rows[place + 1].strip()
        assert below.endswith("curves")
        assert rows[place + 1].index(below) == rows[place].index("All figures")
