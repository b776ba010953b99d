"""Where a setting that the lesson speaks of can be tried."""

from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import all_parts
from workshop_tui.lesson.model import Lesson


def parts_to_try(lesson: Lesson, setting: str) -> list[Part]:
    """Return the parts that vary a setting, else the first one in which learners choose all settings themselves.

    What is optional is left out.

    Args:
        lesson: What is taught.
        setting: A name in `generation.sweep.AXES`.

    Returns:
        Nothing where the lesson has no such part; its linter says so.
    """
    parts = [part for part in all_parts(lesson) if not part.exercise.optional]
    varying = [
        part for part in parts if part.sweep and part.sweep in part.exercise.sweeps and part.sweep.vary == setting
    ]
    return varying or [part for part in parts if part.sweep is None][:1]
