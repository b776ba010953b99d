"""Makes the scheduler of a sampler: one constructor for each row of `generation/samplers.py`."""

from collections.abc import Callable, Mapping
from typing import Any

from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler

from workshop_tui.errors import UserError

CONSTRUCTORS: dict[str, Callable[[Any], Any]] = {
    "euler": FlowMatchEulerDiscreteScheduler.from_config,
}
"""By the sampler's name; takes the configuration of the model's own scheduler."""


def make_scheduler(sampler: str, config: Mapping[str, Any]) -> Any:
    """Return a fresh scheduler; a used one keeps its place in the schedule, and some change their configuration.

    Args:
        sampler: A name of `SAMPLERS`.
        config: The configuration of the scheduler that came with the model.

    Raises:
        UserError: No such sampler.
    """
    if sampler not in CONSTRUCTORS:
        raise UserError(f"sampler: '{sampler}' is unknown.", f"Known: {', '.join(CONSTRUCTORS)}.")
    return CONSTRUCTORS[sampler](config)
