"""Mode 3: what GPU, machine and worker are doing, and what the last picture took."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from workshop_tui.app.book import Book, Work
from workshop_tui.app.key_table import key_of, keys
from workshop_tui.app.readings import Moment
from workshop_tui.app.screens.mode import ModeScreen
from workshop_tui.generation.record import Run
from workshop_tui.generation.usage_words import use_parts
from workshop_tui.monitor import wording
from workshop_tui.monitor.snapshot import Snapshot
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.widgets.history import Curve, History

BEAT_SECONDS = 2.0
"""From one reading that is shown to the next; each of them is kept for the curves."""

CURVES_SECONDS = 3 * BEAT_SECONDS
"""From one drawing of the curves to the next: it costs more than all the rest of this screen."""

Figure = Callable[[Moment], float | None]

MOST_GPUS = 2
"""That are shown above the curves, where the worker's is not known."""


class MonitorScreen(ModeScreen):
    """Figures now, curves of the last two minutes, and the last picture; `d` shows the rest in the curves' place."""

    mode_title = "Monitor"

    BINDINGS = keys(
        "monitor",
        Binding("d", "details", "Details", tooltip="All figures of all GPUs and of the last picture, or the curves"),
        Binding("space", "freeze", "Freeze", tooltip="Keep the picture as it is, while readings go on; or let it go"),
        Binding("m", "metrics", "Metrics", tooltip="Seconds, memory, consistency and errors of this lesson's pictures"),
        Binding("f", "free", "Free memory", tooltip="Let the worker drop its model: clears the cache between sessions"),
        Binding("j", "scroll(1)", "Scroll", id="down", show=False, tooltip="Read on in the details"),
        Binding("k", "scroll(-1)", "Scroll back", id="up", show=False, tooltip="Read back in the details"),
    )

    def body(self) -> ComposeResult:
        with Vertical(id="monitor"):
            yield Static(id="monitor-sentence")
            yield Static(id="monitor-figures")
            yield Vertical(id="monitor-curves")
            with VerticalScroll(id="monitor-details"):
                yield Static(id="monitor-all")
            yield Static(id="monitor-run")

    def on_mount(self) -> None:
        self._plot: History | None = None
        self._told: dict[str, str] = {}
        """What stands in each of the texts."""
        self._shown_at = -BEAT_SECONDS
        """When the reading was taken that is shown, s."""
        self._drawn_at = -CURVES_SECONDS
        """The same of the newest that the curves show."""
        self._frozen: list[Moment] | None = None
        """What is shown while the picture is frozen."""
        self.query_one("#monitor-details").display = False
        self._import_plot()
        self.watch(self.app, "snapshot", self._snapshot_changed)
        self.watch(self.app, "work", self._draw_run)
        self.watch(self.app, "book", self._book_changed)

    @work(group="plot")
    async def _import_plot(self) -> None:
        module = await asyncio.to_thread(importlib.import_module, "workshop_tui.app.widgets.history")
        plot: History = module.History(id="curves")
        await self.query_one("#monitor-curves").mount(plot, Static(id="band"))
        self._plot = plot
        self._draw()

    # What is shown

    @property
    def _history(self) -> list[Moment]:
        if self._frozen is not None:
            return self._frozen
        return list(self.workshop.readings.history) if self.workshop.readings else []

    def _snapshot_changed(self, snapshot: Snapshot | None) -> None:
        if snapshot is None or not self.is_current or self._frozen is not None:
            return
        if abs(snapshot.taken - self._shown_at) > BEAT_SECONDS - 0.5:  # readings come somewhat early or late
            self._draw(curves=abs(snapshot.taken - self._drawn_at) > CURVES_SECONDS - 0.5)

    def _book_changed(self, _book: Book) -> None:
        self._draw_run(self.workshop.work)

    def on_screen_resume(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self, *, curves: bool = True) -> None:
        history = self._history
        if not history:
            self._tell("#monitor-sentence", "The first reading comes within a second.")
            return
        now = history[-1]
        self._shown_at = now.snapshot.taken
        told = wording.sentence(now.snapshot, now.gpu)
        if self._frozen is not None:
            told = f"FROZEN, {key_of('monitor.freeze')} goes on; readings do. {told}"
        self._tell("#monitor-sentence", told)
        self._tell("#monitor-figures", _figures(now))
        if self.query_one("#monitor-details").display:
            figures = _all_figures(now, self.workshop.work)
            text = "\n".join([*figures, "", *_ranges(history), "", *self._last_run_whole()])
            self._tell("#monitor-all", text)
        elif self._plot and curves:
            self._draw_curves(self._plot, history)

    def _tell(self, line: str, text: str) -> None:
        """Write a text where it has changed; all is laid out anew only where it takes more or fewer rows."""
        if self._told.get(line) != text:
            self._told[line] = text
            static, content = self.query_one(line, Static), Content(plain(text, keep_newlines=True))
            width, height = static.size
            static.update(content, layout=not width or content.get_height({}, width) != height)

    def _draw_curves(self, plot: History, history: Sequence[Moment]) -> None:
        from workshop_tui.app.widgets.history import Curve, band, end_of

        self._drawn_at = history[-1].snapshot.taken
        end = end_of(self._drawn_at)
        at = [(moment.snapshot.taken - end, moment) for moment in history]
        curves: list[Curve] = []
        for label, figure in _shown(history[-1]):
            points = [(ago, value) for ago, moment in at if (value := figure(moment)) is not None]
            now = figure(history[-1])
            curves.append(Curve(f"{label} n/a" if now is None else f"{label} {now:.0f} %", points))
        # plotext's own colours lie on a background that the terminal's do not have.
        plot.theme = "clear" if self.app.native_ansi_color else "auto"
        plot.draw(curves, self.workshop.look.ascii, self.workshop.look.theme)
        phases = [(ago, moment.phase) for ago, moment in at]
        self._tell("#band", band(phases, self.query_one("#monitor-curves").size.width))

    def _draw_run(self, work: Work) -> None:
        state = {
            "none": "The worker is not running; it starts when the Lab is opened.",
            "starting": "The worker starts.",
            "importing": "The worker imports PyTorch and diffusers, 10 to 15 s on two cores.",
            "idle": "The worker is idle.",
            "lost": f"The worker was lost: {work.text}",
            "silent": f"The worker says nothing: {work.text}.",
        }.get(work.activity, "")
        if work.waiting and work.activity not in ("lost", "silent"):
            state = f"Picture {min(work.done + 1, work.total)} of {work.total}: {work.phase_text()}"
        model = f"   Model loaded: {work.model}" if work.model else ""
        rows = [f"{state}{model}"]
        if run := self._last_run:
            rows.append(f"Last picture ({run.settings.words}): {_seconds(run)}; {'; '.join(use_parts(run)[:2])}")
        else:
            rows.append(f"No picture is measured yet: {key_of('app.lab')} opens the Lab.")
        self._tell("#monitor-run", "\n".join(rows))

    @property
    def _last_run(self) -> Run | None:
        """The newest picture that was really begun."""
        return next((run for run in reversed(self.workshop.book.runs) if run.model and run.seconds.making), None)

    def _last_run_whole(self) -> list[str]:
        run = self._last_run
        if run is None:
            return []
        return [f"Last picture ({run.settings.words})", f"  {_seconds(run)}", *(f"  {part}" for part in use_parts(run))]

    # Keys

    def action_details(self) -> None:
        details, curves = self.query_one("#monitor-details"), self.query_one("#monitor-curves")
        details.display, curves.display = not details.display, details.display
        self.set_focus(details if details.display else None)  # for the arrows
        self.call_after_refresh(self._draw)

    def action_freeze(self) -> None:
        self._frozen = (self._history or None) if self._frozen is None else None
        self._draw()

    def action_metrics(self) -> None:
        from workshop_tui.app.screens.metrics import MetricsScreen

        self.app.push_screen(MetricsScreen())

    def action_scroll(self, step: int) -> None:
        self.query_one("#monitor-details").scroll_relative(y=step, animate=False)

    @work(exclusive=True, group="free")
    async def action_free(self) -> None:
        await self.workshop.desk.pictures.free()


