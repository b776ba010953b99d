"""Blind rating in the Lab, from the check before the first one to what is kept."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING

from textual.geometry import Size

from workshop_tui.app.key_table import key_of
from workshop_tui.app.screens.ask import ChoiceScreen
from workshop_tui.app.screens.blind import BlindScreen
from workshop_tui.app.screens.rated import RatedScreen
from workshop_tui.app.screens.seeing import SeeingScreen
from workshop_tui.exercises.answers import RATINGS
from workshop_tui.exercises.blind import SEEN, Rating, observations_of, proposal, rating_field, shuffled
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.seeing import Seeing, Seen, how_seen, seeing_key, terminal_name
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.picture_statistics import furthest
from workshop_tui.generation.record import Run
from workshop_tui.notebook.entries import Observation

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp
    from workshop_tui.app.widgets.observation import ObservationField


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
        app.notify(f"Two pictures of this sweep are needed to be rated: {key_of('lab.run')} makes what is missing.")
    else:
        ratings = [Rating(run) for run in runs]
        if await _rated(app, part, ratings):
            app.notify("Kept: the hand-in has your ratings.")


async def keep_answer(app: WorkshopApp, field: ObservationField, observation: Observation, shown: Size | None) -> bool:
    """Write down what was typed, beside a rating how its pictures were seen; tell whether it is on disk.

    Args:
        app: The app.
        field: Where it was typed; it tries again where that did not work.
        observation: The answer.
        shown: Cells that the Lab's picture takes; None while it shows none.
    """
    if not await app.desk.observe(observation):
        if field.is_attached:
            field.not_kept()
        return False
    if field.field.kind == "rating":
        await _keep_how_seen(app, observation, shown)
    return True


def is_to_be_checked(part: Part, cells: Sequence[Cell]) -> bool:
    """Tell whether a part asks for a rating, and has two pictures to look at before."""
    return any(field.kind == "rating" for field in part.asks) and len(_with_picture(cells)) > 1


async def check_seeing(app: WorkshopApp, cells: Sequence[Cell]) -> None:
    """Ask, before the first rating in a terminal, whether a difference can be seen there.

    Args:
        app: The app.
        cells: Whose pictures two are taken of.
    """
    if not await is_checked(app):  # blind rating may have asked
        await _check(app, _with_picture(cells), terminal_name(os.environ))


async def is_checked(app: WorkshopApp) -> bool:
    """Tell whether that was asked in this terminal before."""
    return await _seeing(app) is not None


def _with_picture(cells: Sequence[Cell]) -> list[Run]:
    return [cell.run for cell in cells if cell.run and cell.run.picture]


async def _seeing(app: WorkshopApp) -> Seeing | None:
    """Return what was answered in this terminal; None where it was not asked."""
    kept = await app.desk.kept(seeing_key(terminal_name(os.environ)), Seen)
    return kept.answer if kept else None


async def _keep_how_seen(app: WorkshopApp, rating: Observation, shown: Size | None) -> None:
    terminal, seeing = terminal_name(os.environ), await _seeing(app)
    shown = Size(0, 0) if seeing == "elsewhere" else shown  # then the cells here do not matter
    how = "no picture shown"
    if shown is not None:
        how = how_seen(seeing, shown.width, shown.height, terminal, app.pictures)
    kept = how if rating.value in RATINGS else ""
    await app.desk.observe(Observation(rating.exercise, rating.sweep, f"{SEEN}{rating.field}", kept))


async def _rated(app: WorkshopApp, part: Part, ratings: list[Rating]) -> bool:
    """Ask until the ratings are kept, or the learner leaves; tell whether they are kept."""
    terminal, seeing = terminal_name(os.environ), await _seeing(app)
    runs = [rating.run for rating in ratings]
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
                if all([await app.desk.observe(observation) for observation in to_keep]):
                    return True  # otherwise the pictures come again, with their ratings
        if answer == "leave" and any(rating.how for rating in ratings):
            choices = [("back", "Go on rating"), ("leave", "Leave, and keep nothing")]
            answer = await app.push_screen_wait(ChoiceScreen("Leave without keeping your ratings?", choices)) or "back"
    return False


async def _check(app: WorkshopApp, runs: Sequence[Run], terminal: str) -> Seeing | None:
    """Ask whether a difference can be seen, and keep the answer for this terminal; None where there was none."""
    paths = [app.learner.pictures / run.picture for run in runs]
    other = await asyncio.to_thread(furthest, paths) or paths[1]
    seeing = await app.push_screen_wait(SeeingScreen(paths[0], other, app.learner.root))
    if seeing:
        await app.desk.keep(seeing_key(terminal), Seen(seeing))
    return seeing
