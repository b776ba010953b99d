"""Running pictures from a command: the same worker, spool and notebook as the app uses."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import click

from workshop_tui.errors import WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.client import Event, Lost, NotKept, Silent, WorkerSession
from workshop_tui.generation.found_models import check_model
from workshop_tui.generation.line import check_cap
from workshop_tui.generation.protocol import Job
from workshop_tui.generation.record import Run
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import LearnerPaths, Paths
from workshop_tui.text import plain

STOP_SECONDS = 10.0
"""How long ctrl+c waits until the worker has confirmed the stop."""


class Stopped(WorkshopError):
    """Ctrl+c: what was not begun or not finished is cancelled."""

    exit_code = 130


def make(
    job: Job,
    paths: Paths,
    learner: LearnerPaths,
    notebook: Notebook,
    on_run: Callable[[Run], None] | None = None,
    source: bytes = b"",
    before: int = 0,
    total: int | None = None,
    seconds: float | None = None,
) -> list[Run]:
    """Have a job's pictures made, with progress on stderr where it is a terminal.

    Args:
        job: What to make.
        paths: The program's folders.
        learner: Whose worker.
        notebook: Where the runs go.
        on_run: Called with each run of the job when it has ended.
        source: The PNG that the job's only item refines; empty where none does.
        before: Pictures of the same request that ended already, for the progress.
        total: Pictures of the whole request; None where the job is all of it.
        seconds: After so many it is stopped as by ctrl+c; None for never.

    Returns:
        The runs in the job's order.

    Raises:
        UserError: The model is not on this machine; no worker is started for it.
        WorkshopError: The worker cannot be started, refuses, or was lost for good.
        Stopped: After ctrl+c.
    """
    check_cap(job.cap)
    if not learner.engine:  # that has models of its own
        check_model(job.model)
    line = _ProgressLine(before, len(job.items) if total is None else total)
    return asyncio.run(_make(job, paths, learner, notebook, on_run or (lambda _: None), source, line, seconds))


async def _make(
    job: Job,
    paths: Paths,
    learner: LearnerPaths,
    notebook: Notebook,
    on_run: Callable[[Run], None],
    source: bytes,
    line: "_ProgressLine",
    seconds: float | None,
) -> list[Run]:
    wanted = [item.run_id for item in job.items]
    ended: dict[str, Run] = {}
    over = asyncio.Event()
    hurry = asyncio.Event()
    stopping = False
    failure: WorkshopError | OSError | None = None

    with line:

        async def store(run: Run, picture: bytes) -> Run:
            return await asyncio.to_thread(notebook.add_run, run, picture)

        def fail(error: WorkshopError | OSError) -> None:
            nonlocal failure
            failure = failure or error
            over.set()

        def end(run: Run) -> None:
            if run.run_id in wanted and run.run_id not in ended:
                ended[run.run_id] = run
                line.clear()
                try:
                    on_run(run)
                except WorkshopError as error:  # the results' folder is full, say
                    fail(error)
            if len(ended) == len(wanted):
                over.set()

        def on_event(event: Event) -> None:
            try:
                take(event)
            except OSError as error:  # what is told goes nowhere any more: `| head`
                fail(error)

        def take(event: Event) -> None:
            line.show(event, len(ended))
            match event:
                case protocol.Finished(run=run):
                    end(run)
                case protocol.State(waiting=waiting) if stopping and not set(wanted) & set(waiting):
                    over.set()
                case protocol.Refused(message=message, hint=hint):
                    fail(WorkshopError(message, hint))
                case NotKept(error=error):
                    fail(error)
                case Lost(restarting=False, reason=reason):
                    fail(WorkshopError(f"The worker was lost: {reason}.", learner.who_knows))
                case _:
                    pass

        def interrupt() -> None:
            nonlocal stopping
            if stopping:
                hurry.set()
            stopping = True
            over.set()

        if seconds is not None:
            asyncio.get_running_loop().call_later(max(0.0, seconds), interrupt)
        # Not for SIGHUP: a terminal that is closed ends this command, and the worker goes on.
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, interrupt)
        async with WorkerSession(learner, paths.cache, store=store, on_event=on_event) as session:
            submitting = asyncio.create_task(session.submit(job, source))
            waiting_for_end = asyncio.create_task(over.wait())
            await asyncio.wait([submitting, waiting_for_end], return_when=asyncio.FIRST_COMPLETED)
            if submitting.done():
                await submitting
                await waiting_for_end
            submitting.cancel()
            with contextlib.suppress(asyncio.CancelledError, WorkshopError):
                await submitting
            left = tuple(run_id for run_id in wanted if run_id not in ended)
            if left and (stopping or failure):
                await session.cancel(left)
            if left and stopping and session.attached:
                over.clear()
                done = [asyncio.create_task(event.wait()) for event in (over, hurry)]
                await asyncio.wait(done, timeout=STOP_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if stopping:
        raise Stopped(f"Stopped; {sum(run.outcome == 'ok' for run in ended.values())} of {len(wanted)} made.")
    if failure:
        raise failure
    return [ended[run_id] for run_id in wanted]


class _ProgressLine:
    """One line on stderr that is rewritten; nothing where stderr is no terminal."""

    def __init__(self, before: int, total: int) -> None:
        self._before = before
        self._total = total
        self._shown = False
        self._silent = self._paused = False
        self._on = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def show(self, event: Event, done: int) -> None:
        if not isinstance(event, Silent):
            self._silent = False
        if isinstance(event, protocol.State):
            paused = event.activity == "paused" and bool(event.waiting)
            if paused and not self._paused:
                self._keep("The worker is paused: workshop-tui worker resume goes on.")
            self._paused = paused
        match event:
            case protocol.Progress(phase=phase, step=step, steps=steps, seconds_left=left, detail=detail):
                what = f"{phase} {step}/{steps}" if steps else detail or phase
                eta = f", {left:.0f} s left" if left is not None else ""
                self._write(f"picture {min(self._before + done + 1, self._total)} of {self._total}: {what}{eta}")
            case protocol.Notice(text=text):
                self._keep(text)
            case Lost(restarting=True):
                self._keep("The worker was lost; a new one goes on where it stopped.")
            case Silent(seconds=seconds) if not self._silent:
                self._silent = True
                text = f"No word from the worker for {seconds:.0f} s. If that lasts, end it: workshop-tui worker stop"
                self._keep(f"{text} (its work is kept, and goes on)")
            case _:
                pass

    def clear(self) -> None:
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)
            self._shown = False

    def _write(self, text: str) -> None:
        if self._on:
            click.echo(f"\r\x1b[K{plain(text)[:78]}", nl=False, err=True)
            self._shown = True

    def _keep(self, text: str) -> None:
        self.clear()
        click.echo(plain(text), err=True)


def failed(runs: Sequence[Run]) -> int:
    """Return the exit code for some runs: 0 where all are ok, 2 where one was refused, else 1."""
    outcomes = {run.outcome for run in runs}
    if "refused" in outcomes:
        return 2
    return 0 if outcomes <= {"ok"} else 1
