"""What the Lab asks before it makes pictures again or out of others, or stops some."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_tui.app.key_table import key_of
from workshop_tui.app.screens.ask import ChoiceScreen
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.rework import made_by_another
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import Run
from workshop_tui.generation.sweep import AXES
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


async def ask_what_to_stop(app: WorkshopApp) -> None:
    """Stop a search for a limit; else the picture in work, what follows, or all in line, or pause, as the learner says.

    Raises:
        WorkshopError: The worker has gone and cannot be started.
    """
    if app.desk.hunts.name:
        await app.desk.hunts.stop()
        app.notify(f"The search is stopped; {key_of('lab.run')} goes on from what it knows.")
        return
    waiting = app.work.wanted
    if not waiting:
        stopping = "It is stopping already: the step that it is in must end first."
        app.notify(stopping if app.work.stopping else "Nothing is being made.")
        return
    answer: str | None = "all"
    if app.work.activity == "paused":
        stop = "Stop the one that waits" if len(waiting) == 1 else f"Stop all {len(waiting)}"
        choices = [("all", stop), ("on", "Go on making them"), ("no", "Leave them waiting")]
        answer = await app.push_screen_wait(ChoiceScreen("Paused. What of the pictures that wait?", choices))
    elif len(waiting) > 1:
        others = "the other is" if len(waiting) == 2 else f"the other {len(waiting) - 1} are"
        choices = [
            ("this", "Stop this picture now, and go on with the next"),
            ("after", f"Stop after this picture: {others} not made"),
            ("all", f"Stop all {len(waiting)} now"),
            ("pause", f"Pause after this picture: {others} made later ({key_of('lab.pause')})"),
            ("no", "Nothing, go on"),
        ]
        answer = await app.push_screen_wait(ChoiceScreen("Stop what?", choices))
    if answer in ("pause", "on"):
        await app.desk.pictures.pause(answer == "pause")
    still = tuple(run_id for run_id in waiting if run_id in app.work.waiting)  # the question may have stood a while
    chosen = {"this": waiting[:1], "after": still[1:], "all": still}.get(answer or "")
    if chosen:
        await app.desk.pictures.stop(chosen)


async def pause_or_go_on(app: WorkshopApp) -> None:
    """Pause after the picture in work, or go on, and say which.

    Raises:
        WorkshopError: The worker refuses.
    """
    on = not (app.work.pausing or app.work.activity == "paused")
    if not await app.desk.pictures.pause(on):
        app.notify("Nothing is being made.")
    elif not on:
        app.notify("Going on.")
    elif app.work.waiting:
        app.notify(f"Paused after this picture: what waits is made when {key_of('lab.pause')} goes on.")
    else:
        app.notify(f"Paused: what is asked for waits until {key_of('lab.pause')} goes on.")


def source_of(app: WorkshopApp, cell: Cell | None) -> Run | None:
    """Return the run that something shall be made out of, or say why nothing can be."""
    run = cell.run if cell else None
    if run is None or not run.picture or run.model is None:
        app.notify("Choose a row whose picture is there.")
    elif other := made_by_another(run, app.model):
        app.notify(other, markup=False)
    else:
        return run
    return None


def value_to_note(app: WorkshopApp, part: Part | None, cell: Cell | None) -> str:
    """Return the value of a row to be noted as the best one, or say why it cannot be; then it is empty."""
    if cell and cell.rework:
        app.notify("Choose one of the sweep's own pictures: this one was made out of another.")
    elif not (part and part.sweep and cell and cell.done):
        app.notify("Choose a row whose picture is there.")
    else:
        return AXES[part.sweep.vary].show(cell.settings)
    return ""


def picture_of(app: WorkshopApp, cell: Cell | None, in_line: Sequence[Item]) -> tuple[Path | bytes | None, str]:
    """Return what the Lab shows of a row, and the line above it: its picture, or how that comes along.

    Args:
        app: The app.
        cell: The row; None for none.
        in_line: This part's pictures that wait or are in work.
    """
    preview = app.work.preview
    mine = [item.run_id for item in in_line if cell and (item.settings, item.rework) == (cell.settings, cell.rework)]
    if cell and preview and not cell.past and preview.run_id in mine:
        return preview.png, f"preview, step {preview.step} of {preview.steps}"
    run = cell.run if cell else None
    if run is None or not run.picture:
        return None, ""
    bad = plain(f"bad picture: {run.reason}") if run.outcome == "bad-picture" else ""
    return app.learner.pictures / run.picture, bad


async def ask_again(app: WorkshopApp, count: int, cost: str) -> bool:
    """Ask whether pictures that are there shall be made once more, which takes what it takes."""
    what = "The picture is there. Make it" if count == 1 else f"All {count} pictures are there. Make them"
    choices = [("yes", "Make again"), ("no", "Leave it")]
    answer = await app.push_screen_wait(ChoiceScreen(f"{what} again, as a further measurement? {cost}", choices))
    return answer == "yes"
