"""Tasks that look for a limit, the largest size or batch that fits: what was tried, and what it shows."""

from collections.abc import Sequence
from pathlib import Path

from workshop_tui.errors import UserError
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.fit import MemoryNow
from workshop_tui.generation.hunt import BUDGET_MINUTES, Hunt
from workshop_tui.generation.probes import Found, Probe, recalled
from workshop_tui.generation.record import Origin, Run
from workshop_tui.generation.settings import Settings
from workshop_tui.text import counted

BAR_CELLS, SHORTEST_BAR = 12, 3
"""Of the longest bar, and the least for which bars are drawn."""
FIGURES, DIGITS = 20, 6
"""Cells of a line without its bars and the digits of its MiB, and the least for these."""


def open_hunt(
    lesson_id: str,
    part: Part,
    settings: Settings,
    model: str,
    memory: MemoryNow,
    runs: Sequence[Run],
    minutes: float = BUDGET_MINUTES,
) -> Hunt:
    """Return the search that a part asks for, with what its earlier tries have shown.

    Args:
        lesson_id: For the runs' origin.
        part: One with a search.
        settings: What is made.
        model: Whose pictures.
        memory: What is free now.
        runs: As `search_runs` returns them.
        minutes: How long it may take.

    Raises:
        UserError: The settings do not fit the model, or it is not on this machine.
    """
    assert part.search is not None
    origin = Origin(lesson_id, part.exercise.id, part.id)
    hunt = Hunt(part.search, settings, 1, model, origin, memory, minutes=minutes)
    hunt.recall(runs)
    return hunt


def check_own_worker(engine: Path | None) -> None:
    """Refuse to look for limits on another's engine.

    Raises:
        UserError: It is one.
    """
    if engine:
        raise UserError("A shared engine's memory is not yours to fill.", "Look for limits with a worker of your own.")


def search_runs(part: Part, runs: Sequence[Run], model: str) -> list[Run]:
    """Return what a part's searches with one model have made, oldest first; what was made out of that is left out."""
    mine = (run for run in runs if part.owns(run.origin) and run.rework is None)
    return [run for run in mine if run.origin.model == model]


def tries(runs: Sequence[Run]) -> list[Cell]:
    """Return what was tried, a row a try: of pictures made together the first."""
    first = {run.job_id: run for run in reversed(runs)}
    return [Cell(run.settings, run, past=True) for run in reversed(first.values())]


def found_by(part: Part, settings: Settings, runs: Sequence[Run]) -> Found:
    """Return what a part's tries with some settings show.

    Args:
        part: One with a search.
        settings: Of a whole run.
        runs: As `search_runs` returns them.
    """
    assert part.search is not None
    return Found.of(part.search, [probe for probe, _ in recalled(part.search, settings, runs)])


def result(found: Found, steps: int) -> str:
    """Say what a search has found: `Fits: 1536x1536 (confirmed by run 0123456789ab, 28 steps).`.

    Args:
        found: What.
        steps: Of the run that confirms it.
    """
    if not found.fits:
        return "Nothing that was tried fits." if found.probes else "No try has ended: nothing is known yet."
    together = f", {found.batch} at a time" if found.kind == "max-batch" or (found.batch or 1) > 1 else ""
    of = counted(steps, "step")
    whole = f"confirmed by run {found.confirmed[:12]}, {of}" if found.confirmed else "no whole run confirms it"
    fits = f"{found.size}{together} ({whole})"
    if found.too_large is None:
        return f"Fits: at least {fits}."
    side = found.too_large
    return f"Fits: {fits}; {f'{side}x{side}' if found.kind == 'max-size' else side} does not."


def by_batch(probes: Sequence[Probe]) -> list[Probe]:
    """Return the newest try of each batch, the smallest first; a batch that it shows not to fit is left out."""
    newest = {probe.batch: probe for probe in probes}
    fitting = (probe for _, probe in sorted(newest.items()) if probe.fits)
    return [probe for probe in fitting if probe.seconds_each is not None]


def batch_lines(probes: Sequence[Probe], width: int) -> list[str]:
    """Draw seconds a picture against memory for each batch that fits, a line each, with bars where there is room.

    Args:
        probes: Of a search for the largest batch.
        width: Cells of a line.
    """
    rows = by_batch(probes)
    if not rows:
        return []
    most = max(probe.peak_mib or 0.0 for probe in rows)
    digits = max(DIGITS, len(f"{most:,.0f}"))
    cells = min(BAR_CELLS, (width - FIGURES - digits) // 2)
    cells = cells if cells >= SHORTEST_BAR else 0
    slowest = max(probe.seconds_each or 0.0 for probe in rows)
    lines = [f"batch  {'peak memory':{cells + digits + 5}}s a picture"]
    for probe in rows:
        peak = f"{probe.peak_mib:>{digits},.0f} MiB" if probe.peak_mib is not None else f"{'n/a':>{digits + 4}}"
        each = probe.seconds_each or 0.0
        bars = [
            f"{_bar(value, largest, cells):{cells}}"
            for value, largest in ((probe.peak_mib or 0.0, most), (each, slowest))
        ]
        lines.append(f"{probe.batch:>5} {peak} {bars[0]} {each:>6.2f} {bars[1]}".rstrip())
    return lines


def _bar(value: float, most: float, cells: int) -> str:
    return "█" * round(cells * value / most) if most else ""