def _figures(moment: Moment) -> str:
    """Return the few lines that are read first: the worker's GPU, or all where it is not known; machine and worker."""
    snapshot = moment.snapshot
    rows: list[str] = []
    shown = [moment.gpu] if moment.gpu else snapshot.gpus[:MOST_GPUS]
    for gpu in shown:
        rows.append(wording.gpu_title(gpu, gpu is moment.gpu))
        rows.append("  " + "   ".join(wording.gpu_parts(gpu, snapshot.stale(gpu))))
    if len(snapshot.gpus) > len(shown):
        rows[0] += f"   and {len(snapshot.gpus) - len(shown)} more: {key_of('monitor.details')}"
    rows.append("Machine  " + "   ".join(wording.host_parts(snapshot.host)))
    if snapshot.worker:
        rows.append("Worker   " + "   ".join(wording.worker_parts(snapshot.worker)[1:]))
    return "\n".join(rows)


def _all_figures(moment: Moment, work: Work) -> list[str]:
    rows: list[str] = []
    for gpu in moment.snapshot.gpus:
        rows.append(wording.gpu_title(gpu, gpu is moment.gpu))
        parts = [*wording.gpu_parts(gpu, moment.snapshot.stale(gpu)), *wording.gpu_details(gpu)]
        rows.append("  " + "   ".join(parts))
        if gpu is moment.gpu and work.gpu_mib and gpu.memory_used_mib is not None:
            others = wording.gib(max(0.0, gpu.memory_used_mib - work.gpu_mib))
            rows.append(f"  your pictures {wording.gib(work.gpu_mib)} GiB   others and the driver {others} GiB")
        held = wording.process_parts(gpu, work.pid)
        rows += [f"  memory held by {each}" for each in held]
        if gpu.processes is None:
            rows.append("  who holds memory: not asked while pictures are made, or not told by the driver")
    if not rows:
        rows.append(f"No GPU: {moment.snapshot.gpu_message or 'none found'}.")
    return rows


