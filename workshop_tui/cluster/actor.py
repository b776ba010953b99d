"""Runs inside Ray, perhaps on another machine: one engine, which is told in bytes what to do.

Nothing that a learner has written arrives as a Python object: Ray would pickle it, and what is unpickled can be code.
"""

import asyncio
import logging
import os
import sys

import msgspec

from workshop_tui import __version__
from workshop_tui.generation import protocol
from workshop_tui.generation.message import Message
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.spool import Waiting
from workshop_tui.paths import find_paths
from workshop_tui.worker.process import NICENESS
from workshop_tui.worker.thread import EngineThread

LONGEST_WAIT = 1.0
"""Seconds after which an actor that has nothing to say says that."""

GATHERED_SECONDS = 0.5
"""Between two answers to what is said of the pictures in hand: each costs the milliseconds of a call through Ray."""

Words = list[tuple[bytes, bytes]]
"""Messages or runs as JSON, each with a PNG or nothing."""


class Status(msgspec.Struct, frozen=True):
    """How an actor stands."""

    node: str = ""
    """The machine's name."""
    pid: int = 0
    model: str = ""
    """The loaded model's name, empty when none is."""
    on_gpu: tuple[str, float] = ("", 0.0)
    on_cpu: bool = False
    broken: bool = False
    """Whether only a new process can go on."""


class Actor:
    """An engine behind Ray.

    Args:
        program: The version of workshop-tui that drives it.

    Raises:
        RuntimeError: This machine has another version.
    """

    def __init__(self, program: str) -> None:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
        if program != __version__:
            raise RuntimeError(f"{os.uname().nodename} has workshop-tui {__version__}, the engine {program}: update it")
        os.nice(max(0, NICENESS - os.nice(0)))
        self._engine = EngineThread(find_paths().cache, self._tell)
        self._words: dict[tuple[str, bool], tuple[bytes, bytes]] = {}
        """The newest of each run, with and without a small picture."""
        self._said = asyncio.Event()

    async def status(self) -> bytes:
        """Return a `Status`."""
        engine = self._engine
        node = os.uname().nodename
        return msgspec.json.encode(
            Status(node, os.getpid(), engine.model, engine.on_gpu, engine.ready and engine.on_cpu, engine.broken)
        )

    async def make(self, batch: bytes, source: bytes) -> tuple[bytes, Words]:
        """Make pictures together.

        Args:
            batch: A list of `Waiting`.
            source: The PNG that the only one refines; empty where it refines none.

        Returns:
            How this actor stands then, and the runs, with their pictures.
        """
        runs = await self._engine.make(msgspec.json.decode(batch, type=list[Waiting]), source)
        return await self.status(), [(msgspec.json.encode(run), picture or b"") for run, picture in runs]

    async def words(self) -> Words:
        """Return the newest that was said of each picture in hand since the last call; waits where nothing was."""
        try:
            await asyncio.wait_for(self._said.wait(), LONGEST_WAIT)
        except TimeoutError:
            return []
        await asyncio.sleep(GATHERED_SECONDS)
        said, self._words = list(self._words.values()), {}
        self._said.clear()
        return said

    async def cancel(self) -> None:
        """Let the pictures in hand end at their next step."""
        self._engine.cancel()

    async def warm(self, model: str, settings: bytes) -> bool:
        """Import what is heavy, and load a model; returns True."""
        await self._engine.warm(model, "", msgspec.json.decode(settings, type=Settings))
        return True

    async def unload_idle(self, seconds: float) -> bool:
        """Give weights up that nothing has used for so long; tell whether there were any."""
        return await self._engine.unload_idle(seconds)

    async def release(self) -> bytes:
        """Drop the model; return a `Freed`."""
        return msgspec.json.encode(await self._engine.release())

    def _tell(self, message: Message, payload: bytes) -> None:
        if isinstance(message, protocol.Progress):
            self._words[message.run_id, bool(payload)] = msgspec.json.encode(message), payload
            self._said.set()
