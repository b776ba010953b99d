"""What the Lab has made when a learner presses `r`."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import msgspec

from workshop_tui.app.key_table import key_of
from workshop_tui.app.screens.ask import ChoiceScreen
from workshop_tui.app.screens.lab_questions import ask_again
from workshop_tui.errors import UserError
from workshop_tui.exercises.limits import check_own_worker, open_hunt, result, search_runs, tries
from workshop_tui.exercises.notes import tried
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.scenarios import Case, open_case
from workshop_tui.exercises.series import time_left
from workshop_tui.exercises.sweeps import Cell, Setup, is_model, job_for, sweep_cells
from workshop_tui.generation.hunt import BUDGET_MINUTES, Hunt
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.pace import duration, predict
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.monitor.memory_now import look_at_memory
from workshop_tui.text import counted

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


def in_line_for(app: WorkshopApp, part: Part) -> list[Item]:
    """Return a part's pictures that wait or are in work."""
    return [item for item in app.desk.pictures.in_line if part.owns(item.origin)]


def runs_for(app: WorkshopApp, part: Part) -> list[Run]:
    """Return a part's runs with the model that is used now, oldest first; those that got no model too."""
    mine = (run for run in app.book.runs if part.owns(run.origin))
    return [run for run in mine if run.model is None or is_model(run.model, app.model)]


def case_of(app: WorkshopApp, part: Part) -> Case:
    """Return how far a part's scenario is, with the model that is used now."""
    return open_case(part, app.model, runs_for(app, part))


def cells_of(app: WorkshopApp, part: Part, setup: Setup, left_out: Collection[str]) -> list[Cell]:
    """Return the pictures of a part, with what the notebook has of them.

    Args:
        app: The app.
        part: Which.
        setup: What it is run with.
        left_out: Names of pictures that a smaller set went without.
    """
    mine = [run for run in app.book.runs if part.owns(run.origin)]
    if part.sweep:
        return sweep_cells(part, setup, app.model, mine, left_out)
    in_line = dict.fromkeys(item.settings for item in in_line_for(app, part) if item.rework is None)
    if part.search:  # of pictures made together, one stands for all
        return [
            *tries(search_runs(part, app.book.runs, app.model)),
            *(Cell(settings, None) for settings in list(in_line)[:1]),
        ]
    return tried(mine, list(in_line))


def how_to_make(part: Part) -> str:
    """Return what stands in the place of a picture that is not there."""
    if part.search:
        return "A search keeps no pictures."
    if part.sweep or part.scenario:
        return f"{key_of('lab.run')} makes the pictures."
    return "A picture is not needed here: e, then r, tries one."


async def make_missing(app: WorkshopApp, part: Part, setup: Setup, cells: Sequence[Cell], *, previews: bool) -> None:
    """Make a part's pictures that are not there, or after a question all of them again; or look for its limit.

    Args:
        app: The app.
        part: Which.
        setup: What it is run with.
        cells: Its sweep's pictures, or those of a part without a sweep that were tried.
        previews: Whether they can be shown while they come along.

    Raises:
        WorkshopError: The worker cannot be started, or refuses.
    """
    await app.desk.pictures.attach()  # what is in line is what the worker says
    wanted = [item for item in in_line_for(app, part) if item.run_id in app.work.wanted]
    in_line = [item.settings for item in wanted if item.rework is None]
    if in_line and (part.sweep is None or all(cell.done or cell.settings in in_line for cell in cells)):
        paused = f"; {key_of('lab.pause')} goes on, they are paused" if app.work.activity == "paused" else ""
        app.notify(f"These pictures are in line already; x stops them{paused}.")
    elif part.search:
        await app.desk.hunts.begin(part.name, lambda: _look_for_limit(app, part, setup))
    elif part.sweep is None:
        await _make(app, part, [Cell(setup.settings, None)], previews=previews)
    elif any(not cell.done and cell.settings not in in_line for cell in cells):
        left_for_home = await _left_for_home(app, part, cells, in_line)
        if left_for_home is not None:
            await _make(app, part, cells, in_line=[*in_line, *left_for_home], previews=previews)
    elif await ask_again(app, len(cells), _cost(app, part, cells)):
        await _make(app, part, cells, again=True)


