"""What the Lab asks before it makes pictures again, or stops some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workshop_tui.app.screens.ask import ChoiceScreen

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


async def ask_what_to_stop(app: WorkshopApp) -> None:
    """Stop the picture in work, or all in line, as the learner says.

    Raises:
        WorkshopError: The worker has gone and cannot be started.
    """
    waiting = app.work.waiting
    if not waiting:
        app.notify("Nothing is being made.")
        return
    answer: str | None = "all"
    if len(waiting) > 1:
        choices = [("this", "This picture"), ("all", f"All {len(waiting)} pictures"), ("no", "Nothing, go on")]
        answer = await app.push_screen_wait(ChoiceScreen("Stop what?", choices))
    chosen = {"this": waiting[:1], "all": waiting}.get(answer or "")
    if chosen:
        await app.desk.pictures.stop(chosen)


async def ask_again(app: WorkshopApp, count: int) -> bool:
    """Ask whether pictures that are there shall be made once more."""
    what = "The picture is there. Make it" if count == 1 else f"All {count} pictures are there. Make them"
    choices = [("yes", "Make again"), ("no", "Leave it")]
    answer = await app.push_screen_wait(ChoiceScreen(f"{what} again, as a further measurement?", choices))
    return answer == "yes"
