"""What the Lab knows of a part, whoever draws it. No Textual here."""

from collections.abc import Collection, Sequence

import msgspec

from workshop_tui.app.desk import Desk
from workshop_tui.exercises.alike import alike
from workshop_tui.exercises.fastest import Rung, rungs
from workshop_tui.exercises.limits import search_runs, tries
from workshop_tui.exercises.notes import tried
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.scenarios import Case, open_case
from workshop_tui.exercises.series import time_left
from workshop_tui.exercises.sweeps import Cell, Setup, is_model, job_for, sweep_cells
from workshop_tui.generation.hunt import BUDGET_MINUTES
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.pace import duration, predict
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.lesson.clock_view import ClockView
from workshop_tui.lesson.exercise import Exercise


def in_line_for(desk: Desk, part: Part) -> list[Item]:
    """Return a part's pictures that wait or are in work."""
    return [item for item in desk.pictures.in_line if part.owns(item.origin)]


def runs_for(desk: Desk, part: Part) -> list[Run]:
    """Return a part's runs with the model that is used now, oldest first; those that got no model too."""
    mine = (run for run in desk.book.runs if part.owns(run.origin))
    return [run for run in mine if run.model is None or is_model(run.model, desk.pictures.model)]


def case_of(desk: Desk, part: Part) -> Case:
    """Return how far a part's scenario is, with the model that is used now."""
    return open_case(part, desk.pictures.model, runs_for(desk, part))


def cells_of(desk: Desk, part: Part, setup: Setup, left_out: Collection[str]) -> list[Cell]:
    """Return the pictures of a part, with what the notebook has of them.

    Args:
        desk: Whose.
        part: Which.
        setup: What it is run with.
        left_out: Names of pictures that a smaller set went without.
    """
    mine = [run for run in desk.book.runs if part.owns(run.origin)]
    if part.sweep:
        return sweep_cells(part, setup, desk.pictures.model, mine, left_out)
    in_line = dict.fromkeys(item.settings for item in in_line_for(desk, part) if item.rework is None)
    if part.search:  # of pictures made together, one stands for all
        return [
            *tries(search_runs(part, desk.book.runs, desk.pictures.model)),
            *(Cell(settings, None) for settings in list(in_line)[:1]),
        ]
    return tried(mine, list(in_line))


def seconds_left(clock: ClockView, part: Part) -> float | None:
    """Return what is left of a part's section, s; None where the class is not in it, or its time is over."""
    left = time_left(clock, part.exercise) if clock.current.id == part.exercise.section else None
    return left or None


def search_minutes(clock: ClockView, part: Part) -> float:
    """Return how long a part's search may take: what is left of its section, else the usual time."""
    left = seconds_left(clock, part)
    return BUDGET_MINUTES if left is None else left / 60


def predicted(desk: Desk, cells: Sequence[Cell]) -> float | None:
    """Return the seconds that some pictures will take; None while nothing was measured."""
    return predict(
        [Item("", cell.settings) for cell in cells], desk.book.runs, practice=desk.pictures.model == BUILT_IN
    )


def cost(desk: Desk, clock: ClockView, part: Part, cells: Sequence[Cell]) -> str:
    """Return as sentences how long pictures will take, and what is left of their section."""
    left = seconds_left(clock, part)
    told = duration(predicted(desk, cells))
    return f"{told[0].upper()}{told[1:]}.{f' Time left: {duration(left)}.' if left else ''}"


def job_of(
    desk: Desk, part: Part, cells: Sequence[Cell], *, again: bool = False, in_line: Collection[Settings] = ()
) -> Job:
    """Return the job that makes what a part lacks, with the memory that its scenario allows.

    Args:
        desk: Whose.
        part: Which.
        cells: Its pictures.
        again: Make those that are there, too.
        in_line: What is being made or waits already.

    Raises:
        UserError: Nothing is lacking.
    """
    job = job_for(desk.lesson.id, part, cells, desk.pictures.model, again=again, in_line=in_line)
    return msgspec.structs.replace(job, cap=case_of(desk, part).cap if part.scenario else None)


def rungs_of(desk: Desk, part: Part, cells: Sequence[Cell]) -> list[Rung]:
    """Return a ladder's rungs: of its pictures as they stand in the table, else of those that go with the newest."""
    runs = runs_for(desk, part)
    settings = [cell.settings for cell in cells] or list(dict.fromkeys(run.settings for run in alike(part, runs)))
    return rungs(part, settings, runs, list(desk.book.observations))


async def left_out_of(desk: Desk, exercise: Exercise) -> list[str]:
    """Return what a smaller set of an exercise's pictures went without."""
    return await desk.kept(left_out_key(desk.lesson.id, exercise.id), list[str]) or []


def left_out_key(lesson_id: str, exercise_id: str) -> str:
    """Return the name under which the notebook keeps which pictures were left out for want of time."""
    return f"left-out:{lesson_id}:{exercise_id}"
