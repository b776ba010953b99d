"""A search for the largest size or batch that fits, try by try, within a time.

Whoever has pictures made asks `Hunt.next` for a job and tells its runs to `Hunt.tell`, until there is no next one.
"""

import math
import time
import uuid
from collections.abc import Callable, Iterable, Sequence

import msgspec

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation.choices import Limit
from workshop_tui.generation.fit import MemoryNow
from workshop_tui.generation.limits import Search, candidates, guess, seconds_of
from workshop_tui.generation.line import check_cap
from workshop_tui.generation.model_shape import find_shape
from workshop_tui.generation.models import size_unit
from workshop_tui.generation.planner import CONTEXT, GIB, PROCESS
from workshop_tui.generation.probes import Found, Probe, is_fit, made_with, probe_of, recalled
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import Origin, Run
from workshop_tui.generation.settings import Settings, check_settings, with_next_seeds

BUDGET_MINUTES = 15.0
"""What a search may take where nobody says otherwise."""

FIRST_PIXELS = 512 * 512
"""Of the first try's pictures together, at most: how long a larger one takes is known only then."""

HOST_SHARE = 0.9
"""Of the free main memory that a search on the CPU may take: beyond it the system would end other programs."""


class Hunt:
    """Searches by one-step tries, ends with a whole run, and for batches fills in how time and memory grow.

    Args:
        kind: What the largest is looked for of.
        settings: What is made; of a size search its size does not matter.
        batch: Pictures made together, where sizes are tried.
        model: Whose pictures.
        origin: What the runs are made for.
        memory: What is free now.
        minutes: How long it may take.
        device: As of a job.
        cap: GiB that the worker may use; None for all there is, on the CPU for `HOST_SHARE` of what is free.
        clock: Tells the time, s.

    Raises:
        UserError: The settings, the model, the minutes or the cap are none.
    """

    def __init__(
        self,
        kind: Limit,
        settings: Settings,
        batch: int,
        model: str,
        origin: Origin,
        memory: MemoryNow,
        *,
        minutes: float = BUDGET_MINUTES,
        device: str = "",
        cap: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_cap(cap, "--cap")
        check_minutes(minutes)
        shape = find_shape(model)
        self.shape = shape
        self.steps = settings.num_inference_steps
        """Of a whole run."""
        unit = max(shape.unit, size_unit(model))
        self._kind: Limit = kind
        self._settings, self._batch = check_settings(settings, unit), batch
        vram, ram, self.cap = _room(memory, device, cap)
        self._job = Job("", (), model, device, cap=self.cap)
        self._origin = msgspec.structs.replace(origin, model=model)
        self._clock = clock
        self._end = clock() + minutes * 60
        self._values = candidates(kind, unit)
        start = guess(kind, self._values, shape, self._settings, vram, ram)
        self._search = Search(start, len(self._values) - 1, low=0)
        self._probes: list[Probe] = []
        self._fitting: tuple[Run, float] | None = None
        self._confirmed: Probe | None = None
        self._asked: tuple[int, bool] | None = None
        """The place that is being tried, and whether by a whole run."""
        self._began = 0.0
        self.stopped = ""

    @property
    def found(self) -> Found:
        """What is known by now."""
        known = Found.of(self._kind, self._probes)
        complete = self._search.next is None
        return msgspec.structs.replace(known, cap_gib=self.cap, complete=complete, stopped=self.stopped)

    @property
    def seconds_left(self) -> float:
        """Of the time that it may take."""
        return max(0.0, self._end - self._clock())

    def next(self) -> Job | None:
        """Return what to try now; None where the search is over."""
        self._asked = self._choose()
        if self._asked is None:
            return None
        place, whole = self._asked
        value = self._values[place]
        settings, batch = self._made_with(value, whole)
        origin = msgspec.structs.replace(self._origin, cell=value, is_try=not whole)
        items = tuple(Item(uuid.uuid4().hex, each, origin) for each in with_next_seeds(settings, batch))
        self._began = self._clock()
        return msgspec.structs.replace(self._job, job_id=uuid.uuid4().hex, items=items, batch=batch)

    def tell(self, runs: Sequence[Run]) -> Probe | None:
        """Take in how a try ended; None where it was stopped, which ends the search.

        Raises:
            WorkshopError: It ended in a way that says nothing of memory.
        """
        assert self._asked is not None
        place, whole = self._asked
        if any(run.outcome == "cancelled" for run in runs):
            self.stop()
            return None
        settings, batch = self._made_with(self._values[place], whole)
        odd = next((run for run in runs if is_fit(run, batch) is None), None)
        if odd:
            raise (UserError if odd.outcome == "refused" else WorkshopError)(odd.reason or odd.outcome)
        took = self._clock() - self._began - max(run.seconds.queue for run in runs)
        probe = probe_of(self._settings.num_inference_steps, runs, took)
        self._note(place, probe, runs[0], settings.width * settings.height * batch)
        return probe

    def stop(self) -> None:
        """End the search; a try whose time was over is told from one that somebody stopped."""
        self.stopped = "stopped" if self.seconds_left else "budget"

    def recall(self, runs: Iterable[Run]) -> None:
        """Take in what an earlier search with the same settings has tried; it is not tried again.

        Args:
            runs: Of the same origin and model, oldest first.
        """
        for probe, run in recalled(self._kind, self._settings, runs):
            if probe.value in self._values:
                pixels = run.settings.width * run.settings.height * probe.batch
                self._note(self._values.index(probe.value), probe, run, pixels)

    def _note(self, place: int, probe: Probe, run: Run, pixels: int) -> None:
        self._probes.append(probe)
        self._search.tell(place, probe.fits)
        if probe.fits:
            self._fitting = run, pixels
        if not probe.is_try:
            self._confirmed = probe if probe.fits else None

    def _choose(self) -> tuple[int, bool] | None:
        """Return the place to try now, and whether by a whole run."""
        best = self._search.best
        if self.stopped == "stopped":
            return None
        if not self.stopped:
            place = self._search.next
            if place is not None:
                place = self._affordable(place, 0 if best is None else best + 1)
                if place is not None and self._has_time(place, False):
                    return place, False
        if best is not None and not self._is_confirmed:
            return (best, True) if self._has_time(best, True) else None
        return self._between() if self._is_confirmed and not self.stopped else None

    @property
    def _is_confirmed(self) -> bool:
        """Whether a whole run shows the largest that is known to fit."""
        best = self._search.best
        return bool(best is not None and self._confirmed and self._confirmed.value == self._values[best])

    def _between(self) -> tuple[int, bool] | None:
        """Return a batch below the largest that shows how time and memory grow: the powers of two."""
        if self._kind == "max-size" or self._search.best is None:
            return None
        best, tried = self._values[self._search.best], {probe.value for probe in self._probes}
        for value in (2**power for power in range(best.bit_length())):
            place = self._values.index(value)
            if value < best and value not in tried:
                return (place, False) if self._predicted(place, False) <= self.seconds_left else None
        return None

    def _affordable(self, place: int, least: int) -> int | None:
        """Return the place, or a lower one where its try would take most of the time; None where each would."""
        places = range(place, least - 1, -1)
        if not self._probes:
            small = (each for each in places if self._pixels(self._values[each]) <= FIRST_PIXELS)
            return next(small, least)
        most = max(self.seconds_left / 2, self._probes[-1].seconds)
        found = next((each for each in places if self._predicted(each, False) <= most), None)
        if found is None:
            self.stopped = "budget"
        return found

    def _has_time(self, place: int, whole: bool) -> bool:
        """Tell whether a try ends in time, and the confirming run after it."""
        needed = self._predicted(place, whole)
        best = self._search.best
        if not whole and best is not None and not self._is_confirmed:
            needed += self._predicted(best, True)
        if needed > self.seconds_left:
            self.stopped = "budget"
            return False
        return True

    def _predicted(self, place: int, whole: bool) -> float:
        run, work = self._fitting or (None, 0.0)
        last = self._probes[-1] if self._probes else None
        steps = self._settings.num_inference_steps if whole else 1
        return seconds_of(last, self._pixels(self._values[place]), steps, run, work)

    def _pixels(self, value: int) -> int:
        """Return the pixels of all pictures that are made with a value."""
        settings, batch = self._made_with(value, False)
        return settings.width * settings.height * batch

    def _made_with(self, value: int, whole: bool) -> tuple[Settings, int]:
        return made_with(self._kind, self._settings, value, whole), self._batch if self._kind == "max-size" else value


def _room(now: MemoryNow, device: str, cap: float | None) -> tuple[float | None, float, float | None]:
    """Return what a plan counts as free (bytes of the card, of main memory), and the cap that is to be set (GiB)."""
    on_cpu = device == "cpu" or (not device and now.gpu_total is None)
    ram = float(now.host_free or 0)
    if not on_cpu:
        return (now.gpu_free or 0.0) if cap is None else cap * GIB + CONTEXT, ram, cap
    if now.host_free and (cap is None or cap > HOST_SHARE * ram / GIB):
        cap = math.floor(HOST_SHARE * ram / GIB * 100) / 100
    return None, ram if cap is None else cap * GIB + PROCESS, cap


def check_minutes(minutes: float) -> None:
    """Refuse a time to take that is none.

    Raises:
        UserError: It is not above 0.
    """
    if not (minutes > 0 and math.isfinite(minutes)):
        raise UserError(f"--budget: {minutes:g} is no number of minutes.", "Give minutes above 0, such as 10.")
