"""The shared engine: it answers every learner as their own worker would, and drives one ordinary worker.

What a learner asks for is written into a line of theirs before it is confirmed, and leaves it only when their spool
holds the run: whichever of the two processes dies, each accepted picture ends exactly once, and nothing is lost.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from workshop_tui import __version__
from workshop_tui.engine.board import Classroom
from workshop_tui.engine.limits import (
    MOST_CONNECTIONS,
    MOST_OF_ONE,
    MOST_OF_USER,
    MOST_UNFETCHED,
    MOST_UNREAD,
    Limits,
    check_job,
    why_left_out,
)
from workshop_tui.engine.peer import peer_of, peer_uid
from workshop_tui.engine.shares import Shares
from workshop_tui.engine.turns import Learner, Turn, Turns
from workshop_tui.engine.upstream import Upstream
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.clients import Clients, greeted, send
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.protocol import AnyMessage, Job, Message
from workshop_tui.generation.record import Run
from workshop_tui.generation.rework import LARGEST_SOURCE
from workshop_tui.paths import LearnerPaths

ENDED_AT_ONCE = 20
"""Pictures that end between two looks at the other learners; each costs some milliseconds of disk."""

BATCHES_AHEAD = 2
"""Turns that the worker has for each that it makes at a time: the next one begins while the last one's picture is sent
back."""

FOR_STAFF = protocol.AskBoard | protocol.SetClock | protocol.Stop
"""Whoever sends these, and may, need not be a learner."""

T = TypeVar("T")


class Front:
    """Serves a class until told to stop.

    Args:
        place: Where the engine keeps its state; its own worker's too.
        cache: The program's cache folder.
        serves: The model that makes all pictures.
        limits: What a job may ask for.
        staff: User ids, beside this process's own and root's, that may see everyone and stop the engine.
    """

    def __init__(
        self, place: LearnerPaths, cache: Path, serves: str, limits: Limits, staff: frozenset[int] = frozenset()
    ) -> None:
        self._serves = serves
        self._limits = limits
        self._staff = staff | {os.getuid(), 0}
        self._turns = Turns(place.root / "learners")
        self._shares = Shares(place.root / "shared")
        self._classroom = Classroom(place.root)
        self._connected = Clients(MOST_UNREAD)
        """Everybody."""
        self._open: Counter[int] = Counter()
        """Connections by user id, also of those who have not said who they are."""
        self._news = asyncio.Event()
        self._upstream = Upstream(
            place,
            cache,
            serves,
            self._turns,
            self._shares,
            on_end=self._end,
            on_notice=lambda text: self._connected.tell(protocol.Notice(text)),
            on_news=self._news.set,
        )
        self._leave = asyncio.Event()
        self._closing = False
        """Nothing more is begun."""
        self._shared = 0
        """Pictures answered by somebody else's since the start."""

    async def serve(self, listener: "asyncio.Server") -> None:
        """Serve on a listening socket whose connections come to `client`, until told to stop."""
        parts = [asyncio.create_task(part()) for part in (self._work, self._heartbeats)]
        leaving = asyncio.create_task(self._leave.wait())
        try:
            await asyncio.wait([*parts, leaving], return_when=asyncio.FIRST_COMPLETED)
            for part in parts:
                if part.done():
                    part.result()  # a defect of ours: the traceback goes to the log
        finally:
            for part in parts:
                part.cancel()
            listener.close()
            await self._upstream.close()
            self._connected.tell(protocol.State("leaving"))
            await self._connected.close()

    def stop(self, *, now: bool = True) -> None:
        """Leave: at once, or when the pictures in work are made. What waits is kept on disk."""
        self._closing = True
        self._news.set()
        if now:
            self._leave.set()

    async def client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self._connected.serving()
        learner: Learner | None = None
        met: list[Learner] = []
        connection = writer.get_extra_info("socket")
        uid = peer_uid(connection)
        self._open[uid] += 1
        try:
            if self._open.total() > MOST_CONNECTIONS or self._open[uid] > MOST_OF_USER:
                raise UserError("The shared engine has too many connections.", "Try again in a moment.")

            def welcome(hello: protocol.Hello) -> protocol.Welcome:
                if hello.protocol != protocol.PROTOCOL:
                    return protocol.Welcome(protocol.PROTOCOL, __version__, os.getpid(), protocol.State("idle"))
                met.append(self._turns.meet(peer_of(connection, hello.learner)))
                return self._welcome(met[0])

            if not await greeted(reader, writer, welcome):
                return
            learner = met[0]
            if len(learner.clients) >= MOST_OF_ONE:
                raise UserError(f"You have {MOST_OF_ONE} connections to the shared engine.", "End some of them.")
            self._connected.add(writer)
            learner.clients.add(writer)
            if self._classroom.clock:
                send(writer, self._classroom.clock)
            for run, picture in learner.line.unfetched():
                send(writer, protocol.Finished(run), picture)
                await writer.drain()
            while True:
                message, payload = await protocol.read_frame(reader, largest_payload=LARGEST_SOURCE)
                await self._answer(message, payload, learner, writer)
                await writer.drain()
        except (ConnectionError, TimeoutError):
            pass
        except WorkshopError as error:
            send(writer, protocol.Refused.of(error))
        finally:
            self._open[uid] -= 1
            self._connected.discard(writer)
            if learner:
                learner.clients.discard(writer)
            writer.close()

    async def _answer(
        self, message: AnyMessage, payload: bytes, learner: Learner, writer: asyncio.StreamWriter
    ) -> None:
        if learner.peer.uid in self._staff and isinstance(message, FOR_STAFF):
            self._classroom.leads(learner)
        match message:
            case protocol.Submit(job=job):
                send(writer, self._accept(job, payload, learner))
            case protocol.Cancel(run_ids=run_ids):
                await self._cancel(learner, run_ids or learner.line.run_ids)
            case protocol.Acknowledge(run_ids=run_ids):
                had_no_room = learner.line.unsaved
                learner.line.acknowledge(run_ids)
                if had_no_room and not learner.line.unsaved:
                    self._news.set()
                self._turns.forget(learner, tuple(each for each in run_ids if each not in learner.line))
            case protocol.Warm():
                self._upstream.warm_up()
                self._tell_state(learner)
            case protocol.Pause(on=on):
                learner.paused = on
                self._news.set()
                self._tell_state(learner)
            case protocol.Ask():
                send(writer, self._state(learner))
            case protocol.Stop(drop=now) if learner.peer.uid in self._staff:
                self.stop(now=now)
            case protocol.Share(standing=standing):
                self._classroom.share(learner, standing)
            case protocol.AskBoard() if learner.peer.uid in self._staff:
                send(writer, self._classroom.board(self._turns.learners.values(), self._upstream.made, self._shared))
            case protocol.SetClock() if learner.peer.uid in self._staff:
                self._set_clock(message, writer)
            case protocol.AskBoard() | protocol.SetClock():
                send(writer, protocol.Refused("That is for instructors.", "Whoever runs the engine names them."))
            case protocol.Free() | protocol.Stop():
                send(writer, protocol.Refused("The engine is shared: others need it.", "Ask whoever runs it."))
            case _:
                send(writer, protocol.Refused(f"An engine does not take the message '{type(message).__name__}'."))

    def _set_clock(self, asked: protocol.SetClock, writer: asyncio.StreamWriter) -> None:
        try:
            self._connected.tell(self._classroom.set_clock(asked))
        except WorkshopError as error:
            send(writer, protocol.Refused.of(error))

    def _accept(self, job: Job, source: bytes, learner: Learner) -> Message:
        try:
            if len(learner.line.unfetched_ids) > MOST_UNFETCHED:
                raise UserError(
                    f"The shared engine keeps {MOST_UNFETCHED} pictures that you have not fetched.",
                    "Open the class once: it fetches them.",
                )
            if self._closing:
                raise WorkshopError("The shared engine is being stopped.", "Ask again when it is back.")
            new = [item for item in job.items if item.run_id not in learner.line]
            check_job(job, self._limits, self._serves, len(learner.line.run_ids) - len(job.items) + len(new))
            self._turns.own(learner, job.items)
            try:
                learner.line.add(msgspec.structs.replace(job, model=self._serves), source)
            except WorkshopError:
                self._turns.forget(learner, tuple(item.run_id for item in new if not learner.line.holds(item.run_id)))
                raise
        except WorkshopError as error:
            return protocol.Refused.of(error, job.job_id)
        self._classroom.did(learner)
        self._news.set()
        self._tell_state(learner)
        return protocol.Accepted(job.job_id)

    async def _cancel(self, learner: Learner, run_ids: tuple[str, ...]) -> None:
        """Stop some of a learner's pictures; what the worker still makes of them is not taken any more."""
        own = tuple(run_id for run_id in run_ids if run_id in learner.line)
        if begun := tuple(run_id for run_id in own if run_id in learner.begun):
            self._upstream.cancel(begun)
        for few in batched(own, ENDED_AT_ONCE):
            left = [run_id for run_id in few if run_id in learner.line]
            self._end(learner, *((learner.line.close(run_id, "cancelled", "Cancelled."), b"") for run_id in left))
            await asyncio.sleep(0)
        self._tell_state(learner)

    async def _work(self) -> None:
        self._end_leftovers()
        self._upstream.warm_up()
        while True:
            self._news.clear()
            while turn := await self._next_turn():
                await self._upstream.begin(turn)
            if self._closing and not (self._turns.in_work and self._upstream.state.at_once):
                self._leave.set()
            for learner in self._turns.learners.values():
                if learner.line:
                    self._tell_state(learner)
            await self._news.wait()

    async def _next_turn(self) -> Turn | None:
        """Return what the worker is to be given now, after all is answered that needs no worker; None for nothing."""
        while await self._answer_shared():
            pass
        full = self._closing or len(self._turns.in_work) >= BATCHES_AHEAD * max(1, self._upstream.state.at_once)
        return None if full else self._turns.begin()

    async def _answer_shared(self) -> bool:
        """End what somebody else's picture answers; tell whether there was something."""
        before = self._shared
        for learner in tuple(self._turns.learners.values()):
            waiting = learner.line.waiting if len(self._shares) and not learner.line.unsaved else ()
            for few in batched(waiting, ENDED_AT_ONCE):
                left = [each for each in few if each.item.run_id in learner.line]
                left = [each for each in left if each.item.run_id not in learner.begun]
                found = [pair for each in left if (pair := self._shares.find(each, learner.key))]
                if found:
                    self._shared += len(found)
                    self._end(learner, *found)
                    await asyncio.sleep(0)
        return self._shared > before

    def _end(self, learner: Learner, *ended: tuple[Run, bytes]) -> WorkshopError | None:
        """End pictures: the learner's spool first, then they are told. Returns why they are not on disk, if so."""
        for run, _ in ended:
            self._turns.over(learner, run.run_id)
        pictures = {run.run_id: picture for run, picture in ended}
        over, trouble = learner.line.end([(run, picture or None) for run, picture in ended])
        for run in over:
            self._classroom.ended(learner, run)
            learner.clients.tell(protocol.Finished(run), pictures[run.run_id])
        if trouble:
            text = f"The shared engine's disk: {trouble.message} Meanwhile the picture is kept in memory."
            learner.clients.tell(protocol.Notice(text))
        if not learner.line:  # otherwise the places are told soon
            self._tell_state(learner)
        self._news.set()
        return trouble

    def _end_leftovers(self) -> None:
        """End what an earlier engine accepted, for another model or with other limits."""
        for learner in self._turns.learners.values():
            for waiting in learner.line.waiting:
                if why := why_left_out(waiting, self._limits, self._serves):
                    self._end(learner, (learner.line.close(waiting.item.run_id, "refused", why), b""))

    async def _heartbeats(self) -> None:
        while True:
            await asyncio.sleep(protocol.HEARTBEAT_SECONDS)
            self._connected.tell(self._upstream.beat)
            for learner in self._turns.learners.values():
                if learner.line.unsaved:
                    learner.line.save()
                    self._news.set()

    def _welcome(self, learner: Learner) -> protocol.Welcome:
        in_line = tuple(waiting.item for waiting in learner.line.waiting)
        state = self._state(learner)
        return protocol.Welcome(protocol.PROTOCOL, __version__, os.getpid(), state, self._serves, in_line)

    def _tell_state(self, learner: Learner) -> None:
        if len(learner.clients):
            learner.clients.tell(self._state(learner))

    def _state(self, learner: Learner) -> protocol.State:
        worker = self._upstream.state
        doing = worker.activity if worker.at_once else "starting"  # no replica is there
        if learner.paused:
            activity = "paused"
        elif learner.begun:
            activity = doing if doing in ("starting", "importing") else "working"
        else:
            activity = "waiting" if learner.line else "idle"
        return msgspec.structs.replace(
            worker,
            activity=activity,
            waiting=learner.line.run_ids,
            place=self._turns.place(learner, self._serves == BUILT_IN, max(1, worker.at_once)),
            engine_activity=doing,
        )


def batched(wanted: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """Yield a sequence in pieces of up to so many; `itertools.batched` needs Python 3.12."""
    for first in range(0, len(wanted), most):
        yield wanted[first : first + most]
