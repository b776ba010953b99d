"""The kinds of exercise: one row each."""

from collections.abc import Callable, Iterable

from workshop_tui.errors import UserError
from workshop_tui.exercises import notes, scenarios, sweeps
from workshop_tui.exercises.part import Part
from workshop_tui.generation.record import Run
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


def unplanned(lesson: Lesson, runs: Iterable[Run]) -> list[Run]:
    """Return the runs that nobody wanted to go wrong: no tries of a search for a limit, and none of a scenario."""
    scenarios_ = {(part.exercise.id, part.id) for part in all_parts(lesson) if part.scenario}
    return [run for run in runs if not run.origin.is_try and (run.origin.exercise, run.origin.sweep) not in scenarios_]


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
