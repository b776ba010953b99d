"""What the screens draw: frozen copies of the notebook and of the worker's state."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from workshop_tui.generation.pace import place_words
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.generation.client import Preview
    from workshop_tui.generation.protocol import Place, Progress
    from workshop_tui.generation.record import Run
    from workshop_tui.lesson.clock import ClockState
    from workshop_tui.monitor.snapshot import GpuReading
    from workshop_tui.notebook.entries import Check, Observation


class Book(msgspec.Struct, frozen=True):
    """The notebook as it stands."""

    runs: tuple[Run, ...] = ()
    """This lesson's runs, oldest first."""
    observations: tuple[Observation, ...] = ()
    checks: dict[str, Check] = {}
    improvements: dict[int, str] = {}
    notes: dict[str, str] = {}
    """What the learner noted, by section or page."""
    read_only: bool = False
    """Another terminal of this learner writes the answers."""
    clock: ClockState | None = None
    """The class clock as that terminal has kept it; None where this one has written before."""


class Work(msgspec.Struct, frozen=True):
    """What the worker does for this learner."""

    activity: str = "none"
    """`none` (not started), `starting`, `idle`, `importing`, `working`, `waiting` (a shared engine makes others'
    pictures), `paused`, `silent` or `lost`."""
    waiting: tuple[str, ...] = ()
    """Run ids in line, the one in work first."""
    stopping: frozenset[str] = frozenset()
    """Those that this learner has asked to stop: the picture in work ends with its step, which may take a while."""
    total: int = 0
    """Pictures asked for since the line was last empty."""
    progress: Progress | None = None
    seconds_left: float | None = None
    """For everything in line, s; None while unknown, or when it takes longer than was reckoned."""
    picture_seconds_left: float | None = None
    """The same for the picture in work."""
    model: str = ""
    """The loaded model."""
    pid: int | None = None
    """The worker's process; None while none is known."""
    gpu: str = ""
    """The UUID of the GPU that the loaded model runs on; empty where it runs on none."""
    gpu_mib: float = 0.0
    """What the worker's allocator holds of that GPU's memory."""
    place: Place | None = None
    """In the line of a shared engine; None with a worker of one's own."""
    text: str = ""
    """What is wrong, where something is."""
    pausing: bool = False
    """This learner has asked for a pause: the picture in work is made, and nothing after it."""
    at_once: int = 1
    """How many pictures can be made at a time now."""
    failed: int = 0
    """Pictures that have ended without success since the line was last empty."""
    preview: Preview | None = None
    """How the picture in work looks so far; None where nothing of it came."""

    @property
    def done(self) -> int:
        """Pictures that have ended since the line was last empty."""
        return self.total - len(self.waiting)

    @property
    def wanted(self) -> tuple[str, ...]:
        """What is in line and shall be made."""
        return tuple(run_id for run_id in self.waiting if run_id not in self.stopping)

    def gpu_among(self, gpus: Sequence[GpuReading]) -> GpuReading | None:
        """Return the worker's GPU; None where there is none for it, or nobody can tell."""
        from workshop_tui.monitor.own_gpu import own_gpu  # not before the first frame

        elsewhere = bool(self.model) and not self.gpu
        return own_gpu(gpus, self.gpu, os.environ, self.pid, elsewhere=elsewhere)

    def phase_text(self) -> str:
        """Return what happens to the picture in work: `denoise 3/10`, `load text_encoder_2`, `stopping`."""
        if self.stopping.issuperset(self.waiting[:1]) and self.waiting:
            return "stopping"
        if self.place is not None and self.activity == "waiting":
            return place_words(self.place)
        if self.progress is None:
            return self.activity
        if self.progress.steps:
            return f"{self.progress.phase} {self.progress.step}/{self.progress.steps}"
        return plain(self.progress.detail or self.progress.phase)  # a shared engine's words are somebody else's
