"""What a run has come to so far; a failure becomes an outcome and a reason."""

import logging
from dataclasses import dataclass, field

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation.record import Memory, Outcome, Placing, Shortage
from workshop_tui.generation.usage import Usage
from workshop_tui.worker.cap import Cap
from workshop_tui.worker.failures import first_sentence, is_broken_device, is_out_of_memory
from workshop_tui.worker.pipeline import LoadedModel
from workshop_tui.worker.progress import Cancelled
from workshop_tui.worker.request import RunRequest
from workshop_tui.worker.room import NoRoomError, what_next
from workshop_tui.worker.stopwatch import Stopwatch

_log = logging.getLogger(__name__)


@dataclass
class Attempt:
    """What a run, or several made together, has come to so far."""

    outcome: Outcome = "ok"
    reason: str = ""
    load: float = 0.0
    """Seconds that loading took."""
    ready: bool = False
    """Whether the model that was asked for was loaded in the end."""
    memory: Memory = field(default_factory=Memory)
    broken: bool = False
    """Whether a GPU's failure has broken this process."""
    shortage: Shortage | None = None
    usage: Usage | None = None
    """What it drew from the machine."""

    def explain(
        self,
        error: Exception,
        request: RunRequest,
        watch: Stopwatch,
        model: LoadedModel | None,
        placing: Placing | None,
        cap: Cap | None,
    ) -> None:
        """Turn an exception into an outcome and a reason.

        Args:
            error: What was raised. Only its text is kept: its frames hold the device's tensors.
            request: What was to be made.
            watch: Of the run, in the phase that failed.
            model: The loaded one, if one is.
            placing: Where it lies.
            cap: The memory cap, where there is one.
        """
        where = watch.phase
        if isinstance(error, Cancelled):
            done = f" after {len(watch.steps)} of {watch.planned} steps" if watch.steps else ""
            self.outcome, self.reason = "cancelled", f"Cancelled{done}."
            return
        self.outcome = "failed"
        if isinstance(error, NoRoomError) and error.by_cap and cap:
            self.outcome, self.reason = "out-of-memory", f"{error.message} {cap.advice}"
            return
        if isinstance(error, WorkshopError):
            self.outcome = "refused" if isinstance(error, UserError) else "failed"
            self.reason = f"{error.message} {error.hint}".strip()
            self.shortage = error.shortage if isinstance(error, NoRoomError) else None
            return
        if is_out_of_memory(error):
            _log.warning("run %s ran out of memory in %s: %s", request.run_id, where, error)
            self.outcome = "out-of-memory"
            instead = ""
            if model and where != "load":
                instead = what_next(model.shape, request.settings, model.device, placing or model.placing)
            if cap:  # no other program has a share in it
                advice = f"{instead} {cap.advice} {cap.remark}"
            elif model and where != "load":
                advice = f"{instead} Try a smaller size."
            else:
                advice = "Close other programs or choose a smaller model."
            advice = " ".join(advice.split())
            self.reason = f"Out of memory in {where} at {request.settings.size}: {first_sentence(error)} {advice}"
            return
        _log.exception("run %s failed in %s", request.run_id, where)
        if is_broken_device(error):
            self.broken = True
            self.reason = (
                f"The GPU failed in {where}: {first_sentence(error)} That breaks the worker: a new one goes on."
            )
        else:
            self.reason = (
                f"{type(error).__name__} in {where}: {first_sentence(error)} The worker's log has the details."
            )
