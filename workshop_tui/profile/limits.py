"""The limits that a learner has looked for in a lesson's tasks, as a hand-in tells them."""

from collections.abc import Iterator, Sequence

import msgspec

from workshop_tui.exercises.limits import by_batch, found_by, search_runs
from workshop_tui.exercises.part import Part
from workshop_tui.generation.probes import Found
from workshop_tui.generation.record import Run
from workshop_tui.profile.hand_in import BatchEntry, LimitEntry
from workshop_tui.profile.models import model_name


def limit_entries(parts: Sequence[Part], runs: Sequence[Run]) -> Iterator[LimitEntry]:
    """Yield what was found to fit with the settings and model that each task was looked for with last.

    Args:
        parts: The lesson's.
        runs: Oldest first.
    """
    for part in parts:
        if part.search is None:
            continue
        searched = [run for run in runs if part.owns(run.origin) and run.origin.model]
        mine = search_runs(part, searched, searched[-1].origin.model) if searched else []
        newest = next((run for run in reversed(mine) if not run.origin.is_try), mine[-1] if mine else None)
        if newest is None:
            continue
        job = [run for run in mine if run.job_id == newest.job_id]
        first = min(job, key=lambda run: run.settings.seed)  # the seeds of the others count up from it
        found = found_by(part, first.settings, mine)
        model = next((run.model for run in reversed(mine) if run.model), None)
        if found.size and found.batch:
            entry = _entry(part, model_name(model), found, found.size, found.batch)
            # How many steps were wanted is known from a whole run only, and so what a picture takes.
            yield msgspec.structs.replace(entry, batches=()) if newest.origin.is_try else entry


def _entry(part: Part, model: str, found: Found, size: str, batch: int) -> LimitEntry:
    each = by_batch(found.probes) if found.kind == "max-batch" else []
    return LimitEntry(
        exercise=part.exercise.id,
        part=part.id,
        kind=found.kind,
        model=model,
        size=size,
        batch=batch,
        too_large=found.too_large or 0,
        run_id=found.confirmed or "",
        batches=tuple(
            BatchEntry(probe.batch, probe.seconds_each or 0.0, round(probe.peak_mib or 0.0, 1)) for probe in each
        ),
    )


def limit_words(entry: LimitEntry) -> str:
    """Return what was found, `1536x1536; 1600x1600 does not fit`."""
    batch = f", {entry.batch} at a time" if entry.kind == "max-batch" else ""
    next_one = f"{entry.too_large}x{entry.too_large}" if entry.kind == "max-size" else str(entry.too_large)
    more = f"; {next_one} does not fit" if entry.too_large else "; nothing larger was met that does not fit"
    return f"{entry.size}{batch}{more}"
