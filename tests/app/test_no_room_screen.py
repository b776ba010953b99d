"""A model without room: the real worker refuses it, and the Lab asks what to do."""

import json
import shutil
import struct

import pytest

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.app.test_lab_screen import small_sweep
from workshop_tui.app.screens import no_room
from workshop_tui.cli import main

WEIGHTS = "transformer/diffusion_pytorch_model.safetensors"


@pytest.fixture(autouse=True)
def no_worker_left(home):
    yield
    with pytest.raises(SystemExit):
        main(["worker", "stop", "--drop"])


@pytest.fixture
def huge(model_cache, tmp_path):
    """A model whose file says that it has 4 TB of weights; the disk holds next to nothing of it."""
    folder = tmp_path / "huge"
    shutil.copytree(next((model_cache / "models").glob("small-flux-*")), folder)
    content = (folder / WEIGHTS).read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    end = max(entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__")
    header["huge"] = {"dtype": "F32", "shape": [10**12], "data_offsets": [end, end + 4 * 10**12]}
    new = json.dumps(header).encode()
    with (folder / WEIGHTS).open("wb") as file:
        file.write(struct.pack("<Q", len(new)) + new + content[8 + length :])
        file.truncate(8 + len(new) + end + 4 * 10**12)
    return folder


async def refused(pilot):
    """Ask for two pictures; the worker refuses both, and the Lab asks once."""
    await small_sweep(pilot)
    await pilot.press("r")
    await expect_text(pilot, "Wait, and try again when there is room", 60)
    text = " ".join(screen_text(pilot.app).replace("│", " ").split())
    assert "huge needs 4300.0 GB of host memory" in text
    assert "GB are free" in text
    await wait_for(pilot, lambda: [run.outcome for run in pilot.app.book.runs] == ["refused"] * 2)


async def test_the_built_in_model_takes_over(open_app, huge):
    async with open_app(model=str(huge)) as pilot:
        await refused(pilot)
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: sum(run.outcome == "ok" for run in pilot.app.book.runs) == 2, 120)
        assert pilot.app.model == "small-flux"
        await expect_text(pilot, "practice model small-flux")


async def test_a_wait_goes_on_in_other_modes_and_ends_with_the_pictures(open_app, huge, model_cache, monkeypatch):
    monkeypatch.setattr(no_room, "POLL_SECONDS", 0.5)
    async with open_app(model=str(huge)) as pilot:
        await refused(pilot)
        await pilot.press("enter")
        await expect_text(pilot, "Waiting for 4300.0 GB of free memory")
        assert len(pilot.app.book.runs) == 2
        await pilot.press("1")
        await expect_text(pilot, "1 Class")
        shutil.copy(next((model_cache / "models").glob("small-flux-*")) / WEIGHTS, huge / WEIGHTS)
        monkeypatch.setattr(no_room, "free_bytes", lambda *_: 5000 * 10**9)
        await wait_for(pilot, lambda: sum(run.outcome == "ok" for run in pilot.app.book.runs) == 2, 120)
        await pilot.press("2")
        await expect_text(pilot, "Exercise 1: Parameter Experimentation")
        await wait_for(pilot, lambda: "Waiting for" not in screen_text(pilot.app))


async def test_a_wait_can_be_ended_and_nothing_else_happens(open_app, huge):
    async with open_app(model=str(huge)) as pilot:
        await refused(pilot)
        await pilot.press("enter")
        await expect_text(pilot, "Esc ends the wait")
        await pilot.press("escape")
        await wait_for(pilot, lambda: "Waiting for" not in screen_text(pilot.app))
        await pilot.pause(2)
        assert len(pilot.app.book.runs) == 2
        assert not pilot.app.work.waiting
