"""What the Lab has made when a learner presses `r`."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import msgspec

from workshop_tui.app.key_table import key_of
from workshop_tui.app.lab_state import cost, in_line_for, job_of, predicted, search_opener, seconds_left
from workshop_tui.app.run_words import why_not
from workshop_tui.app.screens.ask import ChoiceScreen
from workshop_tui.app.screens.lab_questions import ask_again
from workshop_tui.errors import UserError
from workshop_tui.exercises.limits import result, search_runs
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Cell, Setup, asked_settings, check_setup
from workshop_tui.generation.hunt import Hunt
from workshop_tui.generation.pace import duration
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.settings import Settings
from workshop_tui.text import counted, plain

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


def how_to_make(part: Part) -> str:
    """Return what stands in the place of a picture that is not there."""
    if part.search:
        return "A search keeps no pictures."
    if part.sweep or part.scenario:
        return f"{key_of('lab.run')} makes the pictures."
    return f"A picture is not needed here: {key_of('lab.edit')}, then {key_of('lab.run')}, tries one."


def in_its_place(app: WorkshopApp, part: Part, setup: Setup, cell: Cell | None, in_line: Sequence[Item]) -> str:
    """Return what stands where a row's picture will be.

    Args:
        app: The app.
        part: Whose row.
        setup: What the part is run with.
        cell: The row; None for none.
        in_line: The part's pictures that wait or are in work.
    """
    try:
        check_setup(part, setup, app.model)
    except UserError as error:  # a size, say, that this model does not make
        return plain(f"{error} {key_of('lab.edit')} changes the settings.")
    if part.search:
        return how_to_make(part)
    making = (cell.settings, cell.rework) if cell and not cell.past else None  # what is in line is no earlier try
    mine = [item.run_id for item in in_line if not cell or (item.settings, item.rework) == making]
    if not mine:  # the table has no room for all of a reason
        return f"{why_not(cell.run if cell else None)} {how_to_make(part)}".strip()
    is_made = app.work.waiting[:1] == (mine[0],) and app.work.activity not in ("paused", "waiting", "lost", "silent")
    return "It is being made." if is_made else "It waits in line."


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
    if part.sweep and not cells:
        asked_settings(part, setup, app.model)  # says why it has none
    await app.desk.pictures.attach()  # what is in line is what the worker says
    wanted = [item for item in in_line_for(app.desk, part) if item.run_id in app.work.wanted]
    in_line = [item.settings for item in wanted if item.rework is None]
    if in_line and (part.sweep is None or all(cell.done or cell.settings in in_line for cell in cells)):
        paused = f"; {key_of('lab.pause')} goes on, they are paused" if app.work.activity == "paused" else ""
        app.notify(f"These pictures are in line already; {key_of('lab.stop')} stops them{paused}.")
    elif part.search:
        await app.desk.hunts.begin(part.name, lambda: _look_for_limit(app, part, setup))
    elif part.sweep is None:
        await _make(app, part, [Cell(setup.settings, None)], previews=previews)
    elif any(not cell.done and cell.settings not in in_line for cell in cells):
        left_for_home = await _left_for_home(app, part, cells, in_line)
        if left_for_home is not None:
            await _make(app, part, cells, in_line=[*in_line, *left_for_home], previews=previews)
    elif await ask_again(app, len(cells), cost(app.desk, app.class_clock.view(), part, cells)):
        await _make(app, part, cells, again=True)


async def _left_for_home(
    app: WorkshopApp, part: Part, cells: Sequence[Cell], in_line: Collection[Settings]
) -> list[Settings] | None:
    """Ask, where the time is short, which pictures shall be made now.

    Returns:
        What is left out for it, mostly nothing; None where nothing shall be made.
    """
    lacking = [cell for cell in cells if not cell.done and cell.settings not in in_line]
    seconds, left = predicted(app.desk, lacking), seconds_left(app.class_clock.view(), part)
    if seconds is None or left is None or seconds <= left:
        return []
    some: list[Cell] = []
    for cell in sorted(lacking, key=lambda each: predicted(app.desk, [each]) or 0.0):
        if (predicted(app.desk, [*some, cell]) or 0.0) <= left:
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
    opened = await search_opener(app.desk, app.class_clock.view(), part, setup)
    hunt = await asyncio.to_thread(opened, search_runs(part, app.book.runs, app.model))
    if not hunt.found.is_settled:
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
    job = job_of(app.desk, part, cells, again=again, in_line=in_line)
    worth = previews and app.desk.pictures.worth_previews(job.items)
    await app.desk.pictures.make(msgspec.structs.replace(job, previews=worth))
