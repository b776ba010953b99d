"""What a part lacks before it is done: the Lab's tick, plain mode's list and a hand-in's gaps all ask here."""

from collections.abc import Sequence
from dataclasses import dataclass

from workshop_tui.exercises.exploring import values_made
from workshop_tui.exercises.part import Part
from workshop_tui.generation.record import Run
from workshop_tui.lesson.exercise import Field
from workshop_tui.notebook.entries import Observation
from workshop_tui.text import counted


@dataclass(frozen=True)
class Lacking:
    """What is still to do for one part."""

    pictures: int
    """To be made."""
    asked: int
    """Pictures that the part asks for."""
    fields: tuple[Field, ...]
    """To be written."""

    @property
    def is_done(self) -> bool:
        return not self.pictures and not self.fields

    @property
    def words(self) -> list[str]:
        """What there is to do, a few words each: `2 of 3 pictures to make`, `to write: Notable differences`."""
        labels = ", ".join(field.label.rstrip("?.:") for field in self.fields)
        return [
            *([f"{self.pictures} of {counted(self.asked, 'picture')} to make"] if self.pictures else []),
            *([f"to write: {labels}"] if self.fields else []),
        ]


def lacking_of(part: Part, runs: Sequence[Run], observations: list[Observation]) -> Lacking:
    """Return what a part lacks, whatever model made its pictures.

    Of a sweep pictures count at the lesson's values, whatever else the learner tries. How many rungs a ladder takes is
    the learner's to find: one is enough. A scenario asks for its pictures and for what worked; whoever writes that
    without having solved it has given it up. One with a cap asks for no pictures: a shared engine makes none under one.

    Args:
        part: Which.
        runs: The lesson's.
        observations: The learner's answers.
    """
    asked = _pictures_asked(part)
    made = values_made(part, runs) if part.is_given_sweep else len({run.origin.cell for run in part.good_runs(runs)})
    return Lacking(max(0, asked - made), asked, tuple(part.unanswered(observations)))


def _pictures_asked(part: Part) -> int:
    if part.scenario and part.scenario.cap_gib is not None:
        return 0
    if part.ladder or (part.scenario and part.sweep is None):
        return 1
    return len(part.sweep.axis.values) if part.sweep else 0
