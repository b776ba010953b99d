"""What a learner does in a lesson: exercises with their sweeps, tasks and scenarios, and the checklist's problems."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from workshop_tui.errors import UserError
from workshop_tui.generation.choices import Limit
from workshop_tui.generation.samplers import DEFAULT_SAMPLER, SAMPLERS
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.sizes import parse_size
from workshop_tui.generation.sweep import Axis
from workshop_tui.lesson.scenario import Scenario
from workshop_tui.lesson.values import Id, Line, Minutes

EXERCISE_KINDS = frozenset({"sweeps", "challenge", "scenarios"})
"""The kinds of exercise that a lesson may name; the room `exercises` says what each does."""

AVAILABLE = "available"
"""In place of a sampler sweep's values: every sampler that this program has."""


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to do or to try, with an id under which its state is kept."""

    id: Id
    """Unique in its list."""
    text: Line
    """What is to be done."""


class Task(Item, frozen=True, forbid_unknown_fields=True):
    """One task of a challenge."""

    ladder: tuple[Annotated[int, Meta(ge=1, le=100)], ...] = ()
    """Steps from preview to maximum: the fastest that is acceptable is found among them."""
    search: Limit | None = None
    """The limit that is looked for by trying: `max-size` or `max-batch`."""


class Sweep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A series of pictures with one setting changed."""

    id: Id
    """Unique in its exercise."""
    title: Line
    """What the screen calls it."""
    vary: str
    """The setting that changes: a name in `generation.sweep.AXES`."""
    values: tuple[str | int | float, ...] | Literal["available"]
    """The values in order, or the word `available` for every sampler."""

    @property
    def axis(self) -> Axis:
        """The axis as `generation.sweep.cells` takes it."""
        if self.values == AVAILABLE:
            return Axis(self.vary, tuple(SAMPLERS))
        return Axis(self.vary, tuple(str(value) for value in self.values))


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of an observation, asked once per sweep."""

    id: Id
    """Unique in its exercise."""
    label: Line
    """What the screen asks."""
    kind: Literal["text", "rating", "choice", "auto"] = "text"
    """Typed, rated from 1 to 5, one of the sweep's values, or filled in by the program."""
    required: bool = False
    """Whether a hand-in without it is incomplete."""
    measure: Literal["seconds", "peak_memory_mib"] | None = None
    """For kind `auto`: what the program fills in."""


class Exercise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a learner does in a section."""

    id: Id
    """Unique in the lesson."""
    title: Line
    """What the screen calls it."""
    section: str
    """The id of the section in which it is done."""
    kind: str
    """One of `EXERCISE_KINDS`."""
    objective: str = ""
    """What it is good for, in the lesson's words."""
    prepare_from: str = ""
    """The id of the section from which on making its pictures ahead is offered; empty for its own section."""
    minutes: Minutes | None = None
    """How long it takes, min; None where the lesson gives no figure."""
    base_prompt: str = ""
    """The prompt that its pictures start from."""
    seed: int = 0
    """The seed that its pictures share."""
    steps: int | None = None
    """Steps where a sweep does not vary them; None for the program's default."""
    guidance: float | None = None
    """Guidance where a sweep does not vary it; None for the program's default."""
    size: str = ""
    """Size as `WxH` or a ratio, where a sweep does not vary it; empty for the program's default."""
    sampler: str = ""
    """Sampler where a sweep does not vary it; empty for the program's default."""
    sweeps: tuple[Sweep, ...] = ()
    """The series to run, in order."""
    observations: tuple[Field, ...] = ()
    """What to write down after each sweep."""
    tasks: tuple[Task, ...] = ()
    """What to do, in order."""
    scenarios: tuple[Scenario, ...] = ()
    """Situations to mend, in order."""
    hints: tuple[Line, ...] = ()
    """Help with the whole exercise, shown one at a time."""
    optional: bool = False
    """Whether a hand-in is complete without it."""

    @property
    def base_settings(self) -> Settings:
        """The settings that its sweeps vary; not checked against a model."""
        plain = Settings(prompt=self.base_prompt)
        width, height = parse_size(self.size) if self.size else (plain.width, plain.height)
        return Settings(
            prompt=self.base_prompt,
            num_inference_steps=plain.num_inference_steps if self.steps is None else self.steps,
            guidance_scale=plain.guidance_scale if self.guidance is None else self.guidance,
            seed=self.seed,
            width=width,
            height=height,
            sampler=self.sampler or DEFAULT_SAMPLER,
        )

    def sweep(self, sweep_id: str) -> Sweep:
        """Return a sweep of this exercise.

        Raises:
            UserError: There is none with this id.
        """
        for sweep in self.sweeps:
            if sweep.id == sweep_id:
                return sweep
        raise unknown("sweep", sweep_id, [sweep.id for sweep in self.sweeps])


Value = str | int | float


class Solution(Item, frozen=True, forbid_unknown_fields=True, rename={"changes": "try"}):
    """One thing to try against a problem, and where it is tried or seen."""

    changes: dict[str, Value | tuple[Value, ...]] = {}
    """The one setting that it changes, a name in `generation.sweep.AXES`, and its value or values."""
    see: str = ""
    """Where to look for what is no setting: `monitor`, or a command of this program."""


MONITOR = "monitor"
"""What `Solution.see` calls the Monitor screen."""


TECHNIQUE = "Technique"
"""The id of a problem's technique among what can be tried; no solution can have it."""


class Problem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the troubleshooting checklist."""

    id: Id
    """Unique in the lesson."""
    title: Line
    """What the checklist calls it."""
    level: Literal["common", "advanced"]
    """Which of the lesson's two lists it stands in."""
    solutions: tuple[Solution, ...]
    """What to try, in order."""
    symptoms: str = ""
    """How it shows."""
    problem: str = ""
    """What is wrong, where the lesson says so instead of symptoms."""
    technique: str = ""
    """How the solution is applied, in the lesson's words."""
    compare: tuple[Line, ...] = ()
    """Two prompts that show at one seed what the technique does; empty for none."""

    @property
    def to_try(self) -> dict[str, str]:
        """What can be tried and ticked, by id: the solutions, then the technique."""
        technique = {TECHNIQUE: self.technique or "Compare two prompts"} if self.technique or self.compare else {}
        return {solution.id: solution.text for solution in self.solutions} | technique


class Exploration(Item, frozen=True, forbid_unknown_fields=True):
    """Something that may be explored beyond the assignment."""

    reads: tuple[Item, ...] = ()
    """What to read, to be ticked."""
    exercise: str = ""
    """The id of an exercise whose sweeps belong to it."""
    sweep: str = ""
    """The id of the only one of those sweeps; empty for all of them."""
    log: bool = False
    """Whether the learner's log of unexpected things belongs to it."""


def unknown(what: str, name: str, known: list[str]) -> UserError:
    """Return the error for a name that is not in a lesson, with the names that are."""
    return UserError(f"There is no {what} '{name}' here.", f"Known: {', '.join(known) or 'none'}.")
