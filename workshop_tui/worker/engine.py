"""One loaded model that makes pictures one after the other; every failure becomes a run with an outcome."""

import contextlib
import gc
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import msgspec
import torch

from workshop_tui.errors import UserError
from workshop_tui.generation.protocol import Freed
from workshop_tui.generation.record import ModelInfo, Placing, Run
from workshop_tui.generation.settings import Settings, check_settings
from workshop_tui.monitor.host import HostReader
from workshop_tui.monitor.nvml import NvmlReader
from workshop_tui.monitor.recorder import Recorder
from workshop_tui.worker.attempt import Attempt
from workshop_tui.worker.cap import Cap
from workshop_tui.worker.decode import Decoded
from workshop_tui.worker.device import allocated, free_memory, gpu_uuid, pick_device, pick_precision, use_all_cores
from workshop_tui.worker.failures import first_sentence, is_broken_device
from workshop_tui.worker.guidance import Paces
from workshop_tui.worker.measure import MIB, MemoryMeter, resident, software_versions
from workshop_tui.worker.pictures import encode_png, pixels_sha256
from workshop_tui.worker.pipeline import LoadedModel, find_source, load_model, pick_place
from workshop_tui.worker.progress import Cancelled, IsCancelled, OnProgress, Progress
from workshop_tui.worker.quiet import quiet_libraries
from workshop_tui.worker.request import RunRequest
from workshop_tui.worker.sample import clean_up, sample
from workshop_tui.worker.speed import tune
from workshop_tui.worker.stopwatch import Stopwatch

_log = logging.getLogger(__name__)


