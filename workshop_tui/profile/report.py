"""The hand-in as a page to read: Markdown, and the same as HTML in one file with its pictures inside.

Whoever grades reads the first page: who, which machine, practice or real, what of the assignment is done and on what
evidence, the areas for improvement in the learner's words. What it rests on follows.
"""

from collections.abc import Iterable, Iterator, Sequence

from workshop_tui.exercises.registry import all_parts
from workshop_tui.notebook.run_table import SHORT
from workshop_tui.profile.assignment import assignment
from workshop_tui.profile.build import IMPROVEMENTS
from workshop_tui.profile.findings import Findings
from workshop_tui.profile.hand_in import Checklist, Measurement, Profile
from workshop_tui.profile.limits import limit_words
from workshop_tui.profile.markdown import line, quoted, table
from workshop_tui.profile.plots import Plot
from workshop_tui.profile.sheets import sheet_name, sheet_values
from workshop_tui.profile.summary import area_words, machine_words, model_words
from workshop_tui.text import counted


def report_markdown(
    found: Findings, profile: Profile, checklist: Checklist, files: Iterable[str], drawn: Sequence[Plot]
) -> str:
    """Return the report.

    Args:
        found: What the notebook holds.
        profile: What was built of it.
        checklist: Likewise.
        files: Names of what lies beside the report; contact sheets among them are shown.
        drawn: The plots among them.
    """
    sections = (
        _first_page(found, profile, checklist),
        _pictures(found, frozenset(files)),
        _plots(drawn),
        _measurements(profile.measurements),
        _observations(found, profile),
        _problems(checklist),
        _limits(profile),
        _scenarios(profile),
        _exploration(profile),
        _notes(found, profile),
        _software(profile),
    )
    return "\n\n".join(block for section in sections for block in section) + "\n"


def _first_page(found: Findings, profile: Profile, checklist: Checklist) -> Iterator[str]:
    yield f"# {line(profile.learner)}: {line(profile.lesson.title)}"
    made = "; ".join(model_words(model) for model in profile.models) or "no pictures yet"
    about = [
        ("Made with", made),
        ("Machine", "; ".join(machine_words(profile.hardware))),
        ("Time spent", f"{sum(profile.minutes.values()):.0f} min in {counted(len(profile.minutes), 'section')}"),
        ("Written", f"{profile.written}, by workshop-tui {profile.program}"),
    ]
    yield table(("", ""), about)
    if profile.practice and profile.models:
        yield "**Practice**: all pictures are the built-in model's. Their figures say nothing about FLUX.1 here."
    yield "## Assignment"
    states = {True: "done", False: "missing", None: "not followed by the program"}
    items = assignment(found, profile, checklist)
    yield table(("item", "state", "evidence"), [(item.text, states[item.done], item.evidence) for item in items])
    todo = [f"- {line(gap.sentence)}" for item in items for gap in item.todo]
    if todo:
        yield "Still to do:"
        yield "\n".join(todo)
    yield from _presets(found)
    yield "## Areas for improvement"
    areas = [f"{place}. {line(text)}" for place, text in enumerate(area_words(profile), 1)]
    yield "\n".join(areas) or f"None of {IMPROVEMENTS} is written yet."


def _presets(found: Findings) -> Iterator[str]:
    yield "## Presets"
    rows = [(preset.name, preset.words, preset.note) for preset in found.presets]
    yield table(("name", "what it sets", "what it is good for"), rows) if rows else "None is kept yet."


def _pictures(found: Findings, files: frozenset[str]) -> Iterator[str]:
    shown = [part for part in all_parts(found.lesson) if sheet_name(part) in files]
    if shown:
        yield "## Pictures"
    for part in shown:
        values = ", ".join(sheet_values(part, found.runs))
        alt = f"Contact sheet of {part.title}: {values}, in this order, with the seconds that each took."
        yield f"### {line(part.exercise.title)}, {line(part.title)}"
        yield f"![{line(alt)}]({sheet_name(part)})"


def _plots(drawn: Sequence[Plot]) -> Iterator[str]:
    if drawn:
        yield "## What it costs"
    for plot in drawn:
        yield f"![{line(plot.words)}]({plot.name})"