def _shown(now: Moment) -> list[tuple[str, Figure]]:
    """Return which curves are drawn: the GPU's where the worker has one, else the machine's."""
    if now.gpu:
        return [("use", _use), ("VRAM", _vram), ("power", _power)]
    return [("CPU", lambda moment: moment.snapshot.host.cpu_percent), ("RAM", _ram)]


def _ranges(history: Sequence[Moment]) -> list[str]:
    """Return lowest and highest of each curve."""
    rows = ["The last two minutes"]
    for label, figure in _shown(history[-1]):
        values = [value for moment in history if (value := figure(moment)) is not None]
        rows.append(f"  {label} " + (f"{min(values):.0f} to {max(values):.0f} %" if values else "n/a"))
    return rows


def _use(moment: Moment) -> float | None:
    return moment.gpu.utilization_percent if moment.gpu and not moment.snapshot.stale(moment.gpu) else None


def _vram(moment: Moment) -> float | None:
    gpu = moment.gpu
    return _share(gpu.memory_used_mib, gpu.memory_total_mib) if gpu and not moment.snapshot.stale(gpu) else None


def _power(moment: Moment) -> float | None:
    gpu = moment.gpu
    return _share(gpu.power_w, gpu.power_limit_w) if gpu and not moment.snapshot.stale(gpu) else None


def _ram(moment: Moment) -> float | None:
    return _share(moment.snapshot.host.ram_used_mib, moment.snapshot.host.ram_total_mib)


def _share(used: float | None, total: float | None) -> float | None:
    return 100 * used / total if used is not None and total else None


def _seconds(run: Run) -> str:
    """Return a run's seconds by phase."""
    seconds = run.seconds
    load = f", after loading {seconds.load:.1f} s" if seconds.load else ""
    told = f"encode {seconds.encode:.1f}, denoise {seconds.denoise:.1f}, decode {seconds.decode:.1f}"
    return f"{seconds.making:.1f} s ({told}){load}"
