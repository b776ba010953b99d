"""Asks what a learner shares with the instructor of a class with a shared engine, and whose clock counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workshop_tui.app.classroom import CHOICES, LOOK_SECONDS, QUESTION, Classroom
from workshop_tui.app.key_table import key_of
from workshop_tui.app.screens.ask import ChoiceScreen

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


async def take_part(app: WorkshopApp, room: Classroom) -> None:
    """Ask a learner once, and from then on share and follow as they wish."""
    await room.open(instructor=app.instructor)
    if room.chosen is None:
        await ask_what_to_share(app, room)
    app.set_interval(LOOK_SECONDS, room.look)


async def ask_what_to_share(app: WorkshopApp, room: Classroom) -> None:
    """Ask what to share and whether to follow."""
    question = QUESTION.format(again=key_of("app.classroom"))
    chosen = await app.push_screen_wait(ChoiceScreen(question, CHOICES, room.chosen or ""))
    if chosen is not None:
        await room.choose(chosen)
