"""Makes the scheduler of a sampler: one constructor for each row of `generation/samplers.py` that is run as itself."""

from collections.abc import Callable, Mapping
from typing import Any

from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler

from workshop_tui.errors import UserError
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.worker.flow_heun import FlowHeunScheduler
from workshop_tui.worker.flow_multistep import FlowDPMScheduler, FlowUniPCScheduler

CONSTRUCTORS: dict[str, Callable[[Any], Any]] = {
    "euler": FlowMatchEulerDiscreteScheduler.from_config,
    "heun": FlowHeunScheduler.from_config,
    "dpm++": FlowDPMScheduler.make,
    "unipc": FlowUniPCScheduler.make,
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
    if sampler not in SAMPLERS:
        raise UserError(f"sampler: '{sampler}' is unknown.", f"Known: {', '.join(SAMPLERS)}.")
    return CONSTRUCTORS[SAMPLERS[sampler].runs_as or sampler](config)


def substitution(sampler: str) -> str:
    """Return what a record says where another sampler runs in this one's place; empty where none does."""
    row = SAMPLERS[sampler]
    return row.note if row.runs_as else ""
