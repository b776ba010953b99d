"""A hand-in on 80 columns."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from workshop_tui.monitor.hardware import Hardware, tier
from workshop_tui.profile.build import IMPROVEMENTS
from workshop_tui.profile.hand_in import (
    CHECKLIST_FILE,
    PROFILE_FILE,
    Checklist,
    GpuEntry,
    HardwareEntry,
    ModelEntry,
    Profile,
)
from workshop_tui.profile.limits import limit_words
from workshop_tui.text import counted, plain

WIDTH = 80
_INDENT = " " * 15


def summary(profile: Profile, checklist: Checklist, hardware: Hardware | None, folder: Path) -> Iterator[str]:
    """Return the lines that say what is in a hand-in.

    Args:
        profile: As built from the notebook.
        checklist: The same.
        hardware: Of this machine, for its class; None where it was not looked at.
        folder: Where the files lie.
    """
    for label, texts in summary_rows(profile, checklist, hardware):
        yield from _lines(label, texts)
    yield from _lines("Files", [_file(folder / name) for name in (PROFILE_FILE, CHECKLIST_FILE)], whole=True)


def summary_rows(
    profile: Profile, checklist: Checklist, hardware: Hardware | None = None
) -> Iterator[tuple[str, Sequence[str]]]:
    """Return what is in a hand-in: what each row is about, and what it says, a line or several each."""
    yield "Learner", [profile.learner]
    yield "Lesson", [profile.lesson.title]
    yield "Model", [model_words(model) for model in profile.models] or ["none yet"]
    yield "Hardware", _hardware(profile, hardware)
    minutes = sum(profile.minutes.values())
    ok = sum(run.outcome == "ok" for run in profile.measurements)
    yield "Time", [f"{minutes:.0f} min in {counted(len(profile.minutes), 'section')}"]
    handed_in = f"{len(profile.measurements)} handed in, of which {ok} ok; tries of searches are left out"
    yield "Runs", [handed_in if profile.measurements else "none yet"]
    yield "Good settings", _good_settings(profile) or ["none chosen yet"]
    if profile.limits:
        yield "Limits", [limit_words(each) for each in profile.limits]
    if profile.presets:
        yield "Presets", [": ".join(filter(None, (preset.name, preset.note))) for preset in profile.presets]
    if profile.scenarios:
        states = {True: "solved", False: "not solved"}
        yield "Scenarios", [", ".join(f"{each.title} {states[each.solved]}" for each in profile.scenarios)]
    yield "Checklist", [state_words(checklist)]
    if profile.exploration or profile.discoveries:
        yield "Explored", [done for each in profile.exploration for done in each.done] or ["nothing but the log"]
        yield from [("Discovery", [f"{each.title} {each.note}".rstrip()]) for each in profile.discoveries]
    areas = [f"{place}. {text}" for place, text in enumerate(area_words(profile), 1)]
    yield "To improve", areas or [f"none of {IMPROVEMENTS} written yet"]
    if profile.notes:
        yield "Notes", [f"on {', '.join(profile.notes)}"]
    yield "Missing", profile.missing or ["nothing: complete"]


def _lines(label: str, texts: Sequence[str], *, whole: bool = False) -> Iterator[str]:
    """Yield a labelled row; each text begins a line of its own.

    Args:
        label: What stands in front.
        texts: What is said.
        whole: Break no line, because somebody will copy it.
    """
    first = f"{label:{len(_INDENT)}}"
    for text in texts:
        safe = plain(text)
        lines = [safe] if whole else textwrap.wrap(safe, WIDTH - len(_INDENT)) or [""]
        for line in lines:
            yield f"{first}{line}".rstrip()
            first = _INDENT


def state_words(checklist: Checklist) -> str:
    """Return how many problems are in which state: `5 open, 2 solved`."""
    states = Counter(entry.state for entry in checklist.problems)
    return ", ".join(f"{count} {state}" for state, count in states.items()) or "no problems"


def model_words(model: ModelEntry) -> str:
    """Return what a model is, and whether its figures count."""
    return f"{model.name}, {model.family}: {'PRACTICE, says nothing about FLUX.1 here' if model.practice else 'REAL'}"


def area_words(profile: Profile) -> list[str]:
    """Return the areas for improvement; a suggestion that was taken over as it was made is marked."""
    return [
        f"{text} (the program's suggestion, unchanged)" if place in profile.suggested else text
        for place, text in enumerate(profile.improvements, 1)
    ]


def gpu_words(gpu: GpuEntry) -> str:
    """Return a GPU's name and memory; a hand-in does not say why that is not known: it may be the host's."""
    memory = f"{gpu.vram_mib / 1024:.0f} GiB VRAM" if gpu.vram_mib else "VRAM n/a"
    return f"{gpu.name or 'GPU'}, {memory}"


def cpu_words(entry: HardwareEntry) -> str:
    """Return a machine's CPU and how many cores it has."""
    return f"{entry.cpu or 'unknown CPU'}, {counted(entry.cpu_count, 'core') if entry.cpu_count else 'cores n/a'}"


def ram_words(entry: HardwareEntry) -> str:
    """Return how much main memory a machine has."""
    return f"{entry.ram_mib / 1024:.0f} GiB" if entry.ram_mib else "n/a"


def machine_words(entry: HardwareEntry) -> list[str]:
    """Return a machine's GPUs, then the rest of it."""
    gpus = [gpu_words(gpu) for gpu in entry.gpus] or [entry.gpu_message or "no GPU"]
    ram = f"{ram_words(entry)} RAM" if entry.ram_mib else "RAM n/a"
    rest = f"{cpu_words(entry)}, {ram}, {entry.os}"
    by_hand = ", ".join(f"{what} {text}" for what, text in entry.corrections.items())
    return [*gpus, rest, *([f"corrected by hand: {by_hand}"] if by_hand else [])]


def _hardware(profile: Profile, hardware: Hardware | None) -> list[str]:
    found = machine_words(profile.hardware)
    return found if hardware is None else [*found, f"the lesson's class: {tier(hardware)}"]


def _good_settings(profile: Profile) -> list[str]:
    said: list[str] = []
    for good in profile.good_settings:
        said.append(f"{good.setting} {good.value} ({good.exercise}, {good.sweep}): {_evidence(profile, good.runs)}")
    return said


def _evidence(profile: Profile, runs: Sequence[str]) -> str:
    if not runs:
        return "no picture shows it yet"
    measured = {run.run_id: run for run in profile.measurements}
    shown = [f"run {run_id[:12]}, {measured[run_id].seconds:.1f} s" for run_id in runs[-3:] if run_id in measured]
    more = f" and {len(runs) - len(shown)} more" if len(runs) > len(shown) else ""
    return "; ".join(shown) + more


def _file(path: Path) -> str:
    return str(path) if path.exists() else f"{path} (not written yet)"
