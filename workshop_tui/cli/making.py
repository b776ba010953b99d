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
from workshop_tui.generation.client import Event, Lost, Silent, WorkerSession
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
    job: Job, paths: Paths, learner: LearnerPaths, notebook: Notebook, on_run: Callable[[Run], None] | None = None
) -> list[Run]:
    """Have a job's pictures made, with progress on stderr where it is a terminal.

    Args:
        job: What to make.
        paths: The program's folders.
        learner: Whose worker.
        notebook: Where the runs go.
        on_run: Called with each run of the job when it has ended.

    Returns:
        The runs in the job's order.

    Raises:
        WorkshopError: The worker cannot be started, refuses, or was lost for good.
        Stopped: After ctrl+c.
    """
    return asyncio.run(_make(job, paths, learner, notebook, on_run or (lambda _: None)))


async def _make(
    job: Job, paths: Paths, learner: LearnerPaths, notebook: Notebook, on_run: Callable[[Run], None]
) -> list[Run]:
    wanted = [item.run_id for item in job.items]
    ended: dict[str, Run] = {}
    all_ended = asyncio.Event()
    failure: list[WorkshopError] = []
    with _ProgressLine(len(wanted)) as line:

        async def store(run: Run, picture: bytes) -> Run:
            return await asyncio.to_thread(notebook.add_run, run, picture)

        def on_event(event: Event) -> None:
            line.show(event, len(ended))
            if isinstance(event, protocol.Finished) and event.run.run_id in wanted and event.run.run_id not in ended:
                ended[event.run.run_id] = event.run
                line.clear()
                on_run(event.run)
            elif isinstance(event, Lost) and not event.restarting:
                failure.append(WorkshopError(f"The worker was lost: {event.reason}.", f"Its log: {learner.log}"))
            if failure or len(ended) == len(wanted):
                all_ended.set()

        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(name, stopped.set)
        async with WorkerSession(learner, paths.cache, store=store, on_event=on_event) as session:
            submitting = asyncio.create_task(session.submit(job))
            stopping = asyncio.create_task(stopped.wait())
            ending = asyncio.create_task(all_ended.wait())
            await asyncio.wait([submitting, stopping], return_when=asyncio.FIRST_COMPLETED)
            if not stopped.is_set():
                await submitting
                await asyncio.wait([ending, stopping], return_when=asyncio.FIRST_COMPLETED)
            if stopped.is_set():
                await session.cancel(tuple(run_id for run_id in wanted if run_id not in ended))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(all_ended.wait(), STOP_SECONDS)
                submitting.cancel()
                raise Stopped(f"Stopped; {sum(run.outcome == 'ok' for run in ended.values())} of {len(wanted)} made.")
            stopping.cancel()
    if failure:
        raise failure[0]
    return [ended[run_id] for run_id in wanted]


class _ProgressLine:
    """One line on stderr that is rewritten; nothing where stderr is no terminal."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._shown = False
        self._on = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def show(self, event: Event, done: int) -> None:
        match event:
            case protocol.Progress(phase=phase, step=step, steps=steps, seconds_left=left, detail=detail):
                what = f"{phase} {step}/{steps}" if steps else detail or phase
                eta = f", {left:.0f} s left" if left is not None else ""
                self._write(f"picture {min(done + 1, self._total)} of {self._total}: {what}{eta}")
            case protocol.Notice(text=text):
                self._keep(text)
            case Lost(restarting=True):
                self._keep("The worker was lost; a new one goes on where it stopped.")
            case Silent(seconds=seconds):
                self._write(f"no word from the worker for {seconds:.0f} s")
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
