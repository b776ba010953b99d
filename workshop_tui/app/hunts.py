"""The search for a limit that goes on in every mode, try by try, until it has ended or is stopped. No Textual here."""

import asyncio
from collections.abc import Awaitable, Callable

from workshop_tui.errors import WorkshopError
from workshop_tui.generation.hunt import Hunt
from workshop_tui.generation.protocol import Job
from workshop_tui.generation.record import Run


class Hunts:
    """At most one search at a time; another takes its place.

    Args:
        make: Has a job's pictures made.
        stop: Stops runs.
        on_error: Called with what ended a search before its time.
    """

    def __init__(
        self,
        make: Callable[[Job], Awaitable[None]],
        stop: Callable[[tuple[str, ...]], Awaitable[None]],
        on_error: Callable[[WorkshopError], None],
    ) -> None:
        self._make, self._stop, self._on_error = make, stop, on_error
        self._hunt: Hunt | None = None
        self._job: Job | None = None
        self._ended: list[Run] = []
        self._alarm: asyncio.Task[None] | None = None
        self.name = ""
        """The part whose limit is looked for; empty while none is."""

    @property
    def seconds_left(self) -> float:
        """Of the time that the search may take."""
        return self._hunt.seconds_left if self._hunt else 0.0

    async def begin(self, name: str, hunt: Hunt) -> None:
        """Search, in place of what is being searched for.

        Raises:
            WorkshopError: The worker cannot be started, or refuses.
        """
        self._finish()
        self._hunt, self.name = hunt, name
        self._alarm = asyncio.create_task(self._ring(hunt))
        await self._go_on()

    async def ended(self, run: Run) -> None:
        """Take in a run that has ended, whosever it is; asks for the next try where it was the last of one."""
        if self._hunt is None or self._job is None or run.job_id != self._job.job_id:
            return
        self._ended.append(run)
        if len(self._ended) < len(self._job.items):
            return
        try:
            order = [item.run_id for item in self._job.items]
            self._hunt.tell(sorted(self._ended, key=lambda each: order.index(each.run_id)))
            await self._go_on()
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

    async def _go_on(self) -> None:
        assert self._hunt is not None
        self._ended, self._job = [], self._hunt.next()
        if self._job is None:
            self._finish()
            return
        try:
            await self._make(self._job)
        except WorkshopError:
            self._finish()
            raise

    def _finish(self) -> None:
        self._hunt, self._job, self.name = None, None, ""
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None

    async def _ring(self, hunt: Hunt) -> None:
        """Stop the try that is in work when the time is over."""
        await asyncio.sleep(hunt.seconds_left)
        if hunt is self._hunt:
            self._alarm = None  # it has rung
            await self.stop()
