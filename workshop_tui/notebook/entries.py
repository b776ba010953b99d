"""What a learner writes down: observations, and the lines of the troubleshooting checklist."""

from collections.abc import Mapping
from typing import Literal, Self, get_args

import msgspec

CheckState = Literal["open", "tried", "solved", "not applicable"]
CHECK_STATES: tuple[CheckState, ...] = get_args(CheckState)

TickState = Literal["tried", "helped"]
TICK_STATES: tuple[TickState, ...] = get_args(TickState)

Own = Literal["", "problem", "discovery"]
"""What an item of the learner's own is: a problem beside the lesson's, or something unexpected."""


class Observation(msgspec.Struct, frozen=True):
    """One answer to what an exercise asks."""

    exercise: str
    sweep: str
    """Empty for a field of the whole exercise."""
    field: str
    value: str


class Tick(msgspec.Struct, frozen=True):
    """One solution of a problem that the learner has tried."""

    solution: str
    """Its id, as `Problem.to_try` has it."""
    state: TickState = "tried"
    note: str = ""
    run_id: str = ""
    """The run that shows it; empty where none was named."""


class Check(msgspec.Struct, frozen=True):
    """One line of the troubleshooting checklist as the learner left it."""

    problem: str
    """Its id; of the learner's own items as `own_id` makes it."""
    state: CheckState = "open"
    note: str = ""
    run_id: str = ""
    """The run that shows it; empty where none was named."""
    ticks: tuple[Tick, ...] = ()
    """What was tried, in the order in which it was ticked."""
    own: Own = ""
    """Empty for the lesson's problems."""
    title: str = ""
    """Of an item of the learner's own."""

    @property
    def cited(self) -> list[str]:
        """The runs that this line and its ticks name."""
        return [cites.run_id for cites in (self, *self.ticks) if cites.run_id]

    def ticked(self, solution: str) -> Tick | None:
        """Return what is said of one solution, or None where it is not ticked."""
        return next((tick for tick in self.ticks if tick.solution == solution), None)

    def with_tick(self, solution: str, tick: Tick | None) -> Self:
        """Return this line with another word on one solution; None takes its tick away."""
        others = tuple(each for each in self.ticks if each.solution != solution)
        return msgspec.structs.replace(self, ticks=(*others, tick) if tick else others)


def own_items(checks: Mapping[str, Check], kind: Own) -> list[Check]:
    """Return the learner's own items of one kind, in the order in which they were added."""
    return sorted((check for check in checks.values() if check.own == kind), key=lambda check: _number(check.problem))


def own_id(checks: Mapping[str, Check]) -> str:
    """Return an id for one more own item; no problem of a lesson can have it."""
    return f"{_OWN}{max((_number(check.problem) for check in checks.values() if check.own), default=0) + 1}"


def is_own_id(item: str) -> bool:
    """Tell whether an id is one of the learner's own items'."""
    return item.startswith(_OWN)


_OWN = "own:"


def _number(item: str) -> int:
    return int(item.removeprefix(_OWN))
