"""What commands say of pictures that were made by a lossy way."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from workshop_tui.generation.drift import lossy_ways, measured_drift, unmeasured
from workshop_tui.generation.record import Run


def drifts(made: Sequence[Run], known: Sequence[Run], pictures: Path) -> dict[str, dict[str, Any]]:
    """Return the drift of each lossy run that has an exact one to be compared with, by run id.

    Args:
        made: Which.
        known: The notebook's runs, oldest first.
        pictures: Where the learner's pictures lie.
    """
    found = ((run.run_id, measured_drift(run, known, pictures)) for run in made if run.outcome == "ok")
    return {run_id: msgspec.structs.asdict(drift) for run_id, drift in found if drift}


def drift_lines(made: Sequence[Run], known: Sequence[Run], pictures: Path) -> Iterator[str]:
    """Return a line for each lossy run whose drift can be told, and one for each way to tell the others'."""
    owed: dict[str, int] = {}
    for run in made:
        ways = ", ".join(lossy_ways(run))
        if run.outcome != "ok" or not ways:
            continue
        if found := measured_drift(run, known, pictures):
            which = f"{run.settings.words}, seed {run.settings.seed}" if len(made) > 1 else ways
            yield f"{which}: {found.words}."
        elif hint := unmeasured(run):
            owed[f"{ways}: {hint}"] = owed.get(f"{ways}: {hint}", 0) + 1
    for text, number in owed.items():
        yield text + (f" ({number} pictures)." if number > 1 else ".")
