"""From the lesson into the Lab: a setting that is read about is tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workshop_tui.app.screens.ask import ChoiceScreen
from workshop_tui.app.screens.lab import LabScreen
from workshop_tui.exercises.trying import parts_to_try
from workshop_tui.generation.sweep import AXES
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
        await workshop.switch_mode("lab")
        if isinstance(workshop.screen, LabScreen):
            workshop.screen.open_on(part, setting)
