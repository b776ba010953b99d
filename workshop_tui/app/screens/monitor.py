"""Mode 3: what GPU, machine and worker are doing."""

from collections import deque

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from workshop_tui.app.book import Work
from workshop_tui.app.screens.mode import ModeScreen
from workshop_tui.app.widgets.curve import Curve
from workshop_tui.monitor.snapshot import Snapshot
from workshop_tui.monitor.wording import gpu_details, gpu_parts, gpu_title, host_parts, sentence, worker_parts
from workshop_tui.text import plain

HISTORY = 120
"""Snapshots that the curves show at most: two minutes."""


class MonitorScreen(ModeScreen):
    """Figures now, and two curves of the last two minutes."""

    mode_title = "3 Monitor"

    def __init__(self) -> None:
        super().__init__()
        self._busy: deque[float] = deque(maxlen=HISTORY)
        self._memory: deque[float] = deque(maxlen=HISTORY)

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
        super().on_mount()
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
        self._draw_curves(snapshot)

    def _draw_curves(self, snapshot: Snapshot) -> None:
        if snapshot.gpus:
            gpu = snapshot.gpus[0]
            what, busy = "GPU", gpu.utilization_percent
            memory, used, total = "VRAM", gpu.memory_used_mib, gpu.memory_total_mib
        else:
            what, busy = "CPU", snapshot.host.cpu_percent
            memory, used, total = "RAM", snapshot.host.ram_used_mib, snapshot.host.ram_total_mib
        if busy is not None:
            self._busy.append(busy)
        if used is not None and total:
            self._memory.append(100 * used / total)
        for name, label, values in (("busy", f"{what} use", self._busy), ("memory", f"{memory} used", self._memory)):
            now = f"{values[-1]:.0f} %, highest {max(values):.0f} %" if values else "n/a"
            self.query_one(f"#{name}-label", Static).update(Content(f"{label}, the last two minutes: {now}"))
            self.query_one(f"#{name}", Curve).values = tuple(values)

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

    def focus_first(self) -> None:
        self.query_one("#monitor").focus()
