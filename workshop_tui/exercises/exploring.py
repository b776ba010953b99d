"""What of a lesson's exploration a learner has done: things read, pictures made, unexpected things logged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import all_parts
from workshop_tui.generation.record import Run
from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.exercise import Exploration
from workshop_tui.lesson.model import Lesson
from workshop_tui.notebook.entries import Check, own_items
from workshop_tui.text import counted


@dataclass(frozen=True)
class Explored:
    """How far one item is."""

    item: Exploration
    check: Check
    """Its ticks are what was read."""
    parts: tuple[tuple[Part, int], ...]
    """The sweeps that belong to it, and how many of their pictures are made."""
    discoveries: tuple[Check, ...]
    """The log, where it belongs to this item."""

    @property
    def read(self) -> list[str]:
        """What was read, in the lesson's words."""
        return [each.text for each in self.item.reads if self.check.ticked(each.id)]

    @property
    def done(self) -> list[str]:
        """What there is of it, in a few words each; empty where nothing is."""
        pictures = [f"{part.title}: {made} of {counted(_wanted(part), 'picture')}" for part, made in self.parts if made]
        logged = len(self.discoveries)
        return [
            *([f"{len(self.read)} of {len(self.item.reads)} read"] if self.read else []),
            *pictures,
            *([f"{logged} logged"] if logged else []),
        ]


def explored(lesson: Lesson, checks: Mapping[str, Check], runs: Sequence[Run]) -> list[Explored]:
    """Return how far each item of a lesson's exploration is.

    Args:
        lesson: What is taught.
        checks: The learner's checklist, which holds ticks and log.
        runs: The lesson's, of whatever model.
    """
    found: list[Explored] = []
    for item in lesson.data.exploration:
        parts = [
            (part, values_made(part, runs))
            for part in all_parts(lesson)
            if part.sweep and part.exercise.id == item.exercise and item.sweep in ("", part.id)
        ]
        key = explored_key(item)
        log = own_items(checks, "discovery") if item.log else []
        found.append(Explored(item, checks.get(key, Check(key)), tuple(parts), tuple(log)))
    return found


def explored_key(item: Exploration) -> str:
    """Return under what the notebook keeps an item's ticks; no problem of a lesson can be called so."""
    return f"explored:{item.id}"


def part_words(part: Part, made: int) -> str:
    """Return how far a sweep is: `Steps 1, 100: 1 of 2 pictures`."""
    axis = part.sweep.axis if part.sweep else None
    values = f" {', '.join(axis.values)}" if axis and not AXES[axis.name].is_prose else ""
    return f"{part.title}{values}: {made} of {counted(_wanted(part), 'picture')}"


def _wanted(part: Part) -> int:
    return len(part.sweep.axis.values) if part.sweep else 0


def values_made(part: Part, runs: Sequence[Run]) -> int:
    """Return how many of the values that the lesson's sweep asks for have a good picture."""
    assert part.sweep is not None
    axis = AXES[part.sweep.vary]
    made = {repr(axis.read(axis.show(run.settings))) for run in part.good_runs(runs)}
    return len(made & {repr(axis.read(value)) for value in part.sweep.axis.values})
