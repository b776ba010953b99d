"""A run in one line of a list, and in full."""

import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from workshop_tui.generation.limits import EXERCISE
from workshop_tui.generation.record import Run
from workshop_tui.generation.usage_words import energy_words, gpu_parts, host_parts
from workshop_tui.text import counted

ID_DIGITS = 8
"""Of a run's id in a list: enough for a class's runs to differ."""

_LABEL = 10
_REST = 66
"""Columns of a row without what the run was for."""


def heading(run: Run) -> str:
    """Return what stands once above the runs of one model and lesson."""
    if run.model is None:
        model = "cancelled before it began" if run.outcome == "cancelled" else "no model loaded"
    else:
        model = f"practice model {run.model.name}" if run.model.practice else f"{run.model.family}, {run.model.name}"
    return f"{model}; {run.origin.lesson}" if run.origin.lesson else model


def row(run: Run, pictures: Path, columns: int) -> str:
    """Return one line of a list.

    Args:
        run: Which.
        pictures: Where the learner's pictures lie.
        columns: Width of the terminal; what the run was for gets the room that is left.
    """
    s = run.settings
    room = max(14, min(columns - _REST, 40))
    made = when(run).strftime("%m-%d %H:%M")
    result = f"{run.seconds.making:.1f} s" if run.outcome == "ok" else run.outcome
    if run.shared:
        result += ", shared"
    if run.picture and not (pictures / run.picture).is_file():
        result += ", gone"
    words = purpose(run)
    what = words if len(words) <= room else f"{words[: room - 1]}…"
    return (
        f"{run.run_id[:ID_DIGITS]} {made} {what:{room}} {s.num_inference_steps:>3} st g{s.guidance_scale:<4g} "
        f"{s.size:>9} {s.sampler:7} {result}"
    ).rstrip()


def when(run: Run) -> datetime:
    """Return when a run was begun, on this machine's clock."""
    return datetime.fromisoformat(run.started).astimezone()


def purpose(run: Run) -> str:
    """Return what a run was for, in a few words."""
    if run.rework:
        return f"{run.rework.kind} of {run.rework.source[:ID_DIGITS]}"
    if run.origin.exercise == EXERCISE:
        return "limits, a try" if run.origin.is_try else "limits"
    part = "/".join(name for name in (run.origin.exercise, run.origin.sweep) if name)
    return part or "by command"


def full(run: Run, rests: Sequence[str]) -> Iterator[str]:
    """Return the lines that tell everything but where the picture lies.

    Args:
        run: Which.
        rests: What in the hand-in rests on it.
    """
    s, t, m = run.settings, run.seconds, run.memory
    yield from _lines("Run", run.run_id)
    lesson = f" ({run.origin.lesson})" if run.origin.lesson else ""
    yield from _lines("Made", f"{when(run):%Y-%m-%d %H:%M:%S}, {purpose(run)}{lesson}")
    if run.rework and run.rework.strength is not None:
        yield from _lines("Strength", f"{run.rework.strength:g}")
    yield from _lines(
        "Model",
        (heading(run).partition(";")[0] if run.model else "none loaded")
        + (f", revision {run.model.revision}" if run.model and run.model.revision else ""),
    )
    if run.model and run.model.practice:
        yield from _lines("", "a practice model: its figures say nothing about FLUX.1")
    yield from _lines("Prompt", s.prompt)
    yield from _lines(
        "Settings",
        f"{s.words}, seed {s.seed}; {counted(run.forwards, 'forward')}"
        + (f"; {run.batch} together" if run.batch > 1 else ""),
    )
    if s.negative_prompt:
        yield from _lines("Not", s.negative_prompt)
    yield from _lines("Outcome", f"{run.outcome}{': ' if run.reason else ''}{run.reason}")
    yield from _lines(
        "Seconds",
        f"{t.making:.2f}: encode {t.encode:.2f}, denoise {t.denoise:.2f}, decode {t.decode:.2f}; before it in line "
        f"{t.queue:.2f}, loading the model {t.load:.2f}",
    )
    if run.shared:
        yield from _lines("", "shared: made for another learner who asked for the same, not measured by you")
    if t.steps:
        yield from _lines("", f"a step {min(t.steps):.3f} to {max(t.steps):.3f}")
    memory = [
        f"{name} {value:,.0f} MiB"
        for name, value in (("GPU peak", m.device_peak), ("reserved", m.device_reserved), ("host peak", m.host_peak))
        if value is not None
    ]
    yield from _lines("Memory", ", ".join(memory) or "n/a")
    yield from _lines("Energy", energy_words(run))
    if run.usage and run.usage.gpu:
        yield from _lines("GPU", "; ".join(gpu_parts(run.usage.gpu)))
    if run.usage and (told := host_parts(run.usage)):
        yield from _lines("Host", ", ".join(told))
    if run.placing:
        where = run.placing
        yield from _lines("Ran on", f"{where.device_name}: {where.words}")
    if run.software:
        yield from _lines("Software", ", ".join(f"{name} {version}" for name, version in run.software.items()))
    for why in rests:
        yield from _lines("Evidence", why)


def _lines(label: str, text: str) -> Iterator[str]:
    first, *rest = textwrap.wrap(" ".join(text.split()), 80 - _LABEL) or [""]
    yield f"{label:{_LABEL}}{first}".rstrip()
    for line in rest:
        yield " " * _LABEL + line
