"""Eight hours of class on a fast clock: sections that run over, pauses, a laptop that slept, and leaving in between."""

import contextlib
import gc
import tomllib
from datetime import datetime, timedelta

import psutil

from tests.app.conftest import expect_text, wait_for
from workshop_tui.app.app import WorkshopApp
from workshop_tui.app.setting import Setting
from workshop_tui.lesson.clock import ClockState, Instant
from workshop_tui.lesson.schedule import Schedule
from workshop_tui.monitor.snapshot import HostReading, Snapshot
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths
from workshop_tui.profile.gather import clock_key

MOST_MIB = 48
"""Growth of this process after the first section, where 10 were measured."""

SPENT = {
    "recap": 25,
    "part-1": 75,
    "part-2": 50,
    "break": 15,
    "part-3": 50,
    "part-4": 60,
    "part-5": 175,
    "wrap-up": 30,
}
"""Minutes that belong to each section: 8 hours, where 220 minutes are printed."""


class FastClock:
    """Both clocks of a computer; they pass when they are told to."""

    def __init__(self, noon):
        self.mono, self.wall = 100.0, noon

    def __call__(self):
        return Instant(self.mono, self.wall)

    def sleep(self, minutes):
        """Close the laptop: a clock that never jumps stands still meanwhile."""
        self.wall += timedelta(minutes=minutes)

    def boot(self, minutes):
        """Let time pass in which nothing runs; the other clock's zero is another one afterwards."""
        self.sleep(minutes)
        self.mono = 5.0


@contextlib.asynccontextmanager
async def opened(clock, lesson):
    paths = find_paths()
    app = WorkshopApp(Setting(lesson, paths.learner("ada"), paths, schedule=Schedule("printed")), now=clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await expect_text(pilot, "Begin, or go on")
        yield pilot
        if app.is_running:
            await app.action_quit()


async def sit(pilot, clock, minutes):
    """Let minutes of class pass as an app that is open sees them: a tick and a reading each second."""
    app = pilot.app
    for _ in range(minutes):
        for _ in range(60):
            clock.mono += 1
            clock.wall += timedelta(seconds=1)
            app._tick()
            app.readings.take(Snapshot(taken=clock.mono, host=HostReading(cpu_percent=50.0)), app.work)
        app.class_clock.save()
        await pilot.pause(0)


async def go_on(pilot, key="n"):
    await pilot.press(key)
    await pilot.pause()


def resident():
    gc.collect()
    return psutil.Process().memory_info().rss / 2**20


async def test_the_minutes_of_eight_hours_are_exact_and_memory_stays_flat(home, deep_dive):
    clock = FastClock(datetime(2026, 1, 31, 9, 0).astimezone())
    async with opened(clock, deep_dive) as pilot:
        await go_on(pilot, "enter")
        await wait_for(pilot, lambda: pilot.app.readings is not None)
        await sit(pilot, clock, 25)
        await expect_text(pilot, "over")
        early = resident()
        await go_on(pilot)
        await sit(pilot, clock, 60)
        await go_on(pilot, "p")
        await sit(pilot, clock, 30)
        await expect_text(pilot, "PAUSED")
        await go_on(pilot, "p")
        await sit(pilot, clock, 15)
        await go_on(pilot)
        await sit(pilot, clock, 40)
        clock.sleep(60)
        await sit(pilot, clock, 10)
        await go_on(pilot)
        await sit(pilot, clock, 15)
        await go_on(pilot)
        await sit(pilot, clock, 30)
    clock.boot(45)
    async with opened(clock, deep_dive) as pilot:
        await expect_text(pilot, "The clock ran when you left, 45 min ago:")
        await go_on(pilot, "enter")
        await wait_for(pilot, lambda: pilot.app.readings is not None)
        await sit(pilot, clock, 20)
        await go_on(pilot)
        await sit(pilot, clock, 35)
    clock.boot(20)
    async with opened(clock, deep_dive) as pilot:
        await expect_text(pilot, "c counts it")
        await go_on(pilot, "c")
        await wait_for(pilot, lambda: pilot.app.readings is not None)
        await sit(pilot, clock, 5)
        await go_on(pilot)
        await sit(pilot, clock, 175)
        await go_on(pilot)
        await sit(pilot, clock, 30)
        assert len(pilot.app.readings.history) <= 120
        assert resident() - early < MOST_MIB
    mine = find_paths().learner("ada")
    with contextlib.closing(Notebook(mine.notebook, mine.pictures)) as notebook:
        stored = notebook.kept(clock_key(deep_dive.id), ClockState)
    assert {section: round(seconds, 3) for section, seconds in stored.spent.items()} == {
        section: minutes * 60 for section, minutes in SPENT.items()
    }
    profile = tomllib.loads((mine.hand_in / "optimization-profile.toml").read_text())
    assert profile["minutes"] == SPENT
