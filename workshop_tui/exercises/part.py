"""The parts that every kind of exercise is cut into: what the Lab lists and a hand-in counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workshop_tui.generation.choices import Limit
from workshop_tui.generation.record import Origin, Run
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
    about: tuple[str, ...] = ()
    """What is said of it at once, a line each."""
    hints: tuple[str, ...] = ()
    """Help that is asked for, one at a time."""
    scenario: Scenario | None = None
    """The situation to be mended, where this is one that measured facts show mended."""
    search: Limit | None = None
    """The limit that is looked for by trying, if any."""
    ladder: bool = False
    """Whether the fastest acceptable picture is looked for among those of its sweep."""
    sums_up: bool = False
    """Whether it is made of what the exercise's other parts have found."""

    @property
    def help_lines(self) -> tuple[str, ...]:
        """What is shown, one more at each asking: the lesson's hints, and at last what a good solution looks like."""
        hints = (f"Hint {place}: {hint}" for place, hint in enumerate(self.hints, 1))
        solution = self.scenario.solution if self.scenario else None
        return (*hints, *([f"A good solution: {solution}"] if solution else []))

    @property
    def name(self) -> str:
        """Exercise and part, `parameters/steps`: its own in the lesson."""
        return f"{self.exercise.id}/{self.id}"

    @property
    def is_given_sweep(self) -> bool:
        """Whether its pictures are those that the lesson lists, not a ladder's or a scenario's."""
        return self.sweep is not None and self.sweep in self.exercise.sweeps

    def owns(self, origin: Origin) -> bool:
        """Tell whether a run was made for this part."""
        return (origin.exercise, origin.sweep) == (self.exercise.id, self.id)

    def good_runs(self, runs: Iterable[Run]) -> list[Run]:
        """Return the runs that ended well for this part, in their order; what was made out of them is left out."""
        return [run for run in runs if self.owns(run.origin) and run.outcome == "ok" and run.rework is None]

    def answer(self, field_id: str, observations: list[Observation]) -> str:
        """Return what the learner wrote in one field, or an empty string."""
        for observation in observations:
            if (observation.exercise, observation.sweep, observation.field) == (self.exercise.id, self.id, field_id):
                return observation.value
        return ""

    def unanswered(self, observations: list[Observation]) -> list[Field]:
        """Return the required fields that are still empty; what the program fills in is asked of nobody."""
        asked = (field for field in self.asks if field.required and field.kind != "auto")
        return [field for field in asked if not self.answer(field.id, observations)]


def place_of(part: Part, parts: Sequence[Part]) -> str:
    """Return which of the lesson's parts it is, `2 of 12`; those that need not be done are not counted."""
    counted = [each.name for each in parts if not each.exercise.optional]
    return "optional" if part.exercise.optional else f"{counted.index(part.name) + 1} of {len(counted)}"
