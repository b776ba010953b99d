"""Readings of GPU and host, from the sampler's thread to the screens."""

from collections import deque
from collections.abc import Callable
from pathlib import Path

from textual.message import Message

from workshop_tui.monitor.host import HostReader
from workshop_tui.monitor.nvml import NvmlReader
from workshop_tui.monitor.sampler import Sampler
from workshop_tui.monitor.snapshot import Snapshot

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


class Readings:
    """Samples once a second until stopped.

    Args:
        folder: Whose disk is watched.
        post: Takes each reading; called in the sampler's thread.
    """

    def __init__(self, folder: Path, post: Callable[[Sampled], object]) -> None:
        self.history: deque[Snapshot] = deque(maxlen=HISTORY)
        """The readings of the last two minutes, oldest first."""
        self._sampler = Sampler(NvmlReader(), HostReader(folder), on_snapshot=lambda snapshot: post(Sampled(snapshot)))
        self._sampler.start()

    def take(self, snapshot: Snapshot, worker: int | None) -> None:
        """Keep a reading for the curves, and have the next one look at the worker's process too."""
        self.history.append(snapshot)
        self._sampler.set_worker_pid(worker)

    def stop(self) -> None:
        """Take no more readings."""
        self._sampler.stop()
