"""Notices a picture that hangs: in a driver, or in a library's thread that waits for ever."""

import faulthandler
import logging
import sys
import time

from workshop_tui.generation import protocol
from workshop_tui.worker.thread import EngineThread

STALL_SECONDS = 10 * 60.0
"""A step that takes longer hangs."""

LOADING = 3.0
"""Loading may take so many times that: a component of 24 GB comes from a slow disk in one go."""

ON_CPU = 6.0
"""On the CPU everything may: a step of FLUX.1 at 1024x1024 can take half an hour on few cores."""


class Watchdog:
    """Watches the engine for signs of progress.

    Args:
        engine: Whom.
        stall: Seconds without a sign after which a step on a GPU counts as hung.
    """

    def __init__(self, engine: EngineThread, stall: float) -> None:
        self._engine = engine
        self._stall = stall
        self._signs = -1
        self._still = 0.0
        self._looked = time.monotonic()
        self.barked = False
        """Whether a picture hung; then this process has to go."""

    @property
    def limit(self) -> float:
        """Seconds without a sign that what is done now may take."""
        loading = self._engine.phase in ("", "load")
        return self._stall * (LOADING if loading else 1) * (ON_CPU if self._engine.on_cpu else 1)

    def look(self) -> bool:
        """Tell, once, whether the picture in work hangs; to be called with each heartbeat.

        Time in which the whole process was stopped counts as one heartbeat: it did not work either.
        """
        now = time.monotonic()
        since, self._looked = min(now - self._looked, 2 * protocol.HEARTBEAT_SECONDS), now
        if not self._engine.making or self._engine.signs != self._signs:
            self._signs, self._still = self._engine.signs, 0.0
            return False
        self._still += since
        if self.barked or self._still <= self.limit:
            return False
        self.barked = True
        logging.error("run %s shows no progress in '%s'; where it hangs:", self._engine.making, self._engine.phase)
        faulthandler.dump_traceback(sys.stderr)
        return True
