"""Checks an exercise's settings, sweeps and observation fields with the tables that run them."""

from typing import Any

from workshop_tui.generation.settings import check_prompt
from workshop_tui.generation.sizes import parse_size
from workshop_tui.generation.sweep import AXES, checked_axis
from workshop_tui.lesson.exercise import AVAILABLE
from workshop_tui.lesson.finding import Finding, meant, shown
from workshop_tui.lesson.scenario_rules import scenario_findings
from workshop_tui.lesson.setting_rules import check_change, tried_findings, value_findings
from workshop_tui.lesson.table import Table, toml_finding


def exercise_findings(exercise: Table) -> list[Finding]:
    """Check what one exercise asks the program to run and the learner to write down."""
    findings = _base_settings(exercise)
    for sweep in exercise.tables("sweeps"):
        findings += _sweep(sweep)
    for field in exercise.tables("observations"):
        findings += _field(field)
    for scenario in exercise.tables("scenarios"):
        findings += scenario_findings(scenario)
    return findings


def _base_settings(exercise: Table) -> list[Finding]:
    findings: list[Finding] = []
    prompt = exercise.text("base_prompt")
    if prompt:
        findings += tried_findings(exercise.at("base_prompt"), prompt, lambda: check_prompt(prompt))
    elif exercise.text("kind") == "sweeps" and exercise.tables("sweeps"):
        message = "the sweeps have no prompt to start from."
        findings.append(toml_finding("error", exercise.at("base_prompt"), "", message, "Add a base_prompt."))
    changes: dict[str, dict[str, Any]] = {}
    if (seed := exercise.whole("seed")) is not None:
        changes["seed"] = {"seed": seed}
    if (steps := exercise.whole("steps")) is not None:
        changes["steps"] = {"num_inference_steps": steps}
    if (guidance := exercise.number("guidance")) is not None:
        changes["guidance"] = {"guidance_scale": guidance}
    if sampler := exercise.text("sampler"):
        changes["sampler"] = {"sampler": sampler}
    for key, change in changes.items():
        findings += tried_findings(exercise.at(key), exercise.data[key], lambda change=change: check_change(change))
    if size := exercise.text("size"):

        def read_size() -> None:
            width, height = parse_size(size)
            check_change({"width": width, "height": height})

        findings += tried_findings(exercise.at("size"), size, read_size)
    return findings


def _sweep(sweep: Table) -> list[Finding]:
    vary = sweep.text("vary")
    if vary is None:
        return []
    if vary not in AXES:
        todo = meant(vary, AXES, "These can")
        return [toml_finding("error", sweep.at("vary"), shown(vary), f"'{vary}' cannot be varied.", todo)]
    where = sweep.at("values")
    values = sweep.items("values")
    if sweep.text("values") == AVAILABLE and vary != "sampler":
        message = f"'{AVAILABLE}' means every sampler; {vary} needs its own values."
        return [toml_finding("error", where, shown(AVAILABLE), message, "List the values.")]
    if sweep.data.get("values") == []:
        return [toml_finding("error", where, "[]", "the sweep has no values.", "List at least one.")]
    findings: list[Finding] = []
    for place, value in enumerate(values):
        findings += value_findings(vary, f"{where}[{place}]", value)
    if not findings and values:
        texts = [str(value) for value in values]
        findings += tried_findings(where, values, lambda: checked_axis(vary, texts))
    return findings


def _field(field: Table) -> list[Finding]:
    kind, measure = field.text("kind") or "text", field.text("measure")
    if kind == "auto" and "measure" not in field.data:
        message = "a field that the program fills in says what with."
        return [toml_finding("error", field.at("measure"), "", message, 'Add measure = "seconds".')]
    if measure is not None and kind != "auto":
        message = f"a field of kind '{kind}' is filled in by the learner, so that this has no effect."
        return [toml_finding("warning", field.at("measure"), shown(measure), message, 'Set kind = "auto".')]
    return []
