"""A part's pictures as lines: what each was made with, and what it is like by measured facts."""

import asyncio
from collections.abc import Sequence

from workshop_tui.app.plain.menu import number
from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.errors import UserError
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.rework import mark
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.fields import said
from workshop_tui.generation.picture_words import picture_words
from workshop_tui.generation.record import Run
from workshop_tui.generation.sweep import AXES


async def tell_pictures(sitting: Sitting, part: Part, rows: Sequence[Cell], only: str = "") -> None:
    """Say of each picture of a part what came of it, and what it is like.

    Args:
        sitting: Whose.
        part: Which.
        rows: Its pictures, those made out of others last.
        only: The run to tell of; empty for all.
    """
    pictures, say = sitting.learner.pictures, sitting.console.say
    files = [pictures / row.run.picture for row in rows if row.run and row.run.picture]
    for place, row in enumerate(rows, 1):
        run = row.run
        if only and (run is None or run.run_id != only):
            continue
        name = f"{place}. {_label(part, row, rows)}"
        if run is None:
            say(f"{name}: not made.")
        elif not run.picture:
            why = "" if run.outcome == "cancelled" else f" {run.reason}"
            say(f"{name}: {run.outcome}.{why}")
        else:
            path = pictures / run.picture
            looks = await asyncio.to_thread(picture_words, path, files[0])
            why = "" if run.outcome == "ok" else f" {run.outcome}, {run.reason}"
            say(f"{name}: {run.seconds.making:.1f} s.{why} {as_sentence(looks)}")
            say(f"   {path}")
    if len(files) > 1 and not only:
        say("Drift is from the first picture.")


def as_sentence(words: str) -> str:
    """Return words with a capital at their beginning and a full stop at their end."""
    return f"{words[:1].upper()}{words[1:]}."


def picture_named(sitting: Sitting, rows: Sequence[Cell], text: str) -> Run:
    """Return the run of a picture, by its number among a part's or by the beginning of its run's id.

    Raises:
        UserError: There is none, or it has no picture.
    """
    place = number(text, len(rows))
    if place is None and text.isdecimal() and len(text) < 3:  # of a run's id more is typed
        raise UserError(f"There is no picture {text}.", "pictures lists them with their numbers.")
    run = sitting.run_called(text) if place is None else rows[place].run
    if run is None or not run.picture:
        raise UserError(f"There is no picture of {text}.", "pictures says which there are, make makes what is missing.")
    return run


def last_picture(rows: Sequence[Cell]) -> int:
    """Return the place of the last row with a picture.

    Raises:
        UserError: None has one.
    """
    made = [place for place, row in enumerate(rows) if row.run and row.run.picture]
    if not made:
        raise UserError("There is no picture here yet.", "make makes what is missing.")
    return made[-1]


def _label(part: Part, row: Cell, rows: Sequence[Cell]) -> str:
    told = ", ".join(said(row.settings).values())
    if row.rework:
        return f"{mark(row, rows)}, {told}"
    if part.sweep is None:
        return told
    axis = AXES[part.sweep.vary]
    return axis.show(row.settings) if axis.is_prose else f"{axis.label} {axis.show(row.settings)}"
