"""Exercises of kind `scenarios`: a bad state is mended, and measured facts show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workshop_tui.exercises.alike import seeds_go_together
from workshop_tui.exercises.answers import RATINGS
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import asked_settings, lesson_setup
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.picture_statistics import PictureFacts, picture_facts
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.exercise import Exercise, Field, Sweep
from workshop_tui.lesson.scenario import MEASURES, Demand, Scenario
from workshop_tui.notebook.entries import Observation

WORKED = Field(id="worked", label="What worked?", required=True)
"""What is asked about each scenario."""
RATING_START = Field(id="rating-start", label="How good is the start?", kind="rating")
RATING = Field(id="rating", label="How good is what you made?", kind="rating")
"""Asked where a rating may show a scenario mended; leaving it empty is an answer too."""


START_CAP = 8.0
"""GiB that a bad state may use whose need sets the cap: more than it takes, but under a cap the worker is a fresh one,
whose memory holds nothing of earlier pictures."""


MEANINGS = {
    "sharpness": "Sharpness: how much neighbouring pixels differ. Noise is sharp, too.",
    "drift": "Drift: how far the colours lie from the start's picture, in levels of 255. It says nothing of beauty.",
    "palette": "Palette apart: the share of the area in colours that the other pictures do not have.",
    "texture": "Texture apart: the share of the area with edges stronger or weaker than in the other pictures.",
}
"""What measured facts mean, and do not mean."""


def hints_key(lesson_id: str, part: Part) -> str:
    """Return the name under which a notebook keeps how many of a part's hints were asked for."""
    return f"hints:{lesson_id}:{part.exercise.id}:{part.id}"


Attempt = tuple[Run, ...]
"""What was made in one go: a picture, or one for each prompt of a series."""


def measured_facts(attempt: Attempt, start: Attempt, pictures: Path) -> PictureFacts:
    """Measure an attempt's pictures against the start's, or where it has none against themselves; it takes a moment.

    Args:
        attempt: Or the start itself.
        start: Empty while it was not made.
        pictures: The folder that runs' pictures lie in.
    """
    own, first = (tuple(pictures / run.picture for run in runs if run.picture) for runs in (attempt, start))
    return picture_facts(own, first or own)


def ids(attempt: Attempt) -> tuple[str, ...]:
    """Return an attempt's run ids, under which what was measured of it is kept."""
    return tuple(run.run_id for run in attempt)


def parts(exercise: Exercise) -> list[Part]:
    """Return one part a scenario; a series is a sweep over its prompts."""
    return [
        Part(
            exercise,
            scenario.id,
            scenario.title,
            _asks(scenario),
            Sweep(scenario.id, scenario.title, "prompt", scenario.prompts) if scenario.prompts else None,
            goal=scenario.goal,
            about=tuple(text for measure, text in MEANINGS.items() if measure in _measures(scenario)),
            hints=scenario.hints,
            scenario=scenario if scenario.solved_when or scenario.cap_gib else None,
        )
        for scenario in exercise.scenarios
    ]


def _measures(scenario: Scenario) -> set[str]:
    return {demand.measure for demand in scenario.solved_when}


def _asks(scenario: Scenario) -> tuple[Field, ...]:
    return (RATING_START, RATING, WORKED) if "rating" in _measures(scenario) else (WORKED,)


@dataclass(frozen=True)
class Case:
    """How far a learner has come with a scenario, on one model."""

    scenario: Scenario
    start: Attempt
    """The bad state's pictures; empty while they were not made."""
    attempts: tuple[Attempt, ...]
    """What was tried after it, oldest first."""
    cap: float | None
    """GiB of memory that the next picture may use; None for all there is, or where the start's need is not known."""


def open_case(part: Part, model: str, runs: Sequence[Run]) -> Case:
    """Look at what was made for a scenario.

    Args:
        part: One with a scenario.
        model: As it is asked for.
        runs: The part's runs with this model, oldest first.
    """
    assert part.scenario is not None
    own = [run for run in runs if run.rework is None]
    wanted = _settings(part, model)
    # Those say nothing of a bad state, but for one that had no room where memory is what it is about.
    counts = part.scenario.cap_gib is not None
    ended = [run for run in own if run.outcome not in ("cancelled", "refused") or (run.shortage and counts)]
    made = [[run for run in ended if run.settings == settings] for settings in wanted]
    best = [next((run for run in each if run.outcome == "ok"), each[0] if each else None) for each in made]
    start = tuple(run for run in best if run)
    start = start if len(start) == len(wanted) else ()
    begun = max((run.started for run in start), default="")
    attempts = [each for each in _attempts(own, len(wanted)) if max(run.started for run in each) > begun]
    return Case(part.scenario, start, tuple(attempts), _cap(part.scenario, model, start))


