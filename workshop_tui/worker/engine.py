"""One loaded model that makes pictures one after the other; every failure becomes a run with an outcome."""

import gc
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import msgspec

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation.protocol import Freed
from workshop_tui.generation.record import Memory, ModelInfo, Origin, Outcome, Placing, Rework, Run, Shortage
from workshop_tui.generation.settings import Settings, check_settings
from workshop_tui.worker.beginning import Beginning
from workshop_tui.worker.device import allocated, free_memory, use_all_cores
from workshop_tui.worker.failures import first_sentence, is_broken_device, is_out_of_memory
from workshop_tui.worker.measure import MIB, MemoryMeter, resident, software_versions
from workshop_tui.worker.pictures import encode_png, pixels_sha256
from workshop_tui.worker.pipeline import LoadedModel, load_model
from workshop_tui.worker.progress import Cancelled, IsCancelled, OnProgress, Progress
from workshop_tui.worker.quiet import quiet_libraries
from workshop_tui.worker.room import NoRoomError
from workshop_tui.worker.sample import Stopwatch, clean_up, sample

_log = logging.getLogger(__name__)


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
    rework: Rework | None = None
    source: bytes = b""
    """The PNG that is refined; empty where none is."""

    @property
    def beginning(self) -> Beginning | None:
        """What the picture begins with, where that is not noise alone."""
        return Beginning(self.source, self.rework) if self.rework and self.rework.kind == "refined" else None


@dataclass
class _Attempt:
    """What one run has come to so far."""

    outcome: Outcome = "ok"
    reason: str = ""
    load: float = 0.0
    memory: Memory = field(default_factory=Memory)
    sha256: str = ""
    broken: bool = False
    shortage: Shortage | None = None


