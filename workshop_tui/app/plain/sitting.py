"""One learner's sitting in the class as lines: notebook, worker and clock, and who is told of what."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Generator

from workshop_tui.app.book import Book, Work
from workshop_tui.app.class_clock import SAVE_CLOCK_SECONDS, ClassClock, instant
from workshop_tui.app.desk import Desk
from workshop_tui.app.leaving import leave_on_signals
from workshop_tui.app.plain.console import Console
from workshop_tui.app.setting import Setting
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation.models import LAST_MODEL_KEY
from workshop_tui.generation.record import Run
from workshop_tui.lesson.clock import ClockState, Instant
from workshop_tui.lesson.schedule import Schedule


class Sitting:
    """What all of a plain class's commands share.

    Args:
        setting: What the class is opened with.
        console: Where it is held.
        now: Tells the present on both clocks.
    """

    def __init__(self, setting: Setting, console: Console, now: Callable[[], Instant] = instant) -> None:
        self.setting, self.console = setting, console
        self.lesson, self.learner = setting.lesson, setting.learner
        self.model = ""
        self.changed = asyncio.Event()
        """Set whenever something has happened with the pictures, and when there is no further line."""
        console.on_end = self.changed.set
        self.ended: dict[str, Run] = {}
        """What has ended in this sitting, by run id."""
        self._is_followed = False
        """Whether a command tells how the pictures come along; otherwise their end is told in a line."""
        schedule = setting.schedule or setting.usual_schedule or Schedule()
        self.clock = ClassClock(self.lesson.sections, schedule, now, self._clock_changed)
        self.desk = Desk(
            setting.lesson,
            setting.learner,
            setting.paths,
            on_book=self._book_changed,
            on_work=self._work_changed,
            on_run=self._run_ended,
            on_notice=lambda text, _is_error: console.say(text),
        )
        self.desk.pictures.shows_previews = False
        self.work = Work()
        self._explained: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing: asyncio.Task[None] | None = None

    @property
    def book(self) -> Book:
        """The notebook as it stands."""
        return self.desk.book

    async def open(self) -> float:
        """Open the notebook and choose the model; return for how many seconds the clock ran on alone.

        Raises:
            WorkshopError: The notebook cannot be opened, or no model can be used.
        """
        leave_on_signals(self._leave_on)
        stored = await self.desk.open()
        self.desk.look_around()
        away = self.clock.take_up(stored, self.setting.schedule, self.setting.began, reads=self.book.read_only)
        self.model, why = await self.desk.choose_model(self.setting.model)
        if why:
            self.console.say(why)
        await self.use_model(self.model)
        self.spawn(self._keep_clock())
        return away

    async def use_model(self, model: str) -> None:
        """Have the pictures from now on made by a model, and take it the next time, too."""
        self.model = model
        self.desk.pictures.use_model(model)
        if not self.book.read_only:
            await self.desk.keep(LAST_MODEL_KEY, model)

    async def close(self) -> None:
        """Write everything down and let go; the worker goes on. Whoever asks for it twice waits for the first time."""
        self._closing = self._closing or asyncio.create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self.clock.begun and not self.book.read_only:
            await self.desk.save_clock(self.clock.settled())
        await self.desk.close()

    def explain(self, text: str) -> None:
        """Say what words and figures mean, once in a sitting."""
        if text not in self._explained:
            self._explained.add(text)
            self.console.say(text)

    def begin(self) -> None:
        """Let the class begin, where it has not."""
        if not self.clock.begun:
            self.clock.begin()
            self.console.say("The class begins: its clock runs.")

    def check_writes(self) -> None:
        """Refuse to write where another terminal of the learner does.

        Raises:
            UserError: It does.
        """
        if self.book.read_only:
            raise UserError("Another terminal of yours writes: this was not done.", "over, in the lesson, writes here.")

    def told(self, kept: bool, text: str) -> None:
        """Say that something is on disk, or that it is not; why was said before."""
        if kept:
            self.console.say(text)
        else:
            self.console.complain("That was not kept.", self.desk.trouble.exit_code if self.desk.trouble else 1)

    @contextlib.contextmanager
    def followed(self) -> Generator[None]:
        """Let a command tell how pictures come along, from their asking on."""
        self._is_followed = True
        try:
            yield
        finally:
            self._is_followed = False

    def run_called(self, text: str) -> Run:
        """Return the run that the beginning of an id names.

        Raises:
            UserError: None is, or several are.
        """
        found = [run for run in self.book.runs if text and run.run_id.startswith(text.lower())]
        if len(found) != 1:
            raise UserError(f"There is no one run '{text[:40]}'.", "workshop-tui runs list names them.")
        return found[0]

    def spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        """Do something beside what is typed, until it ends or the class is left."""
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep_clock(self) -> None:
        while True:
            await asyncio.sleep(SAVE_CLOCK_SECONDS)
            self.clock.save()  # nothing is kept of it while another terminal writes

    async def _leave_on(self, number: int) -> None:
        if number == signal.SIGHUP:  # the process ends when this returns
            with contextlib.suppress(WorkshopError):
                await self.close()
        else:
            self.console.end()

    # What has changed

    def _book_changed(self, book: Book) -> None:
        self.clock.mirror(book.clock)
        self.changed.set()

    def _clock_changed(self, state: ClockState) -> None:
        if not self.book.read_only:
            self.spawn(self.desk.save_clock(state))

    def _work_changed(self, work: Work) -> None:
        was_busy, self.work = bool(self.work.waiting), work
        self.changed.set()
        if was_busy and not work.waiting and not self._is_followed and work.activity != "lost":
            self.console.say("All pictures that were asked for have ended: pictures, in their exercise, tells of them.")

    def _run_ended(self, run: Run) -> None:
        self.ended[run.run_id] = run
        self.changed.set()
