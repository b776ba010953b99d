"""The class clock: which section the class is in, and how long each really took.

Every function takes a state and returns a new one; the time comes in as an `Instant`. Seconds are counted on the
monotonic clock, so that a wall clock that is set while a class runs changes nothing. Wall-clock times only say when
something will end, and how long the program was away.
"""

import datetime
from collections.abc import Mapping, Sequence

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.lesson.exercise import unknown
from workshop_tui.lesson.model import Section
from workshop_tui.lesson.schedule import Planned, Schedule, plan
from workshop_tui.text import plain


class Instant(msgspec.Struct, frozen=True):
    """A moment, on both clocks."""

    mono: float
    """Seconds of a clock that never jumps; its zero means nothing, and is another one in another process."""
    wall: datetime.datetime
    """With a time zone."""


class ClockState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A class in progress, as the notebook keeps it; `settle` it first."""

    schedule: Schedule
    """How the class is paced."""
    plan: tuple[Planned, ...]
    """The sections in class order, with what each is planned to take."""
    current: str
    """The id of the section that the class is in."""
    spent: Mapping[str, float] = {}
    """Seconds in each section up to the last change; a stretch that is running now is not in it yet."""
    skipped: tuple[str, ...] = ()
    """Breaks that will not be held."""
    running_since: float | None = None
    """When the running stretch began, on the monotonic clock; None while paused and before the class began."""
    began: str = ""
    """When the class began, ISO 8601; empty before."""
    missed: float = 0.0
    """Seconds of the class before this learner joined it; nobody's minutes, but the class is that much further on."""
    saved: str = ""
    """When this state was true, ISO 8601; tells how long the program was away."""

    @property
    def running(self) -> bool:
        return self.running_since is not None

    def place(self, section_id: str) -> int:
        """Return a section's place in class order.

        Raises:
            UserError: There is no such section.
        """
        for place, section in enumerate(self.plan):
            if section.id == section_id:
                return place
        raise unknown("section", section_id, [section.id for section in self.plan])


def new_clock(sections: Sequence[Section], schedule: Schedule) -> ClockState:
    """Return a clock that stands at the first section and has not begun.

    Raises:
        UserError: `fit` with too few minutes.
    """
    planned = plan(sections, schedule)
    return ClockState(schedule, planned, planned[0].id)


def begin(state: ClockState, now: Instant, began: datetime.datetime | None = None) -> ClockState:
    """Begin the class; a class that has begun is left as it is.

    Args:
        state: A clock that has not begun.
        now: The present.
        began: When the class really began, for a learner who joins later; with a time zone.

    Raises:
        UserError: `began` lies in the future.
    """
    if state.began:
        return state
    start = began or now.wall
    if start > now.wall:
        raise UserError(
            f"The class begins at {start:%H:%M}, which is yet to come.", "Begin then, or leave the time out."
        )
    return msgspec.structs.replace(
        state,
        running_since=now.mono,
        began=start.isoformat(),
        missed=(now.wall - start).total_seconds(),
        saved=now.wall.isoformat(),
    )


def settle(state: ClockState, now: Instant) -> ClockState:
    """Book the running stretch, so that the state can be stored; the clock runs on."""
    spent = dict(state.spent)
    running_since = state.running_since
    if running_since is not None:
        spent[state.current] = spent.get(state.current, 0.0) + max(0.0, now.mono - running_since)
        running_since = now.mono
    return msgspec.structs.replace(state, spent=spent, running_since=running_since, saved=now.wall.isoformat())


def pause(state: ClockState, now: Instant) -> ClockState:
    """Stop the clock; minutes that pass now belong to no section."""
    return msgspec.structs.replace(settle(state, now), running_since=None)


def resume(state: ClockState, now: Instant) -> ClockState:
    """Let a paused clock run again; before `begin` it stays as it is."""
    if state.running or not state.began:
        return state
    return msgspec.structs.replace(state, running_since=now.mono, saved=now.wall.isoformat())


