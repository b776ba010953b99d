"""A cluster whose pictures take a set time, and show nothing; started as a worker is.

All else is real: the process, Ray, its actors, and what passes between them. `SECONDS_EACH` says how long a picture
takes.
"""

import asyncio
import os
from collections.abc import Sequence

from tests.engine.stand_in import run_of
from workshop_tui.cluster.__main__ import main
from workshop_tui.cluster.actor import Actor
from workshop_tui.generation import protocol
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.spool import Waiting


class Waits:
    """In an engine's place."""

    model = "small-flux"
    on_gpu = ("", 0.0)
    ready = on_cpu = True
    broken = False

    async def make(self, batch: Sequence[Waiting], source: bytes) -> list[tuple[Run, bytes | None]]:
        seconds = float(os.environ["SECONDS_EACH"])
        await asyncio.sleep(seconds * len(batch))
        return [(run_of(waiting.item, waiting.job_id, seconds), b"png") for waiting in batch]

    def cancel(self) -> None:
        pass

    async def warm(self, model: str = "", device: str = "", settings: Settings | None = None) -> None:
        pass

    async def unload_idle(self, seconds: float) -> bool:
        return False

    async def release(self) -> protocol.Freed:
        return protocol.Freed()


class SetActor(Actor):
    """An actor that waits."""

    def __init__(self, program: str) -> None:
        super().__init__(program)
        self._engine = Waits()  # pyright: ignore[reportAttributeAccessIssue]


if __name__ == "__main__":
    from tests.bench.set_cluster import SetActor as Known  # Ray finds it by this name, not as __main__'s

    main(Known)
