"""The lesson's metrics of Part 4 over a learner's runs: seconds an image, memory, consistency, error rates."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from statistics import fmean

import msgspec

from workshop_tui.exercises.blind import rated_runs
from workshop_tui.generation.drift import drift
from workshop_tui.generation.record import Run
from workshop_tui.generation.repeats import Spread, spread
from workshop_tui.generation.settings import Settings
from workshop_tui.notebook.entries import Observation
from workshop_tui.notebook.run_table import SHORT
from workshop_tui.text import counted

MOST_PAIRS = 40
"""Pairs of pictures with equal settings that are compared in a group, the newest; each takes some hundredths of a
second."""


class Ratings(msgspec.Struct, frozen=True):
    """Blind ratings, 1 (poor) to 5 (excellent)."""

    n: int
    mean: float
    low: int
    high: int


class Consistency(msgspec.Struct, frozen=True):
    """How alike pictures with equal settings, seed included, came out: a difference is drift, not a better picture."""

    pairs: int
    """That were compared."""
    alike: int
    """Of them, pixel by pixel the same."""
    largest_drift: float = 0.0
    """Mean difference of the pair that lies furthest apart, levels of 255."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Runs of one model, placement and settings; None is n/a."""

    model: str
    practice: bool
    where: str
    """Which device, and how the model was placed there."""
    settings: str
    pictures: int
    """That were made."""
    failed: dict[str, int]
    """That were not, by cause."""
    seconds: Spread | None
    """A picture, without loading the model."""
    gpu_peak_mib: float | None
    """Highest, by the allocator."""
    host_peak_mib: float | None
    energy_j: float | None
    """Mean of a picture, whole board."""
    gpu_use_percent: float | None
    throttled: float | None
    """Mean share of the time, 0 to 1."""
    ratings: Ratings | None
    consistency: Consistency | None


class Metrics(msgspec.Struct, frozen=True, kw_only=True):
    """What a learner's runs come to."""

    attempts: int
    """Without what the learner stopped."""
    made: int
    stopped: int
    errors: dict[str, int]
    """Attempts that came to no good picture, by cause."""
    error_rate: float | None
    """Of the attempts, 0 to 1; None where there are none."""
    groups: tuple[Group, ...]
    """The one with most attempts first."""


def metrics(runs: Sequence[Run], observations: Sequence[Observation], pictures: Path) -> Metrics:
    """Return the metrics of some runs. Reads pictures: call it away from the screen's loop.

    Args:
        runs: Oldest first, without those that were meant to fail.
        observations: Blind ratings among them.
        pictures: Where the learner's pictures lie.
    """
    tried = [run for run in runs if run.outcome != "cancelled"]
    stars = rated_runs(observations)
    grouped: dict[tuple[str, bool, str, str], list[Run]] = {}
    for run in tried:
        model = run.model.name if run.model else "no model loaded"
        where = f"{run.placing.device_name}, {run.placing.words}" if run.placing else "nowhere"
        together = f", {run.batch} together" if run.batch > 1 else ""
        key = (model, bool(run.model and run.model.practice), where, f"{run.settings.words}{together}")
        grouped.setdefault(key, []).append(run)
    errors = _causes(tried)
    groups = [_group(*key, each, stars, pictures) for key, each in grouped.items()]
    return Metrics(
        attempts=len(tried),
        made=len(tried) - sum(errors.values()),
        stopped=len(runs) - len(tried),
        errors=errors,
        error_rate=round(sum(errors.values()) / len(tried), 4) if tried else None,
        groups=tuple(sorted(groups, key=lambda group: -(group.pictures + sum(group.failed.values())))),
    )


def _causes(runs: Iterable[Run]) -> dict[str, int]:
    return dict(Counter("out-of-memory" if run.shortage else run.outcome for run in runs if run.outcome != "ok"))


def _group(
    model: str, practice: bool, where: str, settings: str, runs: list[Run], stars: Mapping[str, int], pictures: Path
) -> Group:
    good = [run for run in runs if run.outcome == "ok"]
    used = [run.usage for run in good if run.usage]
    boards = [usage.gpu for usage in used if usage.gpu]
    rated = [stars[run.run_id[:SHORT]] for run in good if run.run_id[:SHORT] in stars]
    return Group(
        model=model,
        practice=practice,
        where=where,
        settings=settings,
        pictures=len(good),
        failed=_causes(runs),
        seconds=spread([run.seconds.making for run in good]),
        gpu_peak_mib=max((run.memory.device_peak for run in runs if run.memory.device_peak), default=None),
        host_peak_mib=max((run.memory.host_peak for run in runs if run.memory.host_peak), default=None),
        energy_j=_mean(usage.energy.joules for usage in used if usage.energy),
        gpu_use_percent=_mean(use.utilization_percent for use in boards if use.utilization_percent is not None),
        throttled=_mean(use.throttled_share for use in boards if use.throttled_share is not None),
        ratings=Ratings(len(rated), round(fmean(rated), 2), min(rated), max(rated)) if rated else None,
        consistency=_consistency(good, pictures),
    )


