"""All pictures that a lesson's exercises ask for by themselves, before a learner changes or adds anything."""

from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import all_parts
from workshop_tui.exercises.sweeps import asked_settings, lesson_setup
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.sweep import loading_of
from workshop_tui.lesson.model import Lesson


def lesson_pictures(lesson: Lesson, model: str) -> list[Settings]:
    """Return the settings of each picture of a lesson's exercises that a shared engine makes, in order.

    Those are the series and ladders, and what scenarios start from. Optional exercises are left out; so is what each
    learner needs a worker of their own for: searches for a limit, simulated limits, and settings that load the model
    anew.

    Args:
        lesson: What is taught.
        model: As it is asked for.

    Raises:
        UserError: A value does not fit the model.
    """
    asked = [settings for part in all_parts(lesson) if not part.exercise.optional for settings in _of(part, model)]
    usual = loading_of(Settings(""))
    return [settings for settings in asked if loading_of(settings) == usual]


def _of(part: Part, model: str) -> list[Settings]:
    if part.scenario and part.scenario.cap_gib is not None:
        return []
    setup = lesson_setup(part, model)
    if part.sweep:
        return asked_settings(part, setup, model)
    return [setup.settings] if part.scenario else []