def _measurements(runs: Sequence[Measurement]) -> Iterator[str]:
    if runs:
        yield "## Measurements"
        heads = ("part", "size", "steps", "guidance", "seed", "sampler", "outcome", "seconds", "peak MiB", "J", "run")
        yield table(heads, [_measurement(run) for run in runs])


def _measurement(run: Measurement) -> tuple[str, ...]:
    peak = f"{run.peak_memory_mib:,.0f}" if run.peak_memory_mib else "n/a"
    return (
        " ".join(filter(None, (run.exercise, run.sweep, run.rework))),
        f"{run.width}x{run.height}",
        str(run.num_inference_steps),
        f"{run.guidance_scale:g}",
        str(run.seed),
        run.sampler,
        run.outcome,
        f"{run.seconds:.2f}",
        peak,
        f"{run.energy_j:,.0f}" if run.energy_j else "n/a",
        run.run_id[:SHORT],
    )


def _observations(found: Findings, profile: Profile) -> Iterator[str]:
    if not profile.observations:
        return
    yield "## Observations"
    titles = {(part.exercise.id, part.id): (part.exercise.title, part.title) for part in all_parts(found.lesson)}
    for place in dict.fromkeys((answer.exercise, answer.part) for answer in profile.observations):
        yield f"### {', '.join(map(line, titles[place]))}"
        for answer in profile.observations:
            if (answer.exercise, answer.part) == place:
                yield f"*{line(answer.asked)}*"
                yield quoted(answer.answer)


def _problems(checklist: Checklist) -> Iterator[str]:
    yield "## Troubleshooting checklist"
    rows = [
        (entry.title, entry.level, entry.state, entry.note or "", entry.run_id[:SHORT]) for entry in checklist.problems
    ]
    yield table(("problem", "level", "state", "what helped", "run that shows it"), rows)
    tried = [
        (entry.title, tick.solution, tick.state, tick.note, tick.run_id[:SHORT])
        for entry in checklist.problems
        for tick in entry.tried
    ]
    if tried:
        yield "### Solutions tried"
        yield table(("problem", "solution", "result", "note", "run that shows it"), tried)


def _limits(profile: Profile) -> Iterator[str]:
    if profile.limits:
        yield "## Limits of the machine"
        rows = [(each.part, limit_words(each), each.model, each.run_id[:SHORT]) for each in profile.limits]
        yield table(("task", "largest that fits", "model", "run that confirms it"), rows)


def _scenarios(profile: Profile) -> Iterator[str]:
    if profile.scenarios:
        yield "## Troubleshooting scenarios"
    for each in profile.scenarios:
        state = "solved" if each.solved else "not solved"
        shown = ", ".join(run_id[:SHORT] for run_id in each.runs) or "none yet"
        yield f"### {line(each.title)}: {state}"
        yield table(
            ("measured", "start", "reached", "wanted"),
            [(fact.measure, fact.start, fact.reached, fact.wanted) for fact in each.facts],
        )
        yield f"Run: {shown}"


def _exploration(profile: Profile) -> Iterator[str]:
    if profile.exploration or profile.discoveries:
        yield "## Advanced exploration"
    if profile.exploration:
        rows = [(each.text, "; ".join(each.done), "; ".join(each.read)) for each in profile.exploration]
        yield table(("item", "done", "read"), rows)
    if profile.discoveries:
        yield "### Unexpected behaviors and discoveries"
        found = [(each.title, each.note, each.run_id[:SHORT]) for each in profile.discoveries]
        yield table(("what", "what was seen", "run that shows it"), found)


def _notes(found: Findings, profile: Profile) -> Iterator[str]:
    labels = {part.id: part.label for part in found.lesson.reading_order(instructor=True)}
    if profile.notes:
        yield "## Notes"
    for place, text in profile.notes.items():
        yield f"### {line(labels[place])}"
        yield quoted(text)


def _software(profile: Profile) -> Iterator[str]:
    yield "## Software"
    yield table(("package", "version"), sorted(profile.software.items()))
