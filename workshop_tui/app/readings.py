"""Readings of GPU and host, from the sampler's thread to the screens."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from textual.message import Message

from workshop_tui.app.book import Work
from workshop_tui.monitor.host import HostReader
from workshop_tui.monitor.nvml import NvmlReader
from workshop_tui.monitor.sampler import Sampler
from workshop_tui.monitor.snapshot import GpuReading, Snapshot

HISTORY = 120
"""Readings that are kept for the curves, one a second."""


class Sampled(Message):
    """The sampler has a new reading."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot

    def can_replace(self, message: Message) -> bool:
        """A slow screen draws the newest reading, not all."""
        return isinstance(message, Sampled)


@dataclass(frozen=True)
class Moment:
    """One reading, and what the worker did then."""

    snapshot: Snapshot
    gpu: GpuReading | None
    """The worker's, where there is one and it is known."""
    phase: str = ""
    """Of the picture in work; empty where none is."""


class Readings:
    """Samples once a second until stopped.

    Args:
        folder: Where pictures are kept; its disk is watched.
        cache: Where models are kept.
        post: Takes each reading; called in the sampler's thread.
    """

    def __init__(self, folder: Path, cache: Path, post: Callable[[Sampled], object]) -> None:
        self.history: deque[Moment] = deque(maxlen=HISTORY)
        """The last two minutes, oldest first."""
        self._sampler = Sampler(
            NvmlReader(), HostReader(folder, cache), on_snapshot=lambda snapshot: post(Sampled(snapshot))
        )
        self._sampler.start()

    def take(self, snapshot: Snapshot, work: Work) -> None:
        """Keep a reading for the curves; the next one looks at the worker's process too, and disturbs no picture."""
        gpu = work.gpu_among(snapshot.gpus)
        phase = work.progress.phase if work.waiting and work.progress else ""
        self.history.append(Moment(snapshot, gpu, phase))
        self._sampler.set_worker_pid(work.pid)
        self._sampler.set_timed(bool(work.waiting))

    def stop(self) -> None:
        """Take no more readings."""
        self._sampler.stop()
