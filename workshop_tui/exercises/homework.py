"""What of a lesson the program can make by itself, at home: pictures that are lacking, limits to look for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workshop_tui.exercises.limits import found_by, search_runs
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import all_parts
from workshop_tui.exercises.sweeps import Cell, Setup, sweep_cells
from workshop_tui.generation.limits import candidates, is_complete
from workshop_tui.generation.model_shape import find_shape
from workshop_tui.generation.models import BUILT_IN, size_unit
from workshop_tui.generation.pace import duration, predict
from workshop_tui.generation.probes import Found
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import Run
from workshop_tui.lesson.model import Lesson
from workshop_tui.text import counted


@dataclass(frozen=True)
class Chore:
    """What one part lacks."""

    part: Part
    setup: Setup
    runs: tuple[Run, ...]
    """Of its search, oldest first; empty where pictures are lacking."""
    cells: tuple[Cell, ...]
    """Its sweep's pictures, those that are there too; empty where a limit is looked for."""

    @property
    def lacking(self) -> int:
        """Pictures that are not there."""
        return sum(not cell.done for cell in self.cells)

    def seconds(self, runs: Sequence[Run], model: str) -> float | None:
        """Return what the lacking pictures will take, by what was measured; None where nobody can tell."""
        items = [Item("", cell.settings) for cell in self.cells if not cell.done]
        return predict(items, runs, practice=model == BUILT_IN) if items else None

    def words(self, seconds: float | None) -> str:
        """Return what it is and how long it takes: `Exercise 1: Steps: 2 pictures, about 3 min`."""
        title = f"{self.part.exercise.title.split(':')[0]}: {self.part.title}"
        if not self.cells:
            return f"{title}: to be looked for by trying"
        return f"{title}: {counted(self.lacking, 'picture')}, {duration(seconds)}"


def chores(
    lesson: Lesson, setups: Mapping[str, Setup], model: str, runs: Sequence[Run], engine: Path | None
) -> list[Chore]:
    """Return what a lesson's exercises lack, in their order; those that need not be done are left out.

    Args:
        lesson: What is taught.
        setups: What each part is run with, by the part's name.
        model: Which model makes it.
        runs: The lesson's, oldest first.
        engine: The shared engine's socket: with one no limit is looked for. None for a worker of one's own.

    Raises:
        UserError: A value does not fit the model.
    """
    found: list[Chore] = []
    for part in all_parts(lesson):
        if part.exercise.optional or part.scenario:  # a scenario is mended by thinking
            continue
        setup = setups[part.name]
        if part.sweep:
            cells = tuple(sweep_cells(part, setup, model, [run for run in runs if part.owns(run.origin)]))
            if not all(cell.done for cell in cells):
                found.append(Chore(part, setup, (), cells))
        elif part.search and engine is None:
            mine = tuple(search_runs(part, runs, model))
            if not _is_known(found_by(part, setup.settings, mine), model):
                found.append(Chore(part, setup, mine, ()))
    return found


def _is_known(found: Found, model: str) -> bool:
    if not found.probes:
        return False
    return is_complete(found, candidates(found.kind, max(find_shape(model).unit, size_unit(model))))
