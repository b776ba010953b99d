"""The thread that owns the engine: the worker's loop never waits for it, and it alone imports torch."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from workshop_tui.generation import protocol
from workshop_tui.generation.line import ended, out_of_cap
from workshop_tui.generation.protocol import Message
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.spool import Waiting
from workshop_tui.monitor.host import HostReader
from workshop_tui.monitor.nvml import NvmlReader
from workshop_tui.monitor.recorder import Recorder

if TYPE_CHECKING:
    from workshop_tui.worker.engine import Engine
    from workshop_tui.worker.progress import Progress
    from workshop_tui.worker.request import RunRequest

T = TypeVar("T")


class EngineThread:
    """Makes one picture at a time.

    Args:
        cache: The program's cache folder.
        tell: Called on the loop with each progress, and a small picture as PNG where it has one.
    """

    def __init__(self, cache: Path, tell: Callable[[Message, bytes], None]) -> None:
        self._cache = cache
        self._tell = tell
        self._executor = ThreadPoolExecutor(1, "engine")
        self._engine: Engine | None = None
        self._recorder: Recorder | None = None
        self._last_worked = time.monotonic()
        self._is_cancelled = False
        self.used = False
        """Whether anything heavy was imported: from then on this process cannot be capped any more."""
        self.cap: float | None = None
        """GiB that the engine may use, as its first picture says."""
        self._asked_device = ""
        self._panicked = False
        self.signs = 0
        """Signs of progress so far; a picture that hangs gives none."""
        self.device = ""
        """As it was asked for; empty for the best one."""
        self.making: tuple[str, ...] = ()
        """The runs in hand, made together."""
        self.phase = ""
        """Of that run; empty while the engine itself is imported, or a model is loaded ahead."""
        self._wanted = ""
        """The model of the runs in hand."""
        self._warming = 0
        """Calls of `warm` under way."""

    @property
    def ready(self) -> bool:
        """Whether everything heavy is imported."""
        return self._engine is not None

    @property
    def available(self) -> bool:
        return True

    def is_warm(self, waiting: Waiting) -> bool:
        return True  # there is no other to choose

    def give_up(self) -> bool:
        return False  # only the end of the process stops a load or a decode

    def suits(self, waiting: Waiting) -> bool:
        """Tell whether this process can make a picture: only a fresh one can be capped, and only one way."""
        if not self.used:
            return True
        return self.cap == waiting.cap and (self.cap is None or self._asked_device == waiting.device)

    def gains(self, model: str) -> bool:
        """Tell whether `warm` has something to do; a capped process is not for what comes later."""
        return not self.ready or (bool(model) and not self.model and self.cap is None)

    def spent(self, run: Run) -> bool:
        """Tell whether this process shall make no other picture after a run that has ended.

        Main memory that ran out under a cap leaves a heap in pieces: the next picture would meet a smaller cap.
        """
        on_host = self._engine is None or self._engine.caps_host
        return self.broken or (self.cap is not None and on_host and run.outcome == "out-of-memory")

    @property
    def on_cpu(self) -> bool:
        """Whether the picture in hand is made on the CPU, as far as is known."""
        placing = self._engine.placing if self._engine else None
        return placing.device == "cpu" if placing else self._asked_device == "cpu"

    @property
    def broken(self) -> bool:
        """Whether only a new process can go on."""
        return self._panicked or (self._engine is not None and self._engine.broken)

    @property
    def model(self) -> str:
        """The loaded model's name, empty when none is."""
        return self._engine.model.name if self._engine and self._engine.model else ""

    @property
    def on_gpu(self) -> tuple[str, float]:
        """The UUID of the GPU that the loaded model runs on, and MiB that the allocator holds; empty and 0 on none."""
        return self._engine.on_gpu if self._engine else ("", 0.0)

    async def warm(self, model: str = "", device: str = "", settings: Settings | None = None) -> None:
        """Import what is heavy, 10-15 s on two cores, and load a model where one is named and none is loaded.

        A picture of another model that is asked for meanwhile ends the loading. That a model cannot be loaded is
        only logged: the first picture says so, too.

        Raises:
            Exception: Whatever a broken installation raises.
        """
        self._asked_device = device if model else self._asked_device
        self.used = True
        self._warming += 1
        loop = asyncio.get_running_loop()
        try:
            await self._call(lambda: self._warm(model, device, settings or Settings(""), loop))
        finally:
            self._warming -= 1
            self._last_worked = time.monotonic()

    async def make(self, batch: Sequence[Waiting], source: bytes) -> list[tuple[Run, bytes | None]]:
        """Make pictures together; nothing raises, whatever happens becomes their outcome.

        Args:
            batch: What to make.
            source: The PNG that the only one refines; empty where it refines none.
        """
        self.making = tuple(waiting.item.run_id for waiting in batch)
        self.phase = "load" if self.ready and not self._warming else ""
        self._wanted = batch[0].model
        if not self.used:
            self.cap = batch[0].cap
        self._is_cancelled, self.used = False, True
        self._asked_device = batch[0].device
        self.signs += 1
        loop = asyncio.get_running_loop()
        try:
            return await self._call(lambda: self._make(batch, source, loop))
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # a broken installation, or a defect of ours: the sweep goes on
            logging.exception("run %s failed", self.making[0])
            panic = not isinstance(error, Exception)  # Rust's, in safetensors or tokenizers
            self._panicked = self._panicked or panic
            if self.cap and (panic or isinstance(error, MemoryError)):
                return [(out_of_cap(waiting, f"{type(error).__name__}: {error}"), None) for waiting in batch]
            reason = f"{type(error).__name__}: {error}; the worker's log says more."
            return [(ended(waiting, "failed", reason), None) for waiting in batch]
        finally:
            self.making, self.phase = (), ""
            self._last_worked = time.monotonic()

    def cancel(self) -> None:
        """Let the run in hand end at its next step."""
        self._is_cancelled = True

    async def unload_idle(self, seconds: float) -> bool:
        """Give weights up that nothing has used for so long; tell whether there were any."""
        engine = self._engine
        if self.making or engine is None or engine.model is None or time.monotonic() - self._last_worked < seconds:
            return False
        return await self._call(engine.unload_idle)

    async def release(self) -> protocol.Freed:
        """Drop the model and what is kept with it; tell how much memory came back."""
        return protocol.Freed() if self._engine is None else await self._call(self._engine.release)

    async def _call(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, call)

    def _warm(self, model: str, device: str, settings: Settings, loop: asyncio.AbstractEventLoop) -> None:
        if self.ready and (not model or self.model):
            return
        engine = self._ready_engine(device)
        if model:

            def on_progress(p: "Progress") -> None:
                self.signs += 1
                for run_id in self.making:
                    loop.call_soon_threadsafe(self._tell, protocol.Progress(run_id, "load", detail=p.message), b"")

            engine.load_ahead(model, settings, on_progress, lambda: bool(self.making) and self._wanted != model)

    def _make(
        self, batch: Sequence[Waiting], source: bytes, loop: asyncio.AbstractEventLoop
    ) -> list[tuple[Run, bytes | None]]:
        def tell(message: Message, payload: bytes = b"") -> None:
            loop.call_soon_threadsafe(self._tell, message, payload)

        def on_progress(p: "Progress") -> None:
            self.phase = p.phase
            self.signs += 1
            for run_id in self.making:
                payload = p.preview if run_id == self.making[0] else b""
                tell(protocol.Progress(run_id, p.phase, p.step, p.steps, p.seconds_left, p.message), payload)

        if not self.ready:
            tell(protocol.Progress(self.making[0], "load", detail="starting PyTorch and diffusers"))
        engine = self._ready_engine(batch[0].device)
        if self._is_cancelled:  # and has ended: nobody waited for the import
            return [(ended(waiting, "cancelled", "Cancelled."), None) for waiting in batch]
        self.phase = "load"
        requests = [_request(waiting, source) for waiting in batch]
        return engine.run_batch(requests, on_progress, lambda: self._is_cancelled)

    def _ready_engine(self, device: str) -> "Engine":
        from workshop_tui.worker.engine import Engine

        if self._engine is None or self.device != device:
            if self._engine is not None:
                self._engine.free()
            if self._recorder is None:  # before the engine sets a cap: its threads shall not count
                self._recorder = Recorder(NvmlReader(), HostReader(self._cache))
                self._recorder.start()
            self._engine = Engine(self._cache, device or None, self.cap, self._recorder)
            self.device = device
        return self._engine


def _request(waiting: Waiting, source: bytes) -> "RunRequest":
    from workshop_tui.worker.request import RunRequest

    item = waiting.item
    return RunRequest(
        item.run_id,
        waiting.job_id,
        item.settings,
        waiting.model,
        item.origin,
        max(0.0, time.time() - waiting.queued),
        item.rework,
        source,
        waiting.previews,
    )
