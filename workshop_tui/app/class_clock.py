"""The class clock of one sitting: holds the state, changes it, and tells the app."""

import contextlib
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from workshop_tui.errors import UserError
from workshop_tui.lesson import clock as clocks
from workshop_tui.lesson.clock import ClockState, Instant
from workshop_tui.lesson.clock_view import ClockView, view
from workshop_tui.lesson.model import Section
from workshop_tui.lesson.schedule import Schedule

SAVE_CLOCK_SECONDS = 15.0
"""How often the running clock is kept."""

ALIVE_SECONDS = 2 * SAVE_CLOCK_SECONDS
"""A running clock that was kept longer ago is that of a terminal which has died, or hangs: it runs there no more."""


def instant() -> Instant:
    """Return the present on both clocks."""
    return Instant(time.monotonic(), datetime.now().astimezone())


class ClassClock:
    """Where the class is, and how long each section took.

    Args:
        sections: The lesson's.
        schedule: How the class is paced, until a stored clock says otherwise.
        now: Tells the present on both clocks.
        on_change: Called with the settled state after each change that must be kept.
    """

    def __init__(
        self,
        sections: Sequence[Section],
        schedule: Schedule,
        now: Callable[[], Instant],
        on_change: Callable[[ClockState], None],
    ) -> None:
        self._sections = sections
        self._now = now
        self._on_change = on_change
        self._state = clocks.new_clock(sections, schedule)
        self._mirrored = ""
        """When the state that was last taken from another terminal was true."""

    @property
    def section(self) -> str:
        """The id of the section that the class is in."""
        return self._state.current

    @property
    def begun(self) -> bool:
        return bool(self._state.began)

    @property
    def schedule(self) -> Schedule:
        return self._state.schedule

    def view(self) -> ClockView:
        """Return what the clock shows now."""
        return view(self._state, self._now())

    def load(self, stored: ClockState, schedule: Schedule | None) -> float:
        """Go on with the clock of an earlier sitting; what passed in between is not counted.

        Args:
            stored: As the notebook kept it.
            schedule: Another schedule, where one was asked for.

        Returns:
            Seconds that it ran on alone; 0 where it was paused.
        """
        now = self._now()
        away = clocks.gap(stored, now.wall)
        resumed = clocks.resume_after_gap(stored, now, count_gap=False)
        self._state = clocks.refit(resumed, self._sections, schedule or stored.schedule, now)
        return away

    def mirror(self, stored: ClockState | None) -> None:
        """Show what the clock of another terminal does, which runs there.

        Args:
            stored: As that one has kept it; None changes nothing, nor does what was taken before.
        """
        if stored is None or not stored.began or stored.saved == self._mirrored:
            return
        now = self._now()
        runs_there = clocks.gap(stored, now.wall) <= ALIVE_SECONDS
        resumed = clocks.resume_after_gap(stored, now, count_gap=runs_there)
        self._mirrored = stored.saved
        with contextlib.suppress(UserError):  # the lesson has changed since that terminal opened it
            self._state = clocks.refit(resumed, self._sections, stored.schedule, now)

    def take_up(
        self, stored: ClockState | None, schedule: Schedule | None, began: datetime | None, *, reads: bool = False
    ) -> float:
        """Begin a sitting: go on with what an earlier one left, or join a class that began at a known time.

        Args:
            stored: As the notebook kept it; None the first time.
            schedule: Another schedule, where one was asked for.
            began: When the class began, where it has not begun here.
            reads: Another terminal of the learner writes, and has the clock.

        Returns:
            Seconds that the clock ran on alone; 0 where it was paused, or runs in the other terminal.
        """
        away = self.load(stored, schedule) if stored else 0.0
        if stored and reads and away > ALIVE_SECONDS:
            self._mirrored = stored.saved
        elif reads:
            self.mirror(stored)
            away = 0.0
        if began and not self.begun:
            self.begin(began)
        return away

    def count(self, seconds: float) -> None:
        """Add time that passed while the program was closed to the section that the class is in."""
        if self._state.running_since is not None:
            now = self._now()
            earlier = Instant(now.mono - seconds, now.wall)
            self._set(clocks.settle(clocks.resume(clocks.pause(self._state, now), earlier), now))

    def begin(self, began: datetime | None = None) -> None:
        """Begin the class, or join one that began at a known time."""
        self._set(clocks.begin(self._state, self._now(), began))

    def next(self) -> None:
        """Move the class to the next section."""
        self._set(clocks.advance(self._state, self._now()))

    def go_to(self, section_id: str) -> None:
        """Move the class to a section."""
        self._set(clocks.go_to(self._state, section_id, self._now()))

    def follow(self, section_id: str, *, running: bool) -> None:
        """Go where the instructor's clock is: to a section where it is another one, running or paused."""
        if section_id != self.section:
            self.go_to(section_id)
        if running != self._state.running:
            self.toggle()

    def toggle(self) -> None:
        """Pause, or go on."""
        now = self._now()
        self._set(clocks.pause(self._state, now) if self._state.running else clocks.resume(self._state, now))

    def skip_break(self) -> None:
        """Leave out the coming break, or end this one.

        Raises:
            UserError: None is left.
        """
        self._set(clocks.skip_break(self._state, self._now()))

    def move_break(self, before: str) -> None:
        """Hold the coming break before another section.

        Raises:
            UserError: None is left, or that section has begun.
        """
        self._set(clocks.move_break(self._state, before))

    def pace(self, schedule: Schedule) -> None:
        """Take another schedule.

        Raises:
            UserError: `fit` with too few minutes.
        """
        self._set(clocks.refit(self._state, self._sections, schedule, self._now()))

    def lab_is_near(self) -> bool:
        """Tell whether the class is in a lab, or comes to one next."""
        near = {self._state.current, clocks.following(self._state)}
        return any(section.kind == "lab" and section.id in near for section in self._state.plan)

    def settled(self) -> ClockState:
        """Return the state with the running stretch booked, as it is stored."""
        return clocks.settle(self._state, self._now())

    def save(self) -> None:
        """Have the state kept as it is now."""
        if self.begun:
            self._set(self._state)

    def _set(self, state: ClockState) -> None:
        self._state = clocks.settle(state, self._now())
        self._on_change(self._state)
