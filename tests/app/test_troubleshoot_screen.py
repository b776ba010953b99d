"""Mode 4: what a problem's evidence is chosen from."""

import io
import tomllib

import msgspec
from PIL import Image

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.app.test_preparation import put
from workshop_tui.app.widgets.picture import PictureView
from workshop_tui.generation.record import Origin, Placing

CAPPED = Placing("cpu", "a processor", "float32", cap_gib=6.0)


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


async def test_what_the_program_saw_stands_on_top_and_is_suggested_as_evidence(open_app, make_run, home):
    reason = "All pixels have the same colour. Try precision bf16."
    bad = make_run(sweep="steps", outcome="bad-picture", reason=reason, precision="fp16", picture="a.png")
    put(bad)
    oom = make_run(sweep="resolution", outcome="out-of-memory", reason="Out of memory in decode. Try model-offload.")
    put(msgspec.structs.replace(oom, run_id="d" * 32, placing=CAPPED, batch=3))
    put(msgspec.structs.replace(make_run(sweep="steps"), run_id="e" * 32))
    async with open_app() as pilot:
        await pilot.press("4")
        await expect_text(pilot, "! Poor Image Quality: seen here, 1 picture came out black")
        await expect_text(pilot, "! Out of Memory Errors: seen here, 1 picture ran out of memory.")
        await expect_text(pilot, "pixels have the same colour. Try precision")
        assert " !Poor Image Quality" in screen_text(pilot.app)
        await pilot.press("down", "v")
        await expect_text(pilot, "out-of-memory, 3 together, simulated 6 GiB")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "out-of-memory" in pilot.app.book.checks)
        assert pilot.app.book.checks["out-of-memory"].run_id == "d" * 32
        assert any("What helped?" in gap.sentence for gap in (await pilot.app.desk.hand_in.overview()).gaps)
    checklist = tomllib.loads((home / "data/profiles/ada/troubleshooting-checklist.toml").read_text())
    assert [entry["seen"] for entry in checklist["problems"][:3]] == [[bad.run_id], ["d" * 32], []]


async def test_a_bad_picture_can_be_looked_at(open_app, make_run, home):
    black = io.BytesIO()
    Image.new("RGB", (64, 64)).save(black, "PNG")
    png = black.getvalue()
    put(make_run(sweep="steps", outcome="bad-picture", reason="It is black.", num_inference_steps=10), png)
    async with open_app() as pilot:
        await pilot.press("2")
        await expect_text(pilot, "bad-picture: It is black")
        await expect_text(pilot, "bad picture: It is black.")
        view = pilot.app.screen.query_one(PictureView)
        await wait_for(pilot, lambda: view.drawn_cells is not None)
        await pilot.press("z")
        await expect_text(pilot, "bad-picture: It is black.")
        await expect_text(pilot, "small-flux (built in), cpu,")
