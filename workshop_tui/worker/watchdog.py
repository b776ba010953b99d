"""Notices a picture that hangs: in a driver, or in a library's thread that waits for ever."""

import faulthandler
import logging
import sys
import time
from collections.abc import Sequence

from workshop_tui.generation import protocol
from workshop_tui.worker.maker import Maker

STALL_SECONDS = 10 * 60.0
"""A step that takes longer hangs."""

LOADING = 3.0
"""Loading may take so many times that: a component of 24 GB comes from a slow disk in one go."""

ON_CPU = 6.0
"""On the CPU everything may: a step of FLUX.1 at 1024x1024 can take half an hour on few cores."""


class Watchdog:
    """Watches for signs of progress.

    Args:
        maker: Whom.
        stall: Seconds without a sign after which a step on a GPU counts as hung.
    """

    def __init__(self, maker: Maker, stall: float) -> None:
        self._maker = maker
        self._stall = stall
        self._signs = -1
        self._still = 0.0
        self._looked = time.monotonic()

    @property
    def limit(self) -> float:
        """Seconds without a sign that what is done now may take."""
        loading = self._maker.phase in ("", "load")
        return self._stall * (LOADING if loading else 1) * (ON_CPU if self._maker.on_cpu else 1)

    def look(self, making: Sequence[str]) -> bool:
        """Tell, once, whether the pictures in work hang; to be called with each heartbeat.

        Time in which the whole process was stopped counts as one heartbeat: it did not work either.

        Args:
            making: Run ids of what is in work; empty for nothing.
        """
        now = time.monotonic()
        since, self._looked = min(now - self._looked, 2 * protocol.HEARTBEAT_SECONDS), now
        if not making or self._maker.signs != self._signs:
            self._signs, self._still = self._maker.signs, 0.0
            return False
        self._still += since
        if self._still <= self.limit:
            return False
        self._still = 0.0
        logging.error("run %s shows no progress in '%s'; where it hangs:", making, self._maker.phase)
        faulthandler.dump_traceback(sys.stderr)
        return True
