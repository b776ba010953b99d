"""The kinds of exercise: one row each."""

from collections.abc import Callable

from workshop_tui.errors import UserError
from workshop_tui.exercises import notes, scenarios, sweeps
from workshop_tui.exercises.part import Part
from workshop_tui.lesson.exercise import Exercise
from workshop_tui.lesson.model import Lesson

KINDS: dict[str, Callable[[Exercise], list[Part]]] = {
    "sweeps": sweeps.parts,
    "challenge": notes.task_parts,
    "scenarios": scenarios.parts,
}
"""How an exercise of each kind is cut into parts."""


def all_parts(lesson: Lesson) -> list[Part]:
    """Return the parts of all exercises of a lesson, in order."""
    return [part for exercise in lesson.exercises for part in KINDS[exercise.kind](exercise)]


def find_part(lesson: Lesson, exercise_id: str, part_id: str) -> Part:
    """Return one part.

    Raises:
        UserError: There is no such exercise or part; the message names those there are.
    """
    exercise = lesson.exercise(exercise_id)
    found = KINDS[exercise.kind](exercise)
    for part in found:
        if part.id == part_id:
            return part
    known = ", ".join(part.id for part in found)
    raise UserError(f"Exercise '{exercise_id}' has no part '{part_id}'.", f"Known: {known}.")
