"""The lesson's metrics over all pictures of this lesson: `m` in the Monitor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from textual import work
from textual.binding import Binding

from workshop_tui.app.key_table import keys
from workshop_tui.app.screens.to_read import ToReadScreen
from workshop_tui.exercises.metrics import by_model, group_parts, metrics, summary_lines
from workshop_tui.exercises.registry import unplanned

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp

_TITLE = ("", "Metrics of this lesson's pictures")


class MetricsScreen(ToReadScreen):
    """Seconds an image, memory, energy, consistency and errors, by model, placement and settings."""

    BINDINGS = keys("metrics", Binding("m", "dismiss", "Close", show=False, tooltip="Back to the Monitor"))

    def on_mount(self) -> None:
        self.show([_TITLE, ("All", "looking at them...")])
        self._reckon()

    @work
    async def _reckon(self) -> None:
        app = cast("WorkshopApp", self.app)
        runs = unplanned(app.lesson, app.book.runs)
        found = await asyncio.to_thread(metrics, runs, app.book.observations, app.learner.pictures)
        rows = [_TITLE, ("All", "\n".join(summary_lines(found, "this lesson's")))]
        for heading, groups in by_model(found):
            rows.append(("", heading))
            for group in groups:
                made, *rest = group_parts(group)
                rows.append((made, f"{group.settings}\n{'; '.join(rest)}"))
        rows += [("", "As a command"), ("All lessons'", "workshop-tui metrics, for programs with --json")]
        self.show(rows)
