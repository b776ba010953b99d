"""All that make pictures for one worker, and what each has in hand: mostly one, in a cluster several."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from workshop_tui.generation import protocol
from workshop_tui.generation.line import Line
from workshop_tui.generation.message import Message
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.spool import Waiting
from workshop_tui.worker.maker import Maker, choose
from workshop_tui.worker.watchdog import Watchdog

Makers = Callable[[Callable[[Message, bytes], None], Callable[[], None]], Sequence[Maker]]
"""Returns what makes pictures, at least one; is given what tells clients how far a picture is, and what is called where
a maker has become available."""


class Crew:
    """Makers, whoever shall be given something first, first.

    Args:
        makers: At least one.
        stall: Seconds without progress after which a picture counts as hung.
    """

    def __init__(self, makers: Sequence[Maker], stall: float) -> None:
        self._makers = list(makers)
        self._in_hand: dict[Maker, tuple[str, ...]] = {}
        self._passed: Counter[str] = Counter()
        self._watchdogs = {maker: Watchdog(maker, stall) for maker in makers}

    @property
    def making(self) -> tuple[str, ...]:
        """All runs that are being made."""
        return tuple(run_id for making in self._in_hand.values() for run_id in making)

    @property
    def in_hand(self) -> tuple[tuple[Maker, tuple[str, ...]], ...]:
        """Who makes which runs."""
        return tuple(self._in_hand.items())

    @property
    def at_once(self) -> int:
        """How many batches can be made at a time now."""
        return sum(maker.available for maker in self._makers)

    @property
    def ready(self) -> Maker:
        """One that has a model loaded, if one has."""
        return next((maker for maker in self._makers if maker.model), self._makers[0])

    @property
    def on_gpu(self) -> tuple[str, float]:
        """The UUID of the GPU that most memory is held of, and MiB; empty and 0 on none."""
        return max((maker.on_gpu for maker in self._makers), key=lambda on_gpu: on_gpu[1])

    @property
    def broken(self) -> bool:
        """Whether only a new process can go on."""
        return any(maker.broken for maker in self._makers)

    def gains(self, model: str) -> bool:
        """Tell whether `warm` has something to do."""
        return any(maker.gains(model) for maker in self._makers)

    async def warm(self, model: str, device: str, settings: Settings | None) -> None:
        """Import what is heavy, and load a model where one is named and none is loaded."""
        await asyncio.gather(*(maker.warm(model, device, settings) for maker in self._makers))

    async def unload_idle(self, seconds: float) -> bool:
        """Give weights up that nothing has used for so long; tell whether there were any."""
        return any([await maker.unload_idle(seconds) for maker in self._makers])

    async def release(self) -> protocol.Freed:
        """Drop all models; tell how much memory came back."""
        each = [await maker.release() for maker in self._makers]
        device = [freed.device_mib for freed in each if freed.device_mib is not None]
        model = next((freed.model for freed in each if freed.model), "")
        return protocol.Freed(model, sum(device) if device else None, sum(freed.host_mib for freed in each))

    def choose(self, line: Line) -> tuple[Waiting, Maker] | None:
        """Return what of a line is made next, and by whom; None where nothing can be begun."""
        begun = set(self.making)
        waiting = [each for each in line.waiting if each.item.run_id not in begun]
        free = [maker for maker in self._makers if maker.available and maker not in self._in_hand]
        return choose(waiting, free, self._passed) if waiting and free else None

    def give(self, maker: Maker, batch: Sequence[Waiting]) -> None:
        """Remember what a maker is given."""
        self._in_hand[maker] = tuple(waiting.item.run_id for waiting in batch)

    def take_back(self, maker: Maker) -> None:
        """Remember that a maker has nothing in hand any more; the one that has rested longest comes first."""
        del self._in_hand[maker]
        self._makers.remove(maker)
        self._makers.append(maker)

    def hung(self) -> Iterator[tuple[Maker, float]]:
        """Yield, once, who shows no progress, and after how many seconds; to be called with each heartbeat."""
        for maker, watchdog in self._watchdogs.items():
            if watchdog.look(self._in_hand.get(maker, ())):
                yield maker, watchdog.limit
