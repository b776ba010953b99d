"""Mode 4: what a problem's evidence is chosen from."""

import msgspec

from tests.app.conftest import expect_text, screen_text
from workshop_tui.generation.record import Origin


async def test_the_runs_of_a_sweep_are_told_apart_by_what_was_varied(open_app, make_run):
    async with open_app() as pilot:
        lesson = pilot.app.lesson.id
        for number, sampler in enumerate(("euler", "heun")):
            run = make_run(sampler=sampler)
            origin = Origin(lesson, "parameters", "samplers", number)
            await pilot.app.desk._store(msgspec.structs.replace(run, run_id=f"{number}" * 32, origin=origin), b"")
        await pilot.app.desk._refresh()
        await pilot.press("4", "v")
        await expect_text(pilot, "parameters samplers: Heun, ")
        assert "parameters samplers: Euler, " in screen_text(pilot.app)
        assert "seed " in screen_text(pilot.app)
