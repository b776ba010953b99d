"""The app: modes, keys, and the wiring between desk, clock, readings and screens."""

from __future__ import annotations

import gc
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.events import Event, InputEvent
from textual.reactive import var
from textual.screen import Screen

from workshop_tui.app.alerts import Alerts
from workshop_tui.app.book import Book, Work
from workshop_tui.app.class_clock import SAVE_CLOCK_SECONDS, ClassClock, instant
from workshop_tui.app.key_table import key_of, keys
from workshop_tui.app.leaving import NOT_SAVED, farewell, leave_on_signals
from workshop_tui.app.looks import Looks
from workshop_tui.app.modes import MODE_KEYS, MODES
from workshop_tui.app.own_keys import OwnKeys
from workshop_tui.app.screens.class_ import ClassScreen
from workshop_tui.app.setting import Setting
from workshop_tui.errors import WorkshopError, log_defect
from workshop_tui.lesson.clock_view import ClockView
from workshop_tui.lesson.schedule import Schedule
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.classroom import Classroom
    from workshop_tui.app.desk import Desk
    from workshop_tui.app.readings import Readings, Sampled
    from workshop_tui.app.screens.no_room import NoRoom
    from workshop_tui.generation.record import Run
    from workshop_tui.lesson.clock import ClockState, Instant
    from workshop_tui.monitor.snapshot import Snapshot


LOOK_SECONDS = 0.25
"""From opening the card to looking at the machine; sooner it would hold the card and its keys up."""


