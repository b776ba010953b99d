"""The real app on a screen of a test's own, at 80x24 unless told otherwise."""

import asyncio
import contextlib
import shutil
from datetime import datetime

import psutil
import pytest

from workshop_tui.app.app import WorkshopApp
from workshop_tui.app.pictures import Pictures
from workshop_tui.app.setting import Setting
from workshop_tui.errors import WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.link import Link
from workshop_tui.generation.worker_pid import worker_pid
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


async def expect_text(pilot, text, seconds=30.0):
    """Wait until a text stands on the screen; fail with the screen where it never does."""
    await wait_for(pilot, lambda: text in screen_text(pilot.app), seconds)


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """The folder of the tests whose worker is kept."""
    folder = tmp_path_factory.mktemp("kept") / "home"
    folder.mkdir()
    yield folder
    end_workers(folder)


@pytest.fixture(autouse=True)
def home(home, model_cache, request, monkeypatch):
    """All state of the program, with the built-in model in its cache.

    Tests marked `kept_worker` get a folder whose worker goes on from test to test, because its imports take seconds;
    all else there is new to each. The others have a worker of their own, which imports nothing before it is asked for
    a picture, and ends with the test.
    """
    keep = request.node.get_closest_marker("kept_worker") is not None
    if keep:
        home = request.getfixturevalue("kept")
        monkeypatch.setenv("WORKSHOP_TUI_HOME", str(home))
    else:
        monkeypatch.setattr(Pictures, "warm", only_attach)
    home.mkdir(exist_ok=True)
    (home / "cache").symlink_to(model_cache)
    yield home
    mine = find_paths().learner("ada")
    stays = keep and asyncio.run(comes_to_rest(mine))
    if not stays:
        end_workers(home)
    wipe(home, {mine.spool, mine.root / "worker.json", mine.log} if stays else set())


async def only_attach(pictures, model="", settings=None):
    """What `warm` does, without the import."""
    with contextlib.suppress(WorkshopError):
        await pictures.attach()


async def comes_to_rest(mine):
    """Have a worker forget what is in line and what it has made; tell whether it idles then."""
    try:
        async with asyncio.timeout(20):
            link = await Link.open(mine.socket)
            for message in (protocol.Pause(False), protocol.Cancel()):
                await link.send(message)
            idle = False
            while not idle or any(mine.spool.glob("?" * 32)):
                message, _ = await link.receive()
                if isinstance(message, protocol.Finished):
                    await link.send(protocol.Acknowledge((message.run.run_id,)))
                    await link.send(protocol.Ask())
                elif isinstance(message, protocol.State):
                    idle = message.activity == "idle" and not message.waiting
            link.close()
    except (OSError, WorkshopError):  # none runs, or it starts anew
        return False
    return True


def end_workers(home):
    """End the workers of all learners."""
    for root in (home / "data/learners").glob("*"):
        if pid := worker_pid(root):
            process = psutil.Process(pid)
            process.kill()
            process.wait(10)


def wipe(folder, keep):
    """Remove all files below a folder but those to keep, and without following links."""
    for path in folder.iterdir():
        if path in keep:
            continue
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif any(path in kept.parents for kept in keep):
            wipe(path, keep)
        else:
            shutil.rmtree(path)


@pytest.fixture
def open_app(home):
    """Open the class as a learner does; `begin=False` stays at the start card."""

    @contextlib.asynccontextmanager
    async def open_(lesson=None, *, lang=None, size=(80, 24), begin=True, learner="ada", **setting):
        paths = find_paths()
        lesson = load_lesson(lesson or shipped("lessons") / "flux-deep-dive", lang)
        app = WorkshopApp(Setting(lesson, paths.learner(learner), paths, **setting))
        async with app.run_test(size=size) as pilot:
            await expect_text(pilot, "Enter Begin")
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
