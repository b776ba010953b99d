"""What a learner writes down: observations, and the lines of the troubleshooting checklist."""

from typing import Literal, get_args

import msgspec

CheckState = Literal["open", "tried", "solved", "not applicable"]
CHECK_STATES: tuple[CheckState, ...] = get_args(CheckState)


class Observation(msgspec.Struct, frozen=True):
    """One answer to what an exercise asks."""

    exercise: str
    sweep: str
    """Empty for a field of the whole exercise."""
    field: str
    value: str


class Check(msgspec.Struct, frozen=True):
    """One line of the troubleshooting checklist as the learner left it."""

    problem: str
    state: CheckState = "open"
    note: str = ""
    run_id: str = ""
    """The run that shows it; empty where none was named."""
