"""Runs as rows, for CSV and JSON: the settings by their names, then what was measured."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import msgspec

from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.usage import Usage
from workshop_tui.generation.usage_words import NOT_READ

COLUMNS: tuple[str, ...] = (
    *Settings.__struct_fields__,
    "forwards",
    "batch",
    "shared",
    "seconds_queue",
    "seconds_load",
    "seconds_encode",
    "seconds_denoise",
    "seconds_decode",
    "peak_memory_mib",
    "energy_j",
    "gpu_power_w",
    "gpu_throttled",
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
    """Return a run as a flat row with the keys `COLUMNS`; seconds with milliseconds, MiB with tenths.

    `energy_j` and `gpu_power_w` (mean) are the whole board's; `gpu_throttled` is the share of the time, 0 to 1. None is
    n/a.
    """
    peak, usage = run.peak_memory_mib, run.usage
    use = usage.gpu if usage else None
    return {
        **msgspec.structs.asdict(run.settings),
        "forwards": run.forwards,
        "batch": run.batch,
        "shared": run.shared,
        **{f"seconds_{phase}": round(getattr(run.seconds, phase), 3) for phase in _PHASES},
        "peak_memory_mib": None if peak is None else round(peak, 1),
        "energy_j": usage.energy.joules if usage and usage.energy else None,
        "gpu_power_w": use.power_w if use else None,
        "gpu_throttled": use.throttled_share if use else None,
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
        **_usage(run.usage),
        "software": run.software,
        "rework": msgspec.to_builtins(run.rework),
    }


def _usage(usage: Usage | None) -> dict[str, Any]:
    """Return what a run drew from the machine; without `gpu` or `energy`, `usage_message` says why."""
    if usage is None:
        return {"energy": None, "gpu": None, "host": None, "phases": [], "usage_message": NOT_READ}
    energy = usage.energy
    told = {"wh": round(energy.wh, 4), "uncertainty": round(energy.uncertainty, 3)} if energy else {}
    return {
        "energy": msgspec.to_builtins(energy) | told if energy else None,
        "gpu": msgspec.to_builtins(usage.gpu),
        "host": msgspec.to_builtins(usage.host),
        "phases": msgspec.to_builtins(usage.phases),
        "usage_message": usage.message,
    }


def as_csv(rows: Iterable[dict[str, Any]], columns: Iterable[str] = COLUMNS) -> str:
    """Return rows as CSV with a header; a value that a spreadsheet would run as a formula is quoted with `'`."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), lineterminator="\n")
    writer.writeheader()
    for entry in rows:
        writer.writerow({key: cell(value) for key, value in entry.items()})
    return out.getvalue()


def cell(value: Any) -> Any:
    """Return a value as it may stand in a CSV file that a spreadsheet opens."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


_PHASES = ("queue", "load", "encode", "denoise", "decode")
