"""Rating a sweep's pictures by what was measured of them, and the presets that a rated ladder gives."""

import asyncio
from collections.abc import Sequence
from random import Random

from workshop_tui.app.lab_state import presets_of, save_presets
from workshop_tui.app.plain.asking import HOW_SEEN, LEAVES, ask_for
from workshop_tui.app.plain.menu import Left
from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.errors import UserError
from workshop_tui.exercises.answers import NOT_RATED, RATINGS
from workshop_tui.exercises.blind import Rating, observations_of, proposal, rating_field, shuffled, summary
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.picture_words import picture_words
from workshop_tui.notebook.entries import Observation


async def rate_blind(sitting: Sitting, part: Part, cells: Sequence[Cell], random: Random) -> None:
    """Describe a sweep's pictures shuffled and without labels, and keep the ratings.

    Raises:
        UserError: None is asked for here, or there are too few pictures.
        Leave: There is no further line.
    """
    if rating_field(part) is None:
        raise UserError("No rating is asked for here.", "rate is for the sweeps that ask for one.")
    runs = shuffled(cells, random)
    if len(runs) < 2:
        raise UserError("Two pictures of this sweep are needed to be rated.", "make makes what is missing.")
    sitting.console.say("The pictures come shuffled. Rate each from 1 (poor) to 5 (excellent), 0 takes a rating back.")
    sitting.console.say(f"Enter alone leaves a picture as it was rated, {LEAVES} leaves those that follow too.")
    ratings: list[Rating] = []
    for number, run in enumerate(runs, 1):
        looks = await asyncio.to_thread(picture_words, sitting.learner.pictures / run.picture)
        sitting.console.say(f"Picture {number} of {len(runs)}: {looks}.")
        try:
            stars = await ask_for(sitting, "Your rating", "", _stars)
        except Left:
            break
        if stars is not None:
            ratings.append(Rating(run, stars or None, HOW_SEEN))
    if not ratings:
        sitting.console.say("Nothing was rated.")
        return
    kept = observations_of(part, ratings)
    answers = {field.id: part.answer(field.id, list(sitting.book.observations)) for field in part.asks}
    proposed = proposal(part, ratings, answers) if len(ratings) == len(runs) else None
    if proposed:
        kept.append(Observation(part.exercise.id, part.id, proposed.field.id, str(proposed.stars)))
    is_kept = all([await sitting.desk.observe(observation) for observation in kept])
    sitting.told(is_kept, f"Kept: {summary(part, sitting.book.observations)}.")


def _stars(text: str) -> int:
    """Return how many stars a line gives; 0 for not rated."""
    if text in ("", "0", NOT_RATED):
        return 0
    if text in RATINGS:
        return int(text)
    raise UserError(f"'{text[:40]}' is no rating.", "Give 1 to 5, or 0: not rated.")


async def keep_presets(sitting: Sitting, part: Part, cells: Sequence[Cell]) -> None:
    """Keep what a rated ladder showed as presets preview, balanced and best.

    Raises:
        UserError: This is no ladder, or too little of it is rated.
        WorkshopError: They cannot be written.
    """
    found = presets_of(sitting.desk, part, cells)
    if not found:
        raise UserError("Three presets come of a ladder that was rated: two of its rungs acceptable (3 of 5).")
    await save_presets(sitting.desk, found)
    sitting.console.say(f"Kept: {'; '.join(f'{preset.name} {preset.words}' for preset in found)}.")
