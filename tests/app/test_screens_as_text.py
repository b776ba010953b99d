"""The card, each mode and the help as text, to the letter, also in ASCII: what changes on a screen is seen in a diff.

After a change that is meant: RENEW_SCREENS=1 python -m pytest -n 0 tests/app/test_screens_as_text.py
"""

import contextlib
import os
import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from textual.color import Color

from tests.app.conftest import expect_text, screen_text, wait_for
from workshop_tui.app import desk, readings
from workshop_tui.app.app import WorkshopApp
from workshop_tui.app.look import Look
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
SIZES = {(80, 24): "80x24", (120, 40): "120x40"}
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

LEAST_CONTRAST = 4.5
"""Of a text and what lies behind it: what WCAG 2 asks for at level AA."""

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


@pytest.fixture
def opened(fixed, deep_dive):
    """Open the class as an instructor, with all readings there; what stands there is kept by its name."""

    @contextlib.asynccontextmanager
    async def open_(size, look=Look()):  # noqa: B008
        paths, noon = find_paths(), datetime(2026, 1, 31, 12, 0).astimezone()
        learner = paths.learner("ada")
        setting = Setting(deep_dive, learner, paths, "small-flux", Schedule("printed"), instructor=True, look=look)
        app = WorkshopApp(setting, now=lambda: Instant(100.0, noon))
        async with app.run_test(size=size) as pilot:
            await expect_text(pilot, "Begin, or go on")
            yield pilot
            await app.action_quit()

    return open_


async def walk(pilot):
    """Go through the card and all screens; yield the name of each once it stands still."""
    app = pilot.app
    if not app.entered:
        await settled(pilot)
        yield "0-card"
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.readings is not None and len(app.book.runs) == 2)
        app.post_message(Sampled(READING))
    for name, (key, text) in SCREENS.items():
        if name == "help":
            await pilot.press("1")
        await pilot.press(key)
        await expect_text(pilot, text)
        await settled(pilot)
        yield name
    await pilot.press("escape")


def told(app, fixed):
    """Return what stands on the screen, without this test's folder."""
    return screen_text(app).replace(fixed, "~".ljust(len(fixed), "~")) + "\n"


def compare(file, text):
    """Compare a screen with what is kept of it, or keep it."""
    if os.environ.get("RENEW_SCREENS"):
        file.write_text(text)
    assert text == file.read_text(), f"{file.name}: if this is meant, {__doc__.splitlines()[-1]}"


@pytest.mark.parametrize("size", SIZES, ids=SIZES.get)
async def test_every_screen_looks_as_it_did_and_can_be_read_in_dark_and_light(fixed, opened, size):
    shown, faint = {}, []
    async with opened(size) as pilot:
        app = pilot.app
        async for name in walk(pilot):
            shown[name] = told(app, fixed)
            faint += [f"{name}, dark: {each}" for each in too_faint(app)]
        await pilot.press("C")
        await wait_for(pilot, lambda: app.theme == "textual-light")
        app.clear_notifications()
        async for name in walk(pilot):
            assert told(app, fixed) == shown[name], f"{name} says something else in light colours"
            assert all(luminance(Color.parse(app.theme_variables[each])) > 0.5 for each in ("background", "surface"))
            faint += [f"{name}, light: {each}" for each in too_faint(app)]
    for name, text in shown.items():
        compare(FOLDER / f"{name}-{SIZES[size]}.txt", text)
    assert not faint, "\n".join(faint)


@pytest.mark.parametrize("size", SIZES, ids=SIZES.get)
async def test_every_screen_looks_as_it_did_in_ascii(fixed, opened, size):
    shown = {}
    async with opened(size, Look(ascii=True)) as pilot:
        async for name in walk(pilot):
            shown[name] = told(pilot.app, fixed)
    for name, text in shown.items():
        assert text.isascii(), name
        compare(FOLDER / f"{name}-{SIZES[size]}-ascii.txt", text)


def too_faint(app):
    """Return texts that stand out too little from what lies behind them; lines and curves are no texts."""
    listed = app.screen.query("#card, #help")
    window = listed.first().region if listed else app.screen.region  # what lies below a question is dimmed
    rows = app.screen._compositor.render_strips()[window.y : window.bottom]
    found = {}
    for part in (part for row in rows for part in row.crop(window.x, window.right)):
        if part.style and any(letter.isascii() and not letter.isspace() for letter in part.text):
            colours = [Color.from_rich_color(each) for each in (part.style.color, part.style.bgcolor)]
            low, high = sorted(map(luminance, colours))
            if (high + 0.05) / (low + 0.05) < LEAST_CONTRAST:
                found[tuple(colours)] = f"{part.text.strip()[:40]!r} is {colours[0].hex} on {colours[1].hex}"
    return list(found.values())


def luminance(colour):
    """Return how bright a colour is, 0 to 1, as WCAG 2 reckons it."""
    parts = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour.normalized]
    return sum(part * share for part, share in zip(parts, (0.2126, 0.7152, 0.0722), strict=True))


async def settled(pilot):
    """Wait until the screen stands still."""
    before, now = "", screen_text(pilot.app)
    while before != now:
        await pilot.pause(0.4)
        before, now = now, screen_text(pilot.app)
