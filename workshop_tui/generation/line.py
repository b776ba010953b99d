"""The line of accepted pictures. Each ends exactly once, whatever dies in between.

A picture leaves the line on disk only when the spool holds its run: where the disk is full, the run stays in memory and
its picture in the line, so that at worst it is made again.
"""

import contextlib
import itertools
import math
import time
from collections.abc import Container, Iterable, Iterator
from datetime import UTC, datetime

import msgspec

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import Outcome, Run
from workshop_tui.generation.rework import check_source
from workshop_tui.generation.settings import alike
from workshop_tui.generation.spool import Spool, Waiting, is_run_id


class Line:
    """What waits, in order, and what has ended but is not yet in a notebook.

    Args:
        spool: Where both are written down; what an earlier worker left there comes first.

    Raises:
        WorkshopError: What was left there may not be read.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._waiting = {waiting.item.run_id: waiting for waiting in spool.load_queue()}
        self._unsaved: dict[str, tuple[Waiting, Run, bytes | None]] = {}
        self._forget_ended()

    @property
    def run_ids(self) -> tuple[str, ...]:
        """What waits, the next one first."""
        return tuple(self._waiting)

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """The same, with all that is known of it."""
        return tuple(self._waiting.values())

    @property
    def unsaved(self) -> bool:
        """Whether runs have ended that the disk had no room for."""
        return bool(self._unsaved)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._waiting

    def add(self, job: Job, source: bytes = b"") -> None:
        """Write a job down; a picture that is in line, or has ended and is not acknowledged, is not taken twice.

        Args:
            job: What to make.
            source: The PNG that the job's only item refines; empty where none does.

        Raises:
            UserError: A run id is none, or the source cannot be refined.
            WorkshopError: The disk is full. Nothing of the job is taken.
        """
        for item in job.items:
            if not is_run_id(item.run_id):
                raise UserError(f"'{item.run_id[:40]}' is no run id.")
            if item.rework and item.rework.kind == "refined":
                self._take_source(job, item, source)
        before, now = dict(self._waiting), time.time()
        for item in job.items:
            if not self.holds(item.run_id):
                waiting = Waiting(
                    item, job.job_id, job.model, job.device, now, batch=job.batch, cap=job.cap, previews=job.previews
                )
                self._waiting.setdefault(item.run_id, waiting)
        try:
            self._write()
        except WorkshopError:
            self._waiting = before
            raise

    def source(self, run_id: str) -> bytes:
        """Return the picture that a run in line refines; empty where there is none."""
        return self._spool.source(run_id)

    def find(self, run_id: str) -> Waiting | None:
        """Return a picture in line, or None."""
        return self._waiting.get(run_id)

    def begin(self, begun: Container[str] = (), first: Waiting | None = None) -> list[Waiting]:
        """Return the next pictures, which are made together, and count the attempt.

        They follow each other in line, were asked for together, and have settings that are `alike`. The
        attempt is counted on disk too: a death is seen by the next worker, which makes them one by one.

        Args:
            begun: Runs in line that are being made already; there must be others.
            first: Of those others; the first one, if nothing is said.
        """
        left = [each for run_id, each in self._waiting.items() if run_id not in begun]
        head = first or left[0]
        together = itertools.takewhile(lambda each: _go_together(head, each), left[left.index(head) :])
        batch = list(itertools.islice(together, 1 if head.attempts else max(1, head.batch)))
        self._count(batch, 1)
        return [self._waiting[waiting.item.run_id] for waiting in batch]

    def put_back(self, run_ids: Iterable[str]) -> None:
        """Take an attempt back, because the worker leaves of its own accord."""
        self._count([self._waiting[run_id] for run_id in run_ids if run_id in self._waiting], -1)

    def end(self, runs: Iterable[tuple[Run, bytes | None]]) -> tuple[list[Run], WorkshopError | None]:
        """End pictures.

        Args:
            runs: How each ended, and its PNG.

        Returns:
            The runs that ended now (the others had ended before), and why some are not on disk yet, if so.
        """
        found: list[Run] = []
        trouble: WorkshopError | None = None
        for run, picture in runs:
            waiting = self._waiting.pop(run.run_id, None)
            if waiting is None:
                continue
            found.append(run)
            try:
                self._spool.add(run, picture)
            except WorkshopError as error:
                trouble = error
                self._unsaved[run.run_id] = (waiting, run, picture)
        self._write_if_possible()
        return found, trouble

    def close(self, run_id: str, outcome: Outcome, reason: str) -> Run:
        """Return the record of a picture in line that no engine ended."""
        return ended(self._waiting[run_id], outcome, reason)

    def drop(self) -> list[Run]:
        """End everything that waits as cancelled; return those runs."""
        reason = "Dropped: the worker was stopped for good."
        return self.end([(self.close(run_id, "cancelled", reason), None) for run_id in self._waiting])[0]

    def save(self) -> None:
        """Try again to store what the disk had no room for."""
        for run_id, (_, run, picture) in list(self._unsaved.items()):
            try:
                self._spool.add(run, picture)
            except WorkshopError:
                return
            del self._unsaved[run_id]
            self._write_if_possible()

    def acknowledge(self, run_ids: Iterable[str]) -> None:
        """Forget runs that are in a notebook."""
        for run_id in run_ids:
            self._spool.remove(run_id)
            if self._unsaved.pop(run_id, None):
                self._write_if_possible()

    def holds(self, run_id: str) -> bool:
        """Tell whether a run has ended and is not acknowledged yet."""
        return run_id in self._unsaved or self._spool.holds(run_id)

    @property
    def unfetched_ids(self) -> tuple[str, ...]:
        """The runs that no notebook holds, in no order."""
        return (*self._spool.run_ids, *self._unsaved)

    def unfetched(self) -> Iterator[tuple[Run, bytes]]:
        """Yield the runs that no notebook holds, with their pictures (or b"")."""
        yield from self._spool.runs()
        for _, run, picture in list(self._unsaved.values()):
            yield run, picture or b""

    def _count(self, batch: Iterable[Waiting], more: int) -> None:
        for waiting in batch:
            counted = msgspec.structs.replace(waiting, attempts=waiting.attempts + more)
            self._waiting[waiting.item.run_id] = counted
        self._write_if_possible()

    def _forget_ended(self) -> None:
        """Drop what the spool holds: an earlier worker died between storing a run and writing the line."""
        over = [run_id for run_id in self._waiting if self._spool.holds(run_id)]
        for run_id in over:
            del self._waiting[run_id]
        if over:
            self._write_if_possible()

    def _take_source(self, job: Job, item: Item, source: bytes) -> None:
        if len(job.items) > 1:
            raise UserError("A job refines one picture at a time.", "Send a job for each.")
        if item.run_id not in self._waiting:
            check_source(item, source)
            self._spool.save_source(item.run_id, source)

    def _write(self) -> None:
        self._spool.save_queue([*(waiting for waiting, _, _ in self._unsaved.values()), *self._waiting.values()])
        self._spool.forget_sources(self._waiting.keys() | self._unsaved.keys())

    def _write_if_possible(self) -> None:
        # On a full disk the old line stays: what has ended is recognized by its folder in the spool.
        with contextlib.suppress(WorkshopError):
            self._write()


def check_cap(cap: float | None, name: str = "cap") -> None:
    """Refuse a memory cap that is none.

    Args:
        cap: GiB; None for no cap.
        name: What the message calls it.

    Raises:
        UserError: It is not above 0.
    """
    if cap is not None and not (cap > 0 and math.isfinite(cap)):
        raise UserError(f"{name}: {cap:g} is no amount of memory.", "Give GiB above 0, such as 6.")


def _go_together(first: Waiting, other: Waiting) -> bool:
    """Tell whether two pictures can be made in one batch."""
    if first.job_id != other.job_id or first.item.rework or other.item.rework:
        return first is other
    return alike(first.item.settings) == alike(other.item.settings)


def out_of_cap(waiting: Waiting, why: str) -> Run:
    """Return the record of a picture over which a worker with capped memory ended in another way than by an outcome.

    Want of memory shows in many ways: threads that cannot start, libraries that end the process, or hang.
    """
    advice = "try a smaller size, a placement that needs less, a quantization, or a larger cap."
    return ended(waiting, "out-of-memory", f"{why} {waiting.cap:g} GiB were simulated (--cap): {advice}")


def ended(waiting: Waiting, outcome: Outcome, reason: str) -> Run:
    """Return the record of an accepted picture that no engine ended."""
    return Run(
        run_id=waiting.item.run_id,
        job_id=waiting.job_id,
        settings=waiting.item.settings,
        outcome=outcome,
        started=datetime.now(UTC).isoformat(timespec="milliseconds"),
        reason=reason,
        origin=waiting.item.origin,
        rework=waiting.item.rework,
    )