class Engine:
    """Holds at most one model; not thread-safe, so that one thread of the worker owns it.

    Args:
        cache: The program's cache folder; the built-in model is built there.
        device: `cuda`, `cuda:1`, `mps` or `cpu`; None takes the best one there is.
    """

    def __init__(self, cache: Path, device: str | None = None) -> None:
        self._cache = cache
        self._device = device
        self._loaded: LoadedModel | None = None
        self._loaded_name = ""
        quiet_libraries()
        use_all_cores()
        self._software = software_versions()
        # The libraries' hundred thousands of objects stay for good: looking at them in each collection takes 0.2 s.
        gc.collect()
        gc.freeze()
        self._bare = resident()

    @property
    def model(self) -> ModelInfo | None:
        """The loaded model, or None."""
        return self._loaded.info if self._loaded else None

    @property
    def placing(self) -> Placing | None:
        """Where the loaded model lies, or None."""
        return self._loaded.placing if self._loaded else None

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
        started = datetime.now(UTC).isoformat(timespec="milliseconds")
        attempt, watch = _Attempt(), Stopwatch()
        picture = None
        try:
            check_settings(request.settings)  # refuses in no time what no model could run
            model = self._ready(request.model, attempt, on_progress, is_cancelled)
            check_settings(request.settings, model.info.size_unit)
            meter = MemoryMeter(model.device, self._bare)
            meter.start()
            try:
                picture, notes = sample(model, request.settings, watch, on_progress, is_cancelled, request.beginning)
                attempt.reason = " ".join(notes)
                attempt.sha256 = pixels_sha256(picture)
            finally:
                attempt.memory = meter.read()
        except Exception as error:
            # Only text is kept: the exception's frames hold the device's tensors.
            self._explain(error, request, watch, attempt)
        if attempt.outcome != "ok":
            picture = None
            self._recover(attempt)
        run = Run(
            run_id=request.run_id,
            job_id=request.job_id,
            settings=request.settings,
            outcome=attempt.outcome,
            started=started,
            model=self.model,
            placing=self.placing,
            reason=_without_home(attempt.reason),
            seconds=watch.timing(request.queued_seconds, attempt.load),
            memory=attempt.memory,
            forwards=watch.forwards,
            picture=f"{request.run_id}.png" if picture else "",
            pixels_sha256=attempt.sha256,
            origin=request.origin,
            software=self._software,
            rework=request.rework,
            shortage=attempt.shortage,
        )
        return run, encode_png(picture, run) if picture else None

    def free(self) -> None:
        """Drop the model and all that was kept with it; the memory goes back to the system."""
        self._loaded = None
        self._loaded_name = ""
        free_memory()

    def release(self) -> Freed:
        """Drop the model as `free` does, and tell how much memory came back."""
        loaded = self._loaded
        name = loaded.info.name if loaded else ""
        on_gpu = loaded is not None and loaded.device.type == "cuda"
        del loaded  # it would keep the model itself
        device, host = allocated(), resident()
        self.free()
        back = (device - allocated()) / MIB if on_gpu else None
        return Freed(name, back, max(0.0, (host - resident()) / MIB))

    def unload_idle(self) -> bool:
        """Drop the model if one is loaded, because nothing has used it for a while; tell whether there was one."""
        if self._loaded is None:
            return False
        _log.info("unloading %s, which nothing uses", self._loaded.info.name)
        self.free()
        return True

    def _ready(self, name: str, attempt: _Attempt, on_progress: OnProgress, is_cancelled: IsCancelled) -> LoadedModel:
        """Return the model of that name; the one loaded before gives its memory up first."""
        if self._loaded is not None and self._loaded_name == name:
            return self._loaded
        self.free()

        def report(message: str, fraction: float | None) -> None:
            if is_cancelled():
                raise Cancelled
            on_progress(Progress("load", fraction=fraction, message=message))

        began = perf_counter()
        try:
            self._loaded = load_model(name, cache=self._cache, device=self._device, on_progress=report)
        finally:
            attempt.load = perf_counter() - began
        self._loaded_name = name
        _log.info("loaded %s in %.1f s", self._loaded.info.name, attempt.load)
        return self._loaded

    def _explain(self, error: Exception, request: RunRequest, watch: Stopwatch, attempt: _Attempt) -> None:
        """Turn an exception into an outcome and a reason."""
        where = watch.phase
        if isinstance(error, Cancelled):
            done = f" after {len(watch.steps)} of {watch.planned} steps" if watch.steps else ""
            attempt.outcome, attempt.reason = "cancelled", f"Cancelled{done}."
            return
        attempt.outcome = "failed"
        if isinstance(error, WorkshopError):
            attempt.outcome = "refused" if isinstance(error, UserError) else "failed"
            attempt.reason = f"{error.message} {error.hint}".strip()
            attempt.shortage = error.shortage if isinstance(error, NoRoomError) else None
            return
        if is_out_of_memory(error):
            _log.warning("run %s ran out of memory in %s: %s", request.run_id, where, error)
            attempt.outcome = "out-of-memory"
            advice = "Close other programs or choose a smaller model." if where == "load" else "Try a smaller size."
            attempt.reason = f"Out of memory in {where} at {request.settings.size}: {first_sentence(error)} {advice}"
            return
        _log.exception("run %s failed in %s", request.run_id, where)
        if is_broken_device(error):
            attempt.broken = True
            attempt.reason = (
                f"The GPU failed in {where}: {first_sentence(error)} Stop the worker (workshop-tui worker stop); "
                "the next run starts a new one."
            )
        else:
            attempt.reason = (
                f"{type(error).__name__} in {where}: {first_sentence(error)} The worker's log has the details."
            )

    def _recover(self, attempt: _Attempt) -> None:
        """Bring model and memory back to a state from which the next run can start."""
        if self._loaded is not None:
            if attempt.outcome == "out-of-memory":
                self._loaded.prompts.clear()
            clean_up(self._loaded)
        if attempt.broken:
            self._loaded = None
            self._loaded_name = ""
        else:
            free_memory()


def _without_home(text: str) -> str:
    """Write the home folder as `~`: reasons go into hand-ins, which shall not show whose account it was."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text
