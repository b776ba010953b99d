"""A model without room: the real worker refuses it, and the Lab asks what to do."""

import asyncio
import json
import shutil
import struct

import pytest

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.app.test_lab_screen import small_sweep
from workshop_tui.app.hunts import Hunts
from workshop_tui.app.screens import no_room
from workshop_tui.app.widgets.picture import PictureView
from workshop_tui.monitor.host import ram_mib

pytestmark = pytest.mark.kept_worker

WEIGHTS = "transformer/diffusion_pytorch_model.safetensors"


def claim(folder, count):
    """Let a model's file say that it has so many bytes more of weights; the disk holds next to nothing of them."""
    content = (folder / WEIGHTS).read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    end = max(entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__")
    header["huge"] = {"dtype": "F32", "shape": [count // 4], "data_offsets": [end, end + count // 4 * 4]}
    new = json.dumps(header).encode()
    with (folder / WEIGHTS).open("wb") as file:
        file.write(struct.pack("<Q", len(new)) + new + content[8 + length :])
        file.truncate(8 + len(new) + end + count // 4 * 4)


@pytest.fixture
def huge(small_flux, tmp_path):
    """A model that needs all the memory that this machine has, and some of that is always in use."""
    folder = tmp_path / "huge"
    shutil.copytree(small_flux, folder)
    total = ram_mib()[1]
    assert total
    claim(folder, int(total * 2**20 * 0.997) - 500_000_000)
    return folder


def words(pilot):
    """What stands on the screen, wherever its lines break."""
    return " ".join(screen_text(pilot.app).replace("│", " ").split())


async def refused(pilot, can_wait=True):
    """Ask for two pictures; the worker refuses both, and the Lab asks once."""
    await small_sweep(pilot)
    await pilot.press("r")
    await expect_text(pilot, "Go to another engine (--engine)", 60)
    text = words(pilot)
    assert "GB of host memory" in text
    assert "GB are free" in text
    assert ("Wait, and try again when there is room" in text) is can_wait
    await wait_for(pilot, lambda: [run.outcome for run in pilot.app.book.runs] == ["refused"] * 2)


async def test_the_built_in_model_takes_over_where_waiting_is_no_use(open_app, small_flux, tmp_path):
    shutil.copytree(small_flux, tmp_path / "huge")
    claim(tmp_path / "huge", 4 * 10**12)
    async with open_app(model=str(tmp_path / "huge")) as pilot:
        await refused(pilot, can_wait=False)
        assert "more than this machine has" in words(pilot)
        await pilot.press("enter")
        await wait_for(pilot, lambda: sum(run.outcome == "ok" for run in pilot.app.book.runs) == 2, 120)
        assert pilot.app.model == "small-flux"
        await expect_text(pilot, "practice model small-flux")


async def test_a_picture_that_is_told_of_late_belongs_to_the_question_that_stands(
    open_app, small_flux, tmp_path, monkeypatch
):
    shutil.copytree(small_flux, tmp_path / "huge")
    claim(tmp_path / "huge", 4 * 10**12)
    told, asked, ended = [], asyncio.Event(), Hunts.ended

    async def late(hunts, run):
        if told:
            await asked.wait()
        told.append(run.run_id)
        await ended(hunts, run)

    monkeypatch.setattr(Hunts, "ended", late)
    async with open_app(model=str(tmp_path / "huge")) as pilot:
        await small_sweep(pilot)
        await pilot.press("r")
        await expect_text(pilot, "Go to another engine (--engine)", 60)
        assert len(told) == 1
        asked.set()
        await wait_for(pilot, lambda: len(told) == 2)
        await pilot.pause(0.1)
        await pilot.press("enter")
        await wait_for(pilot, lambda: sum(run.outcome == "ok" for run in pilot.app.book.runs) == 2, 120)


async def test_a_wait_goes_on_in_other_modes_and_ends_with_the_pictures(open_app, huge, small_flux, monkeypatch):
    monkeypatch.setattr(no_room, "POLL_SECONDS", 0.5)
    async with open_app(model=str(huge)) as pilot:
        await refused(pilot)
        await pilot.press("enter")
        await expect_text(pilot, "GB of free memory, ")
        assert len(pilot.app.book.runs) == 2
        await pilot.press("1")
        await expect_text(pilot, "1 Class")
        shutil.copy(small_flux / WEIGHTS, huge / WEIGHTS)
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
        place = pilot.app.screen.query_one(PictureView).region
        lines = screen_text(pilot.app).splitlines()[place.y : place.bottom]
        below = "".join("".join(line[place.x : place.right] for line in lines).split())
        assert below == "".join(f"refused: {pilot.app.book.runs[0].reason} r makes the pictures.".split())
