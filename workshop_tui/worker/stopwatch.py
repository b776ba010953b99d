"""What a run has taken so far."""

from collections.abc import Callable
from dataclasses import dataclass, field

from workshop_tui.generation.record import Timing


@dataclass
class Stopwatch:
    """Filled while a run goes, so that a cancelled or failed one is measured too; seconds are those of all pictures."""

    load: float = 0.0
    """Of what was readied after the model was loaded: compiling."""
    encode: float = 0.0
    denoise: float = 0.0
    decode: float = 0.0
    steps: list[float] = field(default_factory=list)
    forwards: int = 0
    planned: int = 0
    """Steps that are to be made; 0 while that is not known."""
    phase: str = "load"
    """The phase that is or was going on."""
    on_encoded: Callable[[], None] = lambda: None
    """Called when a prompt was encoded, so that the peak of that is known apart."""

    def timing(self, queue: float, load: float, batch: int = 1) -> Timing:
        """Return the seconds as a record takes them: one picture's share of a batch, its queue and load its own.

        Args:
            queue: Seconds in line.
            load: Seconds of loading and readying that this picture waited for; those of a batch are the first one's.
            batch: Pictures at a time.
        """
        steps = tuple(step / batch for step in self.steps)
        return Timing(queue, load, self.encode / batch, self.denoise / batch, self.decode / batch, steps)
