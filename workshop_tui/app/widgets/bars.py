"""The lines that stand on every screen: the title, and the strip with clock, run and GPU."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from workshop_tui.app.book import Work
from workshop_tui.app.key_table import key_of
from workshop_tui.generation.pace import duration
from workshop_tui.lesson.clock_view import ClockView
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.monitor.snapshot import Snapshot

BAR_CELLS = 9
MINUTE, QUARTER = 60, 15
"""s"""


class TitleBar(Static):
    """Lesson, learner and model on the left, the mode and its key on the right.

    Args:
        left: What stands on the left.
        mode: A mode's name, `Lab`; its key is that of the action `app.lab`.
    """

    DEFAULT_CSS = """
    TitleBar { height: 1; background: $primary; color: $text; text-wrap: nowrap; padding: 0 1; }
    """

    def __init__(self, left: str, mode: str) -> None:
        super().__init__()
        self._left = left
        self._mode = mode

    def show(self, left: str) -> None:
        """Change what stands on the left."""
        self._left = left
        self.refresh()

    def render(self) -> Content:
        right = f"{key_of(f'app.{self._mode.lower()}')} {self._mode}"
        room = max(0, self.size.width - len(right) - 2)
        left = Content(self._left).truncate(room, ellipsis=True, pad=True)
        return Content.assemble(left, "  ", (right, "bold"))


class StatusStrip(Vertical):
    """Two lines: the class clock; what the worker and the machine do."""

    DEFAULT_CSS = """
    StatusStrip { height: 2; background: $surface; }
    StatusStrip > Static { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    clock: var[ClockView | None] = var(None)
    """The class clock as it stands now."""
    work: var[Work] = var(Work)
    """What the worker does."""
    snapshot: var[Snapshot | None] = var(None)
    """The newest reading of GPU and host."""
    read_only: var[bool] = var(False)
    """Whether another terminal writes the answers."""

    def __init__(self, *, by_minute: bool = False) -> None:
        super().__init__()
        self._by_minute = by_minute
        self._told: dict[str, str] = {}
        """What stands on each line."""

    def compose(self) -> ComposeResult:
        yield Static(id="strip-clock")
        yield Static(id="strip-work")

    def on_mount(self) -> None:
        self._draw_clock()
        self._draw_work()

    def on_resize(self) -> None:
        self._draw_clock()
        self._draw_work()

    def watch_clock(self) -> None:
        # A new reading waits for this: both lines once a second cost half of what each in its time would.
        self._draw_clock()
        self._draw_work()

    def watch_read_only(self) -> None:
        self._draw_clock()

    def watch_snapshot(self, before: Snapshot | None, _now: Snapshot | None) -> None:
        if before is None:
            self._draw_work()

    def watch_work(self) -> None:
        self._draw_work()

    def _draw_clock(self) -> None:
        if not self.is_mounted:
            return
        lead = f"READ ONLY, {key_of('app.take_over')} writes here · " if self.read_only else ""
        line = clock_line(self.clock, self.size.width - 2 - len(lead), by_minute=self._by_minute)
        self._tell("#strip-clock", lead + line)

    def _draw_work(self) -> None:
        if self.is_mounted:
            lead = f"{work_line(self.work)}   "
            self._tell("#strip-work", lead + self._machine(self.size.width - 2 - len(lead)))

    def _machine(self, width: int) -> str:
        if self.snapshot is None:
            return ""
        from workshop_tui.app.widgets.machine_line import machine_line  # the first paint shows nothing of it

        return machine_line(self.snapshot, self.work, width)

    def _tell(self, line: str, text: str) -> None:
        if self._told.get(line) != text:
            self._told[line] = text
            self.query_one(line, Static).update(Content(text), layout=False)


def clock_line(clock: ClockView | None, width: int = 200, *, by_minute: bool = False) -> str:
    """Return the first line of the strip; what does not fit is left out, the least important first.

    Args:
        clock: The class clock.
        width: Cells that there are.
        by_minute: Say minutes alone, and only near a part's end how much is left, to a quarter of a minute.
    """
    if clock is None or not clock.begun:
        return "The class has not begun."
    section = clock.current
    share = min(1.0, section.spent / section.planned) if section.planned else 0.0
    bar = "█" * round(share * BAR_CELLS) + "░" * (BAR_CELLS - round(share * BAR_CELLS))
    name, timer = plain(section.label), _minutes(clock) if by_minute else clock.timer
    if clock.running:
        ends = f" · section ends {clock.section_ends:%H:%M}"
        more = (f"{ends} · class {clock.class_ends:%H:%M}", ends, "")
        lines = [f"{name}  {timer} {bar} {clock.words}{end}" for end in more]
    else:
        goes = key_of("class.pause")
        lines = [f"{name}  {timer} {bar} PAUSED: {goes} goes on", f"{name}  {timer} PAUSED: {goes} goes on"]
    lines.append(f"{name}  {timer}")
    return next((line for line in lines if len(line) <= width), lines[-1])


def _minutes(clock: ClockView) -> str:
    """Return `12 of 40 min`, `0:45 left` in the last two minutes, or `2 min over`."""
    section = clock.current
    if clock.over >= MINUTE and clock.words != "own pace":
        return f"{clock.over // MINUTE:.0f} min over"
    if 0 < clock.remaining <= 2 * MINUTE:
        left = ceil(clock.remaining / QUARTER) * QUARTER
        return f"{left // MINUTE}:{left % MINUTE:02d} left"
    return f"{section.spent // MINUTE:.0f} of {section.planned / MINUTE:.0f} min"


def work_line(work: Work) -> str:
    """Return what the worker does, in a few words."""
    if work.activity == "lost":
        return "run: worker lost"
    if work.activity == "silent":
        if work.place:
            return f"run: shared engine silent, {work.text}"
        return f"run: worker silent, {work.text}: {key_of('app.restart_worker')} restarts it"
    if work.activity == "paused":
        return f"run: paused, {len(work.waiting)} waiting" if work.waiting else "run: paused"
    if not work.waiting:
        return {"importing": "run: getting ready", "starting": "run: starting"}.get(work.activity, "run: idle")
    left = f", {duration(work.seconds_left)} left" if work.seconds_left is not None else ""
    if work.pausing:
        left = ", then paused"
    phase = work.phase_text()
    if work.place and work.activity == "waiting":
        phase = f"after {work.place.ahead} of others"
    return f"run: {min(work.done + 1, work.total)} of {work.total} {phase}{left}"
