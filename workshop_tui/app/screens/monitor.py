"""Mode 3: what GPU, machine and worker are doing."""

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from workshop_tui.app.book import Work
from workshop_tui.app.screens.mode import ModeScreen
from workshop_tui.app.widgets.curve import Curve
from workshop_tui.monitor.snapshot import Snapshot
from workshop_tui.monitor.wording import gpu_details, gpu_parts, gpu_title, host_parts, sentence, worker_parts
from workshop_tui.text import plain


class MonitorScreen(ModeScreen):
    """Figures now, and two curves of the last two minutes."""

    mode_title = "3 Monitor"

    BINDINGS = [
        Binding("f", "free", "Free memory", tooltip="Let the worker drop its model: clears the cache between sessions")
    ]

    def body(self) -> ComposeResult:
        with VerticalScroll(id="monitor"):
            yield Static(id="monitor-sentence")
            yield Static(id="monitor-figures")
            yield Static(id="busy-label", classes="label")
            yield Curve(id="busy")
            yield Static(id="memory-label", classes="label")
            yield Curve(id="memory")
            yield Static(id="monitor-run")

    def on_mount(self) -> None:
        self.watch(self.app, "snapshot", self._draw)
        self.watch(self.app, "work", self._draw_run)

    def _draw(self, snapshot: Snapshot | None) -> None:
        if snapshot is None:
            self.query_one("#monitor-sentence", Static).update("The first reading comes within a second.")
            return
        rows: list[str] = []
        for gpu in snapshot.gpus:
            rows += [gpu_title(gpu), "  " + "   ".join(gpu_parts(gpu, snapshot.stale(gpu)))]
            rows.append("  " + "   ".join(gpu_details(gpu)))
        rows += ["Machine", "  " + "   ".join(host_parts(snapshot.host))]
        if snapshot.worker:
            rows += ["Worker", "  " + "   ".join(worker_parts(snapshot.worker))]
        else:
            rows += ["Worker", "  not running; it starts when the Lab is opened"]
        self.query_one("#monitor-sentence", Static).update(Content.styled(plain(sentence(snapshot)), "bold"))
        self.query_one("#monitor-figures", Static).update(Content(plain("\n".join(rows), keep_newlines=True)))
        with_gpu = bool(snapshot.gpus)
        history = list(self.workshop.readings.history) if self.workshop.readings else []
        self._draw_curve("busy", "GPU use" if with_gpu else "CPU use", [_busy(s, with_gpu) for s in history])
        self._draw_curve("memory", "VRAM used" if with_gpu else "RAM used", [_memory(s, with_gpu) for s in history])

    def _draw_curve(self, name: str, label: str, figures: list[float | None]) -> None:
        values = tuple(figure for figure in figures if figure is not None)
        now = f"{values[-1]:.0f} %, highest {max(values):.0f} %" if values else "n/a"
        self.query_one(f"#{name}-label", Static).update(Content(f"{label}, the last two minutes: {now}"))
        self.query_one(f"#{name}", Curve).values = values

    def _draw_run(self, work: Work) -> None:
        state = {
            "none": "The worker is not running.",
            "starting": "The worker starts.",
            "importing": "The worker imports PyTorch and diffusers, 10 to 15 s on two cores.",
            "idle": "The worker is idle.",
            "lost": f"The worker was lost: {work.text}",
            "silent": f"The worker says nothing: {work.text}.",
        }.get(work.activity, "")
        if work.waiting:
            state = f"Picture {min(work.done + 1, work.total)} of {work.total}: {work.phase_text()}"
        model = f"   Model loaded: {work.model}" if work.model else ""
        self.query_one("#monitor-run", Static).update(Content(plain(f"{state}{model}")))

    @work(exclusive=True, group="free")
    async def action_free(self) -> None:
        await self.workshop.desk.pictures.free()

    def focus_first(self) -> None:
        self.query_one("#monitor").focus()


def _busy(snapshot: Snapshot, with_gpu: bool) -> float | None:
    if with_gpu:
        return snapshot.gpus[0].utilization_percent if snapshot.gpus else None
    return snapshot.host.cpu_percent


def _memory(snapshot: Snapshot, with_gpu: bool) -> float | None:
    if with_gpu and not snapshot.gpus:
        return None
    gpu, host = (snapshot.gpus[0] if with_gpu else None), snapshot.host
    used, total = (gpu.memory_used_mib, gpu.memory_total_mib) if gpu else (host.ram_used_mib, host.ram_total_mib)
    return 100 * used / total if used is not None and total else None