class Engine:
    """Holds at most one model; not thread-safe, so that one thread of the worker owns it.

    Args:
        cache: The program's cache folder.
        device: `cuda`, `cuda:1`, `mps` or `cpu`; None takes the best one there is.
        cap: GiB of memory that all its pictures may use; the process must be fresh. None for all there is.
        recorder: Reads GPU and host while pictures are made; None reads nothing.
    """

    def __init__(
        self, cache: Path, device: str | None = None, cap: float | None = None, recorder: Recorder | None = None
    ) -> None:
        self._cache = cache
        self._device = device
        self._loaded: LoadedModel | None = None
        self._place: torch.device | None = None
        """Where the newest run was to be made."""
        self._recorder = recorder or Recorder(NvmlReader(), HostReader(cache))  # not started, it reads nothing
        quiet_libraries()
        use_all_cores()
        self._software = software_versions()
        self.broken = False
        """Whether a GPU's failure has broken this process: only a new one can go on."""
        self._cap: Cap | None = None
        if cap:
            with contextlib.suppress(UserError):  # no such device: the first picture is refused for it
                self._cap = Cap(cap, pick_device(device))
        # The libraries' hundred thousands of objects stay for good: looking at them in each collection takes 0.2 s.
        gc.collect()
        gc.freeze()
        self._bare = resident()
        self._kept = 0
        """Pixels of the largest picture, or batch, whose memory the process may still hold."""

    @property
    def model(self) -> ModelInfo | None:
        """The loaded model, or None."""
        return self._loaded.info if self._loaded else None

    @property
    def on_gpu(self) -> tuple[str, float]:
        """The UUID of the GPU that the loaded model runs on, and MiB that the allocator holds; empty and 0 on none."""
        uuid = gpu_uuid(self._loaded.device) if self._loaded else ""
        return uuid, allocated() / MIB if uuid else 0.0

    @property
    def _tried_gpu(self) -> str:
        """The UUID of the GPU that the newest run was for, loaded or not; empty for another device."""
        return gpu_uuid(self._place) if self._place else ""

    @property
    def caps_host(self) -> bool:
        """Whether main memory is capped."""
        return self._cap is not None and self._cap.on_host

    @property
    def placing(self) -> Placing | None:
        """Where the loaded model lies, or None."""
        if self._loaded is None:
            return None
        return msgspec.structs.replace(self._loaded.placing, cap_gib=self._cap.gib if self._cap else None)

    def run(self, request: RunRequest, on_progress: OnProgress, is_cancelled: IsCancelled) -> tuple[Run, bytes | None]:
        """Make one picture, as `run_batch` makes several."""
        return self.run_batch([request], on_progress, is_cancelled)[0]

    def run_batch(
        self, requests: Sequence[RunRequest], on_progress: OnProgress, is_cancelled: IsCancelled, before: str = ""
    ) -> list[tuple[Run, bytes | None]]:
        """Make pictures together; load their model first where another one, or none, is loaded.

        Where memory does not suffice for all at once, they are made in two halves, one after the other.

        Args:
            requests: One, or several of one model whose settings are `alike`.
            on_progress: Called in the same thread, at least once a phase and after each step.
            is_cancelled: Asked between two steps and between two components while loading.
            before: What of earlier attempts the record should say.

        Returns:
            Each run and its picture's PNG; None where there is no picture. Where the process broke, those that were
            not begun are left out. Nothing that the model, the settings or the memory can do wrong raises:
            `Run.outcome` and `Run.reason` tell.
        """
        paces = self._loaded.paces if self._loaded else Paces()
        batch = [request.settings for request in requests]
        together = paces.parts(batch, requests)
        if len(together) > 1:
            return self._run_parts(together, on_progress, is_cancelled, before)
        started = datetime.now(UTC).isoformat(timespec="milliseconds")
        attempt, watch = Attempt(), Stopwatch()
        made: list[Decoded] = []
        first = requests[0]

        def told(progress: Progress) -> None:
            self._recorder.mark(progress.phase)
            on_progress(progress)

        self._recorder.begin()
        try:
            for settings in batch:
                check_settings(settings)  # refuses in no time what no model could run
            model = self._ready(first, len(requests), attempt, told, is_cancelled)
            attempt.ready = True
            check_settings(first.settings, model.info.size_unit)
            tuned = tune(model, first.settings, self._cache)
            self._give_back_beyond(first.settings.width * first.settings.height * len(requests))
            meter = MemoryMeter(model.device, self._bare)
            meter.start()
            watch.on_encoded = meter.encoded
            self._recorder.making(allocated() / MIB)
            try:
                asked = (watch, told, is_cancelled, first.beginning)
                made, notes = sample(model, batch, *asked, previews=first.previews)
                attempt.reason = " ".join(filter(None, (*model.notes, tuned, *notes)))
            finally:
                attempt.memory = meter.read()
            if self._cap:
                attempt.reason = f"{attempt.reason} {self._cap.remark}".strip()
                if excess := self._cap.exceeded(attempt.memory):
                    attempt.outcome, attempt.reason = "out-of-memory", f"{excess} {self._cap.remark}"
        except Exception as error:
            attempt.explain(error, first, watch, self._loaded, self.placing, self._cap)
        attempt.usage = self._recorder.end(self._tried_gpu, len(requests))
        if attempt.outcome != "ok":
            made = []
            self._recover(attempt)
        if attempt.outcome == "out-of-memory" and len(requests) > 1 and watch.phase != "load":
            half = -(-len(requests) // 2)
            note = f"{len(requests)} together did not fit in memory: split."
            return self._run_parts((requests[:half], requests[half:]), on_progress, is_cancelled, note)
        attempt.reason = f"{before} {attempt.reason}".strip()
        return [
            self._record(request, started, attempt, watch, len(requests), place, made[place] if made else None)
            for place, request in enumerate(requests)
        ]

    def _run_parts(
        self, parts: Iterable[Sequence[RunRequest]], on_progress: OnProgress, is_cancelled: IsCancelled, before: str
    ) -> list[tuple[Run, bytes | None]]:
        """Make pictures part by part, until this process is broken: what is left is for the next one."""
        made: list[tuple[Run, bytes | None]] = []
        for part in parts:
            if not self.broken:
                made += self.run_batch(part, on_progress, is_cancelled, before)
        return made

    def _record(
        self,
        request: RunRequest,
        started: str,
        attempt: Attempt,
        watch: Stopwatch,
        batch: int,
        place: int,
        made: Decoded | None,
    ) -> tuple[Run, bytes | None]:
        """Return the run of one picture of a batch, and its PNG."""
        reasons = (attempt.reason, made.note if made else "", made.complaint if made else "")
        run = Run(
            run_id=request.run_id,
            job_id=request.job_id,
            settings=request.settings,
            outcome="bad-picture" if made and made.complaint else attempt.outcome,
            started=started,
            model=self.model if attempt.ready else None,
            placing=self.placing if attempt.ready else None,
            reason=_without_home(" ".join(filter(None, reasons))),
            seconds=watch.timing(request.queued_seconds, 0.0 if place else attempt.load + watch.load, batch),
            memory=attempt.memory,
            forwards=watch.forwards,
            batch=batch,
            picture=f"{request.run_id}.png" if made else "",
            pixels_sha256=pixels_sha256(made.picture) if made else "",
            origin=request.origin,
            software=self._software,
            rework=request.rework,
            shortage=attempt.shortage,
            usage=attempt.usage,
        )
        return run, encode_png(made.picture, run) if made else None

    def load_ahead(self, name: str, settings: Settings, on_progress: OnProgress, is_cancelled: IsCancelled) -> None:
        """Load a model that will be wanted soon, where none is loaded; nothing raises.

        Why it cannot be loaded goes to the log: the first picture says the same, as its outcome.

        Args:
            name: `small-flux`, a diffusers folder, a file, or a hub id.
            settings: How it shall be loaded.
            on_progress: Told what is being loaded, in the same thread.
            is_cancelled: Asked between two components.
        """
        if self._loaded is not None:
            return
        try:
            model = self._ready(RunRequest("", "", settings, name), 1, Attempt(), on_progress, is_cancelled)
            tune(model, settings, self._cache)
        except BaseException as error:  # safetensors and tokenizers panic with what is no Exception
            _log.warning("%s is not loaded ahead: %s", name, first_sentence(error))
            self.broken = not isinstance(error, Exception) or is_broken_device(error)
        free_memory()

    def free(self) -> None:
        """Drop the model and all that was kept with it; the memory goes back to the system."""
        self._loaded = None
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

    def _ready(
        self,
        request: RunRequest,
        batch: int,
        attempt: Attempt,
        on_progress: OnProgress,
        is_cancelled: IsCancelled,
    ) -> LoadedModel:
        """Return the model as a request asks for it; one that does not serve gives up first all but its spare parts."""
        name, loaded = request.model, self._loaded
        where = pick_place(request.settings, self._device)
        self._place = where
        if loaded is not None and loaded.device == where and loaded.serves(name, request.settings, batch):
            return loaded
        # What cannot be is refused before anything is given up.
        find_source(name, request.settings, where).check()
        pick_precision(where, request.settings.precision)
        spare = loaded.spare() if loaded else None
        del loaded  # it would keep the model itself
        self.free()

        def report(message: str, fraction: float | None) -> None:
            if is_cancelled():
                raise Cancelled
            on_progress(Progress("load", fraction=fraction, message=message))

        began = perf_counter()
        try:
            self._loaded = load_model(
                name,
                request.settings,
                device=self._device,
                cap=self._cap.gib if self._cap else None,
                batch=batch,
                spare=spare,
                on_progress=report,
            )
        finally:
            attempt.load = perf_counter() - began
        free_memory()
        self._kept = 0
        _log.info("loaded %s in %.1f s", self._loaded.info.name, attempt.load)
        return self._loaded

    def _give_back_beyond(self, pixels: int) -> None:
        """Give back what larger pictures have left, so that it does not count as this one's need.

        What pictures of the same size have left is used again: giving it back each time would cost a picture of
        512 px on two cores 5 % of its time in page faults.
        """
        if pixels < self._kept:
            free_memory()
        self._kept = pixels

    def _recover(self, attempt: Attempt) -> None:
        """Bring model and memory back to a state from which the next run can start."""
        if attempt.broken:  # whatever would be asked of the device fails
            self.broken, self._loaded = True, None
            return
        if self._loaded is not None:
            if attempt.outcome == "out-of-memory":
                self._loaded.prompts.clear()
            clean_up(self._loaded)
        free_memory()


def _without_home(text: str) -> str:
    """Write the home folder as `~`: reasons go into hand-ins, which shall not show whose account it was."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text
