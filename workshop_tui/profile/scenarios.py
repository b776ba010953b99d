"""How far a learner came with a lesson's scenarios, as a hand-in tells it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from workshop_tui.errors import UserError
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import all_parts
from workshop_tui.exercises.scenarios import Case, ids, judge, known_of, open_case, solved_by
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.record import Run
from workshop_tui.lesson.model import Lesson
from workshop_tui.notebook.entries import Observation
from workshop_tui.profile.hand_in import FactEntry, ScenarioEntry


def judged_scenarios(
    lesson: Lesson, runs: Sequence[Run], observations: list[Observation], pictures: Path
) -> tuple[ScenarioEntry, ...]:
    """Return the scenarios that something was made for, but for those whose start the model that made it cannot make.

    Args:
        lesson: What is taught.
        runs: Oldest first.
        observations: The learner's answers, ratings among them.
        pictures: The folder that the runs' pictures lie in.
    """
    return tuple(_judged(lesson, runs, observations, pictures))


def _judged(
    lesson: Lesson, runs: Sequence[Run], observations: list[Observation], pictures: Path
) -> Iterator[ScenarioEntry]:
    for part in all_parts(lesson):
        own = [run for run in runs if part.owns(run.origin)]
        newest = next((run.model for run in reversed(own) if run.model), None)
        if part.scenario and newest:
            model = BUILT_IN if newest.practice else newest.name
            # Of a run without one, loading it failed: that may be the start.
            mine = [run for run in own if run.model in (newest, None)]
            try:
                case = open_case(part, model, mine)
            except UserError:  # its bad state does not fit this model: nothing can be held against it
                continue
            yield _entry(part, case, observations, pictures)


def _entry(part: Part, case: Case, observations: list[Observation], pictures: Path) -> ScenarioEntry:
    known = known_of(case, part, observations, pictures)
    solving = solved_by(case, known)
    shown = solving or (case.attempts or ((),))[-1]
    return ScenarioEntry(
        exercise=part.exercise.id,
        part=part.id,
        title=part.title,
        solved=bool(solving),
        start=ids(case.start),
        runs=ids(shown),
        facts=tuple(FactEntry(row.label, row.start, row.now, row.wanted) for row in judge(case, shown, known).rows),
    )
