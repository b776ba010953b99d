"""Finding the largest size or batch that fits a machine's memory: which one to try next, and what it will take."""

from workshop_tui.generation.choices import Limit
from workshop_tui.generation.ladder import first_that_fits, ladder
from workshop_tui.generation.model_shape import ModelShape
from workshop_tui.generation.planner import Pictures
from workshop_tui.generation.probes import Found, Probe
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import LARGEST_BATCH, Settings
from workshop_tui.generation.sizes import LARGEST_SIDE

EXERCISE = "limits"
"""What the origin of a command's runs says; no lesson's exercise owns them."""


STEP = 64
"""px between two sizes that are tried; finer says more of the moment than of the machine."""


class Search:
    """Finds the largest whole number that fits, of `low` to `high`: in growing strides, then by halves.

    What fits is taken to fit wherever something larger does; a later word on a value takes an earlier one back.

    Args:
        start: Where to begin, or to go on where something smaller was tried first; a good guess saves tries.
        high: The largest.
        low: The smallest.
    """

    def __init__(self, start: int, high: int, low: int = 1) -> None:
        self._low, self._high = low, high
        self._start = min(max(start, low), high)
        self._known: dict[int, bool] = {}
        self._stride = max(1, self._start // 8)

    @property
    def best(self) -> int | None:
        """The largest that is known to fit."""
        lacking = self._lacking
        return max((value for value, fits in self._known.items() if fits and value < lacking), default=None)

    @property
    def next(self) -> int | None:
        """What to try; None where all is known."""
        if not self._known:
            return self._start
        best, lacking = self.best, self._lacking
        if best is None:
            # At least half of it: a far too low try would say little.
            return max(self._low, lacking - self._stride, lacking // 2) if lacking > self._low else None
        if best < self._start < lacking:
            return self._start
        if lacking > self._high:
            return min(self._high, best + self._stride) if best < self._high else None
        return (best + lacking) // 2 if lacking - best > 1 else None

    def tell(self, value: int, fits: bool) -> None:
        """Take in how a try ended."""
        self._known[value] = fits
        self._stride *= 2

    @property
    def _lacking(self) -> int:
        return min((value for value, fits in self._known.items() if not fits), default=self._high + 1)


def candidates(kind: Limit, unit: int) -> range:
    """Return what can be tried: sides in px, a `STEP` and the model's size unit apart, or batches."""
    if kind == "max-batch":
        return range(1, LARGEST_BATCH + 1)
    stride = -(-STEP // unit) * unit
    return range(stride, LARGEST_SIDE + 1, stride)


def is_complete(found: Found, values: range) -> bool:
    """Tell whether nothing is left to try, and a whole run shows the largest that fits, where anything does.

    Args:
        found: What is known.
        values: As `candidates` returns them.
    """
    search = Search(0, len(values) - 1, low=0)
    for probe in found.probes:
        if probe.value in values:
            search.tell(values.index(probe.value), probe.fits)
    return search.next is None and (found.confirmed is not None or not found.fits)


def guess(kind: Limit, values: range, shape: ModelShape, settings: Settings, vram: float | None, ram: float) -> int:
    """Return the place in `values` of the largest that a plan says fits; 0 where it says none does.

    Decoded as it is asked for: in tiles nearly any size would fit by plan, and a search that begins far too high
    loses a worker with each try under a cap.

    Args:
        kind: What the values are.
        values: Sides in px, or batches.
        shape: The model.
        settings: How it is placed.
        vram: Free memory of the card, bytes; None without a card.
        ram: Free main memory, bytes.
    """
    placement = "cpu" if vram is None else settings.placement
    precision = "fp32" if (vram, settings.precision) == (None, "auto") else settings.precision

    def fits(value: int) -> bool:
        side = (value, value) if kind == "max-size" else (settings.width, settings.height)
        pictures = Pictures(*side, 1 if kind == "max-size" else value)
        rungs = ladder(
            shape, pictures, vram, ram, placement=placement, precision=precision, quantization=settings.quantization
        )
        found = first_that_fits([rung for rung in rungs if (rung.placement == "cpu") is (vram is None)])
        return found is not None and (settings.tiled_decode or not found.tiled)

    return max((place for place, value in enumerate(values) if fits(value)), default=0)


def seconds_of(probe: Probe | None, work: float, steps: int, last: Run | None, last_work: float) -> float:
    """Return about how long the next try takes, s; 0 while nothing has been measured.

    Denoising and decoding grow with the pixels, attention with their square: a power of 1.5 lies between. What a try
    takes beside them, loading and a new worker, is taken as the last one's.

    Args:
        probe: The last try.
        work: Pixels of the next, all its pictures together.
        steps: Its denoising steps.
        last: The run of the last try that fitted.
        last_work: Its pixels.
    """
    if probe is None:
        return 0.0
    if last is None or not last_work:
        return probe.seconds
    grown = (work / last_work) ** 1.5
    made = last.batch * (
        last.seconds.encode + last.seconds.decode + last.seconds.denoise / last.settings.num_inference_steps * steps
    )
    return made * grown + max(0.0, probe.seconds - last.batch * last.seconds.making)