def _settings(part: Part, model: str) -> list[Settings]:
    """Return the bad state's settings, one a picture."""
    setup = lesson_setup(part, model)
    return asked_settings(part, setup, model) if part.sweep else [setup.settings]


def _attempts(runs: Sequence[Run], count: int) -> list[Attempt]:
    """Return every set of pictures that stood together: one of each place, alike in all but prompts and seeds."""
    newest: dict[int, Run] = {}
    found: list[Attempt] = []
    for run in runs:
        if run.outcome != "ok" or not run.picture:
            continue
        newest[run.origin.cell if count > 1 else 0] = run
        attempt = tuple(newest[place] for place in range(count) if place in newest)
        settings = {
            tuple(axis.show(each.settings) for name, axis in AXES.items() if name not in ("prompt", "seed"))
            for each in attempt
        }
        if len(attempt) == count and len(settings) == 1 and seeds_go_together(attempt):
            found.append(attempt)
    return found


def _cap(scenario: Scenario, model: str, start: Attempt) -> float | None:
    if scenario.practice_cap is None or model != BUILT_IN:
        return scenario.cap_gib
    made = [run for run in start if run.outcome == "ok"]
    if not made:
        return START_CAP
    needed = [run.peak_memory_mib for run in made if run.peak_memory_mib]
    return round(scenario.practice_cap * max(needed) / 1024, 3) if needed else None


@dataclass(frozen=True)
class Row:
    """One demand beside what was measured."""

    label: str
    start: str
    now: str
    wanted: str
    is_met: bool | None
    """None while it is not known."""


@dataclass(frozen=True)
class Verdict:
    """What measured facts say of an attempt."""

    rows: tuple[Row, ...]
    is_solved: bool


@dataclass(frozen=True)
class Known:
    """What is known of the pictures beside their records."""

    facts: Mapping[tuple[str, ...], PictureFacts]
    """Of the start, and of each attempt, by `ids`; what is not there was not measured yet."""
    rating_start: float | None = None
    rating: float | None = None
    """Of the learner's best pictures."""


def ratings(part: Part, observations: list[Observation]) -> tuple[float | None, float | None]:
    """Return how a learner rated the start, and what came out of it; None where not rated."""
    start, now = (part.answer(field.id, observations) for field in (RATING_START, RATING))
    return _stars(start), _stars(now)


def _stars(answer: str) -> float | None:
    return float(answer) if answer in RATINGS else None


def known_of(case: Case, part: Part, observations: list[Observation], pictures: Path) -> Known:
    """Measure what was made for a scenario, up to the first attempt that mends it; it takes a moment.

    Args:
        case: How far it is.
        part: Whose scenario it is.
        observations: The learner's ratings among them.
        pictures: The folder that runs' pictures lie in.
    """
    facts = {ids(case.start): measured_facts(case.start, case.start, pictures)}
    known = Known(facts, *ratings(part, observations))
    for attempt in case.attempts:
        facts[ids(attempt)] = measured_facts(attempt, case.start, pictures)
        if judge(case, attempt, known).is_solved:
            break
    return known


def judge(case: Case, attempt: Attempt, known: Known) -> Verdict:
    """Hold an attempt against what its scenario demands.

    Args:
        case: The scenario.
        attempt: One of its attempts; empty for none.
        known: What was measured of its pictures.
    """
    rows: list[Row] = []
    met: dict[str, list[bool]] = {}
    """By the word that demands share; each without one has a key of its own."""
    for place, demand in enumerate(case.scenario.solved_when):
        start = _value(demand.measure, case.start, known, known.rating_start)
        now = _value(demand.measure, attempt, known, known.rating) if attempt else None
        limit = _limit(demand, start)
        is_met = demand.is_met(now, limit) if now is not None and limit is not None else None
        more = _more_digits(demand.measure, now, limit) if now is not None and limit is not None else 0
        rows.append(
            Row(
                MEASURES[demand.measure],
                _shown(demand.measure, start),
                _shown(demand.measure, now, more),
                _wanted(demand, limit, more),
                is_met,
            )
        )
        met.setdefault(demand.either or str(place), []).append(is_met or (is_met is None and demand.if_known))
    rows += _kept(case, attempt)
    rows += _under_cap(case, attempt)
    is_solved = bool(case.start and attempt) and all(any(each) for each in met.values())
    return Verdict(tuple(rows), is_solved and all(row.is_met for row in rows[len(case.scenario.solved_when) :]))


