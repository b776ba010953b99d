"""One actor of a cluster, as the worker's server sees it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from workshop_tui.cluster.actor import Status
from workshop_tui.cluster.ray_cluster import RayCluster, last_line
from workshop_tui.generation import protocol
from workshop_tui.generation.message import Message
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.spool import Waiting
from workshop_tui.worker.maker import MakerLost

RETRY_SECONDS, MOST_SECONDS = 1.0, 60.0
"""Between two looks at an actor that does not answer; each time longer, up to the second, where none can be started."""

ROOM_SECONDS = 45.0
"""An actor that is not there by then waits for room; whoever runs the engine is told."""

Loaded = tuple[str, str, str, str, str]
"""A model, and what it is loaded by: precision, placement, quantization and speed."""


class Replica:
    """An engine elsewhere, which Ray places and starts anew.

    Args:
        cluster: Where; started once `ready` is done.
        ready: Ends when it is.
        tell: Called with each progress, and a small picture as PNG where it has one.
        news: Called when it has become available, or is so no more.
    """

    def __init__(
        self,
        cluster: RayCluster,
        ready: asyncio.Task[None],
        tell: Callable[[Message, bytes], None],
        news: Callable[[], None],
    ) -> None:
        self._cluster = cluster
        self._ready = ready
        self._tell = tell
        self._news = news
        self._actor: Any = None
        self._status = Status()
        self._loaded: Loaded | None = None
        self._sizes: set[tuple[int, int]] = set()
        """Of what was made with the model as it is loaded, px."""
        self._wanted: tuple[str, bytes] | None = None
        """The model that is loaded ahead, and its settings."""
        self._making: frozenset[str] = frozenset()
        self._trouble = ""
        """What hinders it, as it was said last."""
        self._patience: asyncio.TimerHandle | None = None
        """Runs while it is not there."""
        self.available = False
        self.phase = ""
        self.signs = 0
        self.device = ""
        self.on_cpu = False
        self.broken = False
        self._living = asyncio.create_task(self._live())

    @property
    def model(self) -> str:
        return self._status.model if self.available else ""

    @property
    def on_gpu(self) -> tuple[str, float]:
        return self._status.on_gpu if self.available else ("", 0.0)

    def suits(self, waiting: Waiting) -> bool:
        return True  # the engine in front takes no caps

    def is_warm(self, waiting: Waiting) -> bool:
        settings = waiting.item.settings
        return self._loaded == _loaded(waiting) and (settings.width, settings.height) in self._sizes

    def gains(self, model: str) -> bool:
        return self._wanted is None or (self.available and not self._status.model)

    def spent(self, run: Run) -> bool:
        return False

    async def warm(self, model: str = "", device: str = "", settings: Settings | None = None) -> None:
        self._wanted = model, msgspec.json.encode(settings or Settings(""))
        if self.available:
            await self._warm()

    async def make(self, batch: Sequence[Waiting], source: bytes) -> list[tuple[Run, bytes | None]]:
        self.phase, self.signs = "", self.signs + 1
        self._making = frozenset(waiting.item.run_id for waiting in batch)
        try:
            status, words = await self._actor.make.remote(msgspec.json.encode(list(batch)), source)
        except self._cluster.lost as error:
            self._lose(error)
            self.cancel()  # it may go on with it, where only the connection broke
            raise MakerLost(str(error)) from error
        finally:
            self.phase, self._making = "", frozenset[str]()
        self._keep(status)
        runs = [(msgspec.json.decode(run, type=Run), picture or None) for run, picture in words]
        if self._loaded != _loaded(batch[0]) or all(run.outcome != "ok" for run, _ in runs):
            self._loaded, self._sizes = None, set()
        if any(run.outcome == "ok" for run, _ in runs):
            self._loaded = _loaded(batch[0])
            self._sizes.add((batch[0].item.settings.width, batch[0].item.settings.height))
        self._replace_broken()
        return runs

    def cancel(self) -> None:
        if self._actor:
            self._actor.cancel.remote()

    def give_up(self) -> bool:
        self._cluster.end_actor(self._actor)
        return True

    async def unload_idle(self, seconds: float) -> bool:
        unloaded = bool(self.available and await self._asked(self._actor.unload_idle.remote(seconds)))
        if unloaded:
            self._loaded = None
            await self._look()
        return unloaded

    async def release(self) -> protocol.Freed:
        self._loaded = None
        freed = await self._asked(self._actor.release.remote()) if self.available else None
        await self._look()
        return msgspec.json.decode(freed, type=protocol.Freed) if freed else protocol.Freed()

    async def _live(self) -> None:
        """Have an actor, and hear what it says, for as long as this process lives."""
        await self._ready
        pause = RETRY_SECONDS
        self._miss()
        while True:
            try:
                self._actor = self._actor or self._cluster.new_actor()
                self._keep(await self._actor.status.remote())
                logging.info("replica %d on %s is there", self._status.pid, self._status.node)
                self._find()
                pause = RETRY_SECONDS
                await asyncio.gather(self._listen(), self._warm())
            except self._cluster.lost as error:
                self._lose(error)
                if isinstance(error, self._cluster.gone):
                    self._actor, pause = None, min(2 * pause, MOST_SECONDS)
            except Exception:  # a defect of ours: the others go on
                logging.exception("a replica cannot be followed")
                pause = min(2 * pause, MOST_SECONDS)
            await asyncio.sleep(pause)

    async def _listen(self) -> None:
        while self.available:
            for header, payload in await self._actor.words.remote():
                progress = msgspec.json.decode(header, type=protocol.Progress)
                if progress.run_id in self._making:  # what is made comes by another way, and may come first
                    self.phase, self.signs = progress.phase, self.signs + 1
                    self._tell(progress, payload)

    async def _warm(self) -> None:
        if self._wanted:
            async with self._cluster.loading[self._status.node]:
                if await self._asked(self._actor.warm.remote(*self._wanted)) is None:
                    self._wanted = None
            await self._look()
            self._replace_broken()
            self._news()

    async def _look(self) -> None:
        """Ask how the actor stands; where it is lost, nothing changes."""
        if self.available and (status := await self._asked(self._actor.status.remote())):
            self._keep(status)

    def _keep(self, status: bytes) -> None:
        """Remember how the actor stands; one that was started anew has not been found to be on the CPU yet."""
        self._status = msgspec.json.decode(status, type=Status)
        self.on_cpu = self.on_cpu or self._status.on_cpu

    async def _asked(self, reference: Any) -> Any:
        """Return an actor's answer; None where it is lost, which `_listen` hears of, or has failed."""
        try:
            return await reference
        except self._cluster.lost as error:
            logging.warning("a replica does not answer: %s", last_line(error))
            return None

    def _lose(self, error: Exception) -> None:
        if self.available:
            logging.warning("replica %d on %s is lost: %s", self._status.pid, self._status.node, error)
            self._loaded = None
            self._sizes.clear()
            self._miss()
            self._news()
        elif isinstance(error, self._cluster.gone):
            self._say(f"A replica cannot be started: {last_line(error)}")

    def _find(self) -> None:
        """Be there from now on."""
        self.available, self._trouble = True, ""
        if self._patience:
            self._patience.cancel()
        self._news()

    def _miss(self) -> None:
        """Not be there, until `_live` has found another actor."""
        self.available = False
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(ROOM_SECONDS, self._say, "A replica waits for room in the Ray cluster.")

    def _replace_broken(self) -> None:
        """End an actor that only a new process can follow."""
        if self._status.broken and self.available:
            self._miss()  # `_live` hears of its end, and of the next one
            self.give_up()

    def _say(self, text: str) -> None:
        """Tell whoever runs the engine what hinders this replica, once."""
        if text != self._trouble:
            self._trouble = text
            logging.warning("%s", text)
            self._tell(protocol.Notice(text), b"")


def _loaded(waiting: Waiting) -> Loaded:
    settings = waiting.item.settings
    return waiting.model, settings.precision, settings.placement, settings.quantization, settings.speed
