"""Samplers in the Lab's table."""

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.app.test_preparation import put


async def test_the_lab_says_which_sampler_ran_in_another_s_place(open_app, make_run, home):
    for sampler in ("ddim", "dpm++"):
        put(make_run(sweep="samplers", sampler=sampler, num_inference_steps=28))
    async with open_app() as pilot:
        await pilot.press("2", "n", "n", "n")
        await expect_text(pilot, "Samplers  4 of")
        rows = {
            line.split("512x512")[1][:9].strip(): line
            for line in screen_text(pilot.app).splitlines()
            if "  512x512 " in line
        }
        assert list(rows) == ["Euler", "DDIM", "Heun", "UniPC", "DPM++2M"]
        assert "ok, as Euler" in rows["DDIM"]
        assert rows["DPM++2M"].rstrip().endswith(" ok")
        assert "not made yet" in rows["Heun"]


async def test_one_key_changes_to_equal_forwards_and_the_form_leaves_it_so(open_app, make_run, home):
    put(make_run(sweep="samplers", sampler="heun", num_inference_steps=14))
    async with open_app() as pilot:
        await pilot.press("2", "n", "n", "n")
        await expect_text(pilot, "equal steps (w: equal forwards)")
        await pilot.press("w")
        await expect_text(pilot, "equal forwards (w: equal steps)")
        await expect_text(pilot, " 3    14   3.5   512x512 Heun")
        await pilot.press("e")
        await expect_text(pilot, "ctrl+r Lesson's values")
        await pilot.press("tab", "tab", "ctrl+u", *"4", "enter")
        await expect_text(pilot, "guidance 4, ")
        assert "equal forwards (w: equal steps)" in screen_text(pilot.app)
    async with open_app() as pilot:
        await pilot.press("2")
        await expect_text(pilot, "equal forwards (w: equal steps)")
        await pilot.press("w")
        await expect_text(pilot, "equal steps (w: equal forwards)")
        await pilot.press("n", "w")
        await wait_for(pilot, lambda: any("a sweep of samplers" in n.message for n in pilot.app._notifications))
