"""What the Lab says of a part's pictures beside the table: a scenario's facts, a ladder's rungs and its presets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workshop_tui.app.screens.ask import ChoiceScreen
from workshop_tui.app.screens.lab_making import case_of, runs_for
from workshop_tui.app.widgets.answers import Answers
from workshop_tui.exercises.fastest import Rung, rungs, three_presets
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.scenarios import ratings
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.presets import Presets

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


def show_boards(app: WorkshopApp, answers: Answers, part: Part, cells: Sequence[Cell], chosen: Cell | None) -> None:
    """Show how far a part's scenario or ladder is, where it is one.

    Args:
        app: The app.
        answers: Where it is shown.
        part: Which.
        cells: Its pictures.
        chosen: The one that the learner looks at.
    """
    if part.scenario:
        run_id = chosen.run.run_id if chosen and chosen.run else ""
        answers.show_case(case_of(app, part), run_id, ratings(part, list(app.book.observations)))
    elif part.ladder:
        answers.show_ladder(_rungs(app, part, cells))


async def keep_three_presets(app: WorkshopApp, part: Part, cells: Sequence[Cell]) -> None:
    """Keep what a ladder showed as presets preview, balanced and best, after a question.

    Raises:
        WorkshopError: They cannot be written.
    """
    found = three_presets(_rungs(app, part, cells)) if part.ladder else []
    if not found:
        why = "rate two rungs acceptable first: v rates them blind" if part.ladder else "the ladder in Exercise 2 does"
        app.notify(f"Three presets come of a rated ladder; {why}.")
        return
    told = "; ".join(f"{preset.name} {preset.words}" for preset in found)
    choices = [("yes", "Keep them; the Lab's form and --preset offer them"), ("no", "Leave it")]
    if await app.push_screen_wait(ChoiceScreen(f"Keep three presets? {told}.", choices)) == "yes":
        presets = Presets.of(app.learner)
        for preset in found:
            await asyncio.to_thread(presets.save, preset)
        app.notify("Kept: preview, balanced, best. They are in the hand-in.")


def _rungs(app: WorkshopApp, part: Part, cells: Sequence[Cell]) -> list[Rung]:
    return rungs(part, [cell.settings for cell in cells], runs_for(app, part), list(app.book.observations))
