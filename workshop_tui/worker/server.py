"""The worker's front: it answers clients, hands waiting pictures to what makes them, and knows when to leave.

What was accepted is written down before it is confirmed, so that a worker started after any death goes on where the
last one stopped: that is also how a picture in its load or decode, which nothing can interrupt, is cancelled.
"""

import asyncio
import contextlib
import logging
import os
import time
from pathlib import Path

import psutil

from workshop_tui import __version__
from workshop_tui.errors import WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.clients import Clients, greeted, send
from workshop_tui.generation.line import Line, check_cap, ended, out_of_cap
from workshop_tui.generation.protocol import AnyMessage, Job, Message
from workshop_tui.generation.record import Run
from workshop_tui.generation.spool import Spool, Waiting
from workshop_tui.generation.worker_pid import WorkerFile, write_worker_file
from workshop_tui.worker.cap import lift_cap
from workshop_tui.worker.crew import Crew, Makers
from workshop_tui.worker.maker import Maker, MakerLost
from workshop_tui.worker.watchdog import STALL_SECONDS

MOST_ATTEMPTS = 2
"""A picture over which the worker died this often is given up."""

LEAST_ALIVE_SECONDS = 20.0
"""A worker that nobody has called yet waits at least this long for its first client."""

INTERRUPT_SECONDS = 0.5
"""A cancelled picture that is not denoising may end by itself this long; then the process starts anew."""

ENDED_AT_ONCE = 50
"""Pictures cancelled between two looks at the other clients; each costs some milliseconds of disk."""


