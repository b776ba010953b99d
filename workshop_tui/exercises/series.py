"""All sweeps of an exercise at once: what is still lacking, whether there is time for it, and what to leave out."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Setup, sweep_cells
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import Origin, Run
from workshop_tui.generation.settings import Settings
from workshop_tui.lesson.clock_view import ClockView
from workshop_tui.lesson.exercise import Exercise


@dataclass(frozen=True)
class Lacking:
    """A picture of a sweep that was not made yet, nor asked for."""

    part: Part
    place: int
    """In its sweep, from 0."""
    is_end: bool
    """Whether it has the sweep's first or last value."""
    settings: Settings


def lacking(
    parts: Iterable[Part], setups: Mapping[str, Setup], model: str, runs: Sequence[Run], in_line: Iterable[Item]
) -> list[Lacking]:
    """Return what an exercise's sweeps still lack, in order.

    Args:
        parts: The exercise's parts; those without a sweep lack nothing.
        setups: By part id, what each is run with.
        model: As it is asked for.
        runs: The lesson's runs, oldest first.
        in_line: What was asked for already.

    Raises:
        UserError: A value does not fit the model.
    """
    asked = {(item.origin.exercise, item.origin.sweep, item.settings) for item in in_line}
    found: list[Lacking] = []
    for part in parts:
        if part.sweep is None:
            continue
        mine = [run for run in runs if part.owns(run.origin)]
        cells = sweep_cells(part, setups[part.id], model, mine)
        for place, cell in enumerate(cells):
            if not cell.done and (part.exercise.id, part.id, cell.settings) not in asked:
                found.append(Lacking(part, place, place in (0, len(cells) - 1), cell.settings))
    return found


def shorter(wanted: Sequence[Lacking], seconds: float, cost: Callable[[Sequence[Lacking]], float]) -> list[Lacking]:
    """Return the part of some pictures that fits a time, or comes as near to it as sweeps can.

    First the values between a sweep's ends are left out; where that is not enough, whole sweeps are, the longest first.

    Args:
        wanted: What is lacking.
        seconds: How much time there is.
        cost: Predicts the seconds of some pictures.
    """
    if cost(wanted) <= seconds:
        return list(wanted)
    ends = [cell for cell in wanted if cell.is_end]
    sweeps = [[cell for cell in ends if cell.part is part] for part in dict.fromkeys(cell.part for cell in ends)]
    chosen: list[Lacking] = []
    for sweep in sorted(sweeps, key=cost):
        if chosen and cost([*chosen, *sweep]) > seconds:
            break
        chosen += sweep
    return [cell for cell in wanted if cell in chosen]


def jobs(lesson_id: str, wanted: Sequence[Lacking], model: str) -> list[Job]:
    """Return the jobs that make some pictures, one a sweep."""
    made: list[Job] = []
    for part in dict.fromkeys(cell.part for cell in wanted):
        items = tuple(
            Item(uuid.uuid4().hex, cell.settings, Origin(lesson_id, part.exercise.id, part.id, cell.place))
            for cell in wanted
            if cell.part is part
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
