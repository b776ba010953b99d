"""Areas for improvement that a learner's own measurements suggest; what to make of them is the learner's to write."""

import re
from collections.abc import Iterator, Sequence

from workshop_tui.exercises.alike import alike, timed_alike
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import all_parts, unplanned
from workshop_tui.generation.record import Placing, Run
from workshop_tui.generation.repeats import FEWEST, spread
from workshop_tui.generation.settings import Settings
from workshop_tui.lesson.model import Lesson
from workshop_tui.notebook.entries import Observation
from workshop_tui.text import counted

LOADING_SHARE = 0.25
"""Of all seconds; more than that in loading is worth a thought."""
SPREAD = 0.3
"""How far the times of equal pictures may lie apart, by their median."""
COSTS = 2.0
"""A setting's most expensive value takes so many times as long as its cheapest: then it is worth choosing well."""


def suggestions(lesson: Lesson, runs: Sequence[Run], observations: list[Observation]) -> list[str]:
    """Return suggestions, a sentence each, from what was measured with the model that was used last.

    Args:
        lesson: What is taught.
        runs: The lesson's, oldest first.
        observations: The learner's answers.
    """
    parts = [part for part in all_parts(lesson) if not part.exercise.optional]
    newest = next((run.model for run in reversed(runs) if run.model), None)
    tried = [run for run in unplanned(lesson, runs) if run.model in (newest, None)]
    return [
        *_memory(tried),
        *_loading(tried),
        *_unsteady(tried),
        *_costly(parts, tried),
        *_unrated(parts, tried, observations),
        *_practice(tried),
    ]


def _memory(runs: Sequence[Run]) -> Iterator[str]:
    short = [run for run in runs if run.outcome == "out-of-memory" or run.shortage]
    if short:
        largest = max(short, key=lambda run: run.settings.width * run.settings.height).settings.size
        count = counted(len(short), "picture")
        yield f"Memory: {count} found too little, up to {largest}; find a placement or precision that needs less."


def _loading(runs: Sequence[Run]) -> Iterator[str]:
    loading, making = sum(run.seconds.load for run in runs), sum(run.seconds.making for run in runs)
    if loading and loading > LOADING_SHARE * (loading + making):
        share = loading / (loading + making)
        yield (
            f"Loading: {share:.0%} of the time ({loading:.0f} s) went into loading the model; group pictures that are "
            "loaded alike."
        )


def _unsteady(runs: Sequence[Run]) -> Iterator[str]:
    same: dict[tuple[Settings, Placing | None, int], list[float]] = {}
    for run in runs:
        if run.outcome == "ok" and run.rework is None and not run.seconds.is_warm_up:
            same.setdefault((run.settings, run.placing, run.batch), []).append(run.seconds.making)
    times = [time for each in same.values() if (time := spread(each)) and time.n >= FEWEST]
    widest = max(times, key=lambda time: (time.high - time.low) / time.median, default=None)
    if widest and widest.high - widest.low > SPREAD * widest.median:
        yield (
            f"Timing: the same picture took {widest.low:.1f} to {widest.high:.1f} s; find out what else used the "
            "machine."
        )


def _costly(parts: Sequence[Part], runs: Sequence[Run]) -> Iterator[str]:
    for part in parts:
        if part.sweep is None or part.ladder or part.scenario:
            continue
        times = sorted(run.seconds.repeat for run in timed_alike(alike(part, runs), part.sweep.vary))
        if len(times) > 1 and times[-1] > COSTS * times[0] > 0:
            yield (
                f"{part.title}: the slowest value took {times[-1] / times[0]:.1f} times as long as the fastest; find "
                "the cheapest that is good enough."
            )


def _unrated(parts: Sequence[Part], runs: Sequence[Run], observations: list[Observation]) -> Iterator[str]:
    rated = [(part, field) for part in parts for field in part.asks if field.kind == "rating" and part.good_runs(runs)]
    open_ = [part.title for part, field in rated if not part.answer(field.id, observations)]
    if open_:
        yield f"Ratings: {', '.join(open_)} {'is' if len(open_) == 1 else 'are'} not rated; rate the pictures blind."


def _practice(runs: Sequence[Run]) -> Iterator[str]:
    made = [run for run in runs if run.model]
    if made and all(run.model and run.model.practice for run in made):
        yield "Model: all figures are the practice model's; measure the same settings on a real FLUX.1."
    elif made and all(run.placing and run.placing.device == "cpu" for run in made):
        yield "Hardware: all pictures were made on the CPU; find out what a GPU changes."


def is_suggestion(text: str, known: Sequence[str]) -> bool:
    """Tell whether a text is one of some suggestions, be its figures those of an earlier or a later moment."""
    return _without_figures(text) in {_without_figures(each) for each in known}


def _without_figures(text: str) -> str:
    return re.sub(r"[\d.,]+", "#", text)
