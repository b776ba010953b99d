"""What the program saw go wrong by itself, and which of a lesson's problems that belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass

from workshop_tui.exercises.registry import unplanned
from workshop_tui.generation.record import Run
from workshop_tui.lesson.exercise import Problem
from workshop_tui.lesson.model import Lesson
from workshop_tui.text import counted

_WORDS = {"out-of-memory": "memory", "bad-picture": "quality"}
"""What a problem's id or title says that has to do with an outcome."""


@dataclass(frozen=True)
class Seen:
    """Pictures that went wrong in one way."""

    problem: Problem
    """What the checklist has on it."""
    runs: tuple[Run, ...]
    """Oldest first, never empty."""

    @property
    def words(self) -> str:
        """One sentence: `2 pictures ran out of memory.`."""
        count = len(self.runs)
        pictures = counted(count, "picture")
        if self.runs[0].outcome == "bad-picture":
            return f"{pictures} came out black, in one colour, or with values that are no numbers."
        return f"{pictures} ran out of memory."


def seen(lesson: Lesson, runs: Sequence[Run]) -> list[Seen]:
    """Return what went wrong, in the order of the lesson's problems; nothing where a lesson has no problem for it.

    Args:
        lesson: Whose problems.
        runs: Oldest first.
    """
    problems = lesson.data.problems
    found: dict[str, tuple[Problem, list[Run]]] = {}
    for run in unplanned(lesson, runs):
        outcome = "out-of-memory" if run.shortage else run.outcome
        word = _WORDS.get(outcome)
        problem = next((p for p in problems if word and word in f"{p.id} {p.title}".lower()), None)
        if problem:
            found.setdefault(problem.id, (problem, []))[1].append(run)
    return [Seen(problem, tuple(found[problem.id][1])) for problem in problems if problem.id in found]
