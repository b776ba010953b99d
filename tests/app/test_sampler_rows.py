"""Samplers in the Lab's table."""

from tests.app.conftest import expect_text, screen_text
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
