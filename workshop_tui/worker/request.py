"""One picture that is asked of an engine."""

import msgspec

from workshop_tui.generation.record import Origin, Rework
from workshop_tui.generation.settings import Settings
from workshop_tui.worker.beginning import Beginning


class RunRequest(msgspec.Struct, frozen=True):
    """What to make, and for whom."""

    run_id: str
    """32 hex digits; the run, its picture and its spool folder carry it."""
    job_id: str
    settings: Settings
    model: str = "small-flux"
    """`small-flux`, a diffusers folder, a file, or a hub id."""
    origin: Origin = Origin()
    queued_seconds: float = 0.0
    """How long the request waited before the engine took it, s."""
    rework: Rework | None = None
    source: bytes = b""
    """The PNG that is refined; empty where none is."""
    previews: bool = False
    """Whether small pictures of how it comes along are wanted."""

    @property
    def beginning(self) -> Beginning | None:
        """What the picture begins with, where that is not noise alone."""
        return Beginning(self.source, self.rework) if self.rework and self.rework.kind == "refined" else None
