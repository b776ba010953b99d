"""Tries of a search for the largest size or batch: what runs tell of each, and what all of them show."""

from collections.abc import Iterable, Sequence
from typing import Self

import msgspec

from workshop_tui.generation.choices import Limit
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings, with_next_seeds


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One try."""

    value: int
    """px of a side, or pictures at a time."""
    size: str
    batch: int
    steps: int
    is_try: bool
    """Whether it was one step; else a whole run."""
    fits: bool
    outcome: str
    reason: str
    peak_mib: float | None
    seconds: float
    """From asking to the end, loading and a new worker included."""
    seconds_each: float | None = None
    """A picture's, with all its steps: calculated from the one step of a try. None where it does not fit."""
    run_id: str
    """Of the first picture."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a search has found so far."""

    kind: Limit
    cap_gib: float | None = None
    """The memory that it stays within, GiB; None for all there is."""
    size: str | None
    """The largest that fits, or of whose batch that is; None where nothing is known to fit."""
    batch: int | None
    fits: bool
    """Whether anything is known to."""
    too_large: int | None
    """The smallest that does not fit, px of a side or pictures at a time; None where none is known."""
    complete: bool = False
    """Whether nothing larger is left to try."""
    confirmed: str | None
    """The run, with all its steps, that shows it."""
    stopped: str = ""
    """Why it ended early: `budget`, `stopped`; empty where it did not."""
    probes: tuple[Probe, ...]

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing left to look for: nothing larger to try, and a whole run for what fits."""
        return self.complete and (not self.fits or bool(self.confirmed))

    @classmethod
    def of(cls, kind: Limit, probes: Sequence[Probe]) -> Self:
        """Return what some tries show; a later word on a value takes an earlier one back."""
        newest = {probe.value: probe for probe in probes}
        too_large = min((value for value, probe in newest.items() if not probe.fits), default=None)
        fitting = [probe for value, probe in sorted(newest.items()) if too_large is None or value < too_large]
        best = fitting[-1] if fitting else None
        whole = [probe for probe in probes if best and probe.value == best.value and probe.fits and not probe.is_try]
        return cls(
            kind=kind,
            size=best.size if best else None,
            batch=best.batch if best else None,
            fits=best is not None,
            too_large=too_large,
            confirmed=whole[-1].run_id if whole else None,
            probes=tuple(probes),
        )


def is_fit(run: Run, batch: int) -> bool | None:
    """Tell whether a run shows that its memory sufficed; None where it shows neither.

    A batch that was split did not fit; a picture that came out black did.
    """
    if run.outcome in ("ok", "bad-picture"):
        return run.batch == batch
    if run.outcome == "out-of-memory" or run.shortage is not None:
        return False
    return None


def made_with(kind: Limit, settings: Settings, value: int, whole: bool) -> Settings:
    """Return the settings with which a size or batch is tried, in one step or as a whole."""
    steps = settings.num_inference_steps if whole else 1
    settings = msgspec.structs.replace(settings, num_inference_steps=steps)
    return settings if kind == "max-batch" else msgspec.structs.replace(settings, width=value, height=value)


def probe_of(steps: int, runs: Sequence[Run], seconds: float) -> Probe:
    """Return how a try ended; each of its runs must show whether its memory sufficed.

    Args:
        steps: Of a whole run.
        runs: Of the try, the first seed first.
        seconds: That it took.
    """
    first, batch = runs[0], len(runs)
    worst = next((run for run in runs if not is_fit(run, batch)), None)
    return Probe(
        value=first.origin.cell,
        size=first.settings.size,
        batch=batch,
        steps=first.settings.num_inference_steps,
        is_try=first.origin.is_try,
        fits=worst is None,
        outcome=(worst or first).outcome,
        reason=(worst or first).reason,
        peak_mib=max((run.peak_memory_mib for run in runs if run.peak_memory_mib is not None), default=None),
        seconds=round(seconds, 1),
        seconds_each=_seconds_each(first, steps) if worst is None else None,
        run_id=first.run_id,
    )


def recalled(kind: Limit, settings: Settings, runs: Iterable[Run]) -> list[tuple[Probe, Run]]:
    """Return what searches with some settings have tried, as their runs tell, with the first run of each try.

    A batch of which pictures are not there yet, or not any more, says nothing.

    Args:
        kind: What was looked for.
        settings: Of a whole run; of a size search its size does not matter.
        runs: Of one origin and model, oldest first.
    """
    jobs: dict[str, list[Run]] = {}
    for run in runs:
        jobs.setdefault(run.job_id, []).append(run)
    found: list[tuple[Probe, Run]] = []
    for job in jobs.values():
        value, is_try = job[0].origin.cell, job[0].origin.is_try
        count = value if kind == "max-batch" else len(job)
        asked = with_next_seeds(made_with(kind, settings, value, not is_try), count)
        of = {run.settings: run for run in job}
        together = [of[each] for each in asked if each in of]
        if len(together) == len(job) == len(asked) and all(is_fit(run, len(job)) is not None for run in job):
            took = sum(run.seconds.load + run.seconds.making for run in job)
            found.append((probe_of(settings.num_inference_steps, together, took), together[0]))
    return found


def _seconds_each(run: Run, steps: int) -> float:
    """Return the seconds of a picture with all its steps; a try's one step is taken for each of them."""
    denoise = run.seconds.denoise / run.settings.num_inference_steps * steps
    return round(run.seconds.encode + denoise + run.seconds.decode, 2)
