"""One key for all pictures of an exercise, so that they are there when its section begins."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from workshop_tui.app.first_model import fits_now
from workshop_tui.app.key_table import key_of
from workshop_tui.app.lab_state import left_out_key
from workshop_tui.app.screens.ask import ChoiceScreen
from workshop_tui.errors import WorkshopError
from workshop_tui.exercises import sweeps
from workshop_tui.exercises.series import Plan, jobs, plan
from workshop_tui.exercises.sweeps import Setup, handed_in_setup, setup_key
from workshop_tui.generation.pace import duration
from workshop_tui.generation.settings import Settings
from workshop_tui.lesson.exercise import Exercise
from workshop_tui.text import counted, plain

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


async def get_ready(app: WorkshopApp, settings: Settings | None = None) -> None:
    """Get the worker ready, with the model in memory where there is plenty, while the learner reads.

    Args:
        app: The app.
        settings: How the model shall be loaded; None for the usual way.
    """
    own = app.learner.engine is None  # what another's engine holds is not for one learner to say
    load = own and await asyncio.to_thread(fits_now, app.model)
    await app.desk.pictures.warm(app.model if load else "", settings)


def expected(app: WorkshopApp) -> list[Exercise]:
    """Return the exercises with sweeps that are not optional."""
    return [exercise for exercise in app.lesson.exercises if exercise.sweeps and not exercise.optional]


def offered(app: WorkshopApp) -> Exercise | None:
    """Return the exercise whose pictures can be made ahead in the section that the class is in, or None."""
    order = [section.id for section in app.lesson.sections]
    here = order.index(app.class_clock.section)
    for exercise in expected(app):
        begin = order.index(exercise.prepare_from or exercise.section)
        if begin <= here <= order.index(exercise.section):
            return exercise
    return None


async def plan_now(app: WorkshopApp, exercise: Exercise) -> Plan:
    """Look at what an exercise lacks now.

    Raises:
        UserError: A value does not fit the model.
    """
    setups: dict[str, Setup] = {}
    for part in sweeps.parts(exercise):
        kept = await app.desk.kept(setup_key(app.lesson.id, part, app.model), Setup)
        setups[part.id] = handed_in_setup(part, kept, app.model)
    return plan(exercise, setups, app.model, app.book.runs, app.desk.pictures.in_line, app.class_clock.view())


async def prepare_next(app: WorkshopApp) -> None:
    """Make the pictures of the exercise that comes or that the class is in, else of the first; say what hinders."""
    exercise = offered(app) or next(iter(expected(app)), None)
    try:
        if exercise:
            await _prepare(app, exercise)
    except WorkshopError as error:
        app.notify(plain(str(error), keep_newlines=True), severity="error", markup=False)


async def _prepare(app: WorkshopApp, exercise: Exercise) -> None:
    """Ask what is to be made where time is short, and have it made."""
    await app.desk.pictures.attach()  # what is in line is what the worker says
    now = await plan_now(app, exercise)
    fewer = now.is_late and await _takes_fewer(app, now)
    if fewer is None:
        return
    left_out = now.left_out if fewer else ()
    await app.desk.keep(left_out_key(app.lesson.id, exercise.id), [cell.value for cell in left_out])
    # The picture in work is nearly there: what was spent on it shall not be lost.
    too_much = tuple(cell.run_id for cell in left_out if cell.run_id and cell.run_id not in app.work.waiting[:1])
    if too_much:
        await app.desk.pictures.stop(too_much)
    for job in jobs(app.lesson.id, now.fewer if fewer else now.pending, app.model):
        worth = app.desk.pictures.worth_previews(job.items)  # a learner may look in while they are made
        await app.desk.pictures.make(msgspec.structs.replace(job, previews=worth))
    if not now.pending:
        text = f"All pictures are there: {key_of('app.lab')} shows them."
    elif left_out:
        made = counted(len(now.fewer), "picture")
        text = f"A smaller set: {made}. {key_of('lab.run')} in the Lab makes what was left out."
    else:
        text = f"{now}. They go on in every mode; {key_of('lab.stop')} in the Lab stops them."
    app.notify(text, title=plain(exercise.title), markup=False)


async def _takes_fewer(app: WorkshopApp, now: Plan) -> bool | None:
    """Ask whether a smaller set shall do; None where nothing shall be made."""
    choices = [("all", f"All {len(now.pending)}, {duration(now.seconds)}")]
    if now.fewer and now.left_out:
        fewer = f"A smaller set of {len(now.fewer)}, {duration(now.fewer_seconds)}: without "
        choices.insert(0, ("fewer", fewer + ", ".join(cell.value for cell in now.left_out)))
    question = ChoiceScreen(f"{now.exercise.title}: {now}.", [*choices, ("no", "Nothing now")])
    answer = await app.push_screen_wait(question)
    return None if answer in (None, "no") else answer == "fewer"
