"""What all screens share: the notebook on its own thread, the pictures, and the hand-in.

No Textual here: the app hands in what to call when something has changed.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from workshop_tui.app.book import Book, Work
from workshop_tui.app.first_model import first_model
from workshop_tui.app.hand_in import HandIn
from workshop_tui.app.hand_in_writer import HandInWriter
from workshop_tui.app.hunts import Hunts
from workshop_tui.app.pictures import Pictures
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation.models import LAST_MODEL_KEY
from workshop_tui.generation.record import Run
from workshop_tui.lesson.clock import ClockState
from workshop_tui.lesson.model import Lesson
from workshop_tui.lesson.position import Position, write_position
from workshop_tui.notebook.entries import Check, Observation
from workshop_tui.notebook.store import Notebook, NotOwnerError
from workshop_tui.paths import LearnerPaths, Paths
from workshop_tui.profile.gather import (
    HARDWARE_KEY,
    clock_key,
    gather,
    keep_correction,
    keep_improvement,
    look_at_hardware,
)

if TYPE_CHECKING:
    from workshop_tui.generation.hunt import Hunt
    from workshop_tui.profile.package import Package

LOOK_SECONDS = 1.0
"""How often is looked whether a command or another terminal has written."""

CLAIM_SECONDS = 30.0
"""How often this terminal says that it is still there."""

T = TypeVar("T")


class Desk:
    """One learner's work on one lesson.

    Args:
        lesson: What is taught.
        learner: Whose folders.
        paths: The program's folders.
        on_book: Called with the notebook's new state.
        on_work: Called with the worker's new state.
        on_run: Called with each run that has ended.
        on_notice: Called with a sentence for the learner, and whether it is an error.
    """

    def __init__(
        self,
        lesson: Lesson,
        learner: LearnerPaths,
        paths: Paths,
        *,
        on_book: Callable[[Book], None],
        on_work: Callable[[Work], None],
        on_run: Callable[[Run], None],
        on_notice: Callable[[str, bool], None],
    ) -> None:
        self.lesson = lesson
        self.learner = learner
        self.paths = paths
        self.hand_in = HandIn(lesson, learner)
        self.book = Book()
        self._on_book = on_book
        self._on_run = on_run
        self._on_notice = on_notice
        self._thread = ThreadPoolExecutor(1, "notebook")
        self._notebook: Notebook | None = None
        self._token = secrets.token_hex(8)
        self.pictures = Pictures(
            learner,
            paths.cache,
            runs=lambda: self.book.runs,
            store=self._store,
            on_work=on_work,
            on_run=lambda run: self._spawn(self._after_run(run)),
            on_notice=on_notice,
            on_error=self._complain,
        )
        """What this learner has the worker make."""
        self.hunts = Hunts(self.pictures.make, self.pictures.stop, self._after_hunt, self._complain)
        """The search for a limit, if one goes on."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._writer = HandInWriter(self._write_hand_in, lambda text: on_notice(text, False), self._complain)
        self._changing: set[asyncio.Task[bool]] = set()
        """What is being written into the notebook."""
        self._closed = False
        self.trouble: WorkshopError | None = None  # why the last change was not kept

    # Opening and closing

    async def open(self) -> ClockState | None:
        """Open the notebook and return the class clock as it was left, or None the first time.

        Raises:
            WorkshopError: The notebook cannot be opened.
        """
        clock = await self._in_thread(self._open)
        for each in (self._refresh(), self._keep_claim(), self.pictures.find_worker(), self.pictures.keep_time()):
            self._spawn(each)
        return clock

    def look_around(self) -> None:
        """Note what machine this is, which takes a moment: nobody waits for it."""
        self._spawn(self._look_at_hardware())

    async def close(self) -> None:
        """Write everything down and let go; the worker goes on. Closing twice is harmless."""
        if self._closed:
            return
        self._closed = True
        await asyncio.gather(*self._changing, return_exceptions=True)
        self.hunts.close()
        await self.pictures.hand_over()
        for task in self._tasks:
            task.cancel()
        await self.pictures.close()
        if self._notebook:
            await self._writer.close()
            await self._in_thread(self._notebook.close)
        self._thread.shutdown(wait=False)

    async def choose_model(self, asked: str | None) -> tuple[str, str]:
        """Return the model to begin with; and why, where option and configuration ask for none."""
        last = await self.kept(LAST_MODEL_KEY, str)
        asked = asked or await self.pictures.served_model()
        return await asyncio.to_thread(first_model, asked, last)

    async def take_over(self) -> bool:
        """Become the terminal that writes the answers; tell whether that worked."""
        try:
            await self._in_thread(lambda: self._open_notebook.claim(self._token, take_over=True))
        except WorkshopError as error:
            self._complain(error)
            return False
        await self._refresh()
        return True

    # The learner's answers

    async def observe(self, observation: Observation) -> bool:
        """Keep an answer; tell whether it is on disk now."""
        return await self._change(lambda: self._open_notebook.observe(self.lesson.id, observation))

    async def change_check(self, problem: str, change: Callable[[Check], Check]) -> bool:
        """Change a line of the checklist as it stands by now; tell whether that is on disk."""
        return await self._change(lambda: self._open_notebook.change_check(self.lesson.id, problem, change))

    async def delete_check(self, problem: str) -> bool:
        """Forget a line of the checklist; tell whether that is on disk now."""
        return await self._change(lambda: self._open_notebook.delete_check(self.lesson.id, problem))

    async def set_improvement(self, place: int, text: str) -> bool:
        """Keep an area for improvement; tell whether it is on disk now."""
        return await self._change(lambda: keep_improvement(self._open_notebook, self.lesson, place, text))

    async def correct_hardware(self, what: str, text: str) -> bool:
        """Keep what the learner knows better of this machine; tell whether it is on disk now."""
        return await self._change(lambda: keep_correction(self._open_notebook, what, text))

    async def set_note(self, section: str, text: str) -> bool:
        """Keep the note on a section or page; tell whether it is on disk now."""
        return await self._change(lambda: self._open_notebook.set_note(self.lesson.id, section, text))

    async def save_clock(self, clock: ClockState) -> None:
        """Keep the class clock, and with it the place in the lesson and the minutes spent."""

        def keep() -> None:
            self._open_notebook.keep(clock_key(self.lesson.id), clock)
            if clock.began:
                write_position(self.learner.root, Position(self.lesson.id, clock.current, str(self.lesson.folder)))

        await self._change(keep, refresh=False)

    async def keep(self, key: str, value: Any) -> None:
        """Keep one of the program's own values."""
        await self._change(lambda: self._open_notebook.keep(key, value), refresh=False)

    async def kept(self, key: str, kind: type[T]) -> T | None:
        """Return what was kept under a name, or None; None too where it cannot be read, or the class is being left."""
        try:
            return None if self._closed else await self._in_thread(lambda: self._open_notebook.kept(key, kind))
        except WorkshopError as error:
            return self._complain(error)

    # Inside

    @property
    def _open_notebook(self) -> Notebook:
        assert self._notebook is not None
        return self._notebook

    def _open(self) -> ClockState | None:
        self._notebook = Notebook(self.learner.notebook, self.learner.pictures)
        self.hand_in.find_place()
        owner = self._notebook.claim(self._token)
        self.book = replace(self.book, read_only=not owner)
        return self._notebook.kept(clock_key(self.lesson.id), ClockState)

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._guarded(coroutine))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        except WorkshopError as error:
            self._complain(error)

    async def _change(self, call: Callable[[], None], *, refresh: bool = True) -> bool:
        """Write into the notebook, to the end: whoever asked for it may be a screen that is left meanwhile."""
        if self._closed:
            return False
        changing = asyncio.create_task(self._write(call, refresh=refresh))
        self._changing.add(changing)
        changing.add_done_callback(self._changing.discard)
        return await asyncio.shield(changing)

    async def _write(self, call: Callable[[], None], *, refresh: bool) -> bool:
        try:
            await self._in_thread(call)
        except NotOwnerError as error:
            self._complain(error)
            self.book = replace(self.book, read_only=True)
            self._on_book(self.book)
            return False
        except WorkshopError as error:
            self._complain(error)
            return False
        self.trouble = None
        if refresh:
            await self._refresh()
        self._writer.changed()
        return True

    async def _refresh(self) -> None:
        """Take over what the notebook holds; where it cannot be read or claimed now, the next time does it."""

        def read() -> Book:
            notebook = self._open_notebook
            owner = notebook.claim(self._token)
            reads = not owner or self.book.read_only  # where it has read until now, it goes on with the other's clock
            found = gather(notebook, self.lesson, self.learner.name)
            return Book(
                runs=tuple(found.runs),
                observations=tuple(found.observations),
                checks=found.checks,
                improvements=found.improvements,
                notes=found.notes,
                read_only=not owner,
                clock=notebook.kept(clock_key(self.lesson.id), ClockState) if reads else None,
            )

        try:
            self.book = await self._in_thread(read)
        except WorkshopError as error:
            self._complain(error)
        else:
            self._on_book(self.book)

    def _complain(self, error: WorkshopError) -> None:
        if not self.trouble or error.message != self.trouble.message:
            self._on_notice(str(error), True)
        self.trouble = error

    # The hand-in

    async def _write_hand_in(self) -> list[str]:
        if self.book.read_only:
            return []
        notices = await self.hand_in.write()
        if self._closed or not self.pictures.waiting:  # a sweep's sheet is drawn once, when it has ended
            await self.hand_in.write_sheets(self.book.runs)
        return notices

    async def export(self) -> "Package | None":
        """Write the whole hand-in, report and all; None where that did not work, and the learner is told why."""
        try:
            return await self.hand_in.export()
        except WorkshopError as error:
            return self._on_notice(str(error), True)  # asked for, so said each time

    # Alongside

    async def _keep_claim(self) -> None:
        """Say now and then that this terminal is still there, and take over what others have written."""
        version = await self._in_thread(lambda: self._open_notebook.version())
        while True:
            for _ in range(round(CLAIM_SECONDS / LOOK_SECONDS)):
                await asyncio.sleep(LOOK_SECONDS)
                with contextlib.suppress(WorkshopError):  # the next look may do better
                    newest = await self._in_thread(lambda: self._open_notebook.version())
                    if newest != version:
                        version = newest
                        await self._refresh()
            await self._refresh()

    async def _look_at_hardware(self) -> None:
        await self.keep(HARDWARE_KEY, await asyncio.to_thread(look_at_hardware, self.learner.root))

    async def _store(self, run: Run, picture: bytes) -> Run:
        while True:
            try:
                return await self._in_thread(lambda: self._open_notebook.add_run(run, picture))
            except UserError:
                raise
            except WorkshopError as error:  # a full disk: the run stays in the spool until there is room
                self._complain(error)
                await asyncio.sleep(5)

    def _after_hunt(self, hunt: "Hunt") -> None:
        from workshop_tui.exercises.limits import result  # not before the card

        told = result(hunt.found, hunt.steps)
        if hunt.stopped == "budget":
            told += " Its time is over: the next search goes on from there, at home `workshop-tui homework`."
        self._on_notice(told, False)
        self._spawn(self._refresh())

    async def _after_run(self, run: Run) -> None:
        await self._refresh()
        await self.hunts.ended(run)
        self._on_run(run)
        self._writer.changed()