def _consistency(runs: Iterable[Run], pictures: Path) -> Consistency | None:
    """Compare pictures that were made again with the same settings, each with the one before it."""
    last: dict[Settings, Run] = {}
    pairs: list[tuple[Run, Run]] = []
    for run in runs:
        if run.picture and run.rework is None:
            if before := last.get(run.settings):
                pairs.append((before, run))
            last[run.settings] = run
    alike, apart = 0, [0.0]
    compared = 0
    for one, other in pairs[-MOST_PAIRS:]:
        if one.pixels_sha256 and one.pixels_sha256 == other.pixels_sha256:
            alike += 1
            compared += 1
        elif found := drift(pictures / one.picture, pictures / other.picture):
            apart.append(found.mean)
            compared += 1
    return Consistency(compared, alike, round(max(apart), 3)) if compared else None


def _mean(values: Iterable[float]) -> float | None:
    known = list(values)
    return round(fmean(known), 2) if known else None


def summary_lines(found: Metrics, whose: str) -> list[str]:
    """Return what stands above the groups, a sentence each.

    Args:
        found: Of which runs.
        whose: `this lesson's`: whose pictures were counted.
    """
    if not found.attempts:
        return ["No picture was made yet: the Lab (2) or `workshop-tui generate` makes one."]
    causes = ", ".join(f"{cause} {count}" for cause, count in found.errors.items())
    rate = sum(found.errors.values()) / found.attempts
    told = "below 1%" if 0 < rate < 0.01 else "above 99%" if 0.99 < rate < 1 else f"{rate:.0%}"
    lines = [f"{counted(found.attempts, 'picture')} tried, {found.made} made. Error rate {told}"]
    lines[0] += f": {causes}." if causes else "."
    if found.stopped:
        lines.append(f"{counted(found.stopped, 'picture')} stopped by you: no error.")
    made_by = [group.practice for group in found.groups if group.pictures]
    if made_by and all(made_by):
        lines.append("All by the practice model: these figures say nothing about FLUX.1.")
    lines.append(f"Counted are {whose} pictures, without tries of searches and runs of scenarios.")
    return lines


def by_model(found: Metrics) -> list[tuple[str, list[Group]]]:
    """Return which model ran where, and its groups."""
    return [(heading, list(each)) for heading, each in groupby(sorted(found.groups, key=group_heading), group_heading)]


def group_heading(group: Group) -> str:
    """Return which model, and where it ran."""
    return f"{group.model}{', practice' if group.practice else ''}, on {group.where}"


def group_parts(group: Group) -> list[str]:
    """Return a group's figures as short texts."""
    seconds = group.seconds
    parts = [counted(group.pictures, "picture")]
    if seconds:
        told = f"{seconds.median:.1f} s an image"
        parts.append(f"{told} ({seconds.low:.1f} to {seconds.high:.1f})" if seconds.n > 1 else told)
    parts.append(f"VRAM {_mib(group.gpu_peak_mib)}")
    parts.append(f"RAM {_mib(group.host_peak_mib)}")
    parts.append("energy n/a" if group.energy_j is None else f"energy {group.energy_j:,.0f} J")
    if group.gpu_use_percent is not None:
        parts.append(f"GPU use {group.gpu_use_percent:.0f} %")
    if group.throttled:
        parts.append(f"slowed {group.throttled:.0%} of the time")
    rated = group.ratings
    parts.append(f"rated {rated.mean:.1f} ({rated.low} to {rated.high}, {rated.n} blind)" if rated else "not rated")
    same = group.consistency
    if same:
        words = f"drift at one seed up to {same.largest_drift:.2f} of 255" if same.alike < same.pairs else "no drift"
        parts.append(f"{words} in {counted(same.pairs, 'repeat')}")
    parts += [f"{count} {cause}" for cause, count in group.failed.items()]
    return parts


def _mib(value: float | None) -> str:
    return "n/a" if value is None else f"{value:,.0f} MiB"
