"""Puts hand-ins, which may be strangers', side by side: whose machine is what, what was measured, what was chosen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from workshop_tui.generation.repeats import Spread, Verdict, compare, spread
from workshop_tui.generation.settings import Settings
from workshop_tui.profile.hand_in import Measurement, Profile
from workshop_tui.profile.summary import cpu_words, gpu_words, model_words, ram_words


@dataclass(frozen=True)
class Fact:
    """Something that each hand-in says one thing about."""

    label: str
    values: tuple[str, ...]
    """One for each hand-in, in their order; empty where it says nothing."""

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


Said = Verdict | Literal["another model"]
"""What can be said of two hand-ins' runs; what two models took says nothing about two machines."""


class Cell(msgspec.Struct, frozen=True):
    """What one hand-in measured with some settings, on one device and with one model: those of its last picture."""

    model: str
    """Its name; empty where no run ended well."""
    seconds: Spread | None
    """To make a picture; None where no run ended well."""
    peak_memory_mib: float | None
    """The largest; None where it was not measured."""
    outcomes: dict[str, int]
    """How many runs ended in which way."""


@dataclass(frozen=True)
class Same:
    """Runs of several hand-ins with the same settings."""

    settings: Settings
    """Prompt, seed and all."""
    cells: tuple[Cell, ...]
    verdicts: tuple[Said, ...]
    """Of each hand-in after the first beside that."""


@dataclass(frozen=True)
class Comparison:
    """Hand-ins side by side."""

    facts: tuple[Fact, ...]
    choices: tuple[Fact, ...]
    """The best value of each sweep, as each learner found it."""
    measured: tuple[Same, ...]
    """Settings that at least two hand-ins have runs of, in the order of the first."""
    alone: tuple[int, ...]
    """How many settings each hand-in measured that no other did."""
    practice: tuple[bool, ...]
    """Of each hand-in that has pictures whether all are the built-in model's."""

    @property
    def mixed(self) -> bool:
        """Whether figures of the built-in model stand beside a real FLUX.1's."""
        return len(set(self.practice)) > 1


def compare_profiles(profiles: Sequence[Profile]) -> Comparison:
    """Compare hand-ins with the first of them.

    Args:
        profiles: As `check_hand_in` read them; at least two.
    """
    runs = [_by_settings(profile.measurements) for profile in profiles]
    shared = list(dict.fromkeys(settings for own in runs for settings in own))
    several = [settings for settings in shared if sum(settings in own for own in runs) > 1]
    return Comparison(
        facts=tuple(_facts(profiles)),
        choices=tuple(_choices(profiles)),
        measured=tuple(_same(settings, runs) for settings in several),
        alone=tuple(len(own.keys() - set(several)) for own in runs),
        practice=tuple(profile.practice for profile in profiles if profile.models),
    )


def _by_settings(measurements: Iterable[Measurement]) -> dict[Settings, list[Measurement]]:
    found: dict[Settings, list[Measurement]] = {}
    for each in measurements:
        if each.is_plain:
            found.setdefault(settings_of(each), []).append(each)
    return {settings: _made_alike(runs) for settings, runs in found.items()}


def _made_alike(runs: Sequence[Measurement]) -> list[Measurement]:
    """Return the runs with the model, on the device, and as it was placed there, that made the last picture.

    Others take other times. Those that ended before they had a model or a device are among them.
    """
    last = next((run for run in reversed(runs) if run.outcome == "ok"), runs[-1])
    return [run for run in runs if run.device in (last.device, "") and run.model in (last.model, "")]


def settings_of(run: Measurement) -> Settings:
    """Return what a measured picture was made with; a stranger's may be out of range."""
    return Settings(**{name: getattr(run, name) for name in Settings.__struct_fields__})


def _same(settings: Settings, runs: Sequence[Mapping[Settings, list[Measurement]]]) -> Same:
    cells = tuple(_cell(own.get(settings, [])) for own in runs)
    return Same(settings, cells, tuple(_verdict(cells[0], cell) for cell in cells[1:]))


def _verdict(first: Cell, other: Cell) -> Said:
    if first.seconds and other.seconds and first.model != other.model:
        return "another model"
    return compare(first.seconds, other.seconds)


def _cell(runs: Sequence[Measurement]) -> Cell:
    made = [run for run in runs if run.outcome == "ok"]
    outcomes: dict[str, int] = {}
    for run in runs:
        outcomes[run.outcome] = outcomes.get(run.outcome, 0) + 1
    peaks = [run.peak_memory_mib for run in made if run.peak_memory_mib]
    warm = [run for run in made if not run.seconds_load] or made
    model = next((run.model for run in made), "")
    return Cell(model, spread([run.seconds for run in warm]), max(peaks, default=None), outcomes)


def _facts(profiles: Sequence[Profile]) -> Iterable[Fact]:
    def fact(label: str, values: Iterable[str]) -> Fact:
        return Fact(label, tuple(values))

    yield fact("Lesson", (each.lesson.title for each in profiles))
    yield fact("Model", ("; ".join(map(model_words, each.models)) or "no pictures yet" for each in profiles))
    hardware = [each.hardware for each in profiles]
    yield fact("GPU", ("; ".join(map(gpu_words, each.gpus)) or each.gpu_message or "none" for each in hardware))
    yield fact("Driver", (each.driver for each in hardware))
    yield fact("CPU", map(cpu_words, hardware))
    yield fact("RAM", map(ram_words, hardware))
    yield fact("System", (each.os for each in hardware))
    for package in dict.fromkeys(name for each in profiles for name in each.software):
        yield fact(package, (each.software.get(package, "") for each in profiles))


def _choices(profiles: Sequence[Profile]) -> Iterable[Fact]:
    chosen = [
        {(good.exercise, good.sweep): f"{good.setting} {good.value}" for good in p.good_settings} for p in profiles
    ]
    for place in dict.fromkeys(key for own in chosen for key in own):
        yield Fact(", ".join(place), tuple(own.get(place, "") for own in chosen))
