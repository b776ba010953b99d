"""What a long walk may take: memory, tasks and screens, once everything has been used for the first time."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp

WARM_UP = 0.4
"""The part of the walk in which modules are still imported and caches filled."""
MOST_KIB_PER_KEY = 8.0
"""Growth of the resident memory after that, where 4 were measured; part of it comes with opening the app again in the
same process."""
FEWEST = 8
"""Readings without which nothing is said of the growth."""
MOST_TASKS = 60
"""Beside those that Textual has for each widget."""
MOST_SCREENS = 6
"""One upon the other in one mode."""


class Memory:
    """Readings of this process along a walk."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self.readings: list[tuple[int, float]] = []
        """Keys so far, and resident MiB."""
        self.most_tasks = 0
        self.most_screens = 0
        self.most_widgets = 0

    def look(self, keys: int, app: WorkshopApp) -> str:
        """Take a reading, after a collection of what nothing holds any more; return what is too much, or nothing.

        Args:
            keys: How many were pressed so far.
            app: While it runs.
        """
        self.readings.append((keys, self._process.memory_info().rss / 2**20))
        stacks = [len(stack) for stack in app._screen_stacks.values()]
        pumps = {id(widget._task) for widget in deque(app._registry)}
        tasks = [task for task in asyncio.all_tasks() if id(task) not in pumps]
        self.most_tasks = max(self.most_tasks, len(tasks))
        self.most_screens = max(self.most_screens, *stacks)
        self.most_widgets = max(self.most_widgets, len(app._registry))
        if len(tasks) > MOST_TASKS:
            return f"{len(tasks)} tasks: {sorted(str(task.get_coro()) for task in tasks)}"
        if max(stacks) > MOST_SCREENS:
            return f"{max(stacks)} screens, one upon the other: {app.screen_stack}"
        return ""

    @property
    def slope(self) -> float | None:
        """KiB a key after the warm-up, by the least squares; None where that is too short to tell."""
        last = self.readings[-1][0] if self.readings else 0
        points = [(keys, mib * 1024) for keys, mib in self.readings if keys > WARM_UP * last]
        if len(points) < FEWEST:
            return None
        mean_x, mean_y = (sum(values) / len(points) for values in zip(*points, strict=True))
        over = sum((x - mean_x) ** 2 for x, _ in points)
        return sum((x - mean_x) * (y - mean_y) for x, y in points) / over
