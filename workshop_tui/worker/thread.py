"""The thread that owns the engine: the worker's loop never waits for it, and it alone imports torch."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from workshop_tui.generation import protocol
from workshop_tui.generation.line import ended
from workshop_tui.generation.protocol import Message
from workshop_tui.generation.record import Run
from workshop_tui.generation.spool import Waiting

if TYPE_CHECKING:
    from workshop_tui.worker.engine import Engine
    from workshop_tui.worker.progress import Progress

T = TypeVar("T")


class EngineThread:
    """Makes one picture at a time.

    Args:
        cache: The program's cache folder.
        tell: Called on the loop with each progress.
    """

    def __init__(self, cache: Path, tell: Callable[[Message], None]) -> None:
        self._cache = cache
        self._tell = tell
        self._executor = ThreadPoolExecutor(1, "engine")
        self._engine: Engine | None = None
        self._last_worked = time.monotonic()
        self._is_cancelled = False
        self.device = ""
        """As it was asked for; empty for the best one."""
        self.making = ""
        """The run in hand."""
        self.phase = ""
        """Of that run; empty while the engine itself is imported."""

    @property
    def ready(self) -> bool:
        """Whether everything heavy is imported."""
        return self._engine is not None

    @property
    def model(self) -> str:
        """The loaded model's name, empty when none is."""
        return self._engine.model.name if self._engine and self._engine.model else ""

    async def warm(self) -> None:
        """Import what is heavy, 10-15 s on two cores.

        Raises:
            Exception: Whatever a broken installation raises.
        """
        await self._call(lambda: self._ready_engine(""))

    async def make(self, waiting: Waiting, source: bytes) -> tuple[Run, bytes | None]:
        """Make a picture; nothing raises, whatever happens becomes the run's outcome.

        Args:
            waiting: What to make.
            source: The PNG that it refines; empty where it refines none.
        """
        self.making, self.phase = waiting.item.run_id, "load" if self.ready else ""
        self._is_cancelled = False
        loop = asyncio.get_running_loop()
        try:
            return await self._call(lambda: self._make(waiting, source, loop))
        except Exception as error:  # a broken installation, or a defect of ours: the sweep goes on
            logging.exception("run %s failed", waiting.item.run_id)
            return ended(waiting, "failed", f"{type(error).__name__}: {error}; the worker's log says more."), None
        finally:
            self.making = self.phase = ""
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

    def _make(self, waiting: Waiting, source: bytes, loop: asyncio.AbstractEventLoop) -> tuple[Run, bytes | None]:
        item = waiting.item

        def tell(message: Message) -> None:
            loop.call_soon_threadsafe(self._tell, message)

        def on_progress(p: "Progress") -> None:
            self.phase = p.phase
            tell(protocol.Progress(item.run_id, p.phase, p.step, p.steps, p.seconds_left, p.message))

        if not self.ready:
            tell(protocol.Progress(item.run_id, "load", detail="starting PyTorch and diffusers"))
        engine = self._ready_engine(waiting.device)
        if self._is_cancelled:  # and has ended: nobody waited for the import
            return ended(waiting, "cancelled", "Cancelled."), None
        self.phase = "load"
        from workshop_tui.worker.engine import RunRequest

        queued = max(0.0, time.time() - waiting.queued)
        request = RunRequest(
            item.run_id, waiting.job_id, item.settings, waiting.model, item.origin, queued, item.rework, source
        )
        return engine.run(request, on_progress, lambda: self._is_cancelled)

    def _ready_engine(self, device: str) -> "Engine":
        from workshop_tui.worker.engine import Engine

        if self._engine is None or self.device != device:
            if self._engine is not None:
                self._engine.free()
            self._engine = Engine(self._cache, device or None)
            self.device = device
        return self._engine
