"""The samplers that can be chosen: one row each, read by the form, the command line, the linter and the worker."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sampler:
    """One way to integrate the flow from noise to picture."""

    name: str
    """What a learner types and a lesson names."""
    label: str
    """What the screen shows."""
    note: str
    """One sentence on what it does."""
    forwards_per_step: int = 1
    """How often the transformer runs in a step."""
    forwards_saved: int = 0
    """Forwards that the whole run needs less than steps x forwards_per_step."""

    def forwards(self, num_inference_steps: int) -> int:
        """Return the number of transformer forwards (NFE) of a run."""
        return num_inference_steps * self.forwards_per_step - self.forwards_saved


SAMPLERS: dict[str, Sampler] = {
    row.name: row
    for row in (Sampler("euler", "Euler", "FLUX.1's own: FlowMatchEulerDiscreteScheduler, one forward a step."),)
}

DEFAULT_SAMPLER = "euler"
