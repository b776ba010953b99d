"""The lesson's metrics over all pictures of this lesson: `m` in the Monitor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer

from workshop_tui.app.widgets.labelled import Labelled
from workshop_tui.exercises.metrics import group_heading, group_parts, metrics, summary_lines
from workshop_tui.exercises.registry import unplanned

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


class MetricsScreen(ModalScreen[None]):
    """Seconds an image, memory, energy, consistency and errors, by model, placement and settings."""

    DEFAULT_CSS = """
    MetricsScreen { background: $background; }
    MetricsScreen > VerticalScroll { padding: 0 1; }
    """

    BINDINGS = [
        Binding("escape,m,q", "dismiss", "Close", key_display="Esc"),
        Binding("j", "scroll(1)", "Down", key_display="j k", tooltip="Read on"),
        Binding("k", "scroll(-1)", "Up", show=False),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="metrics"):
            yield Labelled(id="metrics-text")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.query_one("#metrics").focus()
        self.query_one(Labelled).show_rows([("", "Metrics of your pictures"), ("All", "looking at them...")])
        self._reckon()

    @work
    async def _reckon(self) -> None:
        app = cast("WorkshopApp", self.app)
        runs = unplanned(app.lesson, app.book.runs)
        found = await asyncio.to_thread(metrics, runs, app.book.observations, app.learner.pictures)
        rows = [("", "Metrics of your pictures"), ("All", "\n".join(summary_lines(found)))]
        heading = ""
        for group in sorted(found.groups, key=group_heading):
            if group_heading(group) != heading:
                heading = group_heading(group)
                rows.append(("", heading))
            made, *rest = group_parts(group)
            rows.append((made, f"{group.settings}\n{'; '.join(rest)}"))
        rows += [("", "For programs"), ("As JSON", "workshop-tui metrics --json")]
        self.query_one(Labelled).show_rows(rows)

    def action_scroll(self, step: int) -> None:
        self.query_one("#metrics").scroll_relative(y=step, animate=False)
