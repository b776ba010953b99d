"""What a learner has the worker make: asking, stopping, and what is heard of it.

No Textual here: the desk hands in what to call when something has changed.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from workshop_tui.app.book import Work
from workshop_tui.app.tracker import WorkTracker
from workshop_tui.errors import WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.client import Event, Lost, NotKept, Preview, Silent, Store, WorkerSession
from workshop_tui.generation.link import SHARED
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.pace import predict
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.spool import Spool
from workshop_tui.paths import LearnerPaths

HAND_OVER_SECONDS = 5.0
"""How long leaving waits until the worker has written down what was asked for."""

PREVIEW_SECONDS = 0.5
"""A preview that comes sooner after the last one is left out."""

PROGRESS_SECONDS = 0.25
"""A step that comes sooner after the last one that was told is left out; a new phase never is."""

AGE_SECONDS = 1.0
"""How often the time left is told anew while nothing is heard."""

WORTH_SECONDS = 5.0
"""A picture that takes less is there before a preview of it is worth anything."""


class Pictures:
    """One learner's side of the worker.

    Args:
        learner: Whose worker.
        cache: The program's cache folder.
        runs: Returns what was measured, oldest first; predictions rest on it.
        store: Writes a run and its picture into the notebook.
        on_work: Called with the worker's new state.
        on_run: Called with each run that has ended and is stored.
        on_notice: Called with a sentence for the learner, and whether it is an error.
        on_error: Called with what went wrong while nobody waited for an answer.
    """

    def __init__(
        self,
        learner: LearnerPaths,
        cache: Path,
        *,
        runs: Callable[[], Sequence[Run]],
        store: Store,
        on_work: Callable[[Work], None],
        on_run: Callable[[Run], None],
        on_notice: Callable[[str, bool], None],
        on_error: Callable[[WorkshopError], None],
    ) -> None:
        self._learner = learner
        self._on_run = on_run
        self._on_notice = on_notice
        self._on_error = on_error
        self._session = WorkerSession(learner, cache, store=store, on_event=self._on_event)
        self._tracker = WorkTracker(runs, on_work)
        self._runs = runs
        self._previewed = self._told = 0.0
        self._before_silence = "idle"
        self.shows_previews = True
        """Whether pictures are shown while they come along; not on a slow line."""
        self.caps: dict[str, float | None] = {}
        """GiB of memory that each picture asked for here may use, by run id; None for all there is."""
        self._serves = ""
        self._submitting: set[asyncio.Task[None]] = set()
        self.class_clock: protocol.ClassClock | None = None
        """The instructor's, of a class that shares an engine; None until one is told."""

    async def hand_over(self) -> None:
        """Wait until the worker has written down what was asked for a moment ago."""
        if self._submitting:
            await asyncio.wait(self._submitting, timeout=HAND_OVER_SECONDS)

    async def close(self) -> None:
        """Hang up; the worker goes on."""
        for task in self._submitting:
            task.cancel()
        await self._session.close()

    async def find_worker(self) -> None:
        """Attach to a worker that runs, or start one where an earlier one left something behind."""
        spool = Spool(self._learner.spool)
        self._tracker.know(waiting.item for waiting in spool.load_queue())
        await self._session.connect(start=not spool.is_empty())

    async def keep_time(self) -> None:
        """Let the time left go on, also while a picture is in a phase that tells nothing, or a worker starts."""
        while True:
            await asyncio.sleep(AGE_SECONDS)
            self._tracker.age()

    def count_in_line(self) -> int:
        """Return how many pictures the worker has written down and not finished."""
        if self._learner.engine:
            return len(self.waiting)
        return len(Spool(self._learner.spool).load_queue())

    @property
    def waiting(self) -> tuple[str, ...]:
        """The runs in line, the one in work first."""
        return self._tracker.work.waiting

    @property
    def wanted(self) -> tuple[str, ...]:
        """Those of them that shall be made: nobody has stopped them."""
        return self._tracker.work.wanted

    @property
    def asked(self) -> dict[str, Item]:
        """What this learner has in line or had, by run id."""
        return self._tracker.asked

    @property
    def in_line(self) -> list[Item]:
        """What is in line, the one in work first; of another client's pictures nothing is known here."""
        return [self.asked[run_id] for run_id in self.waiting if run_id in self.asked]

    @property
    def model(self) -> str:
        """Which model makes the pictures; empty until one is chosen."""
        return self._tracker.model

    def use_model(self, model: str) -> None:
        """Have the pictures from now on made by this model."""
        self._tracker.model = model

    async def make(self, job: Job, source: bytes = b"") -> None:
        """Have pictures made.

        Args:
            job: What to make.
            source: The PNG that the job's only item refines; empty where none does.

        Raises:
            WorkshopError: The worker cannot be started, or refuses.
        """
        self._tracker.ask(job.items)
        self.caps |= {item.run_id: job.cap for item in job.items}
        # A task of its own: the screen that asked may be left before the worker has answered.
        submitting = asyncio.create_task(self._session.submit(job, source))
        self._submitting.add(submitting)
        submitting.add_done_callback(self._submitting.discard)
        try:
            await asyncio.shield(submitting)
        except WorkshopError as error:
            asked = {item.run_id for item in job.items}
            self._tracker.line(tuple(run for run in self._tracker.work.waiting if run not in asked))
            if not self._session.attached:
                self._tracker.change(activity="lost", text=error.message)
            raise

    def worth_previews(self, items: Sequence[Item]) -> bool:
        """Tell whether one of these pictures takes so long that a learner wants to see it come along.

        The first picture of a model has none in any case: the worker learns its colours from it.
        """
        if not self.shows_previews:
            return False
        each = predict(items, self._runs(), practice=self.model == BUILT_IN)
        return each is not None and each / max(1, len(items)) >= WORTH_SECONDS

    async def pause(self, on: bool) -> bool:
        """Make nothing after the picture in work, or go on; tell whether a worker runs.

        Raises:
            WorkshopError: It refuses this client.
        """
        self._tracker.change(pausing=on and bool(self.waiting))
        return await self._session.pause(on)

    async def restart(self) -> None:
        """End a worker that says nothing any more; the next one goes on where it stopped."""
        before = self._tracker.work
        self._tracker.change(activity="starting", text="", progress=None, preview=None)
        try:
            await self._session.restart()
        except WorkshopError as error:  # it is not this learner's, say
            self._tracker.change(activity=before.activity, text=before.text)
            self._on_error(error)

    async def attach(self) -> None:
        """Start or find the worker; afterwards `work` says what is really in line.

        Raises:
            WorkshopError: It cannot be started.
        """
        if not self._session.attached:
            self._tracker.change(activity="starting")
        try:
            await self._session.connect()
        except WorkshopError as error:
            self._tracker.change(activity="lost", text=error.message)
            raise

    async def stop(self, run_ids: tuple[str, ...] | None = None) -> None:
        """Stop some pictures; None stops all.

        Raises:
            WorkshopError: The worker has gone and cannot be started.
        """
        await self.attach()
        self._tracker.stop(self.waiting if run_ids is None else run_ids)
        await self._session.cancel(run_ids)

    async def warm(self, model: str = "", settings: Settings | None = None) -> None:
        """Let the worker import what it needs, because a lab is near.

        Args:
            model: Load this one, too; empty loads none.
            settings: How it shall be loaded.
        """
        try:
            await self.attach()
            await self._session.warm(model, settings=settings)
        except ConnectionError:
            pass  # it died at once; `_on_event` has said so
        except WorkshopError as error:
            self._on_error(error)

    async def free(self) -> None:
        """Let the worker give its model's memory back; a notice says how much came."""
        if self._learner.engine:
            self._on_notice(SHARED.format(self._learner.engine), True)
            return
        try:
            if not await self._session.free():
                self._on_notice("No worker runs: there is nothing to free.", False)
        except WorkshopError as error:
            self._on_error(error)

    async def served_model(self) -> str:
        """Return the model that a shared engine makes all pictures with; empty where there is none, or it is away."""
        with contextlib.suppress(WorkshopError):
            if self._learner.engine:
                await self._session.connect(start=False)
        return self._serves

    async def find_engine(self) -> bool:
        """Attach to a shared engine that runs, where this app has lost it; tell whether one is there.

        Raises:
            WorkshopError: It refuses this client.
        """
        return await self._session.connect(start=False)

    async def share(self, standing: protocol.Standing | None) -> bool:
        """Let the instructor see where the learner is, or take that back; tell whether an engine was there to hear it.

        Raises:
            WorkshopError: The engine refuses this client.
        """
        return await self._session.share(standing)

    def _on_event(self, event: Event) -> None:
        match event:
            case protocol.ClassClock():
                self.class_clock = event
            case protocol.Welcome(state=state, pid=pid, in_line=in_line, serves=serves):
                self._serves = serves
                self._tracker.know(in_line)
                self._tracker.change(pid=pid)
                self._tracker.told(state)
            case protocol.State():
                self._tracker.told(event)
            case protocol.Progress():
                if self._is_news(event):
                    self._told = time.monotonic()
                    self._tracker.change(progress=event, activity="working")
            case Preview():
                if self.shows_previews and time.monotonic() - self._previewed >= PREVIEW_SECONDS:
                    self._previewed = time.monotonic()
                    self._tracker.change(preview=event)
            case protocol.Finished(run=run):
                self._tracker.ended(run)
                self._on_run(run)
            case protocol.Notice(text=text):
                self._on_notice(text, False)
            case protocol.Freed():
                self._on_notice(event.words, False)
            case protocol.Refused(message=message, hint=hint):
                self._on_notice(f"{message} {hint}".strip(), True)
            case Lost():
                self._lost(event)
            case NotKept(error=error):
                self._on_error(error)
            case Silent(seconds=seconds):
                if self._tracker.work.activity != "silent":
                    self._before_silence = self._tracker.work.activity
                self._tracker.change(activity="silent", text=f"no word for {seconds:.0f} s")
            case protocol.Heartbeat(gpu=gpu, gpu_mib=gpu_mib):
                if (gpu, gpu_mib) != (self._tracker.work.gpu, self._tracker.work.gpu_mib):
                    self._tracker.change(gpu=gpu, gpu_mib=gpu_mib)
                self._heard()
            case _:
                self._heard()

    def _is_news(self, progress: protocol.Progress) -> bool:
        """Tell whether a learner shall see how far a picture is: small pictures make forty steps a second."""
        work = self._tracker.work
        before, now = (each and (each.run_id, each.phase, each.detail) for each in (work.progress, progress))
        return work.activity != "working" or before != now or time.monotonic() - self._told >= PROGRESS_SECONDS

    def _lost(self, lost: Lost) -> None:
        gone: dict[str, Any] = {"progress": None, "gpu": "", "gpu_mib": 0.0}
        if lost.restarting:
            self._tracker.change(activity="starting", preview=None, stopping=frozenset(), **gone)
            text = "A new one goes on where it stopped."
            if self._learner.engine:
                text = "It goes on where it stopped as soon as the shared engine is back."
            self._on_notice(f"The worker was lost. {text}", True)
        elif self._tracker.work.waiting:
            self._tracker.change(activity="lost", stopping=frozenset(), pid=None, text=lost.reason, **gone)
            self._on_notice(f"The worker was lost: {lost.reason}. {self._learner.who_knows}", True)
        else:  # it had nothing to do; the next picture starts another
            self._tracker.change(activity="none", pid=None, model="", **gone)

    def _heard(self) -> None:
        """Take back that the worker says nothing."""
        if self._tracker.work.activity == "silent":
            self._tracker.change(activity=self._before_silence, text="")
