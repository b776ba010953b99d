"""Each mode and the help as text, to the letter: what changes on a screen is seen in a diff.

After a change that is meant: RENEW_SCREENS=1 python -m pytest -n 0 tests/app/test_screens_as_text.py
"""

import os
import tempfile
from datetime import datetime
from pathlib import Path

import pytest

from tests.app.conftest import expect_text, screen_text, wait_for
from workshop_tui.app import desk, readings
from workshop_tui.app.app import WorkshopApp
from workshop_tui.app.pictures import Pictures
from workshop_tui.app.readings import Sampled
from workshop_tui.app.setting import Setting
from workshop_tui.lesson.clock import Instant
from workshop_tui.lesson.schedule import Schedule
from workshop_tui.monitor.hardware import GpuModel, Hardware
from workshop_tui.monitor.snapshot import GpuReading, HostReading, Snapshot
from workshop_tui.notebook.entries import Check, Observation
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths

FOLDER = Path(__file__).with_name("screens_as_text")
SIZES = ((80, 24), (120, 40))
SCREENS = {
    "1-class": ("1", "Quick review"),
    "2-lab": ("2", "Notable differences"),
    "3-monitor": ("3", "Last picture"),
    "4-troubleshoot": ("4", "Poor Image Quality"),
    "5-profile": ("5", "Good settings"),
    "6-instructor": ("6", "6 Instructor"),
    "help": ("question_mark", "Keys here"),
}
"""Key, and what stands there once all is drawn; the help is the class's."""

READING = Snapshot(
    taken=100.0,
    gpus=(
        GpuReading(
            index=0,
            taken=100.0,
            name="NVIDIA H100",
            utilization_percent=90,
            memory_used_mib=8000,
            memory_total_mib=81559,
            power_w=300.0,
            power_limit_w=700.0,
            temperature_c=61,
        ),
    ),
    host=HostReading(cpu_percent=50.0, ram_used_mib=1024, ram_total_mib=131072),
)
HARDWARE = Hardware(
    gpus=(GpuModel(name="NVIDIA H100", memory_mib=81559),),
    driver="570.86.15",
    cpu="AMD EPYC",
    cpu_count=16,
    ram_mib=131072,
    os="Debian GNU/Linux 12",
    python="3.11.9",
    disk_free_gib=51.2,
)


class NoSampler:
    """In the sampler's place: the test hands in the reading."""

    def __init__(self, *_readers, **_calls):
        pass

    def __getattr__(self, _name):
        return lambda *_arguments: None


async def no_worker(_pictures, _model="", _settings=None):
    """In the place of `warm`: what a worker that starts says depends on when one looks."""


@pytest.fixture
def fixed(home, monkeypatch, make_run, model_cache):
    """A machine, a moment and a notebook that are the same everywhere; its folder has a name of known length."""
    with tempfile.TemporaryDirectory(prefix="s", dir="/tmp") as folder:
        monkeypatch.setenv("WORKSHOP_TUI_HOME", folder)
        monkeypatch.setenv("WORKSHOP_TUI_CONNECT", "ada@gpu.example.org")
        monkeypatch.setattr(readings, "Sampler", NoSampler)
        monkeypatch.setattr(desk, "look_at_hardware", lambda _root: HARDWARE)
        monkeypatch.setattr("workshop_tui.app.screens.troubleshoot.stray_reader", lambda: None)
        monkeypatch.setattr(Pictures, "warm", no_worker)
        (Path(folder) / "cache").symlink_to(model_cache)
        mine = find_paths().learner("ada")
        notebook = Notebook(mine.notebook, mine.pictures)
        for steps in (10, 25):
            notebook.add_run(make_run(num_inference_steps=steps))
        notebook.observe("flux-deep-dive", Observation("parameters", "steps", "differences", "finer ruff"))
        notebook.set_check("flux-deep-dive", Check("slow", "solved", "fewer steps"))
        notebook.set_improvement("flux-deep-dive", 1, "Watch the memory")
        notebook.close()
        yield folder


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_mode_looks_as_it_did(fixed, deep_dive, size):
    paths, noon = find_paths(), datetime(2026, 1, 31, 12, 0).astimezone()
    setting = Setting(deep_dive, paths.learner("ada"), paths, "small-flux", Schedule("printed"), instructor=True)
    app = WorkshopApp(setting, now=lambda: Instant(100.0, noon))
    shown = {}
    async with app.run_test(size=size) as pilot:
        await expect_text(pilot, "Begin, or go on")
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.readings is not None and len(app.book.runs) == 2)
        app.post_message(Sampled(READING))
        for name, (key, text) in SCREENS.items():
            if name == "help":
                await pilot.press("1")
            await pilot.press(key)
            await expect_text(pilot, text)
            shown[name] = await settled(pilot)
        await app.action_quit()
    for name, text in shown.items():
        file = FOLDER / f"{name}-{size[0]}x{size[1]}.txt"
        text = text.replace(fixed, "~".ljust(len(fixed), "~")) + "\n"
        if os.environ.get("RENEW_SCREENS"):
            file.write_text(text)
        assert text == file.read_text(), f"{file.name}: if this is meant, {__doc__.splitlines()[-1]}"


async def settled(pilot):
    """Return the screen once it stands still."""
    before, now = "", screen_text(pilot.app)
    while before != now:
        await pilot.pause(0.4)
        before, now = now, screen_text(pilot.app)
    return now
