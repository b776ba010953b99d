"""The shared engine's side of its one worker: it is started, given learners' turns, and started again."""

import asyncio
import logging
import uuid
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from workshop_tui.engine.shares import Shares
from workshop_tui.engine.turns import Learner, Turn, Turns
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.client import Event, Lost, NotKept, Preview, WorkerSession
from workshop_tui.generation.ending import stop_worker
from workshop_tui.generation.protocol import Job
from workshop_tui.generation.record import Run
from workshop_tui.paths import LearnerPaths

RETRY_SECONDS = 5.0
"""Until a worker that could not be started is tried again."""


class Upstream:
    """One ordinary worker, driven through the session that learners use too.

    Args:
        place: Where the engine keeps its state; its worker's too.
        cache: The program's cache folder.
        serves: The model that makes all pictures.
        turns: Whose runs are whose.
        shares: Gets what was made, for others who ask for the same.
        on_end: Ends a picture of a learner; returns what hinders its being kept on disk.
        on_notice: Called with a sentence for all learners.
        on_news: Called where something may be begun.
    """

    def __init__(
        self,
        place: LearnerPaths,
        cache: Path,
        serves: str,
        turns: Turns,
        shares: Shares,
        *,
        on_end: Callable[[Learner, tuple[Run, bytes]], WorkshopError | None],
        on_notice: Callable[[str], None],
        on_news: Callable[[], None],
    ) -> None:
        self._place = place
        self._serves = serves
        self._turns = turns
        self._shares = shares
        self._on_end = on_end
        self._on_notice = on_notice
        self._on_news = on_news
        self._session = WorkerSession(place, cache, store=self._store, on_event=self._on_event)
        self._tasks: set[asyncio.Task[None]] = set()
        self._warm: asyncio.Task[None] | None = None
        self._closed = False
        """No worker is started any more."""
        self.state = protocol.State("starting")
        """The worker's last word on what it does."""
        self.beat = protocol.Heartbeat()
        self.made = 0
        """Pictures since the start."""

    def cancel(self, run_ids: tuple[str, ...]) -> None:
        """Have pictures stopped that the worker has begun, unless that would cost all a new load of the model."""
        self._spawn(self._session.cancel(run_ids, gently=True))

    async def close(self) -> None:
        """End the worker; what it had in hand goes on at its next start."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        self._turns.give_back()
        await self._session.close()
        await stop_worker(self._place, False)

    async def begin(self, turn: Turn) -> None:
        """Give the worker what a learner's turn is; where there is no worker, it waits again."""
        first, *_ = batch = tuple(turn.batch.values())
        items = tuple(waiting.item for waiting in batch)
        # A job of its own: learners may name theirs as they like.
        job = Job(uuid.uuid4().hex, items, first.model, first.device, len(batch), first.cap, first.previews)
        line = turn.learner.line
        try:
            await self._session.submit(job, line.source(first.item.run_id))
        except WorkshopError as error:
            if isinstance(error, UserError) and self._session.attached:  # the worker does not take this one
                why = f"{error.message} {error.hint}".strip()
                for run_id in tuple(turn.batch):
                    if run_id in line:
                        self._on_end(turn.learner, (line.close(run_id, "refused", why), b""))
                return
            logging.error("%s %s", error.message, error.hint)
            self._on_notice(f"The shared engine has no worker just now. {error.message}")
            await asyncio.sleep(RETRY_SECONDS)
            self._turns.give_back()
            self._on_news()

    async def _store(self, run: Run, picture: bytes) -> Run:
        """Take a run from the worker, which forgets it when this returns.

        Raises:
            WorkshopError: The disk is full: it is kept in memory here, and on the worker's disk.
        """
        learner = self._turns.owner(run.run_id)
        waiting = learner.line.find(run.run_id) if learner else None
        if learner is None or waiting is None:
            return run  # it has ended before
        queue = datetime.fromisoformat(run.started).timestamp() - waiting.queued
        seconds = msgspec.structs.replace(run.seconds, queue=max(run.seconds.queue, queue))
        run = msgspec.structs.replace(run, job_id=waiting.job_id, seconds=seconds)
        if run.outcome == "ok":
            self.made += 1
            self._turns.recent.append(run)
            self._shares.keep(waiting, run, picture, learner.key)
        if trouble := self._on_end(learner, (run, picture)):
            raise trouble
        return run

    def _on_event(self, event: Event) -> None:
        match event:
            case protocol.Welcome(state=state):
                self.state = state
            case protocol.State(at_once=at_once):
                other, self.state = at_once != self.state.at_once, event
                if other:
                    self._on_news()
            case protocol.Heartbeat():
                self.beat = event
            case protocol.Progress(run_id=run_id):
                if learner := self._turns.owner(run_id):
                    learner.clients.tell(event)
            case Preview(run_id=run_id):
                if learner := self._turns.owner(run_id):
                    learner.clients.tell(protocol.Progress(run_id, "denoise", event.step, event.steps), event.png)
            case protocol.Notice():
                logging.warning("the worker says: %s", event.text)
            case protocol.Refused(message=message, hint=hint):
                logging.error("the worker refuses: %s %s", message, hint)
            case NotKept(error=error):
                logging.error("%s", error.message)
            case Lost(restarting=restarting, reason=reason):
                logging.warning("the worker was lost: %s", reason)
                if not restarting:
                    self._spawn(self._recover())
            case _:
                pass

    async def _recover(self) -> None:
        """Go on with a new worker, a moment after the old one was given up."""
        await asyncio.sleep(RETRY_SECONDS)
        if not self._closed and not self._session.attached:
            self._turns.give_back()
            self.warm_up()
            self._on_news()

    def warm_up(self) -> None:
        """Have the model loaded before the first picture is asked for."""
        if not self._closed and (self._warm is None or self._warm.done()):
            self._warm = self._spawn(self._load())

    async def _load(self) -> None:
        try:
            await self._session.warm(self._serves)
        except (WorkshopError, ConnectionError) as error:  # the first picture tries again, and says so
            logging.error("the worker cannot be started: %s", error)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
