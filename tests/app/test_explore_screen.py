"""Mode 5: the advanced exploration is ticked, opened and logged."""

import asyncio
import tomllib

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.app.test_preparation import put


async def test_what_was_read_is_ticked_and_a_sweep_of_extremes_is_opened(open_app, home):
    async with open_app() as pilot:
        await pilot.press("5", "e")
        await expect_text(pilot, "[ ] FLUX.1 technical documentation")
        await pilot.press("enter")
        await expect_text(pilot, "[x] FLUX.1 technical documentation")
        await pilot.press("down", "enter")
        await expect_text(pilot, "[x] Diffusion model research papers")
        await pilot.press("enter")
        await expect_text(pilot, "[ ] Diffusion model research papers")
        await pilot.press(*["down"] * 5, "enter")
        await expect_text(pilot, "Advanced Exploration · Steps  optional")
        rows = [row.split()[1] for row in screen_text(pilot.app).splitlines() if "not made yet" in row]
        assert rows == ["1", "100"]
        await pilot.press("5")
        await pilot.press("pagedown")
        await expect_text(pilot, "1 of 5 read")
    profile = tomllib.loads((home / "data/profiles/ada/optimization-profile.toml").read_text())
    assert [(each["id"], each["read"]) for each in profile["exploration"]] == [
        ("papers", ["FLUX.1 technical documentation"])
    ]
    assert not any("Exploration" in sentence for sentence in profile["missing"])


async def test_something_unexpected_is_logged_with_its_run_changed_and_deleted(open_app, make_run, home):
    run = make_run()
    put(run)
    async with open_app() as pilot:
        await pilot.press("5", "e", "o")
        await wait_for(pilot, lambda: any("a logs one" in note.message for note in pilot.app._notifications))
        await pilot.press("a", *"[b]Fog", "enter", *"at guidance 1", "enter")
        await expect_text(pilot, "Which run shows it?")
        await pilot.press("enter")
        await expect_text(pilot, f"[b]Fog. at guidance 1 ({run.run_id[:8]} for parameters steps")
        await pilot.press("end", "e", *" everywhere", "enter")
        await expect_text(pilot, "[b]Fog everywhere.")
        await pilot.press("d", "down", "enter")
        await wait_for(pilot, lambda: not pilot.app.book.checks)
        await pilot.press("a", *"Two heads", "enter", "enter", "enter")
        await expect_text(pilot, "Two heads.")
    profile = tomllib.loads((home / "data/profiles/ada/optimization-profile.toml").read_text())
    assert profile["discoveries"] == [{"title": "Two heads", "note": "", "run_id": run.run_id}]


async def test_what_was_asked_for_is_written_to_the_end_also_where_the_screen_is_left_meanwhile(open_app, home):
    async with open_app() as pilot:
        desk = pilot.app.desk
        keeping = asyncio.create_task(desk.set_improvement(1, "Watch the memory"))
        await asyncio.sleep(0)
        keeping.cancel()
        # Before the look that is taken every 30 s: that one finds what the screens were not told.
        await wait_for(pilot, lambda: pilot.app.book.improvements == {1: "Watch the memory"}, 10)
    profile = (home / "data/profiles/ada/optimization-profile.toml").read_text()
    assert "Watch the memory" in profile
