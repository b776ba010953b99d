"""DPM++ 2M and UniPC for FLUX.1, on the noise levels that Euler takes.

diffusers' own make a grid of other noise levels, or need another shift than the model's, know no `scale_noise`, and
round the timesteps that the model is told to whole numbers: samplers at equal steps would not be alike in all else.
"""

from collections.abc import Mapping
from typing import Any

import torch
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler
from diffusers.schedulers.scheduling_unipc_multistep import UniPCMultistepScheduler

LARGEST_SIGMA = 1 - 1e-6
"""Both reckon with log((1 - sigma) / sigma), which pure noise has none of; the figure is diffusers' UniPC's."""


class _OnEulersSigmas:
    """What both need to be told of a flow: its noise levels, and that they are those of a straight line.

    `use_flow_sigmas` stays off, because `FluxPipeline` keeps its sigmas to itself where it is on.
    """

    flow: Any
    """The `FlowMatchEulerDiscreteScheduler` that the model came with."""

    @classmethod
    def make(cls, config: Mapping[str, Any]) -> Any:
        """Return one that takes its noise levels from the scheduler with this configuration."""
        scheduler: Any = cls
        made = scheduler.from_config(config, prediction_type="flow_prediction", use_dynamic_shifting=False)
        made.flow = FlowMatchEulerDiscreteScheduler.from_config(dict(config))
        return made

    def set_timesteps(
        self, num_inference_steps: int | None = None, device: Any = None, sigmas: Any = None, mu: float | None = None
    ) -> None:
        """Take the steps that Euler takes when asked the same."""
        self.flow.set_timesteps(num_inference_steps, device, sigmas=sigmas, mu=mu)
        super().set_timesteps(len(self.flow.timesteps))  # type: ignore[misc]  # resets what is known of earlier steps
        self.timesteps = self.flow.timesteps
        self.sigmas = self.flow.sigmas.clamp(max=LARGEST_SIGMA).cpu()

    def scale_noise(self, sample: torch.Tensor, timestep: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        """Cover latents with the noise of a timestep, as a flow does."""
        return self.flow.scale_noise(sample, timestep, noise)

    def step(
        self, model_output: torch.Tensor, timestep: torch.Tensor, sample: torch.Tensor, return_dict: bool = False
    ) -> tuple[torch.Tensor]:
        """Return the latents at the next noise level."""
        # What is kept for later steps is divided by small differences, which bfloat16 has too few digits for.
        made = super().step(model_output.float(), timestep, sample.float(), return_dict=False)  # type: ignore[misc]
        return (made[0].to(model_output.dtype),)

    def _sigma_to_alpha_sigma_t(self, sigma: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return 1 - sigma, sigma


class FlowDPMScheduler(_OnEulersSigmas, DPMSolverMultistepScheduler):  # pyright: ignore[reportIncompatibleMethodOverride]
    """DPM++ 2M: second order from the slope of the step before; the first and the last step are Euler's."""


class FlowUniPCScheduler(_OnEulersSigmas, UniPCMultistepScheduler):  # pyright: ignore[reportIncompatibleMethodOverride]
    """UniPC of order 2: as DPM++ 2M, each step corrected with what the next forward tells."""
