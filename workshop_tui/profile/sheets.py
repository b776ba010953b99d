"""The hand-in's contact sheets: one PNG a sweep of which pictures were made."""

from collections.abc import Collection, Sequence
from pathlib import Path

from workshop_tui.exercises.alike import alike
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import all_parts
from workshop_tui.files import cannot_write, write_atomic
from workshop_tui.generation.contact_sheet import contact_sheet, frames, is_current, runs_on
from workshop_tui.generation.record import Run
from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.model import Lesson


def sheet_name(part: Part) -> str:
    """Return a sheet's file name, `sheet-parameters-steps.png`."""
    return f"sheet-{part.exercise.id}-{part.id}.png"


def write_sheets(folder: Path, lesson: Lesson, runs: Sequence[Run], pictures: Path) -> list[Path]:
    """Bring the sheets of a lesson's sweeps up to date; of a sweep with fewer than two pictures an old one is removed.

    Args:
        folder: The hand-in's folder.
        lesson: Whose sweeps.
        runs: The lesson's runs, oldest first.
        pictures: Where their pictures lie.

    Returns:
        The sheets that were written now.

    Raises:
        WorkshopError: The folder cannot be written.
    """
    written: list[Path] = []
    for part in all_parts(lesson):
        shown = _newest_sweep(part, runs)
        path = folder / sheet_name(part)
        if part.sweep is None or not shown:
            _remove(path)
            continue
        cells = frames(shown, _told(part.sweep.vary, shown), pictures)
        if not is_current(path, cells):
            write_atomic(path, contact_sheet(cells, f"{part.exercise.title} - {part.title}"))
            written.append(path)
    return written


def sheet_values(part: Part, runs: Sequence[Run]) -> list[str]:
    """Return the values of the varied setting on a part's sheet, in its order."""
    return [AXES[part.sweep.vary].show(run.settings) for run in _newest_sweep(part, runs)] if part.sweep else []


def forget_runs(folder: Path, run_ids: Collection[str]) -> None:
    """Remove the sheets that show some runs; `write_sheets` makes those anew of which enough is left.

    Raises:
        WorkshopError: One cannot be removed.
    """
    for path in folder.glob("sheet-*.png"):
        if not set(run_ids).isdisjoint(runs_on(path)):
            _remove(path)


def _remove(sheet: Path) -> None:
    try:
        sheet.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(sheet, error) from error


def _told(varied: str, shown: Sequence[Run]) -> list[str]:
    """Return the settings that tell the pictures apart: samplers at equal forwards differ in their steps as well."""
    steps = {run.settings.num_inference_steps for run in shown}
    return [varied, "steps"] if varied == "sampler" and len(steps) > 1 else [varied]


def _newest_sweep(part: Part, runs: Sequence[Run]) -> list[Run]:
    """Return the newest picture of each value that lie beside each other, with the newest settings that have two."""
    left = part.good_runs(runs) if part.sweep else []
    while part.sweep and left:
        made, axis = alike(part, left), AXES[part.sweep.vary]
        by_value = {axis.show(run.settings): run for run in made}
        if len(by_value) > 1:
            return sorted(by_value.values(), key=lambda run: run.origin.cell)
        others = {run.run_id for run in made}
        left = [run for run in left if run.run_id not in others]
    return []
