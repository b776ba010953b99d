"""The search for a limit that goes on in every mode, try by try, until it has ended or is stopped. No Textual here."""

import asyncio
from collections.abc import Awaitable, Callable

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation.hunt import Hunt
from workshop_tui.generation.protocol import Job
from workshop_tui.generation.record import Run


class Hunts:
    """At most one search at a time.

    Args:
        make: Has a job's pictures made.
        stop: Stops runs.
        on_end: Called with a search that has ended by itself: all is known, or its time is over.
        on_error: Called with what ended a search before its time.
    """

    def __init__(
        self,
        make: Callable[[Job], Awaitable[None]],
        stop: Callable[[tuple[str, ...]], Awaitable[None]],
        on_end: Callable[[Hunt], None],
        on_error: Callable[[WorkshopError], None],
    ) -> None:
        self._make, self._stop, self._on_end, self._on_error = make, stop, on_end, on_error
        self._hunt: Hunt | None = None
        self._job: Job | None = None
        self._ended: dict[str, Run] = {}
        """Of the job, by run id."""
        self._asked: object | None = None
        """Stands for the search that goes on; one that was stopped while it was prepared is told from it."""
        self._alarm: asyncio.Task[None] | None = None
        self.name = ""
        """The part whose limit is looked for; empty while none is."""

    @property
    def seconds_left(self) -> float:
        """Of the time that the search may take; 0 before it has begun."""
        return self._hunt.seconds_left if self._hunt else 0.0

    async def begin(self, name: str, prepare: Callable[[], Awaitable[Hunt | None]]) -> None:
        """Search.

        Args:
            name: The part's.
            prepare: Returns the search; None where the learner thinks better of it.

        Raises:
            UserError: A search goes on already.
            WorkshopError: The worker cannot be started, or refuses.
        """
        if self.name:
            raise UserError("A search goes on already.", "Stop it first.")
        self.name = name
        self._asked = asked = object()
        try:
            hunt = await prepare()
            if hunt and self._asked is asked:  # else it was stopped meanwhile
                self._hunt = hunt
                self._alarm = asyncio.create_task(self._ring(hunt))
                await self._go_on(hunt)
        except BaseException:
            if self._asked is asked:
                self._finish()
            raise
        if hunt is None and self._asked is asked:
            self._finish()

    async def ended(self, run: Run) -> None:
        """Take in a run that has ended, whosever it is; asks for the next try where it was the last of one."""
        if self._hunt is None or self._job is None or run.job_id != self._job.job_id:
            return
        hunt, order = self._hunt, [item.run_id for item in self._job.items]
        self._ended[run.run_id] = run
        if len(self._ended) < len(order):
            return
        try:
            hunt.tell([self._ended[run_id] for run_id in order])
            await self._go_on(hunt)
        except WorkshopError as error:
            self._finish()
            self._on_error(error)

    async def stop(self) -> None:
        """Stop the search and the try that is in work.

        Raises:
            WorkshopError: The worker has gone and cannot be started.
        """
        job = self._job
        self._finish()
        if job:
            await self._stop(tuple(item.run_id for item in job.items))

    def close(self) -> None:
        """Ask for no further try; the one that is in work ends by itself."""
        self._finish()

    async def _go_on(self, hunt: Hunt) -> None:
        self._ended, self._job = {}, hunt.next()
        if self._job is None:
            self._finish()
            self._on_end(hunt)
        else:
            await self._make(self._job)

    def _finish(self) -> None:
        self._hunt, self._job, self.name, self._asked = None, None, "", None
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None

    async def _ring(self, hunt: Hunt) -> None:
        """Stop the try that is in work when the time is over."""
        await asyncio.sleep(hunt.seconds_left)
        if hunt is not self._hunt:
            return
        self._alarm = None  # it has rung
        hunt.stop()
        try:
            await self.stop()
        except WorkshopError as error:
            self._on_error(error)
        self._on_end(hunt)
