"""Shared engines of the tests: in front of a real worker, or of a stand-in that only waits."""

import asyncio
from pathlib import Path

import pytest

from tests.conftest import Learner
from tests.engine.stand_in import StandIn
from workshop_tui.engine.front import Front
from workshop_tui.engine.limits import Limits
from workshop_tui.engine.listen import listen
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.paths import Paths


class Engine:
    """A shared engine in this process, in front of a stand-in for the worker."""

    def __init__(self, root: Path, seconds: float, limits: Limits) -> None:
        self._root = root
        self.socket = root / "engine.sock"
        paths = Paths(root / "data", root / "cache", root / "log", root / "config", root / "hand-ins")
        self.place = paths.shared_engine(self.socket)
        self.worker = StandIn(self.place.socket, seconds)
        self._limits = limits
        self.front: Front | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.worker.start()
        self.front = Front(self.place, self._root / "cache", BUILT_IN, self._limits)
        self._listener = await listen(self.socket, None, self.front.client)
        self._serving = asyncio.create_task(self.front.serve(self._listener))

    async def end(self) -> None:
        if self.front and self._serving and not self._serving.done():
            self.front.stop()
            await self._serving
        await self.worker.end()

    def learner(self, name: str) -> Learner:
        """Return a learner of the class, with a home of their own."""
        return class_learner(self._root / name, name, self.socket)


def class_learner(root: Path, name: str, socket: Path) -> Learner:
    """Return a learner whose engine is a shared one."""
    learner = Learner(root, root / "cache", name)
    paths = Paths(root / "data", root / "cache", root / "log", root / "config", root / "hand-ins", engine=socket)
    learner.paths = paths.learner(name)
    return learner


@pytest.fixture
async def engine(tmp_path: Path):
    """An engine whose pictures take 30 ms each."""
    found = Engine(tmp_path, 0.03, Limits(side=512, steps=50, in_line=30, reloads=True))
    await found.start()
    yield found
    await found.end()
