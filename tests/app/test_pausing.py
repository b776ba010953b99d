"""Pausing, stopping after the picture in work, a worker that says nothing, and previews, with the real worker."""

import io
import os
import signal

import pytest
from PIL import Image

from tests.app.conftest import expect_text, screen_text, wait_for
from tests.app.test_lab_screen import small_sweep
from workshop_tui.generation import protocol

pytestmark = pytest.mark.kept_worker


async def begin(pilot, values="60, 3, 4"):
    await small_sweep(pilot)
    await pilot.press("e", "tab", "ctrl+u", *values, "tab", "tab", "ctrl+u", *"1024x1024", "enter", "r")
    await wait_for(
        pilot, lambda: pilot.app.book.runs or (pilot.app.work.progress and pilot.app.work.progress.step), 120
    )


def made(pilot):
    return sorted(run.settings.num_inference_steps for run in pilot.app.book.runs if run.outcome == "ok")


async def test_h_pauses_after_this_picture_and_goes_on(open_app):
    async with open_app() as pilot:
        await begin(pilot)
        await pilot.press("h")
        await expect_text(pilot, ", then paused")
        await wait_for(pilot, lambda: pilot.app.work.activity == "paused", 60)
        await expect_text(pilot, "run: paused, 2 waiting")
        await wait_for(pilot, lambda: len(made(pilot)) == 1)
        await pilot.press("x")
        await expect_text(pilot, "Paused. What of the pictures that wait?")
        await pilot.press("escape", "h")
        await wait_for(pilot, lambda: made(pilot) == [3, 4, 60], 60)
        await expect_text(pilot, "run: idle")


async def test_x_stops_after_this_picture(open_app):
    async with open_app() as pilot:
        await begin(pilot, "90, 91, 92")
        await pilot.press("x")
        await expect_text(pilot, "Stop this picture now, and go on with the next")
        await expect_text(pilot, "Pause after this picture: the other 2 are made later (h)")
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: not pilot.app.work.waiting and len(pilot.app.book.runs) == 3, 60)
        assert len(made(pilot)) == 1


async def test_a_silent_worker_is_restarted_with_a_key(open_app, monkeypatch):
    monkeypatch.setattr(protocol, "SILENCE_SECONDS", 3.0)
    async with open_app() as pilot:
        await begin(pilot, "60, 3")
        os.kill(pilot.app.work.pid, signal.SIGSTOP)
        await expect_text(pilot, "R restarts it")
        await pilot.press("R")
        await wait_for(pilot, lambda: made(pilot) == [3, 60], 120)


async def test_a_picture_is_shown_while_it_comes_along(open_app, monkeypatch):
    monkeypatch.setattr("workshop_tui.app.pictures.WORTH_SECONDS", 0.0)
    async with open_app() as pilot:
        await begin(pilot, "3")  # the worker learns its colours from the first picture
        await wait_for(pilot, lambda: made(pilot) == [3], 120)
        await pilot.press("e", "tab", "ctrl+u", *"99", "tab", "tab", "ctrl+u", *"512x512", "enter")
        await expect_text(pilot, "512x512, Euler")
        await pilot.press("r")
        await expect_text(pilot, "preview, step ", 60)
        png = pilot.app.work.preview.png
        assert max(Image.open(io.BytesIO(png)).size) <= 96
        assert " of 99" in screen_text(pilot.app)
        await pilot.press("x")
        await wait_for(pilot, lambda: not pilot.app.work.waiting, 30)
        assert pilot.app.work.preview is None
