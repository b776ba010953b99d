"""What a class is held with, chosen in lines: the model, and how the class is paced."""

import asyncio

from workshop_tui.app.first_model import QUESTION, choices, to_choose_from
from workshop_tui.app.plain.asking import choose, decide
from workshop_tui.app.plain.menu import Command
from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.errors import UserError
from workshop_tui.generation.models import label
from workshop_tui.lesson.schedule import CHOICES, Schedule, parse_schedule


class Choosing:
    """The learner's choices.

    Args:
        sitting: Whose.
    """

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self.commands = (
            Command("model", "lists the models of this machine, and asks which makes the pictures", self._model, "[N]"),
            Command("schedule", "asks how the class is paced: schedule fit 150", self._schedule, "[PACE]"),
        )

    async def _model(self, rest: str) -> None:
        sitting = self._sitting
        if serves := await sitting.desk.pictures.served_model():
            raise UserError(
                f"The shared engine makes all pictures with {serves}.",
                "A worker of your own takes other models: it needs a configuration without engine.",
            )
        found = await asyncio.to_thread(to_choose_from)
        chosen = await choose(sitting, QUESTION, choices(found), sitting.model, rest)
        model = next((model for model, _ in found if model.name == chosen), None)
        if model is None or chosen == sitting.model:
            sitting.console.say(f"The model stays {label(sitting.model)}.")
        elif not model.whole:
            raise UserError(f"{model.name}: {model.trouble}.", "workshop-tui model list says what it lacks.")
        else:
            await sitting.use_model(model.name)
            sitting.console.say(f"Pictures are now made with {label(model.name)}; those of other models stay kept.")

    async def _schedule(self, rest: str) -> None:
        sitting = self._sitting
        sitting.check_writes()

        def take(text: str) -> Schedule:
            sitting.clock.pace(parse_schedule(text))
            return sitting.clock.schedule

        if rest:
            take(rest)
        else:
            await decide(sitting, f"Schedule: {CHOICES}", str(sitting.clock.schedule), take)
        sitting.console.say(f"Schedule: {sitting.clock.schedule.words(sitting.lesson.sections)}.")
