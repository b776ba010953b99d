"""Two to four pictures held against each other: which, and what differs between them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.exercises.rework import mark
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.drift import VISIBLE, Drift, drift
from workshop_tui.generation.fields import said
from workshop_tui.generation.picture_statistics import Likeness, sharpness
from workshop_tui.generation.record import Run
from workshop_tui.generation.repeats import FEWEST
from workshop_tui.notebook.run_table import SHORT
from workshop_tui.text import counted, plain, plain_start

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
        differing.append([counted(run.forwards, "forward") for run in runs])
    seconds = [f"{run.seconds.making:.1f} s" for run in runs]
    return [", ".join(plain(text) for text in texts if text) for texts in zip(*differing, seconds, strict=True)]


class Figures(msgspec.Struct, frozen=True):
    """Of one picture."""

    run_id: str
    settings: str
    sharpness: float
    """Levels of 255."""
    drift: Drift | None
    """From the first picture; None for that itself, and for one of another size."""


def figures(runs: Sequence[Run], pictures: Path) -> list[Figures]:
    """Measure pictures, the first one as the reference; it takes a moment.

    Args:
        runs: Whose pictures.
        pictures: The folder that they lie in.

    Raises:
        UserError: One of them is not there, or cannot be read.
    """
    found: list[Figures] = []
    paths = [pictures / run.picture for run in runs]
    for place, (run, path) in enumerate(zip(runs, paths, strict=True)):
        sharp = sharpness(path) if run.picture else None
        if sharp is None:
            why = f"its picture {path} is gone or damaged" if run.picture else f"it has no picture: {run.outcome}"
            raise UserError(f"Run {run.run_id[:SHORT]}: {why}.", "Compare others, or make it again.")
        away = drift(paths[0], path) if place else None
        found.append(Figures(run.run_id, run.settings.words, round(sharp, 2), away))
    return found


def drift_words(found: Sequence[Figures]) -> list[str]:
    """Return for each picture how far it lies from the first: `from the first 4.20 of 255 levels on average, ...`."""
    no_drift = "no drift: it has another size than the first"
    told = [f"from the first {each.drift.levels}, {each.drift.area}" if each.drift else no_drift for each in found]
    return ["", *told[1:]]


def likeness_words(alike: Likeness) -> str:
    """Return in a sentence how far pictures lie from each other."""
    return f"Palettes are {alike.palette:.0%} apart, textures {alike.texture:.0%}, on average over all pairs."


def meaning(found: Sequence[Figures], alike: Likeness | None) -> list[str]:
    """Return what the figures mean, and what they do not."""
    told = [f"One run each is a look: that one is faster or needs less, only {FEWEST} runs of each can show."]
    told += [
        "Sharpness is the strength of the finest detail. Noise and hatching are sharp too: compare one style only."
    ]
    if any(each.drift for each in found):
        told.append(f"Drift says how different, not how much worse; pixels count that differ by more than {VISIBLE}.")
    if alike:
        told.append("Palettes and textures say how far a style holds the pictures together, not what they show.")
    return told


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
