"""What the Lab knows of a part, whoever draws it. No Textual here."""

import asyncio
import uuid
from collections.abc import Callable, Collection, Sequence

import msgspec

from workshop_tui.app.desk import Desk
from workshop_tui.errors import UserError
from workshop_tui.exercises.alike import alike
from workshop_tui.exercises.fastest import Rung, rungs, three_presets
from workshop_tui.exercises.limits import check_own_worker, open_hunt, search_runs, tries
from workshop_tui.exercises.notes import tried
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import all_parts
from workshop_tui.exercises.rework import rework_cells
from workshop_tui.exercises.scenarios import Case, open_case
from workshop_tui.exercises.series import time_left
from workshop_tui.exercises.sweeps import Cell, Setup, is_model, job_for, sweep_cells
from workshop_tui.generation.hunt import BUDGET_MINUTES, Hunt
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.pace import duration, predict
from workshop_tui.generation.presets import Preset, Presets
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.lesson.clock_view import ClockView
from workshop_tui.lesson.exercise import Exercise
from workshop_tui.monitor.memory_now import look_at_memory
from workshop_tui.profile.limits import limit_entries, limit_words


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


def rows_of(desk: Desk, part: Part, cells: Sequence[Cell]) -> list[Cell]:
    """Return a part's pictures with those that were made out of them below."""
    mine = [run for run in desk.book.runs if part.owns(run.origin)]
    return [*cells, *rework_cells(desk.pictures.model, mine, in_line_for(desk, part))]


def rework_job(desk: Desk, item: Item) -> Job:
    """Return the job that makes a picture out of another."""
    previews = desk.pictures.worth_previews((item,))
    return Job(uuid.uuid4().hex, (item,), desk.pictures.model, previews=previews)


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


async def search_opener(desk: Desk, clock: ClockView, part: Part, setup: Setup) -> Callable[[Sequence[Run]], Hunt]:
    """Return what opens the search for a part's limit, in a thread, with the tries that it shall know of.

    Raises:
        UserError: It cannot be looked for now.
    """
    check_own_worker(desk.learner.engine)
    if desk.pictures.wanted:
        raise UserError("Other pictures are in line.", "Wait until they are made, or stop them.")
    memory = await asyncio.to_thread(look_at_memory, desk.learner.root)
    model, minutes = desk.pictures.model, search_minutes(clock, part)

    def opened(runs: Sequence[Run]) -> Hunt:
        return open_hunt(desk.lesson.id, part, setup.settings, model, memory, runs, minutes)

    return opened


def siblings(desk: Desk, part: Part) -> list[Part]:
    """Return all parts of a part's exercise."""
    return [each for each in all_parts(desk.lesson) if each.exercise.id == part.exercise.id]


def limits_found(desk: Desk, part: Part) -> list[str]:
    """Return what the searches of a part's exercise have found, a sentence each."""
    parts = siblings(desk, part)
    titles = {each.id: each.title for each in parts}
    return [f"{titles[each.part]}: {limit_words(each)}." for each in limit_entries(parts, desk.book.runs)]


def ladder_of(desk: Desk, part: Part) -> Part | None:
    """Return a ladder itself, or the one that a part sums up; None where there is none."""
    return part if part.ladder else next((each for each in siblings(desk, part) if part.sums_up and each.ladder), None)


def presets_of(desk: Desk, part: Part, cells: Sequence[Cell]) -> list[Preset]:
    """Return what a ladder showed as presets preview, balanced and best; none before two rungs are acceptable.

    Args:
        desk: Whose.
        part: The ladder, or a part that sums it up.
        cells: The part's pictures.
    """
    ladder = ladder_of(desk, part)
    return three_presets(rungs_of(desk, ladder, cells if part.ladder else ())) if ladder else []


async def save_presets(desk: Desk, found: Sequence[Preset]) -> None:
    """Keep presets for the learner.

    Raises:
        WorkshopError: They cannot be written.
    """
    presets = Presets.of(desk.learner)
    for preset in found:
        await asyncio.to_thread(presets.save, preset)


def last_part_key(lesson_id: str) -> str:
    """Return the name under which the notebook keeps which part was gone into last."""
    return f"lab:{lesson_id}"


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
