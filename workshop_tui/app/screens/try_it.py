"""From the lesson and the checklist to where something is tried or seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workshop_tui.app.key_table import key_of
from workshop_tui.app.screens.ask import ChoiceScreen
from workshop_tui.app.screens.lab import LabScreen
from workshop_tui.app.screens.solutions import ask_what_to_try, parts_by_solution
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.trying import parts_to_try
from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.exercise import MONITOR, Problem
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


async def open_lab_on(workshop: WorkshopApp, settings: Sequence[str]) -> None:
    """Open the Lab on the part that varies a setting; ask which, where several could be meant.

    Args:
        workshop: The app.
        settings: Names in `AXES`, as the lesson marks a heading with them.
    """
    targets = [(setting, part) for setting in settings for part in parts_to_try(workshop.lesson, setting)]
    place: str | None = "0" if targets else None
    if len(targets) > 1:
        choices = [
            (str(number), plain(f"{AXES[setting].label}: {part.exercise.title.split(':')[0]}, {part.title}"))
            for number, (setting, part) in enumerate(targets)
        ]
        place = await workshop.push_screen_wait(ChoiceScreen("Try what?", choices))
    if place is not None:
        setting, part = targets[int(place)]
        await open_lab(workshop, part, setting)


async def try_against(workshop: WorkshopApp, problem: Problem) -> None:
    """Ask which of a problem's solutions shall be tried, and lead to the Lab, to the Monitor, or name the command."""
    parts = parts_by_solution(workshop, problem)
    chosen = await ask_what_to_try(workshop, problem, parts)
    if chosen is None:
        return
    see = next((solution.see for solution in problem.solutions if solution.id == chosen), "")
    if chosen in parts:
        await open_lab(workshop, parts[chosen])
    elif see == MONITOR:
        await workshop.switch_mode("monitor")
        back, tick = key_of("app.troubleshoot"), key_of("troubleshoot.tick")
        workshop.notify(f"{back} goes back to the checklist; {tick} there ticks what you tried.")
    elif see:
        workshop.notify(plain(f"In a second terminal: {see}"), timeout=20, markup=False)
    else:
        workshop.notify(f"This is no setting: try it your way, then {key_of('troubleshoot.tick')} ticks it.")


async def open_lab(workshop: WorkshopApp, part: Part, setting: str = "prompt") -> None:
    """Open the Lab on a part; where that has no sweep, its form is opened at a setting, if one is given."""
    await workshop.switch_mode("lab")
    if isinstance(workshop.screen, LabScreen):
        workshop.screen.open_on(part, setting)
