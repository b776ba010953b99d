"""Runs as rows, for CSV and JSON: the settings by their names, then what was measured."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import msgspec

from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings

COLUMNS: tuple[str, ...] = (
    *Settings.__struct_fields__,
    "forwards",
    "batch",
    "seconds_queue",
    "seconds_load",
    "seconds_encode",
    "seconds_denoise",
    "seconds_decode",
    "peak_memory_mib",
    "outcome",
    "picture",
)
"""A row's columns, in order; `runs.csv` of a hand-in has more behind them."""

SWEEP_COLUMNS: tuple[str, ...] = (*COLUMNS, "repeat", "from_notebook")
"""Of a sweep's `results.csv`: which time its cell was made, from 1, and whether the run was there before the sweep."""

REWORK_COLUMNS: tuple[str, ...] = ("rework", "source_run_id", "strength")
"""What a run was made out of: `final` or `refined`, of which run, and a refined one's strength; mostly empty."""


def rework_row(run: Run) -> dict[str, Any]:
    """Return what a run was made out of, with the keys `REWORK_COLUMNS`."""
    made = run.rework
    return dict(zip(REWORK_COLUMNS, (made.kind, made.source, made.strength) if made else ("", "", ""), strict=True))


def row(run: Run) -> dict[str, Any]:
    """Return a run as a flat row with the keys `COLUMNS`; seconds with milliseconds, MiB with tenths."""
    peak = run.peak_memory_mib
    return {
        **msgspec.structs.asdict(run.settings),
        "forwards": run.forwards,
        "batch": run.batch,
        **{f"seconds_{phase}": round(getattr(run.seconds, phase), 3) for phase in _PHASES},
        "peak_memory_mib": None if peak is None else round(peak, 1),
        "outcome": run.outcome,
        "picture": run.picture,
    }


def as_json(run: Run) -> dict[str, Any]:
    """Return a run as one JSON object: its row, and what does not fit into a column."""
    return {
        **row(run),
        "run_id": run.run_id,
        "started": run.started,
        "reason": run.reason,
        "step_seconds": [round(step, 4) for step in run.seconds.steps],
        "pixels_sha256": run.pixels_sha256,
        "model": msgspec.to_builtins(run.model),
        "placing": msgspec.to_builtins(run.placing),
        "memory": msgspec.to_builtins(run.memory),
        "software": run.software,
        "rework": msgspec.to_builtins(run.rework),
    }


def as_csv(rows: Iterable[dict[str, Any]], columns: Iterable[str] = COLUMNS) -> str:
    """Return rows as CSV with a header; a value that a spreadsheet would run as a formula is quoted with `'`."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), lineterminator="\n")
    writer.writeheader()
    for entry in rows:
        writer.writerow({key: _cell(value) for key, value in entry.items()})
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


_PHASES = ("queue", "load", "encode", "denoise", "decode")
