"""One loaded model that makes pictures one after the other; every failure becomes a run with an outcome."""

from pathlib import Path

import msgspec

from workshop_tui.generation.record import ModelInfo, Origin, Run
from workshop_tui.generation.settings import Settings
from workshop_tui.worker.progress import IsCancelled, OnProgress


class RunRequest(msgspec.Struct, frozen=True):
    """One picture that is asked for."""

    run_id: str
    """32 hex digits; the run, its picture and its spool folder carry it."""
    job_id: str
    settings: Settings
    model: str = "small-flux"
    """`small-flux`, a diffusers folder, or a hub id."""
    origin: Origin = Origin()
    queued_seconds: float = 0.0
    """How long the request waited before the engine took it, s."""


class Engine:
    """Holds at most one model; not thread-safe, so that one thread of the worker owns it.

    Args:
        cache: The program's cache folder; the built-in model is built there.
        device: `cuda`, `cuda:1`, `mps` or `cpu`; None takes the best one there is.
    """

    def __init__(self, cache: Path, device: str | None = None) -> None:
        self._cache = cache
        self._device = device

    @property
    def model(self) -> ModelInfo | None:
        """The loaded model, or None."""
        return None

    def run(self, request: RunRequest, on_progress: OnProgress, is_cancelled: IsCancelled) -> tuple[Run, bytes | None]:
        """Make one picture; load its model first where another one, or none, is loaded.

        Args:
            request: What to make.
            on_progress: Called in the same thread, at least once a phase and after each step.
            is_cancelled: Asked between two steps and between two components while loading.

        Returns:
            The run and the picture's PNG; None where there is no picture. Nothing that the model, the settings
            or the memory can do wrong raises: `Run.outcome` and `Run.reason` tell.
        """
        raise NotImplementedError

    def free(self) -> None:
        """Drop the model and all that was kept with it; the memory goes back to the system."""

    def unload_idle(self) -> bool:
        """Drop the model if one is loaded, because nothing has used it for a while; tell whether there was one."""
        return False
