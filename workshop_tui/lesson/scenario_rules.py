"""Checks what a scenario starts from, and what shows it mended."""

import difflib
from collections.abc import Iterable

from workshop_tui.generation.settings import check_prompt
from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.finding import Finding, Severity, shown
from workshop_tui.lesson.read import LESSON_TOML
from workshop_tui.lesson.scenario import BOUNDS, MEASURES, SERIES_MEASURES
from workshop_tui.lesson.setting_rules import tried_findings, value_findings
from workshop_tui.lesson.table import Table


def scenario_findings(scenario: Table) -> list[Finding]:
    """Check one scenario; what has a wrong type is passed over here."""
    findings: list[Finding] = []
    start = scenario.table("start")
    for table in (start, scenario.table("start_flux")):
        for name, value in table.data.items():
            findings += value_findings(name, table.at(name), value)
    findings += _prompts(scenario)
    for place, name in enumerate(scenario.items("keep")):
        if isinstance(name, str) and name not in AXES:
            findings.append(_unknown(f"{scenario.at('keep')}[{place}]", name, "setting", AXES))
    demands = scenario.tables("solved_when")
    for demand in demands:
        findings += _demand(demand, is_series=bool(scenario.items("prompts")))
    is_capped = scenario.number("cap_gib") is not None
    if scenario.number("practice_cap") is not None and not is_capped:
        message = "only the built-in model would be capped."
        findings.append(_finding(scenario.at("practice_cap"), "", message, "Add cap_gib for the others.", "warning"))
    if (start.data or scenario.items("prompts")) and not demands and not is_capped:
        message = "nothing measured would show it mended."
        findings.append(_finding(scenario.at("solved_when"), "", message, "Add solved_when.", "warning"))
    return findings


def _prompts(scenario: Table) -> list[Finding]:
    findings: list[Finding] = []
    prompts = [prompt for prompt in scenario.items("prompts") if isinstance(prompt, str)]
    for place, prompt in enumerate(prompts):
        where = f"{scenario.at('prompts')}[{place}]"
        findings += tried_findings(where, prompt, lambda prompt=prompt: check_prompt(prompt))
        if "|" in prompt:
            findings.append(_finding(where, shown(prompt), "a bar stands between prompts.", "Write it without '|'."))
        if prompt in prompts[:place]:
            findings.append(_finding(where, shown(prompt), "this prompt stands there already.", "Give each once."))
    if len(prompts) == 1:
        message = "a series has at least two prompts."
        findings.append(_finding(scenario.at("prompts"), "", message, "Add one, or write it as start.prompt."))
    return findings


def _demand(demand: Table, *, is_series: bool) -> list[Finding]:
    findings: list[Finding] = []
    measure = demand.text("measure")
    if measure is not None and measure not in MEASURES:
        findings.append(_unknown(demand.at("measure"), measure, "measure", MEASURES))
    if measure in SERIES_MEASURES and not is_series:
        message = f"{measure} is measured between the pictures of a series."
        findings.append(_finding(demand.at("measure"), shown(measure), message, "Add prompts to the scenario."))
    given = [key for key in BOUNDS if key in demand.data]
    if len(given) != 1:
        message = "a demand has exactly one bound."
        findings.append(_finding(demand.where, ", ".join(given), message, f"Give one of: {', '.join(BOUNDS)}."))
    return findings


def _unknown(where: str, name: str, what: str, known: Iterable[str]) -> Finding:
    near = difflib.get_close_matches(name, list(known), n=1)
    todo = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
    return _finding(where, shown(name), f"there is no {what} '{name}'.", todo)


def _finding(where: str, value: str, message: str, todo: str, severity: Severity = "error") -> Finding:
    return Finding(severity, LESSON_TOML, where, value, message, todo)
