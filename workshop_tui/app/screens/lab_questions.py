"""What the Lab asks before it makes pictures again or out of others, or stops some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workshop_tui.app.screens.ask import ChoiceScreen
from workshop_tui.exercises.sweeps import Cell, is_model
from workshop_tui.generation.record import Run

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


async def ask_what_to_stop(app: WorkshopApp) -> None:
    """Stop the picture in work, or all in line, as the learner says.

    Raises:
        WorkshopError: The worker has gone and cannot be started.
    """
    waiting = app.work.wanted
    if not waiting:
        stopping = "It is stopping already: the step that it is in must end first."
        app.notify(stopping if app.work.stopping else "Nothing is being made.")
        return
    answer: str | None = "all"
    if len(waiting) > 1:
        choices = [("this", "This picture"), ("all", f"All {len(waiting)} pictures"), ("no", "Nothing, go on")]
        answer = await app.push_screen_wait(ChoiceScreen("Stop what?", choices))
    chosen = {"this": waiting[:1], "all": waiting}.get(answer or "")
    if chosen:
        await app.desk.pictures.stop(chosen)


def source_of(app: WorkshopApp, cell: Cell | None) -> Run | None:
    """Return the run that something shall be made out of, or say why nothing can be."""
    run = cell.run if cell else None
    if run is None or not run.picture or run.model is None:
        app.notify("Choose a row whose picture is there.")
    elif not is_model(run.model, app.model):
        app.notify(f"{run.model.name} made this picture: only that model makes it again.", markup=False)
    else:
        return run
    return None


async def ask_again(app: WorkshopApp, count: int) -> bool:
    """Ask whether pictures that are there shall be made once more."""
    what = "The picture is there. Make it" if count == 1 else f"All {count} pictures are there. Make them"
    choices = [("yes", "Make again"), ("no", "Leave it")]
    answer = await app.push_screen_wait(ChoiceScreen(f"{what} again, as a further measurement?", choices))
    return answer == "yes"
