"""Exercises of kind `challenge`, and what is tried in any part without a sweep."""

from collections.abc import Sequence

from workshop_tui.exercises.fastest import ABOUT
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.lesson.exercise import Exercise, Field, Sweep, Task

FOUND = Field(id="found", label="What did you find?", required=True)
"""What is asked about each task."""


RATING = Field(id="quality", label="Rating of the one you choose", kind="rating")
BEST = Field(id="best", label="Fastest acceptable", kind="choice")
"""What is asked beside it about a ladder."""


def task_parts(exercise: Exercise) -> list[Part]:
    """Return one part a task."""
    return [_ladder_part(exercise, task) if task.ladder else _free_part(exercise, task) for task in exercise.tasks]


def _free_part(exercise: Exercise, task: Task) -> Part:
    sums_up = not task.search and any(other.ladder or other.search for other in exercise.tasks)
    return Part(exercise, task.id, task.text, (FOUND,), search=task.search, hints=exercise.hints, sums_up=sums_up)


def _ladder_part(exercise: Exercise, task: Task) -> Part:
    sweep = Sweep(task.id, task.text, "steps", task.ladder)
    asks = (RATING, BEST, FOUND)
    return Part(exercise, task.id, task.text, asks, sweep, about=ABOUT, hints=exercise.hints, ladder=True)


def tried(runs: Sequence[Run], in_line: Sequence[Settings]) -> list[Cell]:
    """Return the pictures that a learner tried in a part without a sweep, those in line last."""
    own = [run for run in runs if run.rework is None]
    return [*(Cell(run.settings, run, past=True) for run in own), *(Cell(settings, None) for settings in in_line)]
