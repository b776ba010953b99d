"""The real app on a screen of a test's own, at 80x24 unless told otherwise."""

import contextlib
from datetime import datetime

import pytest

from workshop_tui.app.app import WorkshopApp
from workshop_tui.app.setting import Setting
from workshop_tui.cli import main
from workshop_tui.lesson.loader import load_lesson
from workshop_tui.paths import find_paths, shipped


def screen_text(app: WorkshopApp) -> str:
    """Return what stands on the screen, a line a row."""
    width = app.size.width
    return "\n".join(strip.crop(0, width).text.rstrip() for strip in app.screen._compositor.render_strips())


async def wait_for(pilot, condition, seconds=30.0):
    """Wait until something is so; fail with the screen where it never is."""
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        await pilot.pause(0.05)
    pytest.fail(f"waited {seconds} s for nothing:\n{screen_text(pilot.app)}")


async def expect_text(pilot, text, seconds=10.0):
    """Wait until a text stands on the screen; fail with the screen where it never does."""
    await wait_for(pilot, lambda: text in screen_text(pilot.app), seconds)


@pytest.fixture(autouse=True)
def no_worker_left(home):
    """End the worker that a class started: it imports and loads while the learner reads, and would outlive the test."""
    yield
    if any(home.glob("**/worker.json")):
        with pytest.raises(SystemExit):
            main(["worker", "stop", "--drop"])


@pytest.fixture
def open_app(home):
    """Open the class as a learner does; `begin=False` stays at the start card."""

    @contextlib.asynccontextmanager
    async def open_(lesson=None, *, lang=None, size=(80, 24), begin=True, learner="ada", **setting):
        paths = find_paths()
        lesson = load_lesson(lesson or shipped("lessons") / "flux-deep-dive", lang)
        app = WorkshopApp(Setting(lesson, paths.learner(learner), paths, **setting))
        async with app.run_test(size=size) as pilot:
            await expect_text(pilot, "Enter  ")
            if begin:
                await pilot.press("enter")
                await pilot.pause()
            yield pilot
            if app.is_running:
                await app.action_quit()

    return open_


@pytest.fixture
def noon():
    return datetime(2026, 1, 31, 12, 0).astimezone()
