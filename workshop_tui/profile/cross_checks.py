"""What a hand-in must keep to beyond its structure: what it cites is there, and what it claims fits together."""

import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import get_args

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.generation.record import Outcome
from workshop_tui.generation.spool import is_run_id
from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.finding import Finding, Severity, shown
from workshop_tui.profile.build import IMPROVEMENTS
from workshop_tui.profile.hand_in import CHECKLIST_FILE, PROFILE_FILE, Checklist, Measurement, Profile

_OUTCOMES: tuple[str, ...] = get_args(Outcome)


def profile_findings(profile: Profile) -> Iterator[Finding]:
    """Check an optimization profile by itself."""
    yield from _written(PROFILE_FILE, profile.written)
    if len(profile.improvements) > IMPROVEMENTS:
        count = len(profile.improvements)
        message = f"there are {count} areas for improvement; at most {IMPROVEMENTS} are asked for."
        yield _wrong("improvements", count, message, "Leave the others out.")
    for place, text in enumerate(profile.improvements):
        if not text.strip():
            yield _wrong(f"improvements[{place}]", text, "this area is empty.", "Write it, or leave it out.")
    yield from _twice(PROFILE_FILE, "measurements", "run_id", (run.run_id for run in profile.measurements))
    models = {model.name for model in profile.models}
    for place, run in enumerate(profile.measurements):
        yield from _measurement(f"measurements[{place}]", run, models)
    if profile.practice != all(model.practice for model in profile.models):
        message = "this does not fit the models that are listed."
        yield _wrong("practice", profile.practice, message, "It is true while every model is the built-in one.")
    yield from _good_settings(profile)
    known = {run.run_id for run in profile.measurements}
    for place, each in enumerate(profile.discoveries):
        if each.run_id and each.run_id not in known:
            yield _wrong(f"discoveries[{place}].run_id", each.run_id, "no measurement has this id.", _CITE)
    for place, each in enumerate(profile.limits):
        if each.run_id and each.run_id not in known:
            yield _wrong(f"limits[{place}].run_id", each.run_id, "no measurement has this id.", _CITE)
    for place, each in enumerate(profile.scenarios):
        for run_id in (*each.start, *each.runs):
            if run_id not in known:
                yield _wrong(f"scenarios[{place}].runs", run_id, "no measurement has this id.", _CITE)
        if each.solved and not each.runs:
            yield _wrong(f"scenarios[{place}].solved", True, "no run shows it.", _CITE)
    yield from _presets(profile)
    for section, minutes in profile.minutes.items():
        if not 0 <= minutes < math.inf:
            yield _wrong(f"minutes.{section}", minutes, "no time is like that.", "Give minutes from 0.")
    rests_on_runs = profile.models or profile.good_settings or profile.limits or profile.scenarios
    lacks_runs = bool(rests_on_runs) and not profile.measurements  # a lesson may have nothing to measure
    if not profile.missing and (len(profile.improvements) < IMPROVEMENTS or lacks_runs):
        message = "it says that nothing is missing, but lacks measurements or areas for improvement."
        yield _wrong("missing", [], message, "Write it anew: workshop-tui profile export")


def checklist_findings(checklist: Checklist) -> Iterator[Finding]:
    """Check a troubleshooting checklist by itself."""
    yield from _written(CHECKLIST_FILE, checklist.written)
    yield from _twice(CHECKLIST_FILE, "problems", "id", (entry.id for entry in checklist.problems))


def pair_findings(profile: Profile, checklist: Checklist) -> Iterator[Finding]:
    """Check the two files of one hand-in against each other."""
    for key in ("learner", "lesson"):
        mine, other = getattr(profile, key), getattr(checklist, key)
        if mine != other:
            value = other if isinstance(other, str) else other.id
            message = f"this is not the {key} of {PROFILE_FILE}."
            yield _wrong(key, value, message, "Hand in two files that belong together.", CHECKLIST_FILE)
    known = {run.run_id for run in profile.measurements}
    for place, entry in enumerate(checklist.problems):
        cited = {f"problems[{place}].run_id": entry.run_id}
        cited |= {f"problems[{place}].tried[{number}].run_id": tick.run_id for number, tick in enumerate(entry.tried)}
        for where, run_id in cited.items():
            if run_id and run_id not in known:
                yield _wrong(where, run_id, "no measurement has this id.", _CITE, CHECKLIST_FILE)


_CITE = "Cite a run that stands among the measurements."


def _good_settings(profile: Profile) -> Iterator[Finding]:
    runs = {run.run_id: run for run in profile.measurements}
    for place, good in enumerate(profile.good_settings):
        where = f"good_settings[{place}]"
        if good.setting not in AXES:
            known = ", ".join(AXES)
            yield _wrong(f"{where}.setting", good.setting, "there is no such setting.", f"Known: {known}.")
        if not good.runs:
            message = f"no picture shows that {good.value} is good."
            yield _wrong(f"{where}.runs", [], message, "Make one with this value.", severity="warning")
        for number, run_id in enumerate(good.runs):
            at, run = f"{where}.runs[{number}]", runs.get(run_id)
            if run is None:
                yield _wrong(at, run_id, "no measurement has this id.", _CITE)
            elif run.outcome != "ok":
                yield _wrong(at, run_id, f"the outcome of this run is '{run.outcome}'.", "Cite one that is ok.")
            elif (run.exercise, run.sweep) != (good.exercise, good.sweep):
                yield _wrong(at, run_id, "this run is of another sweep.", "Cite one of the sweep itself.")


def _presets(profile: Profile) -> Iterator[Finding]:
    yield from _twice(PROFILE_FILE, "presets", "name", (each.name for each in profile.presets))
    for place, entry in enumerate(profile.presets):
        try:
            entry.read()
        except UserError as error:
            yield _wrong(f"presets[{place}]", entry.name, error.message, error.hint or "Leave it out.")


def _measurement(where: str, run: Measurement, models: set[str]) -> Iterator[Finding]:
    if not is_run_id(run.run_id):
        yield _wrong(f"{where}.run_id", run.run_id, "this is no run id.", "It has 32 hexadecimal digits.")
    if run.rework and not is_run_id(run.source_run_id):
        message = f"a {run.rework} picture is made out of a run, and this is no run id."
        yield _wrong(f"{where}.source_run_id", run.source_run_id, message, "Name the run that it was made out of.")
    if run.outcome not in _OUTCOMES:
        known = ", ".join(_OUTCOMES)
        yield _wrong(f"{where}.outcome", run.outcome, "there is no such outcome.", f"Known: {known}.")
    if run.model and run.model not in models:
        yield _wrong(f"{where}.model", run.model, "this model is not among the models.", "Name it in [[models]].")
    for key, value in msgspec.structs.asdict(run).items():
        if isinstance(value, int | float) and not 0 <= value < math.inf:
            yield _wrong(f"{where}.{key}", value, "no measurement is like that.", "Give a number from 0.")


def _written(file: str, text: str) -> Iterator[Finding]:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        yield _wrong("written", text, "this is no time.", "It is written as 2026-01-31T14:05:00+00:00.", file)


def _twice(file: str, table: str, key: str, values: Iterable[str]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for place, value in enumerate(values):
        if first.setdefault(value, place) != place:
            message = f"this {key} stands at {table}[{first[value]}] already."
            yield _wrong(f"{table}[{place}].{key}", value, message, "Name each once.", file)


def _wrong(
    where: str, value: object, message: str, todo: str, file: str = PROFILE_FILE, *, severity: Severity = "error"
) -> Finding:
    return Finding(severity, file, where, shown(value), message, todo)
