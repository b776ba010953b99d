"""Two to four pictures held against each other: which, and what differs between them."""

from collections.abc import Iterable, Sequence

from workshop_tui.exercises.rework import mark
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.fields import said
from workshop_tui.generation.record import Run
from workshop_tui.text import plain, plain_start

MOST = 4
"""Pictures at a time."""

_LONGEST_PROMPT = 60


def compared(cells: Sequence[Cell], marked: Sequence[str], chosen: int, others: Iterable[Run] = ()) -> list[Run]:
    """Return the pictures to hold against each other, the one to measure from first.

    Two or more marked ones stand for themselves; a single one is compared with the chosen row, and where none is marked
    the chosen row with the nearest one before it that has a picture.

    Args:
        cells: The rows of the table.
        marked: Run ids of the marked ones, in the order in which they were marked.
        chosen: Place of the row on which the cursor stands.
        others: Runs that may have been marked while the table had other rows: samplers at equal steps, say.

    Returns:
        One or none where there is nothing to compare.
    """
    runs = {run.run_id: run for run in (*others, *(cell.run for cell in cells if cell.run)) if run.picture}
    found = [runs[run_id] for run_id in marked if run_id in runs]
    if len(found) >= 2 or not 0 <= chosen < len(cells):
        return found
    *before, here = [cell.run if cell.run and cell.run.picture else None for cell in cells[: chosen + 1]]
    if here is None:
        return found
    first = found or [run for run in before if run][-1:]
    return [*(run for run in first if run.run_id != here.run_id), here]


def differences(runs: Sequence[Run]) -> list[str]:
    """Return for each picture in what it differs from the others: `50 steps, 4.6 s`; its seconds are always said.

    Forwards are said where samplers differ, equal ones too: a step of one may cost as much as two of another.
    """
    names = dict.fromkeys(name for run in runs for name in said(run.settings))
    rows = [said(run.settings, names) for run in runs]
    told = {name: [row[name] for row in rows] for name in names}
    told["prompt"] = [f'"{plain_start(run.settings.prompt, _LONGEST_PROMPT)}"' for run in runs]
    told["model"] = [run.model.name if run.model else "" for run in runs]
    told["placing"] = [run.placing.words if run.placing else "" for run in runs]
    differing = [texts for texts in told.values() if _differ(texts)] or [["same settings"] * len(runs)]
    if _differ(told["sampler"]):
        differing.append([f"{run.forwards} forwards" for run in runs])
    seconds = [f"{run.seconds.making:.1f} s" for run in runs]
    return [", ".join(plain(text) for text in texts if text) for texts in zip(*differing, seconds, strict=True)]


def row_names(runs: Sequence[Run], cells: Sequence[Cell]) -> list[str]:
    """Return what the Lab calls some pictures: `#2`, with what it was made out of `#4, final of #2`, or `earlier`."""
    places = {cell.run.run_id: place for place, cell in enumerate(cells) if cell.run}
    found: list[str] = []
    for run in runs:
        if run.run_id not in places:
            found.append("earlier")
            continue
        place = places[run.run_id]
        made_of = mark(cells[place], cells)
        found.append(f"#{place + 1}, {made_of}" if made_of else f"#{place + 1}")
    return found


def _differ(texts: Sequence[str]) -> bool:
    return len(set(texts)) > 1
