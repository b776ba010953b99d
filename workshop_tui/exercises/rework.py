"""Pictures made out of those of a part: listed below its cells, never counted among them."""

from collections.abc import Sequence

from workshop_tui.exercises.sweeps import Cell, is_model
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import Run


def rework_cells(model: str, runs: Sequence[Run], in_line: Sequence[Item]) -> list[Cell]:
    """Return the final and refined pictures of a part, those in line last.

    Args:
        model: As it is asked for; runs of other models do not count.
        runs: The part's runs, oldest first.
        in_line: The part's pictures that wait or are in work.
    """
    made = [run for run in runs if run.rework and (run.model is None or is_model(run.model, model))]
    ended = {run.run_id for run in made}
    waiting = [item for item in in_line if item.rework and item.run_id not in ended]
    return [
        *(Cell(run.settings, run, past=True, rework=run.rework) for run in made),
        *(Cell(item.settings, None, rework=item.rework) for item in waiting),
    ]


def made_by_another(run: Run, model: str) -> str:
    """Say that a picture cannot be made into another one with a model; empty where it can."""
    if run.model is None or is_model(run.model, model):
        return ""
    return f"{run.model.name} made this picture: only that model makes it again."


def mark(cell: Cell, cells: Sequence[Cell]) -> str:
    """Return what a cell was made out of, `final of #2` or `refined #2`; empty where of nothing.

    Args:
        cell: One of `cells`.
        cells: All that the table shows, in its order.
    """
    if cell.rework is None:
        return ""
    places = (place for place, other in enumerate(cells, 1) if other.run and other.run.run_id == cell.rework.source)
    place = next(places, None)
    source = f"#{place}" if place else f"run {cell.rework.source[:6]}"
    return f"final of {source}" if cell.rework.kind == "final" else f"refined {source}"
