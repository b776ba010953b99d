"""The parts that every kind of exercise is cut into: what the Lab lists and a hand-in counts."""

from dataclasses import dataclass

from workshop_tui.generation.record import Origin
from workshop_tui.lesson.exercise import Exercise, Field, Sweep
from workshop_tui.lesson.scenario import Scenario
from workshop_tui.notebook.entries import Observation


@dataclass(frozen=True)
class Part:
    """One thing to do in an exercise, with what is asked about it."""

    exercise: Exercise
    id: str
    """Unique in its exercise; observations are kept under it."""
    title: str
    asks: tuple[Field, ...]
    """What the learner writes down."""
    sweep: Sweep | None = None
    """The series of pictures to run; None where the learner chooses."""
    goal: str = ""
    """What is to be reached, where the title does not say it."""
    hints: tuple[str, ...] = ()
    scenario: Scenario | None = None
    """The situation to be mended, where this is one that measured facts show mended."""

    def owns(self, origin: Origin) -> bool:
        """Tell whether a run was made for this part."""
        return (origin.exercise, origin.sweep) == (self.exercise.id, self.id)

    def answer(self, field_id: str, observations: list[Observation]) -> str:
        """Return what the learner wrote in one field, or an empty string."""
        for observation in observations:
            if (observation.exercise, observation.sweep, observation.field) == (self.exercise.id, self.id, field_id):
                return observation.value
        return ""

    def unanswered(self, observations: list[Observation]) -> list[Field]:
        """Return the required fields that are still empty."""
        return [field for field in self.asks if field.required and not self.answer(field.id, observations)]
