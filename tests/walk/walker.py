"""A seeded walk: keys into the real app, with the real worker and the real notebook, and what must hold all the way."""

from __future__ import annotations

import asyncio
import gc
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, TextIO

from textual.events import Paste
from textual.pilot import Pilot, WaitForScreenTimeout

from tests.walk.keys import SIZES, Keys, event_of
from tests.walk.ledger import Ledger, content
from tests.walk.memory import Memory
from tests.walk.place import end_workers, steering_or_swallowed
from workshop_tui.app.app import WorkshopApp
from workshop_tui.app.screens.start import StartScreen
from workshop_tui.app.setting import Setting
from workshop_tui.lesson.loader import load_lesson
from workshop_tui.paths import find_paths

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MOST_THREADS = 40
"""More than the loop has for what blocks."""
LONGEST_SECONDS = 60.0
"""A key that has had no effect by then has stopped the app."""


class Broken(AssertionError):
    """Something that must hold did not."""


class Walker:
    """Walks over all screens.

    Args:
        lesson: Its folder.
        seed: Of the draws.
        log: Gets a line a key: its number, where it was pressed, which it was, and where it led.
        every: After how many keys all is looked at that must hold.
    """

    def __init__(self, lesson: Path, seed: int, log: TextIO, every: int = 50) -> None:
        self._lesson = load_lesson(lesson)
        self._random = Random(seed)
        self._keys = Keys(self._random)
        self._log = log
        self._every = every
        self._ledgers: dict[str, Ledger] = {}
        self._complaints: list[str] = []
        self.pressed = 0
        """Keys so far."""
        self.opened = 0
        """How often the app was opened."""
        self.screens: Counter[str] = Counter()
        """How many keys were pressed on each screen."""
        self.modes: Counter[str] = Counter()
        """How many keys were pressed in each mode."""
        self.memory = Memory()
        self.runs: set[str] = set()
        """Every run that the notebook was seen to hold."""

    @property
    def looked_for(self) -> int:
        """How many texts were typed and found in the notebook."""
        return sum(ledger.ever for ledger in self._ledgers.values())

    async def walk(self, count: int, again: Iterator[str] | None = None) -> None:
        """Press so many keys, opening the app again where one of them leaves it.

        Args:
            count: How many.
            again: The keys of an earlier walk, in the place of drawn ones.

        Raises:
            Broken: Something that must hold did not; the log's last lines lead there.
        """
        asyncio.get_running_loop().set_exception_handler(self._complain)
        # A thread keeps the `stderr` that it begins with; begun in an app, that is the app's, and the app would stay.
        await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.05) for _ in range(MOST_THREADS)))
        paths = find_paths()
        first = setting = Setting(self._lesson, paths.learner(), paths, instructor=True)
        while self.pressed < count:
            async with self._opened(setting) as pilot:
                app: Any = pilot.app  # its defects come out of the `with` as they are, and end the walk
                while self.pressed < count and app.is_running and app._exit is False:
                    await self._press(pilot, next(again, "q") if again else self._keys.next(app))
                    if self.pressed % self._every == 0 and app.is_running and app._exit is False:
                        await self._look(pilot)
                if app.is_running and app._exit is False:
                    await app.action_quit()
            await self._left(app)
            other = app.return_value
            setting = other if isinstance(other, Setting) and self._random.random() < 0.5 else first
            if setting.learner != app.learner:
                end_workers()

    @asynccontextmanager
    async def _opened(self, setting: Setting) -> AsyncIterator[Pilot[Any]]:
        app = WorkshopApp(setting)
        self.opened += 1
        self._log.write(f"# open {self.opened} as {setting.learner.name!r}\n")
        async with app.run_test(size=self._random.choice(SIZES[:3])) as pilot:
            async with asyncio.timeout(LONGEST_SECONDS):
                while not isinstance(app.screen, StartScreen) and not app._exit:
                    await asyncio.sleep(0.02)
            ledger = self._ledgers.setdefault(setting.learner.name, Ledger())
            ledger.follow(app)
            yield pilot

    async def _press(self, pilot: Pilot[Any], key: str) -> None:
        app = pilot.app
        screen, focused = app.screen, app.focused
        where, before = type(screen).__name__, content(focused)
        self.pressed += 1
        self.screens[where] += 1
        self.modes[app.current_mode] += 1
        self._log.write(f"{self.pressed}\t{where}\t{key!r}\t")
        self._log.flush()
        begun = time.monotonic()
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                await self._send(pilot, key)
        except TimeoutError:
            raise Broken(f"the app took nothing for {LONGEST_SECONDS:.0f} s after {key!r} on {where}") from None
        except WaitForScreenTimeout:
            pass  # a slow machine: what must hold is looked at below
        if app.is_running and not app._exit:
            self._ledgers[app.learner.name].look(focused, before, app)
            took = f"{(time.monotonic() - begun) * 1000:.0f} ms"
            self._log.write(f"{type(app.screen).__name__}\t{app.current_mode}\t{took}\n")
        else:
            self._log.write("left\n")

    async def _send(self, pilot: Pilot[Any], key: str) -> None:
        """Send what a terminal would, all at once, and wait until it has had its effect.

        Pilot's own `press` waits until the process takes little of the processor, up to a second a key.
        """
        what, _, text = key.partition(" ")
        app: Any = pilot.app
        if what == "resize":
            await pilot.resize_terminal(*map(int, text.split("x")))
            return
        for event in [Paste(text)] if what == "paste" else map(event_of, text if what == "type" else [key]):
            app._driver.send_message(event)
        await asyncio.sleep(0.001)
        while app.is_running and not app._exit:
            await pilot._wait_for_screen()
            if not app._taking or app._taking.done():
                break

    async def _look(self, pilot: Pilot[Any]) -> None:
        """Look at all that must hold.

        Raises:
            Broken: Something does not.
        """
        app = pilot.app
        self._no_defect(app)
        self.runs |= {run.run_id for run in app.book.runs}
        strips = app.screen._compositor.render_strips()
        if line := steering_or_swallowed(strip.text for strip in strips):
            raise Broken(f"{type(app.screen).__name__} shows: {line!r}")
        problems = (await self._ledgers[app.learner.name].check(app), self.memory.look(self.pressed, app))
        self._log.write(f"# {self.memory.readings[-1][1]:.1f} MiB, {len(self.runs)} runs\n")
        for problem in filter(None, problems):
            raise Broken(problem)

    async def _left(self, app: Any) -> None:
        self._no_defect(app)
        if lost := await self._ledgers[app.learner.name].check(app, at_once=True):
            raise Broken(f"after leaving: {lost}")

    def _no_defect(self, app: Any) -> None:
        gc.collect()  # a task whose error nobody has asked for says so when it goes
        log = app._setting.paths.log
        told = "".join(path.read_text() for path in sorted(log.glob("*.log")) if path.exists())
        if "Traceback" in told or app._exception or self._complaints:
            raise Broken(f"{self._complaints} {app._exception!r}\n{told[-4000:]}")

    def _complain(self, loop: object, context: dict[str, Any]) -> None:
        self._complaints.append(f"{context.get('message')}: {context.get('exception')!r}")