def seconds_left(app: WorkshopApp, part: Part) -> float | None:
    """Return what is left of a part's section, s; None where the class is not in it, or its time is over."""
    clock = app.class_clock.view()
    left = time_left(clock, part.exercise) if clock.current.id == part.exercise.section else None
    return left or None


def search_minutes(app: WorkshopApp, part: Part) -> float:
    """Return how long a part's search may take: what is left of its section, else the usual time."""
    left = seconds_left(app, part)
    return BUDGET_MINUTES if left is None else left / 60


def predicted(app: WorkshopApp, cells: Sequence[Cell]) -> float | None:
    """Return the seconds that some pictures will take; None while nothing was measured."""
    return predict([Item("", cell.settings) for cell in cells], app.book.runs, practice=app.model == BUILT_IN)


def _cost(app: WorkshopApp, part: Part, cells: Sequence[Cell]) -> str:
    """Return as sentences how long pictures will take, and what is left of their section."""
    left = seconds_left(app, part)
    told = duration(predicted(app, cells))
    return f"{told[0].upper()}{told[1:]}.{f' Time left: {duration(left)}.' if left else ''}"


async def _left_for_home(
    app: WorkshopApp, part: Part, cells: Sequence[Cell], in_line: Collection[Settings]
) -> list[Settings] | None:
    """Ask, where the time is short, which pictures shall be made now.

    Returns:
        What is left out for it, mostly nothing; None where nothing shall be made.
    """
    lacking = [cell for cell in cells if not cell.done and cell.settings not in in_line]
    seconds, left = predicted(app, lacking), seconds_left(app, part)
    if seconds is None or left is None or seconds <= left:
        return []
    some: list[Cell] = []
    for cell in sorted(lacking, key=lambda each: predicted(app, [each]) or 0.0):
        if (predicted(app, [*some, cell]) or 0.0) <= left:
            some.append(cell)
    rest = [cell.settings for cell in lacking if cell not in some]
    pictures = counted(len(lacking), "picture")
    choices = [("all", f"All of it now, {duration(seconds)}")]
    if some:
        choices.insert(0, ("some", f"What fits, {len(some)}; the other {len(rest)} at home, by workshop-tui homework"))
    choices.append(("no", "Nothing now; workshop-tui homework makes it at home"))
    question = f"To make: {pictures}, {duration(seconds)}. Time left: {duration(left)}. Which now?"
    answer = await app.push_screen_wait(ChoiceScreen(question, choices))
    return [] if answer == "all" else rest if answer == "some" else None


async def _look_for_limit(app: WorkshopApp, part: Part, setup: Setup) -> Hunt | None:
    """Return the search for a part's limit; None where it is known, and the learner leaves it at that.

    Raises:
        UserError: It cannot be looked for now.
    """
    check_own_worker(app.learner.engine)
    if app.work.wanted:
        raise UserError("Other pictures are in line.", "Wait until they are made, or stop them: x.")
    memory = await asyncio.to_thread(look_at_memory, app.learner.root)
    known, minutes = search_runs(part, app.book.runs, app.model), search_minutes(app, part)

    def opened(runs: Sequence[Run]) -> Hunt:
        return open_hunt(app.lesson.id, part, setup.settings, app.model, memory, runs, minutes)

    hunt = await asyncio.to_thread(opened, known)
    if not hunt.found.complete or (hunt.found.fits and not hunt.found.confirmed):
        return hunt
    choices = [("yes", "Look anew"), ("no", "Leave it")]
    question = f"{result(hunt.found, hunt.steps)} Look for it anew?"
    answer = await app.push_screen_wait(ChoiceScreen(question, choices))
    return await asyncio.to_thread(opened, ()) if answer == "yes" else None


async def _make(
    app: WorkshopApp,
    part: Part,
    cells: Sequence[Cell],
    *,
    again: bool = False,
    in_line: Collection[Settings] = (),
    previews: bool = False,
) -> None:
    job = job_for(app.lesson.id, part, cells, app.model, again=again, in_line=in_line)
    worth = previews and app.desk.pictures.worth_previews(job.items)
    cap = case_of(app, part).cap if part.scenario else None
    await app.desk.pictures.make(msgspec.structs.replace(job, previews=worth, cap=cap))
