"""The worker's front: the socket, the line of waiting pictures, the spool and the lease.

One thread of the process owns the engine, which imports torch; this loop never waits for it. What was
accepted is written down before it is confirmed, so that a worker started after any death goes on where
the last one stopped: that is also how a run in its load or decode, which nothing can interrupt, is cancelled.
"""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import psutil

from workshop_tui import __version__
from workshop_tui.errors import WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.protocol import AnyMessage, Job, Message
from workshop_tui.generation.record import Run
from workshop_tui.generation.spool import Spool, Waiting, is_run_id

if TYPE_CHECKING:
    from workshop_tui.worker.engine import Engine

MOST_ATTEMPTS = 2
"""A picture over which the worker died this often is given up."""

LEAST_ALIVE_SECONDS = 20.0
"""A worker that nobody has called yet waits at least this long for its first client."""


class Server:
    """Serves one learner's clients until told to stop, or until the lease of an idle worker ends.

    Args:
        spool: The learner's spool.
        cache: The program's cache folder.
        lease: Seconds that a worker with nothing to do and nobody attached stays.
        idle: Seconds after which weights that nothing used are given up.
    """

    def __init__(self, spool: Spool, cache: Path, lease: float, idle: float) -> None:
        self._spool = spool
        self._cache = cache
        self._lease = lease
        self._idle = idle
        self._queue: list[Waiting] = spool.load_queue()
        self._unsaved: list[tuple[Run, bytes | None]] = []
        self._clients: set[asyncio.StreamWriter] = set()
        self._client_tasks: set[asyncio.Task[Any]] = set()
        self._engine: Engine | None = None
        self._engine_device = ""
        self._engine_thread = ThreadPoolExecutor(1, "engine")
        self._activity = "idle"
        self._phase = ""
        self._cancelled: set[str] = set()
        self._work_came = asyncio.Event()
        self._leave = asyncio.Event()
        self._restart = False
        self._warming: asyncio.Task[None] | None = None
        self._last_needed = time.monotonic()
        self._last_worked = time.monotonic()

    async def serve(self, socket: Path) -> bool:
        """Serve on a socket path that this process has locked.

        Returns:
            True where the process shall start itself anew, because a picture was cancelled that it cannot interrupt.
        """
        socket.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._client, socket)
        os.chmod(socket, 0o600)
        background = [
            asyncio.create_task(part()) for part in (self._work, self._beat, self._watch_lease, self._free_idle_weights)
        ]
        leaving = asyncio.create_task(self._leave.wait())
        try:
            await asyncio.wait([*background, leaving], return_when=asyncio.FIRST_COMPLETED)
            for part in background:
                if part.done():
                    part.result()  # a defect of ours: the traceback goes to the log
        finally:
            # Gone first, so that no new client meets a worker on its way out.
            socket.unlink(missing_ok=True)
            server.close()
            for writer in list(self._clients):
                writer.close()
            if self._client_tasks:
                await asyncio.wait(self._client_tasks, timeout=1)
        return self._restart

    def stop(self) -> None:
        """Leave as soon as the loop turns; what waits is kept on disk."""
        self._leave.set()

    # Clients

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._client_tasks.add(task)
        task.add_done_callback(self._client_tasks.discard)
        try:
            hello, _ = await asyncio.wait_for(protocol.read_frame(reader), 10)
            if not isinstance(hello, protocol.Hello) or hello.protocol != protocol.PROTOCOL:
                self._send(writer, self._welcome())
                self._send(
                    writer,
                    protocol.Refused(
                        f"The worker speaks protocol {protocol.PROTOCOL} (workshop-tui {__version__}).",
                        "Stop it, then try again: workshop-tui worker stop",
                    ),
                )
                return
            self._send(writer, self._welcome())
            # Before the spool is read: a run that ends meanwhile comes twice, which harms nobody, instead of never.
            self._clients.add(writer)
            for run, picture in self._spool.runs():
                self._send(writer, protocol.Finished(run), picture)
                await writer.drain()
            while True:
                message, _ = await protocol.read_frame(reader)
                self._answer(message, writer)
                await writer.drain()
        except (ConnectionError, TimeoutError):
            pass
        except protocol.ProtocolError as error:
            self._send(writer, protocol.Refused(error.message, error.hint))
        finally:
            self._clients.discard(writer)
            self._last_needed = time.monotonic()
            writer.close()

    def _answer(self, message: AnyMessage, writer: asyncio.StreamWriter) -> None:
        match message:
            case protocol.Submit(job=job):
                self._send(writer, self._accept(job))
            case protocol.Cancel(run_ids=run_ids):
                self._cancel(run_ids)
            case protocol.Acknowledge(run_ids=run_ids):
                for run_id in run_ids:
                    self._spool.remove(run_id)
            case protocol.Warm():
                if self._engine is None and self._activity == "idle":
                    self._activity = "importing"
                    self._warming = asyncio.create_task(self._warm())
            case protocol.Ask():
                self._send(writer, self._state())
            case protocol.Stop(drop=drop):
                if drop:
                    self._queue.clear()
                    self._save_queue()
                self.stop()
            case _:
                self._send(writer, protocol.Refused(f"A worker does not take the message '{type(message).__name__}'."))

    def _accept(self, job: Job) -> Message:
        known = {waiting.item.run_id for waiting in self._queue}
        bad = [item.run_id for item in job.items if not is_run_id(item.run_id)]
        if bad:
            return protocol.Refused(f"'{bad[0][:40]}' is no run id.", job_id=job.job_id)
        now = time.time()
        added = [
            Waiting(item, job.job_id, job.model, job.device, now) for item in job.items if item.run_id not in known
        ]
        self._queue.extend(added)
        try:
            self._spool.save_queue(self._queue)
        except WorkshopError as error:
            del self._queue[len(self._queue) - len(added) :]
            return protocol.Refused(error.message, error.hint, job.job_id)
        self._work_came.set()
        self._broadcast(self._state())
        return protocol.Accepted(job.job_id)

    def _cancel(self, run_ids: tuple[str, ...]) -> None:
        chosen = set(run_ids) or {waiting.item.run_id for waiting in self._queue}
        working = self._queue[0].item.run_id if self._queue and self._activity == "working" else ""
        for waiting in [w for w in self._queue if w.item.run_id in chosen and w.item.run_id != working]:
            self._end(waiting, _ended(waiting, "cancelled", "stopped before it began"), None)
        if working in chosen:
            self._cancelled.add(working)
            if self._phase != "denoise":
                self._interrupt()
        self._broadcast(self._state())

    def _interrupt(self) -> None:
        """Cancel a run that is loading, encoding or decoding: only the end of the process stops those."""
        waiting = self._queue[0]
        self._broadcast(protocol.Notice("Stopped while loading or decoding: the worker starts anew, a few seconds."))
        self._end(waiting, _ended(waiting, "cancelled", f"stopped in {self._phase or 'load'}"), None)
        self._restart = True
        self.stop()

    def _welcome(self) -> protocol.Welcome:
        return protocol.Welcome(protocol.PROTOCOL, __version__, os.getpid(), self._state())

    def _state(self) -> protocol.State:
        model = self._engine.model if self._engine else None
        return protocol.State(
            activity=self._activity,
            waiting=tuple(waiting.item.run_id for waiting in self._queue),
            model=model.name if model else "",
            device=self._engine_device,
            rss_mib=psutil.Process().memory_info().rss / 2**20,
        )

    def _send(self, writer: asyncio.StreamWriter, message: Message, payload: bytes = b"") -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            writer.write(protocol.encode(message, payload))

    def _broadcast(self, message: Message, payload: bytes = b"") -> None:
        for writer in self._clients:
            # A client that does not read for long is cut off; it finds everything when it comes back.
            if writer.transport.get_write_buffer_size() > 2 * protocol.LARGEST_PAYLOAD:
                writer.transport.abort()
            else:
                self._send(writer, message, payload)

    # Work

    async def _work(self) -> None:
        while True:
            if not self._queue:
                self._activity = "idle"
                self._broadcast(self._state())
                self._work_came.clear()
                await self._work_came.wait()
            waiting = self._queue[0]
            if waiting.attempts >= MOST_ATTEMPTS:
                reason = f"the worker died {waiting.attempts} times while making it; its log says more"
                self._end(waiting, _ended(waiting, "failed", reason), None)
                continue
            self._queue[0] = waiting = msgspec.structs.replace(waiting, attempts=waiting.attempts + 1)
            self._save_queue()
            self._activity = "working"
            self._phase = "load"
            self._broadcast(self._state())
            try:
                run, picture = await self._in_engine_thread(self._make, waiting)
            except Exception as error:  # a broken installation, or a defect of ours: the sweep goes on
                logging.exception("run %s failed", waiting.item.run_id)
                reason = f"{type(error).__name__}: {error}; the worker's log says more"
                run, picture = _ended(waiting, "failed", reason), None
            self._last_worked = time.monotonic()
            if not self._leave.is_set():  # otherwise it was interrupted, and has ended already
                self._end(waiting, run, picture)

    def _make(self, waiting: Waiting) -> tuple[Run, bytes | None]:
        """Make a picture, in the engine's thread."""
        loop = self._loop
        if self._engine is None:
            starting = protocol.Progress(waiting.item.run_id, "load", detail="starting PyTorch and diffusers")
            loop.call_soon_threadsafe(self._broadcast, starting)
        engine = self._ready_engine(waiting.device)
        from workshop_tui.worker.engine import RunRequest

        request = RunRequest(
            run_id=waiting.item.run_id,
            job_id=waiting.job_id,
            settings=waiting.item.settings,
            model=waiting.model,
            origin=waiting.item.origin,
            queued_seconds=max(0.0, time.time() - waiting.queued),
        )

        def on_progress(progress: Any) -> None:
            self._phase = progress.phase
            message = protocol.Progress(
                request.run_id,
                progress.phase,
                progress.step,
                progress.steps,
                progress.seconds_left,
                progress.message,
            )
            loop.call_soon_threadsafe(self._broadcast, message)

        return engine.run(request, on_progress, lambda: request.run_id in self._cancelled)

    def _ready_engine(self, device: str) -> "Engine":
        """Return the engine for a device; the first call imports torch and diffusers, 10-15 s on two cores."""
        from workshop_tui.worker.engine import Engine

        if self._engine is None or self._engine_device != device:
            if self._engine is not None:
                self._engine.free()
            self._engine = Engine(self._cache, device or None)
            self._engine_device = device
        return self._engine

    async def _warm(self) -> None:
        self._broadcast(self._state())
        await self._in_engine_thread(self._ready_engine, "")
        if not self._queue:
            self._activity = "idle"
        self._broadcast(self._state())

    async def _in_engine_thread(self, call: Callable[..., Any], *arguments: Any) -> Any:
        self._loop = asyncio.get_running_loop()
        return await self._loop.run_in_executor(self._engine_thread, call, *arguments)

    def _end(self, waiting: Waiting, run: Run, picture: bytes | None) -> None:
        """End an accepted picture: spool first, then forget it, then tell everyone."""
        try:
            self._spool.add(run, picture)
        except WorkshopError as error:
            self._unsaved.append((run, picture))
            self._broadcast(protocol.Notice(f"{error.message} {error.hint} The picture is kept in memory meanwhile."))
        self._queue = [w for w in self._queue if w.item.run_id != waiting.item.run_id]
        self._save_queue()
        self._cancelled.discard(run.run_id)
        self._broadcast(protocol.Finished(run), picture or b"")
        self._broadcast(self._state())

    def _save_queue(self) -> None:
        # The old queue stays on a full disk: at worst a picture is made again, and its run id drops the copy.
        with contextlib.suppress(WorkshopError):
            self._spool.save_queue(self._queue)

    # Time

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(protocol.HEARTBEAT_SECONDS)
            self._broadcast(protocol.Heartbeat())
            while self._unsaved:
                try:
                    self._spool.add(*self._unsaved[0])
                except WorkshopError:
                    break
                self._unsaved.pop(0)

    async def _watch_lease(self) -> None:
        while True:
            if self._clients or self._queue or self._unsaved:
                self._last_needed = time.monotonic()
            if time.monotonic() - self._last_needed > self._lease:
                self.stop()
            await asyncio.sleep(min(1.0, self._lease / 4))

    async def _free_idle_weights(self) -> None:
        while True:
            await asyncio.sleep(min(5.0, self._idle / 4))
            busy = self._queue or self._engine is None or self._engine.model is None
            if not busy and time.monotonic() - self._last_worked > self._idle:
                await self._in_engine_thread(self._engine.unload_idle)  # type: ignore[union-attr]
                self._broadcast(self._state())


def _ended(waiting: Waiting, outcome: Any, reason: str) -> Run:
    """Return the record of a picture that the engine did not end itself."""
    return Run(
        run_id=waiting.item.run_id,
        job_id=waiting.job_id,
        settings=waiting.item.settings,
        outcome=outcome,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        reason=reason,
        origin=waiting.item.origin,
    )
