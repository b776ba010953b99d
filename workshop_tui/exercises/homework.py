"""What of a lesson the program can make by itself, at home: pictures that are lacking, limits to look for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workshop_tui.exercises.limits import found_by
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import all_parts
from workshop_tui.exercises.sweeps import Cell, Setup, is_model, sweep_cells
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.pace import duration, predict
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import Run
from workshop_tui.lesson.model import Lesson


@dataclass(frozen=True)
class Chore:
    """What one part lacks."""

    part: Part
    setup: Setup
    runs: tuple[Run, ...]
    """The part's, with the model that is used; oldest first."""
    cells: tuple[Cell, ...]
    """Its sweep's pictures, those that are there too; empty where a limit is looked for."""
    seconds: float | None
    """What the lacking ones will take; None where nobody can tell."""

    @property
    def lacking(self) -> int:
        """Pictures that are not there."""
        return sum(not cell.done for cell in self.cells)

    @property
    def words(self) -> str:
        """`Exercise 1: Steps: 2 pictures, about 3 min`."""
        title = f"{self.part.exercise.title.split(':')[0]}: {self.part.title}"
        if not self.cells:
            return f"{title}: to be looked for by trying"
        pictures = "1 picture" if self.lacking == 1 else f"{self.lacking} pictures"
        return f"{title}: {pictures}, {duration(self.seconds)}"


def chores(lesson: Lesson, setups: Mapping[str, Setup], model: str, runs: Sequence[Run]) -> list[Chore]:
    """Return what a lesson's exercises lack, in their order; those that need not be done are left out.

    Args:
        lesson: What is taught.
        setups: What each part is run with, by the part's name.
        model: Which model makes it.
        runs: The lesson's, oldest first.

    Raises:
        UserError: A value does not fit the model.
    """
    found: list[Chore] = []
    for part in all_parts(lesson):
        if part.exercise.optional or part.scenario:  # a scenario is mended by thinking
            continue
        setup = setups[part.name]
        mine = tuple(run for run in runs if part.owns(run.origin) and run.model and is_model(run.model, model))
        if part.sweep:
            cells = tuple(sweep_cells(part, setup, model, mine))
            items = [Item("", cell.settings) for cell in cells if not cell.done]
            if items:
                found.append(Chore(part, setup, mine, cells, predict(items, runs, practice=model == BUILT_IN)))
        elif part.search and not found_by(part, setup.settings, mine).confirmed:
            found.append(Chore(part, setup, mine, (), None))
    return found
