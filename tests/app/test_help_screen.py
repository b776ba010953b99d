"""`?`: what the keys do, one line a key, and how to get back."""

from tests.app.conftest import expect_text, screen_text


async def test_each_key_has_one_line_and_the_way_out_is_in_sight(open_app):
    async with open_app() as pilot:
        await pilot.press("2")
        await expect_text(pilot, "Notable differences")
        await pilot.press("question_mark")
        await expect_text(pilot, "Esc closes")
        rows = [line.split("│") for line in screen_text(pilot.app).splitlines() if line.count("│") > 1]
        keys = {row[1].strip().split("  ")[0] for row in rows}
        assert {"f", "u", "n", "p", "j k", "r"} <= keys
        assert not {"f u", "n p"} & keys
        await pilot.press("escape")
        await expect_text(pilot, "Notable differences")
