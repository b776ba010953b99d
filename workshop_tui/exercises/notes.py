"""Exercises of kind `challenge`, and what is tried in any part without a sweep."""

from collections.abc import Sequence

from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.lesson.exercise import Exercise, Field

FOUND = Field(id="found", label="What did you find?", required=True)
"""What is asked about each task."""


def task_parts(exercise: Exercise) -> list[Part]:
    """Return one part a task."""
    return [Part(exercise, task.id, task.text, (FOUND,), hints=exercise.hints) for task in exercise.tasks]


def tried(runs: Sequence[Run], in_line: Sequence[Settings]) -> list[Cell]:
    """Return the pictures that a learner tried in a part without a sweep, those in line last."""
    own = [run for run in runs if run.rework is None]
    return [*(Cell(run.settings, run, past=True) for run in own), *(Cell(settings, None) for settings in in_line)]
