"""Pictures held against each other in lines: in what they differ, and how far they lie from the first."""

import asyncio
from collections.abc import Sequence

from workshop_tui.app.plain.showing import as_sentence, last_picture, picture_named
from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.app.run_words import circumstances
from workshop_tui.errors import UserError
from workshop_tui.exercises.compare import (
    MOST,
    compared,
    differences,
    drift_words,
    figures,
    likeness_words,
    meaning,
    row_names,
)
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.picture_statistics import likeness
from workshop_tui.generation.picture_words import picture_words
from workshop_tui.generation.record import Run
from workshop_tui.notebook.run_table import SHORT


async def compare(sitting: Sitting, rows: Sequence[Cell], text: str) -> None:
    """Say how pictures differ: settings, seconds, memory, brightness, sharpness, drift from the first.

    Args:
        sitting: Whose.
        rows: A part's pictures.
        text: Two to four of them by number, or runs by the beginning of their ids; one is held against the last
            picture, and where none is named that one against the picture before it.

    Raises:
        UserError: There are too few or too many, or one has no picture.
    """
    named = [picture_named(sitting, rows, word) for word in text.replace(",", " ").split()]
    marked = list(dict.fromkeys(run.run_id for run in named))
    runs = compared(rows, marked, -1 if len(marked) > 1 else last_picture(rows), named)
    if not 2 <= len(runs) <= MOST:
        raise UserError(f"compare takes 2 to {MOST} pictures.", "Name them by their numbers, such as: compare 1 2")
    pictures, say = sitting.learner.pictures, sitting.console.say
    found = await asyncio.to_thread(figures, runs, pictures)
    for run, name, differs, away in zip(runs, _names(runs, rows), differences(runs), drift_words(found), strict=True):
        looks = await asyncio.to_thread(picture_words, pictures / run.picture)
        say(f"{name}: {', '.join([differs, *_memory(run), *circumstances(run)])}.")
        say(f"   {as_sentence(looks)}{f' {as_sentence(away)}' if away else ''}")
    alike = await asyncio.to_thread(likeness, [pictures / run.picture for run in runs])
    if alike:
        say(likeness_words(alike))
    for line in meaning(found, alike):
        sitting.explain(line)


def _names(runs: Sequence[Run], rows: Sequence[Cell]) -> list[str]:
    """Return what the pictures are called; those of other rows by their runs."""
    names = zip(runs, row_names(runs, rows), strict=True)
    return [name if name.startswith("#") else f"run {run.run_id[:SHORT]}" for run, name in names]


def _memory(run: Run) -> list[str]:
    return [] if run.peak_memory_mib is None else [f"{run.peak_memory_mib:,.0f} MiB"]
