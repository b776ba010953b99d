"""A situation to be mended: the bad state that it starts from, and the measured facts that show it mended."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from workshop_tui.lesson.values import Id, Line, Paragraph

MEASURES: dict[str, str] = {
    "seconds": "seconds",
    "peak_memory_mib": "peak memory, MiB",
    "sharpness": "sharpness",
    "drift": "drift from the start",
    "palette": "palette apart",
    "texture": "texture apart",
    "rating": "your rating",
}
"""What can be demanded of pictures, and what screens call it."""

BOUNDS = ("at_least", "at_most", "at_least_of_start", "at_most_of_start")
"""How a demand limits its measure: by a value, or by a factor of the start's."""

SERIES_MEASURES = frozenset({"palette", "texture"})
"""Measured between the pictures of a series; one picture alone has none."""


class Demand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One measured fact that shows a scenario mended; it names exactly one bound."""

    measure: str
    """One of `MEASURES`; of a series the mean over its pictures, but for memory, which is the most."""
    at_least: float | None = None
    at_most: float | None = None
    at_least_of_start: float | None = None
    """A factor of the same measure of the start's pictures."""
    at_most_of_start: float | None = None
    if_known: bool = False
    """Whether it counts only where it could be measured, or was given."""
    either: str = ""
    """Of the demands that have the same word here one is enough."""

    @property
    def bound(self) -> tuple[str, float]:
        """The bound that is given: its name in `BOUNDS`, and the number."""
        given = ((name, getattr(self, name)) for name in BOUNDS)
        return next((name, number) for name, number in given if number is not None)

    def limit(self, start: float | None) -> float | None:
        """Return the bound as a value of the measure; None where the start's is needed and not known."""
        name, number = self.bound
        if not name.endswith("of_start"):
            return number
        return None if start is None else number * start

    def is_met(self, value: float, limit: float) -> bool:
        """Tell whether a value keeps to the bound."""
        return value >= limit if self.bound[0].startswith("at_least") else value <= limit


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A situation to be mended."""

    id: Id
    """Unique in its exercise."""
    title: Line
    """What the screen calls it."""
    goal: Line
    """What a learner is to reach."""
    hints: tuple[Line, ...] = ()
    """From the gentlest to the plainest, shown one at a time."""
    start: dict[str, str | int | float] = {}
    """The bad state: settings by their names in `generation.sweep.AXES`; the rest is the exercise's."""
    start_flux: dict[str, str | int | float] = {}
    """What `start` has beside for any model but the built-in one, which may run without a GPU."""
    prompts: tuple[Paragraph, ...] = ()
    """A series: one picture each. Empty for one picture of the exercise's prompt."""
    seeds: Literal["one", "each"] = "one"
    """A series begins with one seed for all its pictures, or with a seed for each, counted up from the exercise's."""
    cap_gib: Annotated[float, Meta(gt=0)] | None = None
    """Memory that all its pictures may use, GiB; None for all there is."""
    practice_cap: Annotated[float, Meta(gt=0, lt=1)] | None = None
    """The built-in model's cap in place of `cap_gib`: a share of what the start's picture was measured to need."""
    keep: tuple[str, ...] = ()
    """Settings that must stay as at the start: names in `AXES`, or `prompt`."""
    solved_when: tuple[Demand, ...] = ()
    """What must be measured, of finished pictures; all of it, but for `either`."""
    solution: Paragraph | None = None
    """What a good solution looks like, shown once it is solved, or after the last hint."""
