"""Makes the hand-in from the notebook; nothing is read or written here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from workshop_tui import __version__
from workshop_tui.exercises.answers import same_value
from workshop_tui.exercises.blind import rated_fields
from workshop_tui.exercises.exploring import explored
from workshop_tui.exercises.lacking import lacking_of
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import all_parts
from workshop_tui.exercises.seen import seen
from workshop_tui.generation.record import Run
from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.model import Lesson
from workshop_tui.monitor.hardware import Hardware
from workshop_tui.notebook.entries import Check, Observation, own_items
from workshop_tui.profile import hand_in
from workshop_tui.profile.findings import Findings
from workshop_tui.profile.limits import limit_entries
from workshop_tui.profile.models import model_entry, model_name, models_of
from workshop_tui.profile.private import without_places

IMPROVEMENTS = 3
"""Areas for improvement that the assignment asks for."""

ASSIGNMENT = ("hardware", "settings", "checklist", "areas")
"""What of an assignment the program follows: the ids of such items in a lesson."""


@dataclass(frozen=True)
class Gap:
    """Something that is still to do for a complete hand-in."""

    sentence: str
    place: str
    """Where it is done: a part of the exercises by its name, else one of `ASSIGNMENT`."""
    count: int = 1
    """How many things that is: pictures, answers, problems, areas; 0 where another gap counts it."""


def build_profile(found: Findings, now: datetime) -> hand_in.Profile:
    """Return the optimization profile as it stands now."""
    parts = all_parts(found.lesson)
    models = models_of(found.runs)
    cited = {run_id for check in found.checks.values() for run_id in check.cited}
    return hand_in.Profile(
        schema=hand_in.SCHEMA,
        kind="optimization-profile",
        written=now.isoformat(timespec="seconds"),
        program=__version__,
        learner=found.learner,
        practice=all(model.practice for model in models),
        missing=tuple(missing(found)),
        improvements=tuple(found.improvements[place] for place in sorted(found.improvements)),
        lesson=_lesson_ref(found.lesson),
        hardware=hardware_entry(found.hardware, found.corrections),
        software=_software(found),
        suggested=tuple(place for place, at in enumerate(sorted(found.improvements), 1) if at in found.suggested),
        minutes={section: round(minutes, 1) for section, minutes in found.minutes.items() if minutes >= 0.05},
        notes={
            part.id: found.notes[part.id]
            for part in found.lesson.reading_order(instructor=True)
            if part.id in found.notes
        },
        models=tuple(model_entry(model) for model in models),
        presets=tuple(map(hand_in.PresetEntry.of, found.presets)),
        good_settings=tuple(_good_settings(parts, found)),
        observations=tuple(_answers(parts, found.observations)),
        measurements=tuple(measurement(run) for run in found.runs if not run.origin.is_try or run.run_id in cited),
        limits=tuple(limit_entries(parts, found.runs)),
        scenarios=tuple(found.scenarios),
        exploration=tuple(
            hand_in.ExploredEntry(each.item.id, each.item.text, tuple(each.done), tuple(each.read))
            for each in explored(found.lesson, found.checks, found.runs)
            if each.done
        ),
        discoveries=tuple(
            hand_in.DiscoveryEntry(own.title, own.note, own.run_id) for own in own_items(found.checks, "discovery")
        ),
    )


def build_checklist(found: Findings, now: datetime) -> hand_in.Checklist:
    """Return the troubleshooting checklist as it stands now."""
    entries: list[hand_in.Entry] = []
    noticed: dict[str, list[str]] = {}
    for each in seen(found.lesson, found.runs):
        noticed.setdefault(each.problem.id, []).extend(run.run_id for run in each.runs)
    for problem in found.lesson.data.problems:
        check = found.checks.get(problem.id, Check(problem.id))
        entries.append(
            hand_in.Entry(
                id=problem.id,
                title=problem.title,
                level=problem.level,
                state=check.state,
                note=check.note,
                run_id=check.run_id,
                symptoms=problem.symptoms or problem.problem,
                solutions=tuple(solution.text for solution in problem.solutions),
                technique=problem.technique,
                seen=tuple(dict.fromkeys(noticed.get(problem.id, ()))),
                tried=tuple(
                    hand_in.TickEntry(text, tick.state, tick.note, tick.run_id)
                    for solution, text in problem.to_try.items()
                    if (tick := check.ticked(solution))
                ),
            )
        )
    entries += [
        hand_in.Entry(own.problem, own.title, "own", own.state, own.note, own.run_id, "", (), "")
        for own in own_items(found.checks, "problem")
    ]
    return hand_in.Checklist(
        schema=hand_in.SCHEMA,
        kind="troubleshooting-checklist",
        written=now.isoformat(timespec="seconds"),
        program=__version__,
        learner=found.learner,
        lesson=_lesson_ref(found.lesson),
        problems=tuple(entries),
    )


def missing(found: Findings) -> list[str]:
    """Return what is still to do for a complete hand-in, a sentence each; empty when it is complete."""
    return [gap.sentence for gaps in lacking(found).values() for gap in gaps]


def lacking(found: Findings) -> dict[str, list[Gap]]:
    """Return what is still to do, by `ASSIGNMENT`."""
    hardware = Gap("Hardware: not looked at yet; opening the class does it.", "hardware")
    return {
        "hardware": [] if found.hardware else [hardware],
        "settings": list(_lacking_settings(found)),
        "checklist": list(_lacking_checks(found)),
        "areas": list(_lacking_areas(found)),
    }


def _lacking_settings(found: Findings) -> Iterator[Gap]:
    for part in all_parts(found.lesson):
        if part.exercise.optional:
            continue
        where = f"{part.exercise.title.split(':')[0]}, {part.title}"
        lacks = lacking_of(part, found.runs, found.observations)
        counts = filter(None, (lacks.pictures, len(lacks.fields)))
        for words, count in zip(lacks.words, counts, strict=True):
            yield Gap(f"{where}: {words}.", part.name, count)


def _lacking_checks(found: Findings) -> Iterator[Gap]:
    problems = found.lesson.data.problems
    untouched = [p for p in problems if found.checks.get(p.id, Check(p.id)).state == "open"]
    if untouched:
        yield Gap(f"Checklist: {len(untouched)} of {len(problems)} problems are open.", "checklist", len(untouched))
    for each in seen(found.lesson, found.runs):
        if each.problem in untouched and each.sign.failed:
            yield Gap(f"Checklist, {each.problem.title}: {each.words} What helped?", "checklist", 0)


def _lacking_areas(found: Findings) -> Iterator[Gap]:
    areas = len(found.improvements)
    if areas < IMPROVEMENTS:
        yield Gap(f"Areas for improvement: {areas} of {IMPROVEMENTS} written.", "areas", IMPROVEMENTS - areas)


def _lesson_ref(lesson: Lesson) -> hand_in.LessonRef:
    return hand_in.LessonRef(lesson.id, lesson.title, lesson.sha256)


def hardware_entry(hardware: Hardware | None, corrections: Mapping[str, str] | None = None) -> hand_in.HardwareEntry:
    """Return what a hand-in says of a machine; None where it was not looked at.

    Args:
        hardware: What was found.
        corrections: What the learner says instead.
    """
    if hardware is None:
        return hand_in.HardwareEntry(corrections=dict(corrections or {}))
    return hand_in.HardwareEntry(
        gpus=tuple(hand_in.GpuEntry(gpu.name or "", gpu.memory_mib or 0) for gpu in hardware.gpus),
        gpu_message=without_places(hardware.gpu_message),
        driver=hardware.driver or "",
        cpu=hardware.cpu or "",
        cpu_count=hardware.cpu_count or 0,
        ram_mib=hardware.ram_mib or 0,
        os=hardware.os or "",
        disk_free_gib=round(hardware.disk_free_gib or 0.0, 1),
        corrections=dict(corrections or {}),
    )


def _software(found: Findings) -> dict[str, str]:
    versions: dict[str, str] = {"workshop-tui": __version__}
    if found.hardware:
        versions["python"] = found.hardware.python
    for run in found.runs:
        versions |= run.software
    return versions


def _good_settings(parts: Sequence[Part], found: Findings) -> list[hand_in.GoodSetting]:
    good: list[hand_in.GoodSetting] = []
    for part in parts:
        for ask in part.asks:
            if ask.kind != "choice" or part.sweep is None:
                continue
            value = part.answer(ask.id, found.observations)
            if not value:
                continue
            runs = tuple(
                run.run_id
                for run in part.good_runs(found.runs)
                if same_value(part.sweep.vary, AXES[part.sweep.vary].show(run.settings), value)
            )
            good.append(hand_in.GoodSetting(part.exercise.id, part.id, part.sweep.vary, value, runs))
    return good


def _answers(parts: Sequence[Part], observations: list[Observation]) -> list[hand_in.Answer]:
    return [
        hand_in.Answer(part.exercise.id, part.id, field.id, field.label, answer)
        for part in parts
        for field in (*part.asks, *rated_fields(part, observations))
        if (answer := part.answer(field.id, observations))
    ]


def measurement(run: Run) -> hand_in.Measurement:
    """Return what a hand-in says of a run."""
    s, usage = run.settings, run.usage
    return hand_in.Measurement(
        run_id=run.run_id,
        exercise=run.origin.exercise,
        sweep=run.origin.sweep,
        outcome=run.outcome,
        model=model_name(run.model),
        device=run.placing.words if run.placing else "",
        **msgspec.structs.asdict(s),
        batch=run.batch,
        shared=run.shared,
        cap_gib=run.placing.cap_gib or 0.0 if run.placing else 0.0,
        forwards=run.forwards,
        seconds=round(run.seconds.making, 3),
        seconds_load=round(run.seconds.load, 3),
        peak_memory_mib=round(run.peak_memory_mib or 0.0, 1),
        energy_j=usage.energy.joules if usage and usage.energy else 0.0,
        throttled=usage.gpu.throttled or {} if usage and usage.gpu else {},
        reason=without_places(run.reason),
        rework=run.rework.kind if run.rework else "",
        source_run_id=run.rework.source if run.rework else "",
        strength=run.rework.strength if run.rework else None,
        pixels_sha256=run.pixels_sha256,
    )
