"""Looking for the largest size or batch that fits, told in lines."""

import asyncio
from collections.abc import Sequence

from workshop_tui.app.lab_state import search_minutes
from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.app.plain.waiting import wait_for
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.exercises.limits import check_own_worker, open_hunt, result, search_runs
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Setup
from workshop_tui.generation.hunt import Hunt
from workshop_tui.generation.pace import duration
from workshop_tui.generation.record import Run
from workshop_tui.monitor.memory_now import look_at_memory


async def look_for_limit(sitting: Sitting, part: Part, setup: Setup, *, anew: bool) -> None:
    """Search, and tell of it until it has ended or is left alone.

    Args:
        sitting: Whose.
        part: One with a search.
        setup: What is made.
        anew: Forget what earlier tries have shown.

    Raises:
        UserError: It cannot be looked for now, or is known.
        WorkshopError: The worker cannot be started, or refuses.
    """
    sitting.check_writes()
    check_own_worker(sitting.learner.engine)
    if sitting.work.wanted:
        raise UserError("Other pictures are in line.", "Wait until they are made, or stop them: stop.")
    minutes = search_minutes(sitting.clock.view(), part)
    known: Sequence[Run] = () if anew else search_runs(part, sitting.book.runs, sitting.model)
    memory = await asyncio.to_thread(look_at_memory, sitting.learner.root)
    lesson, model = sitting.lesson.id, sitting.model
    hunt = await asyncio.to_thread(open_hunt, lesson, part, setup.settings, model, memory, known, minutes)
    if hunt.found.complete and (hunt.found.confirmed or not hunt.found.fits):
        raise UserError(result(hunt.found, hunt.steps), "It is known; 'make again' looks anew.")

    async def prepared() -> Hunt:
        return hunt

    sitting.console.say(f"It is looked for, one step a try: {duration(60 * minutes)} at most.")
    with sitting.followed():
        await sitting.desk.hunts.begin(part.name, prepared)
        await wait_for(
            sitting,
            goes_on=lambda: sitting.desk.hunts.name == part.name and sitting.work.activity != "lost",
            progress=lambda: (
                f"{result(hunt.found, hunt.steps)} {duration(sitting.desk.hunts.seconds_left)} more at most."
            ),
            stop=sitting.desk.hunts.stop,
        )
    if sitting.work.activity == "lost":
        sitting.desk.hunts.close()
        raise WorkshopError("The search has lost its worker.", "make goes on from what it knows.")
    sitting.console.say(result(hunt.found, hunt.steps))
