"""What a lesson must keep to beyond its structure: ids, references, minutes."""

from collections.abc import Iterable

from workshop_tui.lesson.exercise import EXERCISE_KINDS
from workshop_tui.lesson.exercise_rules import exercise_findings
from workshop_tui.lesson.finding import Finding, shown
from workshop_tui.lesson.table import Table, toml_finding, unknown_finding
from workshop_tui.lesson.trial_rules import trial_findings

# What an exercise of each kind is made of.
_NEEDED = {"sweeps": "sweeps", "challenge": "tasks", "scenarios": "scenarios"}


def rule_findings(lesson: Table) -> list[Finding]:
    """Check everything in `lesson.toml` that its structure does not say.

    Args:
        lesson: The whole file; what has a wrong type is passed over here.
    """
    findings: list[Finding] = []
    if lesson.data.get("sections") == []:
        todo = "Add at least one [[sections]] with id, title, kind, minutes and file."
        findings.append(toml_finding("error", "sections", "[]", "the lesson has no sections.", todo))
    findings += _twice([*lesson.tables("sections"), *lesson.tables("pages")], "id")
    findings += _twice([*lesson.tables("sections"), *lesson.tables("pages")], "file")
    for key in ("exercises", "problems", "assignment", "exploration"):
        findings += _twice(lesson.tables(key), "id")
    findings += _minutes(lesson)
    sections = {name: section for section in lesson.tables("sections") if (name := section.text("id"))}
    for exercise in lesson.tables("exercises"):
        findings += _exercise_place(exercise, sections)
        findings += _exercise_kind(exercise)
        for key in ("sweeps", "observations", "tasks", "scenarios"):
            findings += _twice(exercise.tables(key), "id")
        findings += exercise_findings(exercise)
    findings += _exercises_together(lesson, sections)
    has_prompt = any(exercise.text("base_prompt") for exercise in lesson.tables("exercises"))
    for problem in lesson.tables("problems"):
        findings += _problem(problem) + trial_findings(problem, has_prompt=has_prompt)
    for item in lesson.tables("exploration"):
        findings += _twice(item.tables("reads"), "id") + _explored(item, lesson)
    return findings


def _twice(tables: Iterable[Table], key: str) -> list[Finding]:
    first: dict[str, str] = {}
    findings: list[Finding] = []
    for table in tables:
        value = table.text(key)
        if value is None:
            continue
        if value in first:
            message = f"this {key} stands at {first[value]} already."
            findings.append(toml_finding("error", table.at(key), shown(value), message, f"Give each its own {key}."))
        first.setdefault(value, table.at(key))
    return findings


def _minutes(lesson: Table) -> list[Finding]:
    stated = lesson.number("stated_minutes")
    sections = lesson.tables("sections")
    lengths = [section.number("minutes") for section in sections]
    if stated is None or not lengths or (lesson.text("minutes_note") or "").strip():
        return []
    known = [length for length in lengths if length is not None]
    if len(known) < len(lengths):
        return []
    total = sum(known)
    breaks = sum(section.number("minutes") or 0 for section in sections if section.text("kind") == "break")
    if any(abs(stated - length) < 0.01 for length in (total, total - breaks)):
        return []
    sums = f"{total:g} min with breaks and {total - breaks:g} without" if breaks else f"{total:g} min"
    return [
        toml_finding(
            "warning",
            "stated_minutes",
            f"{stated:g}",
            f"the sections add up to {sums}.",
            "Change the minutes, or say in minutes_note why they differ.",
        )
    ]


def _exercise_place(exercise: Table, sections: dict[str, Table]) -> list[Finding]:
    name = exercise.text("section")
    if name is None:
        return []
    if name not in sections:
        return [unknown_finding(exercise.at("section"), name, "section", list(sections))]
    findings: list[Finding] = []
    ahead, order = exercise.text("prepare_from"), list(sections)
    if ahead and ahead not in sections:
        findings.append(unknown_finding(exercise.at("prepare_from"), ahead, "section", order))
    elif ahead and order.index(ahead) > order.index(name):
        message = "this section comes after the exercise's own."
        findings.append(
            toml_finding("error", exercise.at("prepare_from"), shown(ahead), message, "Name an earlier one.")
        )
    if sections[name].text("kind") == "break":
        message = "this section is a break."
        findings.append(toml_finding("warning", exercise.at("section"), shown(name), message, "Name a lab."))
    own, given = exercise.number("minutes"), sections[name].number("minutes")
    if own is not None and given is not None and own > given:
        message = f"the exercise is longer than its section '{name}', which has {given:g} min."
        todo = "Shorten the exercise, or give the section more minutes."
        findings.append(toml_finding("error", exercise.at("minutes"), f"{own:g}", message, todo))
    return findings


def _exercises_together(lesson: Table, sections: dict[str, Table]) -> list[Finding]:
    findings: list[Finding] = []
    for name, section in sections.items():
        given = section.number("minutes")
        inside = [exercise for exercise in lesson.tables("exercises") if exercise.text("section") == name]
        lengths = [length for exercise in inside if (length := exercise.number("minutes")) is not None]
        if given is None or len(lengths) < 2 or max(lengths) > given or sum(lengths) <= given:
            continue
        message = f"its exercises take {sum(lengths):g} min together."
        todo = "Shorten the exercises, or give the section more minutes."
        findings.append(toml_finding("error", section.at("minutes"), f"{given:g}", message, todo))
    return findings


def _exercise_kind(exercise: Table) -> list[Finding]:
    kind = exercise.text("kind")
    if kind is None:
        return []
    if kind not in EXERCISE_KINDS:
        return [unknown_finding(exercise.at("kind"), kind, "kind of exercise", sorted(EXERCISE_KINDS))]
    needed = _NEEDED.get(kind)
    if needed and exercise.data.get(needed, []) == []:
        message = f"an exercise of kind '{kind}' needs {needed}."
        return [toml_finding("error", exercise.at(needed), "", message, f"Add {needed}, or choose another kind.")]
    return []


def _problem(problem: Table) -> list[Finding]:
    findings: list[Finding] = []
    if problem.data.get("solutions") == []:
        message = "there is nothing to try."
        findings.append(toml_finding("error", problem.at("solutions"), "[]", message, "Add at least one solution."))
    if not problem.text("symptoms") and not problem.text("problem"):
        message = "it says neither how the problem shows (symptoms) nor what it is (problem)."
        findings.append(toml_finding("warning", problem.where, "", message, "Add one of the two."))
    return [*findings, *_twice(problem.tables("solutions"), "id")]


def _explored(item: Table, lesson: Table) -> list[Finding]:
    exercises = {name: each for each in lesson.tables("exercises") if (name := each.text("id"))}
    name, sweep = item.text("exercise"), item.text("sweep")
    if name and name not in exercises:
        return [unknown_finding(item.at("exercise"), name, "exercise", list(exercises))]
    sweeps = [id_ for each in exercises[name].tables("sweeps") if (id_ := each.text("id"))] if name else []
    if sweep and sweep not in sweeps:
        return [unknown_finding(item.at("sweep"), sweep, "sweep", sweeps)]
    return []
