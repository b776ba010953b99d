"""The client's side: a session with a learner's worker that outlives the worker's deaths."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Self

import msgspec

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation import models, protocol
from workshop_tui.generation.asked import Asked, Asking
from workshop_tui.generation.events import Event as Event
from workshop_tui.generation.events import Lost as Lost
from workshop_tui.generation.events import NotKept as NotKept
from workshop_tui.generation.events import Preview as Preview
from workshop_tui.generation.events import Silent as Silent
from workshop_tui.generation.link import START_SECONDS, Link, attach
from workshop_tui.generation.protocol import AnyMessage, Job, Message
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.paths import LearnerPaths

CANCEL_SECONDS = 2.0
"""How long a cancel waits for the worker's word."""

MOST_RESTARTS = 3
"""A worker that was lost more often than this within a minute is not started again by itself."""

Store = Callable[[Run, bytes], Awaitable[Run]]


class WorkerSession:
    """Keeps a client attached to its worker across the worker's deaths.

    Each finished run is stored first and acknowledged then, so that it is in the notebook or in the spool,
    never in neither. After a death, what this client asked for and has not seen the end of is asked for again.

    Args:
        learner: Whose worker.
        cache: The program's cache folder.
        store: Writes a run and its picture into the notebook; returns the run as stored.
        on_event: Called on the loop with each message, and with `Lost`, `Silent`, `NotKept` and `Preview`.
    """

    def __init__(self, learner: LearnerPaths, cache: Path, *, store: Store, on_event: Callable[[Event], None]) -> None:
        self._learner = learner
        self._cache = cache
        self._store = store
        self._on_event = on_event
        self._link: Link | None = None
        self._state_came = asyncio.Event()
        self._following: asyncio.Task[None] | None = None
        self._own = Asked()
        self._waiting: set[str] = set()
        """All runs in line, other clients' too."""
        self._answers: dict[str, asyncio.Future[None]] = {}
        self._activity = ""
        """The worker's last word on what it does: `leaving` and `starting` announce that it goes."""
        self._losses: list[float] = []
        self._replacing = False
        """Whether this client itself is about to end the worker."""
        self._connecting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def attached(self) -> bool:
        """Whether a worker answers now."""
        return self._link is not None

    async def connect(self, *, start: bool = True) -> bool:
        """Attach to the worker; tell whether one is attached now.

        Args:
            start: Start one where none runs.

        Raises:
            WorkshopError: It cannot be started, or refuses.
        """
        async with self._connecting:
            if self._link is None:
                try:
                    link = await self._attach(start=start)
                except ConnectionError:
                    return False
                self._following = asyncio.create_task(self._follow(link, self._own.left()))
        return True

    async def submit(self, job: Job, source: bytes = b"") -> None:
        """Ask for pictures; returns when the worker has written the job down.

        Args:
            job: What to make.
            source: The PNG that the job's only item refines; empty where none does.

        Raises:
            WorkshopError: The worker refuses, or cannot be started; UserError where no message holds so many pictures.
        """
        job = msgspec.structs.replace(job, model=models.absolute(job.model))
        await self.connect()  # before anybody waits for an answer: what an earlier worker's end has settled is not its
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answers[job.job_id] = answer
        self._own.add(job, source)
        try:
            # A worker that dies in between is asked again by `_follow`.
            with contextlib.suppress(ConnectionError):
                await self._send(protocol.Submit(job), source)
            await asyncio.wait_for(answer, START_SECONDS)
        except BaseException as error:
            self._own.forget_job(job.job_id)
            if isinstance(error, TimeoutError):
                hint = f"Ask {self._learner.who_knows}." if self._learner.engine else "End it: workshop-tui worker stop"
                raise WorkshopError("The worker does not answer.", hint) from error
            if isinstance(error, protocol.ProtocolError):
                raise UserError(f"{len(job.items)} pictures are too many for one request.", "Ask for fewer.") from error
            raise
        finally:
            del self._answers[job.job_id]

    async def cancel(self, run_ids: tuple[str, ...] | None = None, *, gently: bool = False) -> None:
        """Stop some pictures, or all; nothing happens where no worker runs.

        Returns when the worker has said something of its state since: a client that hangs up at once, with news
        unread, resets the connection, and what it sent last can be lost with it.

        Args:
            run_ids: Which; None means all.
            gently: Not those that only a new process of the worker's would stop.
        """
        if run_ids == ():
            return
        self._own.forget(run_ids)
        async with self._connecting:  # a worker that is just being started again shall hear of it as well
            if self._link:
                self._state_came.clear()
                with contextlib.suppress(ConnectionError, TimeoutError):
                    await self._link.send(protocol.Cancel(run_ids or (), gently))
                    await asyncio.wait_for(self._state_came.wait(), CANCEL_SECONDS)

    async def warm(self, model: str = "", device: str = "", settings: Settings | None = None) -> None:
        """Let the worker import what it needs, because work is near, and load a model where one is named."""
        await self._send(protocol.Warm(models.absolute(model) if model else "", device, settings))

    async def pause(self, on: bool) -> bool:
        """Let the worker finish its picture and then wait, or go on; tell whether one runs. `State` follows.

        Raises:
            WorkshopError: It refuses this client.
        """
        if not await self.connect(start=False):
            return False
        with contextlib.suppress(ConnectionError):
            await self._send(protocol.Pause(on))
        return True

    async def share(self, standing: protocol.Standing | None) -> bool:
        """Tell a shared engine where the learner is, None that they share it no more; tell whether one was there.

        Raises:
            WorkshopError: It refuses this client.
        """
        if not await self.connect(start=False):
            return False
        with contextlib.suppress(ConnectionError):
            await self._send(protocol.Share(standing))
        return True

    async def restart(self) -> None:
        """End the worker, also one that hangs, and start a new one, which goes on with what waits; takes seconds.

        Raises:
            UserError: The engine is shared.
            WorkshopError: It cannot be ended or started.
        """
        if self._learner.engine:
            raise UserError(f"The engine {self._learner.engine} is shared.", "Ask whoever runs it to start it anew.")
        from workshop_tui.generation.ending import stop_worker  # not before the class's card

        old, self._replacing = self._link, True
        try:
            await stop_worker(self._learner, False)
            deadline = time.monotonic() + START_SECONDS
            while self._link in (None, old) and self._following and not self._following.done():
                if time.monotonic() > deadline:
                    break
                await asyncio.sleep(0.05)
        finally:
            self._replacing = False
        await self.connect()

    async def free(self) -> bool:
        """Let the worker drop its model; its answer, `Freed` or `Refused`, comes as an event.

        Returns:
            False where no worker runs: then there is nothing to free.

        Raises:
            WorkshopError: It refuses this client.
        """
        if not await self.connect(start=False):
            return False
        with contextlib.suppress(ConnectionError):
            await self._send(protocol.Free())
        return True

    async def close(self) -> None:
        """Hang up; the worker goes on."""
        following, self._following = self._following, None
        if following:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following
        if self._link:
            self._link.close()
            self._link = None

    async def _send(self, message: Message, payload: bytes = b"") -> None:
        await self.connect()
        if self._link is None:
            raise ConnectionResetError("the worker has gone")
        await self._link.send(message, payload)

    async def _attach(self, *, start: bool, expected: bool = False) -> Link:
        def say(text: str) -> None:
            self._on_event(protocol.Notice(text))

        link = self._link = await attach(self._learner, self._cache, start=start, expected=expected, say=say)
        self._activity = link.welcome.state.activity
        self._waiting = set(link.welcome.state.waiting)
        self._on_event(link.welcome)
        return link

    async def _follow(self, link: Link, again: Sequence[Asking]) -> None:
        """Pass on what the worker says; where it dies, find or start the next one."""
        try:
            while True:
                reason = await self._listen(link, again)
                link.close()
                self._link = None
                if not self._shall_restart(reason):
                    return
                async with self._connecting:
                    if self._link is not None:  # somebody has connected meanwhile, and that one is followed
                        return
                    expected = self._activity == "starting" or self._learner.engine is not None
                    link = await self._attach(start=True, expected=expected)
                again = self._own.left()
        except WorkshopError as error:
            self._give_up(str(error))
        except Exception as error:  # a defect of ours must not look like a worker that works on for ever
            logging.exception("the worker's messages cannot be followed")
            self._give_up(f"{type(error).__name__}: {error}")

    async def _listen(self, link: Link, again: Sequence[Asking]) -> str:
        """Handle messages until the connection ends; return why it did."""
        # Beside listening: who has pictures for this client reads nothing before they are fetched.
        asking = asyncio.create_task(self._own.ask_again(link, again))
        receiving: asyncio.Task[tuple[AnyMessage, bytes]] | None = None
        heard = time.monotonic()
        try:
            while True:
                receiving = receiving or asyncio.create_task(link.receive())
                done, _ = await asyncio.wait([receiving], timeout=protocol.SILENCE_SECONDS)
                if not done:
                    self._on_event(Silent(time.monotonic() - heard))
                    continue
                finished, receiving = receiving, None
                heard = time.monotonic()
                message, payload = finished.result()
                await self._handle(link, message, payload)
        except (ConnectionError, protocol.ProtocolError) as error:
            return str(error)
        finally:
            asking.cancel()
            if receiving:
                receiving.cancel()

    async def _handle(self, link: Link, message: Event, payload: bytes) -> None:
        match message:
            case protocol.Finished(run=run):
                self._own.forget([run.run_id])
                self._waiting.discard(run.run_id)
                try:
                    message = protocol.Finished(await self._store(run, payload))
                except WorkshopError as error:
                    self._on_event(NotKept(run, error))
                    return
                with contextlib.suppress(ConnectionError):  # then it comes again
                    await link.send(protocol.Acknowledge((run.run_id,)))
            case protocol.Progress(run_id=run_id, step=step, steps=steps) if payload:
                self._on_event(message)
                message = Preview(run_id, step, steps, payload)
            case protocol.Accepted(job_id=job_id):
                self._settle(job_id, None)
            case protocol.Refused(job_id=job_id):
                self._own.forget_job(job_id)
                kind = WorkshopError if message.again else UserError
                if self._settle(job_id, kind(message.message, message.hint)):
                    return  # whoever asked is told
            case protocol.State(activity=activity, waiting=waiting):
                self._activity = activity
                self._waiting = set(waiting)
                self._state_came.set()
            case _:
                pass
        self._on_event(message)

    def _settle(self, job_id: str, error: WorkshopError | None) -> bool:
        """Answer whoever waits for a job to be taken; tell whether somebody did."""
        answer = self._answers.get(job_id)
        if answer is None or answer.done():
            return False
        if error:
            answer.set_exception(error)
        else:
            answer.set_result(None)
        return True

    def _shall_restart(self, reason: str) -> bool:
        if self._replacing:
            return True
        if self._activity == "leaving":
            self._give_up("it was stopped; what waits goes on at its next start")
            return False
        now = time.monotonic()
        if self._activity != "starting":  # otherwise it said that it comes back
            self._losses = [moment for moment in self._losses if now - moment < 60] + [now]
            restarting = bool(self._own or self._waiting) and len(self._losses) <= MOST_RESTARTS
            if not restarting:
                self._give_up(reason)
                return False
            self._on_event(Lost(True, reason))
        return True

    def _give_up(self, reason: str) -> None:
        if self._link:
            self._link.close()
            self._link = None
        for job_id in self._answers:
            self._settle(job_id, WorkshopError(f"The worker was lost: {reason}.", self._learner.who_knows))
        self._own.forget()
        self._on_event(Lost(False, reason))
