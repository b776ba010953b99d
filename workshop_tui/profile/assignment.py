"""Which items of a lesson's assignment are done, on what evidence, and what the others lack."""

from collections.abc import Callable
from dataclasses import dataclass

from workshop_tui.exercises.registry import all_parts
from workshop_tui.profile.build import ASSIGNMENT, Gap, lacking
from workshop_tui.profile.findings import Findings
from workshop_tui.profile.hand_in import Checklist, Profile
from workshop_tui.profile.summary import machine_words, state_words
from workshop_tui.text import counted


@dataclass(frozen=True)
class Item:
    """One item of the assignment."""

    text: str
    """In the lesson's words."""
    done: bool | None
    """None where the program does not follow this item."""
    evidence: str
    """What there is of it."""
    todo: tuple[Gap, ...]
    """What it lacks."""


def assignment(found: Findings, profile: Profile, checklist: Checklist) -> list[Item]:
    """Return the lesson's items in its order.

    Args:
        found: What the notebook holds.
        profile: What was built of it.
        checklist: Likewise.
    """
    todo = lacking(found)
    items: list[Item] = []
    for item in found.lesson.data.assignment:
        if item.id in ASSIGNMENT:
            evidence = _EVIDENCE[item.id](found, profile, checklist)
            items.append(Item(item.text, not todo[item.id], evidence, tuple(todo[item.id])))
        else:
            items.append(Item(item.text, None, "", ()))
    return items


def _hardware(_found: Findings, profile: Profile, _checklist: Checklist) -> str:
    return "; ".join(machine_words(profile.hardware))


def _settings(found: Findings, profile: Profile, _checklist: Checklist) -> str:
    ok, runs = sum(run.outcome == "ok" for run in profile.measurements), counted(len(profile.measurements), "run")
    best = [f"{good.setting} {good.value}" for good in profile.good_settings]
    asked = [part for part in all_parts(found.lesson) if not part.exercise.optional]
    made = [part for part in asked if part.sweep or part.search or part.scenario]
    bare = [part.title for part in made if not part.good_runs(found.runs)]
    return (
        f"{ok} of {runs} ended well; found best: {', '.join(best) or 'nothing yet'}; "
        f"without a run: {', '.join(bare) or 'no part'}"
    )


def _checklist(_found: Findings, _profile: Profile, checklist: Checklist) -> str:
    shown = sum(bool(entry.run_id) for entry in checklist.problems)
    tried = sum(len(entry.tried) for entry in checklist.problems)
    return f"{state_words(checklist)}; {shown} with a run that shows it; {tried} solutions tried"


def _areas(_found: Findings, profile: Profile, _checklist: Checklist) -> str:
    written, taken = len(profile.improvements), len(profile.suggested)
    return f"{written} written{f', {taken} of them as the program suggested' if taken else ''}"


_EVIDENCE: dict[str, Callable[[Findings, Profile, Checklist], str]] = {
    "hardware": _hardware,
    "settings": _settings,
    "checklist": _checklist,
    "areas": _areas,
}
