"""Looking for the largest size or batch that fits, told in lines."""

import asyncio

from workshop_tui.app.lab_state import search_minutes, search_opener
from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.app.plain.waiting import wait_for
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.exercises.limits import result, search_runs
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Setup
from workshop_tui.generation.hunt import Hunt
from workshop_tui.generation.pace import duration


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
    clock = sitting.clock.view()
    opened = await search_opener(sitting.desk, clock, part, setup)
    hunt = await asyncio.to_thread(opened, () if anew else search_runs(part, sitting.book.runs, sitting.model))
    if hunt.found.is_settled:
        raise UserError(result(hunt.found, hunt.steps), "It is known; 'make again' looks anew.")

    async def prepared() -> Hunt:
        return hunt

    sitting.console.say(f"It is looked for, one step a try: {duration(60 * search_minutes(clock, part))} at most.")
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
