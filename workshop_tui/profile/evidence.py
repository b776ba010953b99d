"""Which runs a hand-in rests on, and how."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from workshop_tui.generation.record import Run
from workshop_tui.lesson.model import Lesson
from workshop_tui.notebook.store import Notebook
from workshop_tui.profile.build import build_profile
from workshop_tui.profile.gather import gather
from workshop_tui.profile.scenarios import judged_scenarios


def evidence(notebook: Notebook, lessons: Mapping[str, Lesson | None]) -> dict[str, list[str]]:
    """Return by run id what a hand-in says on its strength: a checklist line, a value found best, a scenario, a limit.

    Args:
        notebook: A learner's.
        lessons: The lessons of the runs, by id; None where one is not on this machine: all of its runs count then,
            because nobody can tell.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for _, problem, run_id in notebook.citations():
        found[run_id].append(f"checklist line {problem}")
    for name, lesson in lessons.items():
        if lesson is None:
            for run in notebook.runs(lesson=name):
                found[run.run_id].append(f"lesson {name}, which is not on this machine")
            continue
        known = gather(notebook, lesson, "")
        profile = build_profile(known, datetime.now(UTC))
        for good in profile.good_settings:
            for run_id in good.runs:
                found[run_id].append(f"best {good.setting} {good.value} in {good.exercise} {good.sweep}")
        for limit in profile.limits:
            if limit.run_id:
                found[limit.run_id].append(f"confirms the limit of {limit.exercise} {limit.part}")
        # Each writing of the hand-in measures these pictures anew.
        for scenario in judged_scenarios(lesson, known.runs, known.observations, notebook.pictures):
            where = f"scenario {scenario.exercise} {scenario.part}"
            for run_id in scenario.start:
                found[run_id].append(f"start of {where}")
            for run_id in scenario.runs if scenario.solved else ():
                found[run_id].append(f"solves {where}")
    return dict(found)


def answered(notebook: Notebook, runs: Sequence[Run]) -> dict[str, str]:
    """Return by run id the exercise and part in which answers were written, for runs made for such a part."""
    written = {
        (run.origin.lesson, answer.exercise, answer.sweep)
        for run in runs
        if run.origin.lesson
        for answer in notebook.observations(run.origin.lesson)
    }
    return {
        run.run_id: f"{run.origin.exercise} {run.origin.sweep}".strip()
        for run in runs
        if (run.origin.lesson, run.origin.exercise, run.origin.sweep) in written
    }
