"""What the Lab has made when a learner presses `r`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import msgspec

from workshop_tui.app.screens.lab_questions import ask_again
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.scenarios import Case, open_case
from workshop_tui.exercises.sweeps import Cell, Setup, is_model, job_for
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings

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


async def make_missing(app: WorkshopApp, part: Part, setup: Setup, cells: Sequence[Cell], *, previews: bool) -> None:
    """Make a part's pictures that are not there, or after a question all of them again.

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
    if part.sweep is None and not in_line:
        await _make(app, part, [Cell(setup.settings, None)], previews=previews)
    elif part.sweep and any(not cell.done and cell.settings not in in_line for cell in cells):
        await _make(app, part, cells, in_line=in_line, previews=previews)
    elif in_line:
        paused = "; h goes on, they are paused" if app.work.activity == "paused" else ""
        app.notify(f"These pictures are in line already; x stops them{paused}.")
    elif await ask_again(app, len(cells)):
        await _make(app, part, cells, again=True)


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
