"""A stand-in for the worker: it speaks the protocol, and waits for a set time where a worker makes a picture.

For tests of the line and for its benchmark, where only the time of a picture matters.
"""

import asyncio
import contextlib
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from workshop_tui import __version__
from workshop_tui.generation import protocol
from workshop_tui.generation.clients import Clients, greeted, send
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import ModelInfo, Run, Timing

MODEL = ModelInfo("small-flux (built in)", "built-in", True, "small-flux", 64, 1, "stand-in")


def run_of(item: Item, job_id: str, seconds: float, outcome: str = "ok") -> Run:
    """Return the run of a picture that was not made."""
    return Run(
        item.run_id,
        job_id,
        item.settings,
        outcome,  # type: ignore[arg-type]
        datetime.now(UTC).isoformat(timespec="milliseconds"),
        MODEL,
        seconds=Timing(denoise=seconds),
        forwards=item.forwards,
        origin=item.origin,
        picture="picture.png" if outcome == "ok" else "",
    )


class StandIn:
    """Answers on a worker's socket.

    Args:
        socket: Where a front looks for its worker.
        seconds: That each picture takes.
    """

    def __init__(self, socket: Path, seconds: float) -> None:
        self._socket = socket
        self.seconds = seconds
        self.made: list[str] = []
        """Run ids in the order in which they were begun."""
        self.outcome = "ok"
        self.refusal: protocol.Refused | None = None
        """What each job is answered with, where it is not taken."""
        self.at_once = 1
        """How many pictures it says that it can make at a time."""
        self._line: dict[str, tuple[Item, str]] = {}
        self._spool: dict[str, Run] = {}
        self._clients = Clients()
        self._came = asyncio.Event()

    async def start(self) -> None:
        self._socket.parent.mkdir(mode=0o700, exist_ok=True)
        self._server = await asyncio.start_unix_server(self._client, self._socket)
        self._working = asyncio.create_task(self._work())

    def tell(self, at_once: int) -> None:
        """Say that so many pictures can be made at a time from now on."""
        self.at_once = at_once
        self._clients.tell(self._state())

    async def end(self) -> None:
        self._working.cancel()
        self._server.close()
        with contextlib.suppress(asyncio.CancelledError):
            await self._working
        await self._clients.close()
        self._socket.unlink(missing_ok=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.serving()
        with contextlib.suppress(ConnectionError):
            if await greeted(
                reader, writer, lambda _: protocol.Welcome(protocol.PROTOCOL, __version__, 0, self._state())
            ):
                self._clients.add(writer)
                for run in self._spool.values():
                    send(writer, protocol.Finished(run), b"png")
                while True:
                    self._answer(*await protocol.read_frame(reader), writer)
        self._clients.discard(writer)
        writer.close()

    def _answer(self, message: protocol.AnyMessage, _: bytes, writer: asyncio.StreamWriter) -> None:
        match message:
            case protocol.Submit(job=job) if self.refusal:
                send(writer, msgspec.structs.replace(self.refusal, job_id=job.job_id))
            case protocol.Submit(job=job):
                for item in job.items:
                    if item.run_id not in self._spool:
                        self._line.setdefault(item.run_id, (item, job.job_id))
                send(writer, protocol.Accepted(job.job_id))
                self._came.set()
            case protocol.Cancel(run_ids=run_ids):
                for run_id in run_ids:
                    if run_id in self._line:
                        self._end(run_id, "cancelled")
                self._clients.tell(self._state())
            case protocol.Acknowledge(run_ids=run_ids):
                for run_id in run_ids:
                    self._spool.pop(run_id, None)
            case _:
                pass

    async def _work(self) -> None:
        while True:
            if not self._line:
                self._came.clear()
                await self._came.wait()
                continue
            run_id = next(iter(self._line))
            self.made.append(run_id)
            self._clients.tell(protocol.Progress(run_id, "denoise", 1, 2))
            await asyncio.sleep(self.seconds)
            if run_id in self._line:
                self._end(run_id, self.outcome)

    def _end(self, run_id: str, outcome: str) -> None:
        item, job_id = self._line.pop(run_id)
        run = run_of(item, job_id, self.seconds, outcome)
        self._spool[run_id] = run
        self._clients.tell(protocol.Finished(run), b"png" if outcome == "ok" else b"")

    def _state(self) -> protocol.State:
        activity = "working" if self._line else "idle"
        return protocol.State(activity, tuple(self._line), "small-flux", "cpu", at_once=self.at_once)
