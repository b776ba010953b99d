"""All sweeps of an exercise at once: what is not there yet, whether there is time for it, and what to leave out."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from workshop_tui.exercises import sweeps
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Setup, cell_name, sweep_cells
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.pace import duration, predict
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import Origin, Run
from workshop_tui.generation.settings import Settings
from workshop_tui.lesson.clock_view import ClockView
from workshop_tui.lesson.exercise import Exercise
from workshop_tui.text import counted


@dataclass(frozen=True)
class Pending:
    """A picture of a sweep that is not there yet."""

    part: Part
    place: int
    """In its sweep, from 0."""
    is_end: bool
    """Whether it has the sweep's first or last value."""
    settings: Settings
    run_id: str = ""
    """Under this it is in line; empty where nobody has asked for it."""

    @property
    def value(self) -> str:
        """Which picture of which sweep: `steps/25`."""
        return cell_name(self.part, self.settings)


@dataclass(frozen=True)
class Plan:
    """What making all pictures of an exercise takes, as things stand."""

    exercise: Exercise
    section: str
    """The name of the section in which it is done."""
    is_begun: bool
    """Whether the class is in that section."""
    pending: tuple[Pending, ...]
    fewer: tuple[Pending, ...]
    """Those that fit the time left; all of them where they do, or where nothing is known."""
    seconds: float | None
    """Until all are made, what stands in line before them included; None while no picture was measured."""
    fewer_seconds: float | None
    left: float | None
    """Seconds until the section begins, or ends once it has begun; None outside the class."""

    @property
    def is_late(self) -> bool:
        return self.seconds is not None and self.left is not None and self.seconds > self.left

    @property
    def left_out(self) -> tuple[Pending, ...]:
        """What the smaller set does not have."""
        return tuple(cell for cell in self.pending if cell not in self.fewer)

    def __str__(self) -> str:
        """`10 pictures, about 12 min, ready before Part 5`."""
        count = counted(len(self.pending), "picture")
        if self.seconds is None:
            return f"{count}, time known after the first"
        if self.left is None:
            return f"{count}, {duration(self.seconds)}"
        event = f"the end of {self.section}" if self.is_begun else self.section
        if self.is_late:
            return (
                f"{count}, {duration(self.seconds)}, but {event} is {duration(self.left).removeprefix('about ')} away"
            )
        return f"{count}, {duration(self.seconds)}, ready before {event}"


def plan(
    exercise: Exercise,
    setups: Mapping[str, Setup],
    model: str,
    runs: Sequence[Run],
    in_line: Sequence[Item],
    clock: ClockView,
) -> Plan:
    """Look at what an exercise's sweeps lack, and hold it against the clock.

    Args:
        exercise: One of kind `sweeps`.
        setups: What each sweep is run with, by part id.
        model: As it is asked for.
        runs: The lesson's runs, oldest first.
        in_line: All that was asked for and has not ended, in order.
        clock: The class clock.

    Raises:
        UserError: A value does not fit the model.
    """
    pending = _pending(sweeps.parts(exercise), setups, model, runs, in_line)
    own = {cell.run_id for cell in pending}
    others = [item for item in in_line if item.run_id not in own]

    def cost(cells: Sequence[Pending]) -> float | None:
        items = [*others, *(Item("", cell.settings) for cell in cells)]
        return predict(items, runs, practice=model == BUILT_IN)

    left, seconds, fewer = time_left(clock, exercise), cost(pending), pending
    if seconds is not None and left is not None:
        fewer = shorter(pending, left, lambda cells: cost(cells) or 0.0)
    return Plan(
        exercise=exercise,
        section=next(section.label for section in clock.sections if section.id == exercise.section),
        is_begun=clock.current.id == exercise.section,
        pending=tuple(pending),
        fewer=tuple(fewer),
        seconds=seconds,
        fewer_seconds=cost(fewer),
        left=left,
    )


def _pending(
    parts: Iterable[Part], setups: Mapping[str, Setup], model: str, runs: Sequence[Run], in_line: Iterable[Item]
) -> list[Pending]:
    asked = {
        (item.origin.exercise, item.origin.sweep, item.settings): item.run_id for item in in_line if not item.rework
    }
    found: list[Pending] = []
    for part in parts:
        cells = sweep_cells(part, setups[part.id], model, [run for run in runs if part.owns(run.origin)])
        for place, cell in enumerate(cells):
            run_id = asked.get((part.exercise.id, part.id, cell.settings), "")
            if run_id or not cell.done:
                found.append(Pending(part, place, place in (0, len(cells) - 1), cell.settings, run_id))
    return found


def shorter(wanted: Sequence[Pending], seconds: float, cost: Callable[[Sequence[Pending]], float]) -> list[Pending]:
    """Return the part of some pictures that fits a time, or comes as near to it as sweeps can.

    First the values between a sweep's ends are left out; where that is not enough, whole sweeps are, the longest first.
    Where the ends are made already, the dearest values are left out.

    Args:
        wanted: What is not there yet.
        seconds: How much time there is.
        cost: Predicts the seconds of some pictures.

    Returns:
        Nothing where the ends are made already and no other value fits.
    """
    if cost(wanted) <= seconds:
        return list(wanted)
    ends = [cell for cell in wanted if cell.is_end]
    # By its name: a part is no key, for a scenario in its exercise holds tables.
    by_part = [
        [cell for cell in ends if cell.part.name == name] for name in dict.fromkeys(cell.part.name for cell in ends)
    ]
    chosen: list[Pending] = []
    for cells in sorted(by_part or [[cell] for cell in wanted], key=cost):
        if (chosen or not ends) and cost([*chosen, *cells]) > seconds:
            break
        chosen += cells
    return [cell for cell in wanted if cell in chosen]


def jobs(lesson_id: str, wanted: Sequence[Pending], model: str) -> list[Job]:
    """Return the jobs that make those pictures that nobody has asked for, one a sweep."""
    made: list[Job] = []
    new = [cell for cell in wanted if not cell.run_id]
    for part in {cell.part.name: cell.part for cell in new}.values():
        items = tuple(
            Item(uuid.uuid4().hex, cell.settings, Origin(lesson_id, part.exercise.id, part.id, cell.place))
            for cell in new
            if cell.part.name == part.name
        )
        made.append(Job(uuid.uuid4().hex, items, model))
    return made


def time_left(clock: ClockView, exercise: Exercise) -> float | None:
    """Return the seconds until an exercise's section begins, or until it ends where the class is in it.

    Returns:
        None before the class has begun, and after that section.
    """
    if not clock.begun:
        return None
    left = clock.remaining
    place = next(i for i, section in enumerate(clock.sections) if section.id == clock.current.id)
    if clock.current.id == exercise.section:
        return left
    for section in clock.sections[place + 1 :]:
        if section.id == exercise.section:
            return left
        if section.standing != "skipped":
            left += max(0.0, section.planned - section.spent)
    return None