def solved_by(case: Case, known: Known) -> Attempt:
    """Return the first attempt that mends a scenario; empty where none does."""
    return next((attempt for attempt in case.attempts if judge(case, attempt, known).is_solved), ())


def _limit(demand: Demand, start: float | None) -> float | None:
    """Return a demand's bound; of a rating no more than can be given."""
    limit = demand.limit(start)
    return min(limit, float(RATINGS[-1])) if limit is not None and demand.measure == "rating" else limit


def _value(measure: str, attempt: Attempt, known: Known, rating: float | None) -> float | None:
    if measure == "rating":
        return rating
    if not attempt or any(run.outcome != "ok" for run in attempt):
        return None
    if measure == "seconds":
        return sum(run.seconds.making for run in attempt) / len(attempt)
    if measure == "peak_memory_mib":
        return _peak(attempt)
    facts = known.facts.get(ids(attempt), PictureFacts())
    if measure in ("sharpness", "drift"):
        return getattr(facts, measure)
    return getattr(facts.likeness, measure) if facts.likeness else None


def _peak(attempt: Attempt) -> float | None:
    return max((run.peak_memory_mib for run in attempt if run.peak_memory_mib is not None), default=None)


def _kept(case: Case, attempt: Attempt) -> list[Row]:
    """Return what must stay as at the start, where it does not, or shall be said that it does."""
    rows: list[Row] = []
    for name in case.scenario.keep if case.start else ():
        before, now = (
            " | ".join(dict.fromkeys(AXES[name].show(run.settings) for run in runs)) for runs in (case.start, attempt)
        )
        if name == "prompt":
            before, now = "as given", "as given" if before == now else "another" if attempt else ""
        rows.append(Row(AXES[name].label.lower(), before, now, "as at the start", before == now if attempt else None))
    return rows


def _under_cap(case: Case, attempt: Attempt) -> list[Row]:
    label = MEASURES["peak_memory_mib"]
    start, now = (_shown("peak_memory_mib", _peak(each)) for each in (case.start, attempt))
    if case.cap is None:  # of a capped scenario: what the start needs was not measured, so nothing shows it mended
        unknown = Row(label, start or "n/a", now or "n/a", "below the start's", None)
        return [unknown] if case.scenario.cap_gib is not None else []
    caps = {run.placing.cap_gib if run.placing else None for run in attempt}
    is_met = all(cap is not None and cap <= case.cap + 0.001 for cap in caps) if attempt else None
    if case.start and case.start[0].outcome != "ok":
        start = "none left"
    if is_met is False:
        now = f"{now}, not limited".removeprefix(", ")
    return [Row(label, start, now, f"within {case.cap * 1024:,.0f}", is_met)]


_DIGITS = {"rating": (0, "g"), "peak_memory_mib": (0, "f"), "palette": (0, "%"), "texture": (0, "%")}
"""Digits after the point, and how they are written; one digit of any other measure."""

_MOST_DIGITS = 6


def _shown(measure: str, value: float | None, more: int = 0) -> str:
    """Return a measured value as text.

    Args:
        measure: Of what.
        value: Empty text for None.
        more: Digits beside the usual ones.
    """
    digits, kind = _DIGITS.get(measure, (1, "f"))
    if value is None or kind == "g":
        return "" if value is None else f"{value:g}"
    return f"{value:,.{digits + more}{kind}}"


def _more_digits(measure: str, value: float, limit: float) -> int:
    """Return how many digits more tell a value from the bound that it is held against; none where both are one."""
    unlike = (more for more in range(_MOST_DIGITS) if _shown(measure, value, more) != _shown(measure, limit, more))
    return next(unlike, 0)


def _wanted(demand: Demand, limit: float | None, more: int) -> str:
    name, number = demand.bound
    side = "at least" if name.startswith("at_least") else "at most"
    told = _shown(demand.measure, limit, more) or f"{number:.0%} of the start's"
    return f"{side} {told}, if given" if demand.if_known else f"{side} {told}"
