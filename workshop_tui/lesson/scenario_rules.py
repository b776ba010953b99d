"""Checks what a scenario starts from, and what shows it mended."""

from workshop_tui.generation.settings import check_prompt
from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.finding import Finding, shown
from workshop_tui.lesson.scenario import BOUNDS, MEASURES, SERIES_MEASURES
from workshop_tui.lesson.setting_rules import tried_findings, value_findings
from workshop_tui.lesson.table import Table, toml_finding, unknown_finding


def scenario_findings(scenario: Table) -> list[Finding]:
    """Check one scenario; what has a wrong type is passed over here."""
    findings: list[Finding] = []
    start = scenario.table("start")
    for table, practice in ((start, True), (scenario.table("start_flux"), False)):
        for name, value in table.data.items():
            findings += value_findings(name, table.at(name), value, practice=practice)
    findings += _prompts(scenario)
    for place, name in enumerate(scenario.items("keep")):
        if isinstance(name, str) and name not in AXES:
            findings.append(unknown_finding(f"{scenario.at('keep')}[{place}]", name, "setting", AXES))
    demands = scenario.tables("solved_when")
    for demand in demands:
        findings += _demand(demand, is_series=bool(scenario.items("prompts")))
    is_capped = scenario.number("cap_gib") is not None
    if scenario.number("practice_cap") is not None and not is_capped:
        message = "only the built-in model would be capped."
        findings.append(
            toml_finding("warning", scenario.at("practice_cap"), "", message, "Add cap_gib for the others.")
        )
    if (start.data or scenario.items("prompts")) and not demands and not is_capped:
        message = "nothing measured would show it mended."
        findings.append(toml_finding("warning", scenario.at("solved_when"), "", message, "Add solved_when."))
    return findings


def needs_prompt(scenario: Table) -> bool:
    """Tell whether a scenario starts from its exercise's prompt; without anything to be measured it has no start."""
    is_judged = bool(scenario.tables("solved_when")) or "cap_gib" in scenario.data
    return is_judged and not scenario.items("prompts") and not scenario.table("start").text("prompt")


def _prompts(scenario: Table) -> list[Finding]:
    findings: list[Finding] = []
    prompts = [prompt for prompt in scenario.items("prompts") if isinstance(prompt, str)]
    for place, prompt in enumerate(prompts):
        where = f"{scenario.at('prompts')}[{place}]"
        findings += tried_findings(where, prompt, lambda prompt=prompt: check_prompt(prompt))
        if "|" in prompt:
            findings.append(
                toml_finding("error", where, shown(prompt), "a bar stands between prompts.", "Write it without '|'.")
            )
        if prompt in prompts[:place]:
            findings.append(
                toml_finding("error", where, shown(prompt), "this prompt stands there already.", "Give each once.")
            )
    if len(prompts) == 1:
        message = "a series has at least two prompts."
        findings.append(
            toml_finding("error", scenario.at("prompts"), "", message, "Add one, or write it as start.prompt.")
        )
    return findings


def _demand(demand: Table, *, is_series: bool) -> list[Finding]:
    findings: list[Finding] = []
    measure = demand.text("measure")
    if measure is not None and measure not in MEASURES:
        findings.append(unknown_finding(demand.at("measure"), measure, "measure", MEASURES))
    if measure in SERIES_MEASURES and not is_series:
        message = f"{measure} is measured between the pictures of a series."
        findings.append(
            toml_finding("error", demand.at("measure"), shown(measure), message, "Add prompts to the scenario.")
        )
    given = [key for key in BOUNDS if key in demand.data]
    if len(given) != 1:
        message = "a demand has exactly one bound."
        findings.append(
            toml_finding("error", demand.where, ", ".join(given), message, f"Give one of: {', '.join(BOUNDS)}.")
        )
    for key in given:
        if isinstance(demand.data[key], float) and demand.number(key) is None:
            message = "a bound is a finite number."
            findings.append(toml_finding("error", demand.at(key), shown(demand.data[key]), message, "Write a number."))
    return findings