class Server:
    """Serves one learner's clients until told to stop, or until the lease of an idle worker ends.

    Args:
        state: The learner's state folder, which holds the spool.
        makers: Returns what makes the pictures.
        lease: Seconds that a worker with nothing to do and nobody attached stays.
        idle: Seconds after which weights that nothing used are given up.
        stall: Seconds without progress after which a picture counts as hung.
        paused: Whether an earlier process that started itself anew was.

    Raises:
        WorkshopError: What an earlier worker left may not be read.
    """

    def __init__(
        self, state: Path, makers: Makers, lease: float, idle: float, stall: float = STALL_SECONDS, paused: bool = False
    ) -> None:
        self._state_folder = state
        self._lease = lease
        self._idle = idle
        self._line = Line(Spool(state / "spool"))
        self._clients = Clients()
        self._work_came = asyncio.Event()
        self._crew = Crew(makers(self._clients.tell, self._work_came.set), stall)
        self._hung = False
        self._word = WorkerFile(os.getpid())
        self.paused = paused
        """Whether nothing new is begun until a client says so."""
        self._activity = "idle"
        self._leave = asyncio.Event()
        self._restart = False
        self._warming: asyncio.Task[None] | None = None
        self._last_needed = time.monotonic() + max(0.0, LEAST_ALIVE_SECONDS - lease)

    async def serve(self, socket: Path) -> bool:
        """Serve on a socket path that this process has locked.

        Returns:
            True where the process shall start itself anew.
        """
        self._loop = asyncio.get_running_loop()
        socket.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._client, socket)
        socket.chmod(0o600)
        self._socket, self._socket_inode = socket, socket.stat().st_ino
        background = [asyncio.create_task(part()) for part in (self._work, self._beat, self._free_idle_weights)]
        leaving = asyncio.create_task(self._leave.wait())
        try:
            await asyncio.wait([*background, leaving], return_when=asyncio.FIRST_COMPLETED)
            for part in background:
                if part.done():
                    part.result()  # a defect of ours: the traceback goes to the log
            if not self._hung:  # otherwise the attempt counts, as it does after a death
                self._line.put_back(self._crew.making)
        finally:
            # Gone first, so that no new client meets a worker on its way out.
            if self._holds_socket():
                socket.unlink(missing_ok=True)
            server.close()
            await self._clients.close()
        return self._restart

    def stop(self, *, restart: bool = False) -> None:
        """Leave as soon as the loop turns; what waits is kept on disk."""
        if not self._leave.is_set():
            self._restart = restart
            self._activity = "starting" if restart else "leaving"
            self._clients.tell(self._state())
            self._leave.set()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.serving()
        try:
            if not await greeted(reader, writer, lambda _hello: self._welcome()):
                return
            # Before the spool is read: a run that ends meanwhile comes twice, which harms nobody, instead of never.
            self._clients.add(writer)
            for run, picture in self._line.unfetched():
                send(writer, protocol.Finished(run), picture)
                await writer.drain()
            while True:
                message, payload = await protocol.read_frame(reader)
                await self._answer(message, payload, writer)
                await writer.drain()
        except (ConnectionError, TimeoutError):
            pass
        except protocol.ProtocolError as error:
            send(writer, protocol.Refused.of(error))
        finally:
            self._clients.discard(writer)
            self._last_needed = max(self._last_needed, time.monotonic())
            writer.close()

    async def _answer(self, message: AnyMessage, payload: bytes, writer: asyncio.StreamWriter) -> None:
        match message:
            case protocol.Submit(job=job) if not self._leave.is_set():
                send(writer, self._accept(job, payload))
            case protocol.Cancel(run_ids=run_ids, gently=gently):
                await self._cancel(set(run_ids or self._line.run_ids), gently)
            case protocol.Acknowledge(run_ids=run_ids):
                self._line.acknowledge(run_ids)
                self._work_came.set()  # a full disk that has room again
            case protocol.Warm() if not self._leave.is_set():
                if self._activity in ("idle", "importing") and not self._line and self._crew.gains(message.model):
                    self._activity = "importing"
                    self._warming = asyncio.create_task(self._warm(message))
            case protocol.Pause(on=on):
                self._pause(on)
            case protocol.Ask():
                send(writer, self._state())
            case protocol.Free():
                send(writer, await self._free())
            case protocol.Stop(drop=drop):
                if drop:
                    for run in self._line.drop():
                        self._clients.tell(protocol.Finished(run))
                self.stop()
            case _:
                send(writer, protocol.Refused(f"A worker does not take the message '{type(message).__name__}'."))

    def _accept(self, job: Job, source: bytes) -> Message:
        try:
            check_cap(job.cap)
            self._line.add(job, source)
        except WorkshopError as error:
            return protocol.Refused.of(error, job.job_id)
        self._work_came.set()
        self._clients.tell(self._state())
        return protocol.Accepted(job.job_id)

    def _pause(self, on: bool) -> None:
        self.paused = on
        if not self._crew.making and self._activity in ("idle", "paused", "working"):
            self._activity = "paused" if on else "idle"
        self._work_came.set()
        self._clients.tell(self._state())

    async def _cancel(self, chosen: set[str], gently: bool) -> None:
        for maker, making in self._crew.in_hand:
            left = [run_id for run_id in making if run_id in self._line]
            if left and chosen.issuperset(left):  # of a batch, the others go on
                maker.cancel()
                if maker.phase:
                    chosen = chosen.difference(making)
                    if not gently:
                        self._loop.call_later(INTERRUPT_SECONDS, self._interrupt, maker, making)
        # One that only waits for the engine's import ends here too: the import serves the next one.
        runs = [self._line.close(each, "cancelled", "Cancelled.") for each in self._line.run_ids if each in chosen]
        for first in range(0, len(runs), ENDED_AT_ONCE):
            self._end(*((run, None) for run in runs[first : first + ENDED_AT_ONCE]))
            await asyncio.sleep(0)
        self._clients.tell(self._state())

    def _interrupt(self, maker: Maker, making: tuple[str, ...]) -> None:
        """Cancel pictures that are loading or decoding: only the end of the process stops those."""
        phase = maker.phase
        left = [run_id for run_id in making if run_id in self._line]
        if (maker, making) in self._crew.in_hand and left and phase != "denoise":
            if not maker.give_up():
                self._clients.tell(protocol.Notice(f"Stopped in {phase}: the worker starts anew, and loads again."))
                # Announced first: who acknowledges the end to a worker already gone loses what it has not read.
                self.stop(restart=True)
            self._end(*((self._line.close(run_id, "cancelled", f"Cancelled in {phase}."), None) for run_id in left))

    def _welcome(self) -> protocol.Welcome:
        return protocol.Welcome(protocol.PROTOCOL, __version__, os.getpid(), self._state())

    def _state(self) -> protocol.State:
        return protocol.State(
            activity=self._activity,
            waiting=self._line.run_ids,
            model=self._crew.ready.model,
            device=self._crew.ready.device,
            rss_mib=psutil.Process().memory_info().rss / 2**20,
            at_once=self._crew.at_once,
        )

    async def _work(self) -> None:
        try:
            async with asyncio.TaskGroup() as making:
                while not self._leave.is_set():
                    self._work_came.clear()
                    while chosen := self._next():
                        self._crew.give(*chosen)
                        making.create_task(self._make(*chosen))
                    if self._crew.making:
                        self._activity = "working"
                    elif self._activity in ("working", "idle", "paused"):
                        self._activity = "paused" if self.paused else "idle"
                    self._clients.tell(self._state())
                    await self._work_came.wait()
        except BaseExceptionGroup as group:  # what it was matters to whoever started this process
            raise group.exceptions[0] from group

    def _next(self) -> tuple[Maker, list[Waiting]] | None:
        """Return who shall make what now, with the attempt counted; None where nothing can be begun."""
        while not (self._leave.is_set() or self.paused or self._line.unsaved):  # unsaved: a full disk
            if (chosen := self._crew.choose(self._line)) is None:
                return None
            first, maker = chosen
            if not maker.suits(first):
                # Only a fresh process can be capped, and a capped one makes nothing else.
                self.stop(restart=True)
                return None
            first, *_ = batch = self._line.begin(self._crew.making, first)
            if first.cap and first.attempts > 1:
                self._end((out_of_cap(first, "Out of memory: the worker ended, or hung, over it."), None))
            elif first.attempts > MOST_ATTEMPTS:
                reason = f"The worker died {MOST_ATTEMPTS} times while making it; its log says more."
                self._end((ended(first, "failed", reason), None))
            else:
                return maker, batch
        return None

    async def _make(self, maker: Maker, batch: list[Waiting]) -> None:
        """Have a batch made; where its maker is lost meanwhile, it waits again, with the attempt counted."""
        runs: list[tuple[Run, bytes | None]] = []
        try:
            if any(each.item.run_id in self._line for each in batch):  # not cancelled before this task began
                runs = await maker.make(batch, self._line.source(batch[0].item.run_id))
        except MakerLost as lost:
            logging.warning("run %s: %s", batch[0].item.run_id, lost)
        finally:
            self._crew.take_back(maker)
        if any(maker.spent(run) for run, _ in runs):
            lift_cap()  # what has ended is written down in any case
            # Announced first: whoever reads the run and hangs up has heard that the worker comes back.
            self.stop(restart=True)
        self._end(*runs)
        self._work_came.set()

    async def _warm(self, asked: protocol.Warm) -> None:
        self._clients.tell(self._state())
        try:
            await self._crew.warm(asked.model, asked.device, asked.settings)
        except Exception as error:  # the first picture will say the same, as its outcome
            logging.exception("the engine cannot be imported")
            self._clients.tell(protocol.Notice(f"Pictures cannot be made: {type(error).__name__}: {error}"))
        if self._crew.broken:
            self.stop(restart=True)
        if self._activity == "importing" and self._warming is asyncio.current_task():
            self._activity = "paused" if self.paused else "idle"
        self._clients.tell(self._state())

    def _end(self, *runs: tuple[Run, bytes | None]) -> None:
        """End accepted pictures: spool first, then forget them, then tell everyone. What has ended before is left."""
        pictures = {run.run_id: picture for run, picture in runs}
        over, trouble = self._line.end(runs)
        if trouble:
            self._clients.tell(protocol.Notice(f"{trouble.message} {trouble.hint} Meanwhile it is kept in memory."))
        for run in over:
            self._clients.tell(protocol.Finished(run), pictures[run.run_id] or b"")

    async def _beat(self) -> None:
        while not self._leave.is_set():
            await asyncio.sleep(min(protocol.HEARTBEAT_SECONDS, self._lease / 4))
            gpu, gpu_mib = self._crew.on_gpu
            self._clients.tell(protocol.Heartbeat(gpu, gpu_mib))
            self._leave_word(WorkerFile(os.getpid(), gpu, bool(self._crew.ready.model)))
            if self._line.unsaved:
                self._line.save()
                self._work_came.set()
            for maker, limit in self._crew.hung():
                self._clients.tell(protocol.Notice(f"No progress for {limit / 60:.0f} min: the worker starts anew."))
                if not maker.give_up():
                    self._hung = True
                    self.stop(restart=True)
            if not self._state_folder.is_dir():
                logging.warning("%s is gone", self._state_folder)
                self.stop()
            elif not self._holds_socket():
                # Nobody can reach this process any more; its successor can be reached, or finds another one at work.
                logging.warning("the socket %s is gone", self._socket)
                self.stop(restart=True)
            elif self._clients or self._line or self._line.unsaved:
                self._last_needed = time.monotonic()
            elif time.monotonic() - self._last_needed > self._lease:
                self.stop()

    def _leave_word(self, word: WorkerFile) -> None:
        """Tell commands that do not ask this process which GPU its model runs on."""
        if word != self._word and self._state_folder.is_dir():
            self._word = word
            with contextlib.suppress(WorkshopError):  # a full disk; the next change tries again
                write_worker_file(self._state_folder, word)

    def _holds_socket(self) -> bool:
        with contextlib.suppress(OSError):
            return self._socket.stat().st_ino == self._socket_inode
        return False

    async def _free(self) -> Message:
        if self._warming and not self._warming.done():
            return protocol.Refused("The worker is getting ready.", "Wait until it is.")
        if self._line and not (self.paused and not self._crew.making):
            return protocol.Refused(
                "A picture is being made, and needs the model.", "Wait for the line to end, or stop it."
            )
        freed = await self._crew.release()
        self._clients.tell(self._state())
        return freed

    async def _free_idle_weights(self) -> None:
        while True:
            await asyncio.sleep(min(5.0, self._idle / 4))
            if (not self._line or self.paused) and await self._crew.unload_idle(self._idle):
                self._clients.tell(self._state())
