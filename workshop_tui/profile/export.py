"""All runs of a learner as `runs.csv`, beside the two files of the hand-in."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workshop_tui.files import write_atomic
from workshop_tui.generation import table
from workshop_tui.generation.record import Run
from workshop_tui.profile.models import model_name
from workshop_tui.profile.private import without_places
from workshop_tui.text import plain

RUNS_FILE = "runs.csv"

COLUMNS: tuple[str, ...] = (
    *table.COLUMNS,
    "run_id",
    "started",
    "exercise",
    "sweep",
    "model",
    "practice",
    "device",
    "reason",
    *table.REWORK_COLUMNS,
)
"""The columns of `results.csv`, and what tells runs of different lessons, models and machines apart."""


def write_runs(folder: Path, runs: Iterable[Run]) -> Path:
    """Write all runs down.

    Args:
        folder: Where `runs.csv` goes.
        runs: Oldest first.

    Raises:
        WorkshopError: It cannot be written.
    """
    path = folder / RUNS_FILE
    write_atomic(path, table.as_csv((run_row(run) for run in runs), COLUMNS))
    return path


def run_row(run: Run) -> dict[str, Any]:
    """Return a run as a flat row with the keys `COLUMNS`."""
    return {
        **table.row(run),
        "run_id": run.run_id,
        "started": run.started,
        "exercise": run.origin.exercise,
        "sweep": run.origin.sweep,
        "model": model_name(run.model),
        "practice": "" if run.model is None else str(run.model.practice).lower(),
        "device": run.placing.words if run.placing else "",
        "reason": plain(without_places(run.reason)),
        **table.rework_row(run),
    }
