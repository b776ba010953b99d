"""The client's side: starts, finds and talks to the worker, and carries finished runs into the notebook."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from workshop_tui import __version__
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.files import private_folder
from workshop_tui.generation import protocol
from workshop_tui.generation.protocol import AnyMessage, Job, Message
from workshop_tui.generation.record import Run
from workshop_tui.paths import LearnerPaths

START_SECONDS = 30.0
"""A worker's socket stands within this time, also on a busy machine; it imports nothing heavy before."""

MOST_RESTARTS = 3
"""A worker that was lost this often within a minute is not started again by itself."""


class Link:
    """One connection to an engine, greeted."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, welcome: protocol.Welcome) -> None:
        self._reader = reader
        self._writer = writer
        self.welcome = welcome

    @classmethod
    async def open(cls, socket: Path) -> Self:
        """Connect and greet.

        Raises:
            ConnectionError: Nobody listens there.
            UserError: The engine refuses this client, because it is of another version.
        """
        try:
            reader, writer = await asyncio.open_unix_connection(socket)
        except FileNotFoundError as error:
            raise ConnectionRefusedError("no worker runs") from error
        writer.write(protocol.encode(protocol.Hello(protocol.PROTOCOL, __version__)))
        try:
            welcome, _ = await asyncio.wait_for(protocol.read_frame(reader), protocol.SILENCE_SECONDS)
        except TimeoutError as error:
            writer.close()
            raise WorkshopError(
                f"The worker does not answer within {protocol.SILENCE_SECONDS:.0f} s.",
                "End it, unfinished pictures are kept: workshop-tui worker stop",
            ) from error
        if not isinstance(welcome, protocol.Welcome) or welcome.protocol != protocol.PROTOCOL:
            writer.close()
            raise UserError(
                "A worker of another version of workshop-tui is running.",
                "End it, then try again: workshop-tui worker stop",
            )
        return cls(reader, writer, welcome)

    async def send(self, message: Message) -> None:
        """Send one message.

        Raises:
            ConnectionError: The engine has gone.
        """
        self._writer.write(protocol.encode(message))
        await self._writer.drain()

    async def receive(self) -> tuple[AnyMessage, bytes]:
        """Return the next message and its payload.

        Raises:
            ConnectionError: The engine has gone.
        """
        return await protocol.read_frame(self._reader)

    def close(self) -> None:
        """Hang up; the engine goes on."""
        self._writer.close()


def start_worker(learner: LearnerPaths, cache: Path) -> subprocess.Popen[bytes]:
    """Start a learner's worker in a session of its own, so that it outlives the terminal.

    Blocks for some milliseconds. `subprocess` and not asyncio's own: its transport kills the child when
    the loop closes, and this child shall stay.

    Raises:
        WorkshopError: The process or its log cannot be made.
        UserError: The socket's folder is not this user's alone.
    """
    private_folder(learner.socket.parent)
    private_folder(learner.root)
    command = [sys.executable, "-m", "workshop_tui.worker", "--state", str(learner.root)]
    command += ["--socket", str(learner.socket), "--cache", str(cache)]
    for option, variable in (("--lease", "WORKSHOP_TUI_WORKER_LEASE"), ("--idle", "WORKSHOP_TUI_WORKER_IDLE")):
        if variable in os.environ:
            command += [option, os.environ[variable]]
    try:
        learner.log.parent.mkdir(parents=True, exist_ok=True)
        with learner.log.open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, close_fds=True
            )
    except OSError as error:
        raise WorkshopError(
            f"The worker cannot be started: {error.strerror} ({error.filename}).", "Check the path and the disk."
        ) from error


async def attach(learner: LearnerPaths, cache: Path, *, start: bool = True) -> Link:
    """Connect to a learner's worker, starting it where none runs.

    Raises:
        ConnectionError: None runs and `start` is False.
        WorkshopError: It cannot be started, or died at once: the message names its log.
        UserError: It refuses this client.
    """
    if not start:
        return await Link.open(learner.socket)
    private_folder(learner.socket.parent)
    deadline = time.monotonic() + START_SECONDS
    process: subprocess.Popen[bytes] | None = None
    while True:
        with contextlib.suppress(ConnectionError):
            return await Link.open(learner.socket)
        if process is None:
            process = await asyncio.to_thread(start_worker, learner, cache)
        # Exit code 0 means that another client's worker was faster; any other is a failure.
        if process.poll() or time.monotonic() > deadline:
            raise WorkshopError("The worker did not start.", f"Its log says why: {learner.log}")
        await asyncio.sleep(0.05)


class Lost(msgspec.Struct, frozen=True):
    """The worker has gone while this client was attached."""

    restarting: bool
    """False where it had nothing to do, or died too often."""
    reason: str


class Silent(msgspec.Struct, frozen=True):
    """The worker has said nothing for a while, but holds the connection."""

    seconds: float


Event = AnyMessage | Lost | Silent
Store = Callable[[Run, bytes], Awaitable[Run]]


class WorkerSession:
    """Keeps a client attached to its worker across the worker's deaths.

    Each finished run is stored first and acknowledged then, so that it is in the notebook or in the spool,
    never in neither.

    Args:
        learner: Whose worker.
        cache: The program's cache folder.
        store: Writes a run and its picture into the notebook; returns the run as stored.
        on_event: Called on the loop with each message, and with `Lost` and `Silent`.
    """

    def __init__(self, learner: LearnerPaths, cache: Path, *, store: Store, on_event: Callable[[Event], None]) -> None:
        self._learner = learner
        self._cache = cache
        self._store = store
        self._on_event = on_event
        self._link: Link | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: set[str] = set()
        self._answers: dict[str, asyncio.Future[None]] = {}
        self._losses: list[float] = []
        self._connecting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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
                    self._link = await attach(self._learner, self._cache, start=start)
                except ConnectionError:
                    return False
                self._waiting |= set(self._link.welcome.state.waiting)
                self._on_event(self._link.welcome)
                self._reading = asyncio.create_task(self._read(self._link))
        return True

    async def submit(self, job: Job) -> None:
        """Ask for pictures; returns when the worker has written the job down.

        Raises:
            WorkshopError: The worker refuses, or cannot be started.
        """
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answers[job.job_id] = answer
        try:
            for _ in range(MOST_RESTARTS):
                self._waiting |= {item.run_id for item in job.items}
                # A worker that dies in between is asked again: run ids make that harmless.
                with contextlib.suppress(ConnectionError):
                    await self._send(protocol.Submit(job))
                    await asyncio.wait_for(asyncio.shield(answer), START_SECONDS)
                    return
        except TimeoutError as error:
            raise WorkshopError("The worker does not answer.", "End it: workshop-tui worker stop") from error
        finally:
            del self._answers[job.job_id]
        raise WorkshopError("The worker died before it took the job.", f"Its log says why: {self._learner.log}")

    async def cancel(self, run_ids: tuple[str, ...] = ()) -> None:
        """Stop some pictures, or all; nothing happens where no worker runs."""
        if self._link:
            with contextlib.suppress(ConnectionError):
                await self._link.send(protocol.Cancel(run_ids))

    async def warm(self) -> None:
        """Let the worker import what it needs, because work is near."""
        await self._send(protocol.Warm())

    async def close(self) -> None:
        """Hang up; the worker goes on."""
        reading, self._reading = self._reading, None
        if reading:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
        if self._link:
            self._link.close()
            self._link = None

    async def _send(self, message: Message) -> None:
        await self.connect()
        link = self._link
        if link is None:
            raise ConnectionResetError("the worker has gone")
        await link.send(message)

    async def _read(self, link: Link) -> None:
        receiving: asyncio.Task[tuple[AnyMessage, bytes]] | None = None
        silent_since = time.monotonic()
        try:
            while True:
                receiving = receiving or asyncio.create_task(link.receive())
                done, _ = await asyncio.wait([receiving], timeout=protocol.SILENCE_SECONDS)
                if not done:
                    self._on_event(Silent(time.monotonic() - silent_since))
                    continue
                finished, receiving = receiving, None
                silent_since = time.monotonic()
                message, payload = finished.result()
                await self._handle(link, message, payload)
        except (ConnectionError, protocol.ProtocolError) as error:
            link.close()
            self._link = None
            await self._after_loss(str(error))
        finally:
            if receiving:
                receiving.cancel()

    async def _handle(self, link: Link, message: AnyMessage, payload: bytes) -> None:
        match message:
            case protocol.Finished(run=run):
                stored = await self._store(run, payload)
                await link.send(protocol.Acknowledge((run.run_id,)))
                self._waiting.discard(run.run_id)
                message = protocol.Finished(stored)
            case protocol.Accepted(job_id=job_id) if job_id in self._answers:
                self._settle(job_id, None)
            case protocol.Refused(job_id=job_id) if job_id in self._answers:
                self._settle(job_id, WorkshopError(message.message, message.hint))
            case protocol.State(waiting=waiting):
                self._waiting |= set(waiting)
            case _:
                pass
        self._on_event(message)

    def _settle(self, job_id: str, error: WorkshopError | None) -> None:
        answer = self._answers[job_id]
        if answer.done():
            return
        if error:
            answer.set_exception(error)
        else:
            answer.set_result(None)

    async def _after_loss(self, reason: str) -> None:
        now = time.monotonic()
        self._losses = [moment for moment in self._losses if now - moment < 60] + [now]
        restarting = bool(self._waiting) and len(self._losses) <= MOST_RESTARTS
        for job_id in self._answers:
            answer = self._answers[job_id]
            if not answer.done():
                answer.set_exception(ConnectionResetError(reason))
        self._on_event(Lost(restarting, reason))
        if restarting:
            try:
                await self.connect()
            except WorkshopError as error:
                self._on_event(Lost(False, str(error)))
