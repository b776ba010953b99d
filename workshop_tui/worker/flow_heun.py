"""Heun's method for FLUX.1.

diffusers' own `FlowMatchHeunDiscreteScheduler` takes neither the sigmas nor the shift that FLUX.1's pipelines hand over
(diffusers issue 9607).
"""

from typing import Any

import torch
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler


class FlowHeunScheduler(FlowMatchEulerDiscreteScheduler):
    """Euler's schedule; each step but the last is tried first, then made with the mean of the slopes at its two ends.

    N steps are 2N - 1 forwards: the last one ends without noise, where the model has no slope to give. `step_index`
    counts steps, so that it stays the same after the first forward of two.
    """

    order = 2

    def set_timesteps(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, num_inference_steps: int | None = None, device: Any = None, sigmas: Any = None, mu: float | None = None
    ) -> None:
        """Take the steps that Euler takes, each timestep but the first twice."""
        super().set_timesteps(num_inference_steps, device, sigmas=sigmas, mu=mu)
        self.timesteps = torch.cat([self.timesteps[:1], self.timesteps[1:].repeat_interleave(2)])
        self._tried: tuple[torch.Tensor, torch.Tensor] | None = None
        """Where the step in work began and its slope there, while it is only tried."""

    def step(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        model_output: torch.Tensor,
        timestep: Any,
        sample: torch.Tensor,
        return_dict: bool = False,
    ) -> tuple[torch.Tensor]:
        """Return the latents at which the model is asked next, and after the last forward those of the picture."""
        if self._step_index is None:
            self._init_step_index(timestep)
        place, sigmas = int(self._step_index or 0), torch.as_tensor(self.sigmas)
        length = sigmas[place + 1] - sigmas[place]
        slope = model_output.float()
        if self._tried is not None:
            begin, first = self._tried
            slope = (first + slope) / 2
            self._tried = None
        else:
            begin = sample.float()
            if place < len(sigmas) - 2:
                self._tried = begin, slope
        if self._tried is None:
            self._step_index = place + 1
        return ((begin + length * slope).to(model_output.dtype),)
