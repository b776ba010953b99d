"""What the Lab does with pictures that are there: mark them, compare them, show one on the whole screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workshop_tui.app.key_table import key_of
from workshop_tui.app.screens.compare import CompareScreen
from workshop_tui.app.screens.copy_out import copy_out
from workshop_tui.app.screens.picture import PictureScreen
from workshop_tui.exercises.compare import MOST, compared, row_names
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Cell

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


def _no_picture() -> str:
    return f"There is no picture in this row yet: {key_of('lab.run')} makes it."


def mark_or_unmark(app: WorkshopApp, marked: Sequence[str], cell: Cell | None) -> tuple[str, ...]:
    """Return the marks with a row's added or taken away, or say why it cannot be marked.

    Args:
        app: The app.
        marked: Run ids of what is marked, in the order in which it was.
        cell: The chosen row; None for none.
    """
    run = cell.run if cell else None
    if run is None or not run.picture:
        app.notify(_no_picture())
    elif run.run_id in marked:
        return tuple(run_id for run_id in marked if run_id != run.run_id)
    elif len(marked) >= MOST:
        app.notify(f"{MOST} are marked already: {key_of('lab.mark')} on one of them takes its mark away.")
    else:
        return (*marked, run.run_id)
    return tuple(marked)


def compare(app: WorkshopApp, part: Part, rows: Sequence[Cell], marked: Sequence[str], chosen: int) -> None:
    """Open the pictures that are meant side by side, or say what is lacking.

    Args:
        app: The app.
        part: What the pictures belong to.
        rows: The table's.
        marked: Run ids of what is marked, in the order in which it was.
        chosen: Place of the row that the cursor is on.
    """
    runs = compared(rows, marked, chosen, [run for run in app.book.runs if part.owns(run.origin)])
    if len(runs) < 2:
        mark = key_of("lab.mark")
        app.notify(f"Two pictures are needed: mark them with {mark}, or choose a row below another one with a picture.")
    else:
        app.push_screen(CompareScreen(runs, row_names(runs, rows), app.learner.pictures, part.title))


def show_whole(app: WorkshopApp, cell: Cell | None) -> None:
    """Show a row's picture on the whole screen."""
    if cell and cell.run and cell.run.picture:
        app.push_screen(PictureScreen(app.learner.pictures / cell.run.picture, cell.run, app.learner.root))
    else:
        app.notify(_no_picture())


def copy_picture(app: WorkshopApp, cell: Cell | None) -> None:
    """Copy the line that fetches a row's picture."""
    if cell and cell.run and cell.run.picture:
        copy_out(app, app.learner.pictures / cell.run.picture, app.learner.root)
    else:
        app.notify(_no_picture())
