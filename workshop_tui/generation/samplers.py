"""The samplers that can be chosen: one row each, read by the form, the command line, the linter and the worker."""

import msgspec


class Sampler(msgspec.Struct, frozen=True):
    """One way to integrate the flow from noise to picture; all do it on the same noise levels."""

    name: str
    """What a learner types and a lesson names."""
    label: str
    """What the screen shows; at most seven characters."""
    note: str
    """One sentence on what it does."""
    forwards_per_step: int = 1
    """How often the transformer runs in a step."""
    forwards_saved: int = 0
    """Forwards that the whole run needs less than steps x forwards_per_step."""
    known_as: str = ""
    """What other FLUX tools call it; empty where that is the label."""
    runs_as: str = ""
    """The sampler that makes the very same pictures and is run in its place; empty for none."""

    def forwards(self, num_inference_steps: int) -> int:
        """Return the number of transformer forwards (NFE) of a run."""
        return num_inference_steps * self.forwards_per_step - self.forwards_saved

    def steps_in(self, forwards: int) -> int:
        """Return the most steps that need no more forwards; at least one."""
        return max(1, (forwards + self.forwards_saved) // self.forwards_per_step)


SAMPLERS: dict[str, Sampler] = {
    row.name: row
    for row in (
        Sampler("euler", "Euler", "FLUX.1's own: straight on along the flow, one forward a step."),
        Sampler(
            "ddim",
            "DDIM",
            "DDIM without noise of its own is, for a flow model like FLUX.1, Euler's step: Euler's scheduler made it.",
            runs_as="euler",
        ),
        Sampler(
            "heun",
            "Heun",
            "Looks ahead and takes the mean of both slopes: two forwards a step, one in the last.",
            forwards_per_step=2,
            forwards_saved=1,
        ),
        Sampler("unipc", "UniPC", "As DPM++ 2M, and corrects each step when the next is known, one forward a step."),
        Sampler(
            "dpm++",
            "DPM++2M",
            "Reckons with the slope of the step before as well, one forward a step.",
            known_as="DPM++ 2M",
        ),
    )
}
"""By name. A sweep over all that is short of time keeps its ends: these differ, and are equal work."""

DEFAULT_SAMPLER = "euler"
