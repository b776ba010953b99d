"""Checks what a problem of the checklist has tried out: its solutions' settings, and the prompts that are compared."""

from workshop_tui.generation.settings import check_prompt
from workshop_tui.generation.sweep import AXES, checked_axis
from workshop_tui.lesson.exercise import MONITOR
from workshop_tui.lesson.finding import Finding, shown
from workshop_tui.lesson.setting_rules import tried_findings, value_findings
from workshop_tui.lesson.table import Table, toml_finding

COMMAND = "workshop-tui "
"""What a command that a solution names begins with."""

COMPARED = 2
"""Prompts in a comparison."""


def trial_findings(problem: Table, *, has_prompt: bool) -> list[Finding]:
    """Check one problem.

    Args:
        problem: Of the checklist.
        has_prompt: Whether an exercise of the lesson has a prompt to start from.
    """
    findings: list[Finding] = []
    for solution in problem.tables("solutions"):
        if "try" in solution.data:
            findings += _no_prompt(solution, "try", has_prompt) + _change(solution)
        findings += _place(solution)
    if "compare" in problem.data:
        findings += _no_prompt(problem, "compare", has_prompt) + _compared(problem)
    return findings


def _no_prompt(table: Table, key: str, has_prompt: bool) -> list[Finding]:
    if has_prompt:
        return []
    message = "no exercise has a prompt and settings to start from."
    return [toml_finding("error", table.at(key), "", message, "Add a base_prompt to an exercise, or leave this out.")]


def _change(solution: Table) -> list[Finding]:
    change = solution.table("try")
    if len(change.data) != 1:
        message = f"one setting is tried at a time, and here are {len(change.data)}."
        return [
            toml_finding("error", change.where, shown(list(change.data)), message, "Write one, such as { steps = 40 }.")
        ]
    name = next(iter(change.data))
    values = change.items(name) or [change.data[name]]
    several = isinstance(change.data[name], list)
    findings: list[Finding] = []
    for place, value in enumerate(values):
        where = f"{change.at(name)}[{place}]" if several else change.at(name)
        findings += value_findings(name, where, value)
    if several and name in AXES and not any(each.severity == "error" for each in findings):
        findings += tried_findings(change.at(name), values, lambda: checked_axis(name, [str(each) for each in values]))
    return findings


def _place(table: Table) -> list[Finding]:
    see = table.text("see")
    if not see:
        return []
    if "try" in table.data:
        message = "a solution is tried as a setting, or seen elsewhere."
        return [toml_finding("error", table.at("see"), shown(see), message, "Leave out see, or try.")]
    if see != MONITOR and not see.startswith(COMMAND):
        todo = f'Write "{MONITOR}", or a command such as "{COMMAND}doctor".'
        return [toml_finding("error", table.at("see"), shown(see), "there is no such place.", todo)]
    return []


def _compared(problem: Table) -> list[Finding]:
    prompts, where = problem.items("compare"), problem.at("compare")
    if len(prompts) != COMPARED:
        return [toml_finding("error", where, shown(prompts), f"{len(prompts)} prompts are compared.", "Give two.")]
    texts = [each for each in prompts if isinstance(each, str)]
    findings: list[Finding] = []
    for place, text in enumerate(texts):
        findings += tried_findings(f"{where}[{place}]", text, lambda text=text: check_prompt(text))
    if not findings and len(set(texts)) < len(texts):
        findings.append(toml_finding("error", where, shown(prompts), "both prompts are the same.", "Change one."))
    return findings