def go_to(state: ClockState, section_id: str, now: Instant) -> ClockState:
    """Move the class to a section, forward or back; going to a skipped break holds it after all.

    Raises:
        UserError: There is no such section.
    """
    state.place(section_id)
    skipped = tuple(name for name in state.skipped if name != section_id)
    return msgspec.structs.replace(settle(state, now), current=section_id, skipped=skipped)


def following(state: ClockState) -> str | None:
    """Return the id of the section that comes next; None in the last one."""
    for section in state.plan[state.place(state.current) + 1 :]:
        if section.id not in state.skipped:
            return section.id
    return None


def advance(state: ClockState, now: Instant) -> ClockState:
    """Move the class to the next section; in the last one it stays."""
    section_id = following(state)
    return state if section_id is None else go_to(state, section_id, now)


def coming_break(state: ClockState) -> str | None:
    """Return the id of the next break that will be held, the present one included."""
    for section in state.plan[state.place(state.current) :]:
        if section.kind == "break" and section.id not in state.skipped:
            return section.id
    return None


def skip_break(state: ClockState, now: Instant) -> ClockState:
    """Leave out the next break, or end the present one; its minutes are won back.

    Raises:
        UserError: No break is left.
    """
    section_id = coming_break(state)
    if section_id is None:
        raise UserError("No break is left to skip.")
    state = advance(state, now) if section_id == state.current else settle(state, now)
    return msgspec.structs.replace(state, skipped=(*state.skipped, section_id))


def move_break(state: ClockState, before: str) -> ClockState:
    """Hold the next break before another section.

    Args:
        state: The clock; the break must not have begun.
        before: The id of a section that is still to come.

    Raises:
        UserError: No break is to come, or that section has begun already.
    """
    section_id = coming_break(state)
    if section_id is None or section_id == state.current:
        raise UserError("No break is left to move.", "One that has begun can be ended: go to the next section.")
    if state.place(before) <= state.place(state.current):
        label = state.plan[state.place(before)].label
        raise UserError(f"{plain(label)} has begun already.", "Choose a section that is still to come.")
    if before == section_id:
        return state
    moved = state.plan[state.place(section_id)]
    rest = [section for section in state.plan if section.id != section_id]
    at = next(place for place, section in enumerate(rest) if section.id == before)
    return msgspec.structs.replace(state, plan=(*rest[:at], moved, *rest[at:]))


def refit(state: ClockState, sections: Sequence[Section], schedule: Schedule, now: Instant) -> ClockState:
    """Take another schedule, or the sections of a lesson that was edited; what was spent is kept.

    A break that was moved stays where it is, unless the lesson has other sections now.

    Raises:
        UserError: `fit` with too few minutes.
    """
    planned = plan(sections, schedule)
    names = [section.id for section in planned]
    if set(names) == {section.id for section in state.plan}:
        planned = tuple(sorted(planned, key=lambda section: state.place(section.id)))
    settled = settle(state, now)
    return msgspec.structs.replace(
        settled,
        schedule=schedule,
        plan=planned,
        current=state.current if state.current in names else names[0],
        skipped=tuple(name for name in state.skipped if name in names),
    )


def gap(state: ClockState, wall: datetime.datetime) -> float:
    """Return for how many seconds a running clock was left alone since it was stored; 0 for a paused one."""
    if not state.running or not state.saved:
        return 0.0
    return max(0.0, (wall - datetime.datetime.fromisoformat(state.saved)).total_seconds())


def resume_after_gap(state: ClockState, now: Instant, *, count_gap: bool) -> ClockState:
    """Go on with a clock that another process stored; a paused one stays paused.

    Args:
        state: As loaded.
        now: The present of this process.
        count_gap: Whether the time in between belongs to the section that the class was in.
    """
    if not state.running:
        return state
    spent = dict(state.spent)
    if count_gap:
        spent[state.current] = spent.get(state.current, 0.0) + gap(state, now.wall)
    return msgspec.structs.replace(state, spent=spent, running_since=now.mono, saved=now.wall.isoformat())
