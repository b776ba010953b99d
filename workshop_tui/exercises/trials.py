"""What a problem of the checklist has tried out: a solution's one setting beside what was, or two prompts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import lesson_setup
from workshop_tui.generation.drift import VISIBLE, Drift
from workshop_tui.generation.record import Run
from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.exercise import TECHNIQUE, Exercise, Problem, Sweep
from workshop_tui.lesson.model import Lesson

TRIALS = "Checklist"
"""The exercise in the origin of a trial's runs; no exercise of a lesson can have this id."""


@dataclass(frozen=True)
class Trial:
    """A part for one solution, or for a problem's two prompts."""

    problem: Problem
    solution: str
    """An id in `Problem.to_try`."""
    part: Part


def trials(lesson: Lesson, model: str) -> list[Trial]:
    """Return all trials of a lesson's checklist, in its order; what changes nothing is left out.

    Args:
        lesson: What is taught.
        model: Decides the size that is changed from.
    """
    exercise = next((each for each in lesson.exercises if each.base_prompt), None)
    if exercise is None:
        return []
    bare = Exercise(
        id=TRIALS,
        title="",
        section=exercise.section,
        kind="sweeps",
        base_prompt=exercise.base_prompt,
        seed=exercise.seed,
        steps=exercise.steps,
        guidance=exercise.guidance,
        size=exercise.size,
        sampler=exercise.sampler,
        optional=True,
    )
    return [trial for problem in lesson.data.problems for trial in _of(problem, bare, model)]


def _of(problem: Problem, exercise: Exercise, model: str) -> Iterator[Trial]:
    before = lesson_setup(Part(exercise, problem.id, problem.title, ()), model).settings
    for solution in problem.solutions:
        for name, values in solution.changes.items():
            listed = values if isinstance(values, tuple) else (values,)
            was = AXES[name].show(before)
            others = [text for text in map(str, listed) if AXES[name].read(text) != AXES[name].read(was)]
            if others:
                yield Trial(problem, solution.id, _part(exercise, problem, solution.id, name, (was, *others)))
    if problem.compare:
        yield Trial(problem, TECHNIQUE, _part(exercise, problem, TECHNIQUE, "prompt", problem.compare))


def _part(exercise: Exercise, problem: Problem, solution: str, name: str, values: tuple[str, ...]) -> Part:
    id_, title = f"{problem.id}.{solution}", problem.to_try[solution]
    about = [ABOUT_COMPARING if solution == TECHNIQUE else ABOUT]
    if name == "prompt":  # a row has no room for one
        about += [f"Picture {number}: {text}" for number, text in enumerate(values, 1)]
    called = msgspec.structs.replace(exercise, title=problem.title)
    return Part(called, id_, title, (), Sweep(id_, title, name, values), about=tuple(about))


ABOUT = (
    "{lab.run} makes the pictures; the first one is without the change. {app.troubleshoot} goes back to the checklist, "
    "{troubleshoot.tick} there ticks it."
)
ABOUT_COMPARING = (
    "{lab.run} makes both pictures with one seed. {app.troubleshoot} goes back to the checklist, which says how they "
    "differ."
)


def begun(found: Iterable[Trial], runs: Iterable[Run]) -> list[Part]:
    """Return the parts of those trials that have pictures."""
    made = {(run.origin.exercise, run.origin.sweep) for run in runs}
    return [trial.part for trial in found if (TRIALS, trial.part.id) in made]


def compared(part: Part, runs: Iterable[Run]) -> tuple[Run, Run] | None:
    """Return the newest picture of each of two prompts; None until both were made alike.

    Args:
        part: Of a trial that compares them.
        runs: Oldest first.
    """
    first, second = part.sweep.axis.values if part.sweep else ("", "")
    newest: dict[object, dict[str, Run]] = {}
    for run in part.good_runs(runs):
        if run.picture:
            alike = (msgspec.structs.replace(run.settings, prompt=""), run.model)
            newest.setdefault(alike, {})[run.settings.prompt] = run
    pairs = [made for made in newest.values() if {first, second} <= made.keys()]
    latest = max(pairs, key=lambda made: max(made[first].started, made[second].started), default=None)
    return (latest[first], latest[second]) if latest else None


def pair_words(pair: tuple[Run, Run], drift: Drift | None) -> str:
    """Say how two pictures of two prompts differ.

    Args:
        pair: The runs.
        drift: Between their pictures; None where one cannot be read.
    """
    seed = pair[0].settings.seed
    if drift is None:
        return "A picture of the two cannot be read any more: make both again."
    if drift.mean == 0:
        said = f"At seed {seed} both pictures are the same, pixel by pixel: the other words changed nothing."
    else:
        said = f"At seed {seed} the two pictures differ by {drift.levels}; {drift.area} by more than {VISIBLE}."
        said += " That says different, not better or worse: look at both."
    if any(run.model and run.model.practice for run in pair):
        said += " The practice model made them: this says nothing about FLUX.1."
    return said
