"""Keeps `Work` current: what is in line, how far it is, and how long it will take."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from workshop_tui.app.book import Work
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.pace import predict
from workshop_tui.generation.protocol import Item, State
from workshop_tui.generation.record import Run


class WorkTracker:
    """What the worker does for one learner, as far as its messages tell.

    Args:
        runs: Returns what was measured, oldest first.
        on_work: Called with each new state.
        now: Tells the present, s.
    """

    def __init__(
        self,
        runs: Callable[[], Sequence[Run]],
        on_work: Callable[[Work], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.work = Work()
        self.model = BUILT_IN
        """Which model makes the pictures; runs of others say nothing about their time."""
        self.asked: dict[str, Item] = {}
        """What this learner has in line or had, by run id."""
        self._counted: set[str] = set()
        """What was in line since it was last empty."""
        self._runs = runs
        self._on_work = on_work
        self._now = now
        self._reckoned_from: tuple[Any, ...] = ()
        """What the worker has last said that the time left is reckoned from."""
        self._reckoned_at = 0.0
        """When it said that."""

    def ask(self, items: Iterable[Item]) -> None:
        """Put pictures into line, before the worker has confirmed them."""
        new = {item.run_id: item for item in items}
        self.asked |= new
        self.line(self.work.waiting + tuple(new))

    def know(self, items: Iterable[Item]) -> None:
        """Learn what the pictures are that an earlier sitting put into line."""
        self.asked |= {item.run_id: item for item in items}

    def told(self, state: State) -> None:
        """Take over what the worker says of itself."""
        pausing = self.work.pausing and state.activity == "working"
        told = {"activity": state.activity, "model": state.model, "place": state.place, "at_once": state.at_once}
        self.change(**told, text="", pausing=pausing)
        self.line(state.waiting)

    def line(self, waiting: tuple[str, ...]) -> None:
        """Take over what is in line, the one in work first."""
        begins = not self.work.waiting and bool(waiting)
        if begins:
            self._counted.clear()
        self._counted.update(waiting)  # a state sent before the newest job was taken does not know it yet
        stopping = self.work.stopping.intersection(waiting)
        failed = 0 if begins else self.work.failed
        self.change(waiting=waiting, stopping=stopping, total=len(self._counted) if waiting else 0, failed=failed)

    def ended(self, run: Run) -> None:
        """Count a picture that has ended; nothing of it is to be seen any more."""
        is_failed = run.outcome not in ("ok", "cancelled") and not run.origin.is_try
        self.change(progress=None, preview=None, failed=self.work.failed + is_failed)

    def stop(self, run_ids: Iterable[str]) -> None:
        """Remember until they end what was asked to stop."""
        self.change(stopping=self.work.stopping.union(run_ids).intersection(self.work.waiting))

    def change(self, **changes: Any) -> None:
        """Change fields of the state and tell about it."""
        work = replace(self.work, **changes)
        at_work = work.progress is not None and work.wanted[:1] == work.waiting[:1]
        own = work.progress.seconds_left if work.progress and at_work else None
        said = (work.waiting[:1], work.place, work.activity if own is None else work.progress)
        if said != self._reckoned_from or work.activity == "paused":
            self._reckoned_from, self._reckoned_at = said, self._now()
        self.work = replace(
            work, seconds_left=self._still(self._seconds_left(work, own)), picture_seconds_left=self._still(own)
        )
        self._on_work(self.work)

    def age(self) -> None:
        """Let the time left go on while nothing is heard; while pictures are paused, it stands."""
        known = (self.work.seconds_left, self.work.picture_seconds_left) != (None, None)
        if known and self.work.activity != "paused":
            self.change()

    def _still(self, seconds: float | None) -> float | None:
        """Return what is left of a time by now; None where it is over, and nobody knows how long it really takes."""
        if seconds is None:
            return None
        left = seconds - (self._now() - self._reckoned_at)
        return left if left > 0 else None

    def _seconds_left(self, work: Work, own: float | None) -> float | None:
        """Return how long everything in line takes from the worker's last word on, s; None while nothing can be said.

        Args:
            work: What is in line.
            own: What the picture in work says of itself, s: it knows better.
        """
        if work.stopping and not work.wanted:
            return None
        if any(run_id in self.asked and self.asked[run_id].origin.is_try for run_id in work.wanted):
            return None  # how many further tries the search asks for is not known
        in_line = work.wanted if own is None else work.wanted[1:]
        items = [self.asked[run_id] for run_id in in_line if run_id in self.asked]
        predicted = predict(items, self._runs(), practice=self.model == BUILT_IN) if items else 0.0
        if predicted is None:
            return None
        # In a shared engine each of these waits for one of every other learner's.
        turns, before = (max(1, work.place.learners), work.place.seconds or 0.0) if work.place else (1, 0.0)
        at_once = min(max(1, work.at_once), max(1, len(items) * turns))
        return predicted * turns / at_once + (own or 0.0) + before
