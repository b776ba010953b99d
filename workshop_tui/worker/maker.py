"""What makes pictures, as the worker's server sees it, and which of several makes which."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from workshop_tui.generation import protocol
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.spool import Waiting

MOST_PASSED = 2
"""How often a picture lets others go first for whom a model is ready."""


class MakerLost(Exception):
    """What made a picture is gone; the picture has not ended."""


class Maker(Protocol):
    """Makes one batch at a time: an engine in a thread of this process, or one elsewhere."""

    phase: str
    """Of the runs in hand; empty while the engine itself is imported, or a model is loaded ahead."""
    signs: int
    """Signs of progress so far; a picture that hangs gives none."""

    @property
    def available(self) -> bool:
        """Whether it can be given something, now or after what it has in hand."""
        ...

    @property
    def model(self) -> str:
        """The loaded model's name, empty when none is."""
        ...

    @property
    def device(self) -> str:
        """As it was asked for; empty for the best one."""
        ...

    @property
    def on_gpu(self) -> tuple[str, float]:
        """The UUID of the GPU that the loaded model runs on, and MiB that the allocator holds; empty and 0 on none."""
        ...

    @property
    def on_cpu(self) -> bool:
        """Whether the pictures in hand are made on the CPU, as far as is known."""
        ...

    @property
    def broken(self) -> bool:
        """Whether only a new process of the server's can go on."""
        ...

    def suits(self, waiting: Waiting) -> bool:
        """Tell whether this process can make a picture: only a fresh one can be capped, and only one way."""
        ...

    def is_warm(self, waiting: Waiting) -> bool:
        """Tell whether the model is loaded as a picture needs it, and one of its size was made before."""
        ...

    def gains(self, model: str) -> bool:
        """Tell whether `warm` has something to do."""
        ...

    def spent(self, run: Run) -> bool:
        """Tell whether the server's process shall make no other picture after a run that has ended."""
        ...

    async def warm(self, model: str = "", device: str = "", settings: Settings | None = None) -> None:
        """Import what is heavy, and load a model where one is named and none is loaded."""
        ...

    async def make(self, batch: Sequence[Waiting], source: bytes) -> list[tuple[Run, bytes | None]]:
        """Make pictures together; whatever happens to them becomes their outcome.

        Raises:
            MakerLost: It is gone, and they have not ended.
        """
        ...

    def cancel(self) -> None:
        """Let the runs in hand end at their next step."""
        ...

    def give_up(self) -> bool:
        """End by force what it does; False where that takes the end of the server's process."""
        ...

    async def unload_idle(self, seconds: float) -> bool:
        """Give weights up that nothing has used for so long; tell whether there were any."""
        ...

    async def release(self) -> protocol.Freed:
        """Drop the model and what is kept with it; tell how much memory came back."""
        ...


def choose(waiting: Sequence[Waiting], free: Sequence[Maker], passed: Counter[str]) -> tuple[Waiting, Maker]:
    """Return what is made next, and by which maker: the first in line, by one whose model is ready for it.

    Where none is ready for the first, one for which some maker is ready may go first, so that models need not be
    loaded anew for each picture; that happens to a picture at most `MOST_PASSED` times.

    Args:
        waiting: In order; at least one.
        free: Makers with nothing in hand, whoever shall be given something first; at least one.
        passed: By run id, how often it let another go first; counted on.
    """
    first = waiting[0]
    run_id = first.item.run_id
    few = waiting if passed[run_id] < MOST_PASSED else waiting[:1]
    for each in few:
        if maker := next((maker for maker in free if maker.is_warm(each)), None):
            if each is first:
                del passed[run_id]
            else:
                passed[run_id] += 1
            return each, maker
    del passed[run_id]
    return first, free[0]
