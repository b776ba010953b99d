"""Blind rating in the Lab, from the check before the first one to what is kept."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING

from textual.geometry import Size

from workshop_tui.app.screens.ask import ChoiceScreen
from workshop_tui.app.screens.blind import BlindScreen
from workshop_tui.app.screens.rated import RatedScreen
from workshop_tui.app.screens.seeing import SeeingScreen
from workshop_tui.exercises.blind import SEEN, Rating, observations_of, proposal, rating_field, shuffled
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.seeing import Seeing, Seen, how_seen, seeing_key, terminal_name
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.picture_statistics import furthest
from workshop_tui.generation.record import Run
from workshop_tui.notebook.entries import Observation

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


async def rate_blind(app: WorkshopApp, part: Part, cells: Sequence[Cell]) -> None:
    """Have the pictures of a sweep rated without labels, and keep what the learner confirms.

    Args:
        app: The app.
        part: Whose pictures.
        cells: Its sweep's.
    """
    runs = shuffled(cells, Random())
    if rating_field(part) is None:
        app.notify("No rating is asked for here: blind rating is for the sweeps that ask for one.")
    elif len(runs) < 2:
        app.notify("Two pictures of this sweep are needed to be rated: r makes what is missing.")
    else:
        ratings = [Rating(run) for run in runs]
        if await _rated(app, part, ratings):
            app.notify("Kept: the hand-in has your ratings.")


async def keep_how_seen(app: WorkshopApp, rating: Observation, shown: Size | None) -> None:
    """Keep beside a rating that was typed how its pictures were seen; take that back with the rating.

    Args:
        app: The app.
        rating: As it is kept.
        shown: Cells that the Lab's picture takes; None while it shows none.
    """
    terminal = terminal_name(os.environ)
    kept = await app.desk.kept(seeing_key(terminal), Seen)
    seeing = kept.answer if kept else None
    shown = Size(0, 0) if seeing == "elsewhere" else shown  # then the cells here do not matter
    how = "no picture shown"
    if shown is not None:
        how = how_seen(seeing, shown.width, shown.height, terminal, app.pictures)
    await app.desk.observe(
        Observation(rating.exercise, rating.sweep, f"{SEEN}{rating.field}", how if rating.value else "")
    )


async def _rated(app: WorkshopApp, part: Part, ratings: list[Rating]) -> bool:
    """Ask until the ratings are kept, or the learner leaves; tell whether they are kept."""
    terminal = terminal_name(os.environ)
    runs = [rating.run for rating in ratings]
    kept = await app.desk.kept(seeing_key(terminal), Seen)
    seeing = kept.answer if kept else None
    at, answer = 0, "check" if seeing is None else "back"
    while answer != "leave":
        if answer == "check":
            seeing = await _check(app, runs, terminal) or seeing
        if seeing is None:
            return False
        screen = BlindScreen(ratings, app.learner.pictures, seeing, terminal, at)
        answer = await app.push_screen_wait(screen)
        at = screen.at
        if answer == "rated":
            answers = {field.id: part.answer(field.id, list(app.book.observations)) for field in part.asks}
            proposed = proposal(part, ratings, answers)
            answer = await app.push_screen_wait(RatedScreen(part, ratings, proposed))
            if answer in ("all", "only"):
                to_keep = observations_of(part, ratings)
                if proposed and answer == "all":
                    to_keep.append(Observation(part.exercise.id, part.id, proposed.field.id, str(proposed.stars)))
                return all([await app.desk.observe(observation) for observation in to_keep])
        if answer == "leave" and any(rating.how for rating in ratings):
            choices = [("back", "Go on rating"), ("leave", "Leave, and keep nothing")]
            answer = await app.push_screen_wait(ChoiceScreen("Leave without keeping your ratings?", choices)) or "back"
    return False


async def _check(app: WorkshopApp, runs: Sequence[Run], terminal: str) -> Seeing | None:
    """Ask whether a difference can be seen, and keep the answer for this terminal; None where there was none."""
    paths = [app.learner.pictures / run.picture for run in runs]
    other = await asyncio.to_thread(furthest, paths) or paths[1]
    seeing = await app.push_screen_wait(SeeingScreen(paths[0], other))
    if seeing:
        await app.desk.keep(seeing_key(terminal), Seen(seeing))
    return seeing