class WorkshopApp(OwnKeys, Looks, App[Setting]):
    """The class in the terminal; it returns a setting where it shall be opened again with that one.

    Only what the first paint shows is imported above; the rest comes when it is needed.
    """

    CSS_PATH = Path(__file__).with_name("workshop.tcss")
    TITLE = "workshop-tui"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-normal"), (110, "-wide")]
    ENABLE_COMMAND_PALETTE = False
    MODES = MODES
    DEFAULT_MODE = "class"
    BINDINGS = keys(
        "app",
        *MODE_KEYS,
        Binding("question_mark", "help", "Help", tooltip="What the keys do here"),
        Binding("q", "quit", "Quit", tooltip="Leave; pictures that are in work go on"),
        Binding("a", "prepare", "All pictures", show=False, tooltip="Make all pictures of the next exercise ahead"),
        Binding("P", "pictures", "Pictures", show=False, tooltip="Draw pictures in another way, or not at all"),
        Binding("C", "theme", "Colours", show=False, tooltip="Other colours: dark, light, the terminal's own"),
        Binding("F", "classroom", "Class", show=False, tooltip="What the instructor sees, and whose clock counts"),
        Binding("R", "restart_worker", "Restart", show=False, tooltip="End the silent worker; the next one goes on"),
        Binding("T", "take_over", "Take over", show=False, tooltip="Write here, not in the other terminal"),
    )

    model: var[str] = var("")
    """Which model makes the pictures; empty until the first paint."""
    entered: var[bool] = var(False)
    """Whether the learner has gone past the card that stands before the class."""
    book: var[Book] = var(Book)
    """The notebook as it stands."""
    work: var[Work] = var(Work)
    """What the worker does."""
    snapshot: var[Snapshot | None] = var(None)
    """The newest reading of GPU and host."""
    clock: var[ClockView | None] = var(None)
    """The class clock, renewed each second."""

    def __init__(self, setting: Setting, now: Callable[[], Instant] = instant) -> None:
        super().__init__()
        self.hold_keys()  # until the card stands there
        self.use_look(setting.look, setting.pictures, setting.learner.root)
        self.lesson = setting.lesson
        self.learner = setting.learner
        self.model_reason = ""
        """Why the model was taken, where nobody named one."""
        self.instructor = setting.instructor
        self._setting = setting
        self._desk: Desk | None = None
        self._no_room: NoRoom | None = None
        self._classroom: Classroom | None = None
        self.readings: Readings | None = None
        """Those of GPU and host; there soon after the first paint."""
        self._alerts = Alerts(self._notice, self.bell, self.set_terminal_title, setting.alerts)
        self._warmed = False
        self._last_failure = ""
        self.saving: list[Callable[[], Awaitable[bool]]] = []
        """What writes down text that was typed a moment ago, and tells whether it did; called before leaving."""
        schedule = setting.schedule or setting.usual_schedule or Schedule()
        self.class_clock = ClassClock(setting.lesson.sections, schedule, now, self._clock_changed)

    @property
    def desk(self) -> Desk:
        """The notebook, the worker and the hand-in; there from the first paint on."""
        if self._desk is None:
            raise RuntimeError("the desk is opened after the first paint")
        return self._desk

    @property
    def headline(self) -> str:
        """Lesson, learner and model, for the title."""
        model = "choosing a model"
        if self.model:
            from workshop_tui.generation.models import label

            model = label(self.model)
        return plain(f"{self.lesson.data.short or self.lesson.title} · {self.learner.name} · {model}")

    # Opening and leaving

    def get_default_screen(self) -> Screen[None]:
        """Return the class; were it among `MODES` from the start, Textual would read all styles twice to begin with."""
        return ClassScreen()

    def on_mount(self) -> None:
        self.add_mode(self.DEFAULT_MODE, ClassScreen)
        leave_on_signals(self._leave_on)

    def on_ready(self) -> None:
        """Do the rest when the first frame stands on the screen; Textual is ready somewhat before."""
        self.call_after_refresh(self._open)

    async def _open(self) -> None:
        from workshop_tui.app.desk import Desk
        from workshop_tui.app.screens.no_room import NoRoom
        from workshop_tui.app.screens.start import StartScreen

        self._no_room = NoRoom(self)
        setting = self._setting
        self._desk = Desk(
            setting.lesson,
            setting.learner,
            setting.paths,
            on_book=self._book_changed,
            on_work=self._work_changed,
            on_run=self._run_ended,
            on_notice=self._notice,
        )
        self.desk.pictures.shows_previews = not self.look.slow_line
        try:
            await self.use_own_keys()  # before a text names a key
            stored = await self.desk.open()
            away = self.class_clock.take_up(stored, setting.schedule, setting.began, reads=self.desk.book.read_only)
            self._tick()
            self.use_model(*await self.desk.choose_model(setting.model))
        except WorkshopError as error:
            self.exit(return_code=error.exit_code, message=f"workshop-tui: {plain(str(error), keep_newlines=True)}")
            return
        self.set_interval(1.0, self._tick)
        self.set_interval(SAVE_CLOCK_SECONDS, self.class_clock.save)
        await self.push_screen(StartScreen(away, stored.saved if stored else ""), self._begin)
        self.take_held_keys()
        self.set_timer(LOOK_SECONDS, self._look_around)

    def use_model(self, model: str, reason: str = "") -> None:
        """Have the pictures from now on made by another model; the reason is said where nobody has named one."""
        from workshop_tui.generation.models import LAST_MODEL_KEY

        self.model_reason = reason
        self.model = model
        self.desk.pictures.use_model(model)
        self.run_worker(self.desk.keep(LAST_MODEL_KEY, model), group="model")

    def check_learner(self, name: str) -> None:
        """Refuse a name that cannot be a learner's.

        Raises:
            UserError: It is empty, too long, or cannot be shown.
        """
        self._setting.paths.learner(name)

    def open_learner(self, name: str) -> None:
        """Leave, and open the class again with another learner's notebook."""
        self.run_worker(self._open_learner(name), group="learner")

    async def _open_learner(self, name: str) -> None:
        await self._write_everything()
        self.exit(replace(self._setting, learner=self._setting.paths.learner(name)))

    def _look_around(self) -> None:
        if not gc.isenabled():  # see `workshop-tui class`
            gc.freeze()
            gc.enable()
        from workshop_tui.app.readings import Readings

        self.readings = Readings(self.learner.root, self._setting.paths.cache, self.post_message)
        self.desk.look_around()

    def _begin(self, count_gap: float | None) -> None:
        self.entered = True
        if not self.class_clock.begun:
            self.class_clock.begin()
        elif count_gap:
            self.class_clock.count(count_gap)
        if self.learner.engine:
            from workshop_tui.app.classroom import Classroom
            from workshop_tui.app.screens.classroom import take_part

            self._classroom = Classroom(self.desk, self.class_clock, self._followed)
            self.run_worker(take_part(self, self._classroom), group="classroom")

    async def action_quit(self) -> None:
        """Leave; the worker goes on."""
        all_saved = await self._write_everything()

        def how() -> str:  # the Lab's keys need not have been imported
            return f"{key_of('lab.pause')} in the Lab"

        told = farewell(self._desk, self.work, how) if self._desk else ""
        self.exit(message=told if all_saved else NOT_SAVED + told)

    async def _leave_on(self, number: int) -> None:
        await self._write_everything()
        if number != signal.SIGHUP:  # otherwise there is no screen to restore
            self.exit(return_code=128 + number)

    async def _write_everything(self) -> bool:
        """Write all down, and let go of the desk; tell whether all that was typed here is on disk."""
        if self.readings:
            self.readings.stop()
        all_saved = all([await save() for save in self.saving]) or self.book.read_only
        if self._desk:
            if self.class_clock.begun and not self.book.read_only:
                await self._desk.save_clock(self.class_clock.settled())
            await self._desk.close()
        return all_saved

    # What has changed

    def _tick(self) -> None:
        self.clock = self.class_clock.view()
        self._alerts.clock(self.clock)
        if self._no_room:
            self._no_room.look()
        if not self._warmed and self._desk and self.class_clock.begun and self.class_clock.lab_is_near():
            self._warmed = True
            from workshop_tui.app.preparation import get_ready

            self.run_worker(get_ready(self), group="warm")

    def _clock_changed(self, state: ClockState) -> None:
        self._tick()
        if self._desk and not self.book.read_only:
            self.run_worker(self._desk.save_clock(state), group="clock")

    def _followed(self, where: str) -> None:
        self.notify(plain(where), title="The instructor's clock", markup=False)

    def _book_changed(self, book: Book) -> None:
        self.book = book
        self.class_clock.mirror(book.clock)

    def _work_changed(self, work: Work) -> None:
        self.work = work
        self._alerts.work(work, is_searching=bool(self._desk and self._desk.hunts.name))

    def _run_ended(self, run: Run) -> None:
        asked_about = self._no_room is not None and self._no_room.ended(run)
        if run.outcome not in ("ok", "cancelled") and not run.origin.is_try:
            text = f"Pictures ended as {run.outcome}: {run.reason}"
            if run.outcome == "bad-picture":
                text = f"A picture came out bad: {run.reason} {key_of('app.troubleshoot')} says what to try."
            if text != self._last_failure and not asked_about:  # a sweep of thirty is one message
                self._notice(text, True)
            self._last_failure = text

    def _fatal_error(self) -> None:
        """Put the traceback of a defect into the log, and one line about it on the screen."""
        log = log_defect(self._setting.paths.log)
        self.panic(f"workshop-tui: something went wrong here. What happened is in {log}\nWhat was saved is there.")

    def on_sampled(self, message: Sampled) -> None:
        """Pass a reading on to the screens."""
        if self.readings:
            self.readings.take(message.snapshot, self.work)
        if not self.snapshot or abs(message.snapshot.taken - self.snapshot.taken) >= self.look.reading_seconds:
            self.snapshot = message.snapshot

    def _notice(self, text: str, is_error: bool) -> None:
        self.notify(plain(text, keep_newlines=True), severity="error" if is_error else "information", markup=False)

    async def on_event(self, event: Event) -> None:
        """Take the terminal's title back at the first sign of the learner."""
        if isinstance(event, InputEvent):
            self._alerts.seen()
        await super().on_event(event)

    def pop_screen(self) -> AwaitComplete:
        """Leave a screen; what it is still looking up ends now, and not in the midst of its widgets' end."""
        self.workers.cancel_node(self.screen)
        return super().pop_screen()

    # Actions

    def action_prepare(self) -> None:
        """Make all pictures of the exercise that comes, or that the class is in."""
        from workshop_tui.app.preparation import prepare_next

        self.run_worker(prepare_next(self), group="prepare")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what the other terminal of this learner does now, and hide what makes no sense."""
        if action == "restart_worker":
            return self.work.activity == "silent"
        if action == "classroom":
            return self._classroom is not None
        if parameters == ("instructor",):
            return self.instructor
        return None if action == "prepare" and self.book.read_only else True

    def action_classroom(self) -> None:
        """Ask again what the instructor may see, and whose clock counts."""
        if self._classroom:
            from workshop_tui.app.screens.classroom import ask_what_to_share

            self.run_worker(ask_what_to_share(self, self._classroom), group="classroom")

    def action_restart_worker(self) -> None:
        """End a worker that says nothing any more."""
        self.run_worker(self.desk.pictures.restart(), group="restart")

    def action_help(self) -> None:
        """Show what the keys do here."""
        from workshop_tui.app.screens.help import show_help

        show_help(self.screen)

    async def action_take_over(self) -> None:
        """Become the terminal that writes."""
        if self.book.read_only and await self.desk.take_over():
            self._tick()
            self.notify("This terminal writes now; the other one only reads.")
