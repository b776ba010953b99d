"""Checks an exercise's settings, sweeps and observation fields with the tables that run them."""

from workshop_tui.generation.settings import check_prompt
from workshop_tui.generation.sweep import AXES, checked_axis
from workshop_tui.lesson.exercise import AVAILABLE
from workshop_tui.lesson.finding import Finding, meant, shown
from workshop_tui.lesson.scenario_rules import needs_prompt, scenario_findings
from workshop_tui.lesson.setting_rules import tried_findings, value_findings
from workshop_tui.lesson.table import Table, toml_finding


def exercise_findings(exercise: Table) -> list[Finding]:
    """Check what one exercise asks the program to run and the learner to write down."""
    findings = _base_settings(exercise)
    for sweep in exercise.tables("sweeps"):
        findings += _sweep(sweep)
    for field in exercise.tables("observations"):
        findings += _field(field)
    for task in exercise.tables("tasks"):
        findings += _ladder(task)
    for scenario in exercise.tables("scenarios"):
        findings += scenario_findings(scenario)
    return findings


def _base_settings(exercise: Table) -> list[Finding]:
    findings: list[Finding] = []
    prompt = exercise.text("base_prompt")
    if prompt:
        findings += tried_findings(exercise.at("base_prompt"), prompt, lambda: check_prompt(prompt))
    elif needing := _needing_prompt(exercise):
        message = f"{needing} no prompt to start from."
        findings.append(toml_finding("error", exercise.at("base_prompt"), "", message, "Add a base_prompt."))
    guidance = exercise.data.get("guidance")
    given = {
        "seed": exercise.whole("seed"),
        "steps": exercise.whole("steps"),
        "guidance": guidance if isinstance(guidance, int | float) else None,  # nan, too, which no picture is made with
        "size": exercise.text("size"),
        "sampler": exercise.text("sampler"),
    }
    for name, value in given.items():
        if value not in (None, ""):
            findings += value_findings(name, exercise.at(name), value)
    return findings


def _needing_prompt(exercise: Table) -> str:
    """Return what of an exercise starts from its prompt, and the verb; empty where nothing does."""
    match exercise.text("kind"):
        case "sweeps" if exercise.tables("sweeps"):
            return "the sweeps have"
        case "challenge" if any(task.items("ladder") or "search" in task.data for task in exercise.tables("tasks")):
            return "what is looked for has"
        case "scenarios" if any(map(needs_prompt, exercise.tables("scenarios"))):
            return "the scenarios have"
        case _:
            return ""


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
    if values and not any(each.severity == "error" for each in findings):
        texts = [str(value) for value in values]
        findings += tried_findings(where, values, lambda: checked_axis(vary, texts))
    return findings


def _ladder(task: Table) -> list[Finding]:
    steps = task.items("ladder")
    if any(isinstance(each, bool) or not isinstance(each, int) for each in steps):  # its structure says so
        return []
    return tried_findings(task.at("ladder"), steps, lambda: checked_axis("steps", [str(each) for each in steps]))


def _field(field: Table) -> list[Finding]:
    kind, measure = field.text("kind") or "text", field.text("measure")
    if kind == "auto" and "measure" not in field.data:
        message = "a field that the program fills in says what with."
        return [toml_finding("error", field.at("measure"), "", message, 'Add measure = "seconds".')]
    if kind == "auto" and field.data.get("required") is True:
        message = "the program fills this in, so that no hand-in could lack it."
        return [toml_finding("error", field.at("required"), "true", message, "Leave required out.")]
    if measure is not None and kind != "auto":
        message = f"a field of kind '{kind}' is filled in by the learner, so that this has no effect."
        return [toml_finding("warning", field.at("measure"), shown(measure), message, 'Set kind = "auto".')]
    return []
