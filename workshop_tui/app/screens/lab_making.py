"""What the Lab has made when a learner presses `r`."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import msgspec

from workshop_tui.app.screens.ask import ChoiceScreen
from workshop_tui.app.screens.lab_questions import ask_again
from workshop_tui.exercises.limits import check_own_worker, open_hunt, result, tries
from workshop_tui.exercises.notes import tried
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.scenarios import Case, open_case
from workshop_tui.exercises.series import time_left
from workshop_tui.exercises.sweeps import Cell, Setup, is_model, job_for, sweep_cells
from workshop_tui.generation.hunt import BUDGET_MINUTES
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.pace import duration, predict
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.monitor.memory_now import look_at_memory

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
        return [*tries(runs_for(app, part)), *(Cell(settings, None) for settings in list(in_line)[:1])]
    return tried(mine, list(in_line))


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
        paused = "; h goes on, they are paused" if app.work.activity == "paused" else ""
        app.notify(f"These pictures are in line already; x stops them{paused}.")
    elif part.search:
        await _look_for_limit(app, part, setup)
    elif part.sweep is None:
        await _make(app, part, [Cell(setup.settings, None)], previews=previews)
    elif any(not cell.done and cell.settings not in in_line for cell in cells):
        chosen = await _in_time(app, part, cells, in_line)
        if chosen:
            await _make(app, part, chosen, in_line=in_line, previews=previews)
    elif await ask_again(app, len(cells)):
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


async def _in_time(
    app: WorkshopApp, part: Part, cells: Sequence[Cell], in_line: Collection[Settings]
) -> Sequence[Cell]:
    """Ask, where the time is short, which pictures shall be made; returns those, none where none shall."""
    lacking = [cell for cell in cells if not cell.done and cell.settings not in in_line]
    seconds, left = predicted(app, lacking), seconds_left(app, part)
    if seconds is None or left is None or seconds <= left:
        return cells
    some: list[Cell] = []
    for cell in sorted(lacking, key=lambda each: predicted(app, [each]) or 0.0):
        if (predicted(app, [*some, cell]) or 0.0) <= left:
            some.append(cell)
    choices = [("all", f"All {len(lacking)} now, {duration(seconds)}")]
    if some:
        rest = len(lacking) - len(some)
        choices.insert(0, ("some", f"The {len(some)} that fit; {rest} at home, by workshop-tui homework"))
    choices.append(("no", "Nothing now; workshop-tui homework makes them at home"))
    question = f"{len(lacking)} pictures take {duration(seconds)}, and {duration(left)} are left. Which now?"
    answer = await app.push_screen_wait(ChoiceScreen(question, choices))
    return cells if answer == "all" else [cell for cell in cells if cell in some] if answer == "some" else ()


async def _look_for_limit(app: WorkshopApp, part: Part, setup: Setup) -> None:
    check_own_worker(app.learner.engine)
    memory = await asyncio.to_thread(look_at_memory, app.learner.root)
    runs, minutes = runs_for(app, part), search_minutes(app, part)
    hunt = await asyncio.to_thread(open_hunt, app.lesson.id, part, setup.settings, app.model, memory, runs, minutes)
    if hunt.found.complete and hunt.found.confirmed:
        question = f"{result(hunt.found, setup.settings.num_inference_steps)} Look for it anew?"
        choices = [("yes", "Look anew"), ("no", "Leave it")]
        if await app.push_screen_wait(ChoiceScreen(question, choices)) != "yes":
            return
        hunt = open_hunt(app.lesson.id, part, setup.settings, app.model, memory, (), minutes)
    await app.desk.hunts.begin(part.name, hunt)


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
