"""Samplers without weights: how near each comes to the exact end of a flow, on the noise levels that FLUX.1 takes."""

import inspect
import math

import numpy as np
import pytest
import torch
from diffusers.pipelines.flux.pipeline_flux import calculate_shift, retrieve_timesteps
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler

from workshop_tui.errors import UserError
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.models.components import scheduler
from workshop_tui.worker.flow_heun import FlowHeunScheduler
from workshop_tui.worker.samplers import CONSTRUCTORS, make_scheduler

DEV = dict(scheduler().config)
"""FLUX.1 [dev]'s: the noise levels are shifted by the size of the picture."""
SCHNELL = {**DEV, "use_dynamic_shifting": False, "shift": 1.0}
CONFIGS = {"dev": DEV, "schnell": SCHNELL}
TOKENS = 4096
"""Of a picture of 1024x1024 px."""


class Flow:
    """From noise to normally distributed data, whose velocity and whose end can be written down.

    At noise level t a value is (1 - t) * mean + sqrt((1 - t)^2 * spread^2 + t^2) * z, with the z of the noise at t = 1.
    """

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(0)
        self.mean = torch.randn(1, 64, 64, generator=generator, dtype=torch.float64)
        self.noise = torch.randn(1, 64, 64, generator=generator, dtype=torch.float64)
        self.spread = torch.logspace(-0.7, 0, 4096, dtype=torch.float64).view(1, 64, 64)  # 0.2 to 1

    def at(self, t: float) -> torch.Tensor:
        return (1 - t) * self.mean + self._width(t) * self.noise

    def velocity(self, x: torch.Tensor, t: float) -> torch.Tensor:
        width = self._width(t)
        return -self.mean + (t - (1 - t) * self.spread**2) / width**2 * (x - (1 - t) * self.mean)

    def _width(self, t: float) -> torch.Tensor:
        return ((1 - t) ** 2 * self.spread**2 + t**2).sqrt()


FLOW = Flow()


def prepared(sampler: str, config: dict, steps: int):
    """Return a scheduler as the pipeline has prepared it, and the timesteps that the pipeline goes through."""
    made = make_scheduler(sampler, config)
    sigmas = np.linspace(1.0, 1 / steps, steps)
    timesteps, _ = retrieve_timesteps(made, steps, "cpu", sigmas=sigmas, mu=calculate_shift(TOKENS))
    made.set_begin_index(0)
    return made, timesteps


def integrate(sampler: str, config: dict, steps: int, dtype=torch.float64) -> torch.Tensor:
    made, timesteps = prepared(sampler, config, steps)
    assert len(timesteps) == SAMPLERS[sampler].forwards(steps)
    x = FLOW.noise.to(dtype)
    for t in timesteps:
        x = made.step(FLOW.velocity(x.double(), float(t) / 1000).to(dtype), t, x, return_dict=False)[0]
        assert x.dtype == dtype
    assert made.step_index == steps
    return x.double()


def error(sampler: str, config: dict, steps: int, dtype=torch.float64) -> float:
    """Root mean square distance from the exact end."""
    return float((integrate(sampler, config, steps, dtype) - FLOW.at(0.0)).square().mean().sqrt())


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
@pytest.mark.parametrize("steps", [1, 2, 3, 4, 28])
def test_all_take_eulers_noise_levels_and_tell_the_model_eulers_times(config, steps):
    euler, times = prepared("euler", config, steps)
    for sampler in SAMPLERS:
        made, timesteps = prepared(sampler, config, steps)
        assert torch.allclose(made.sigmas, euler.sigmas, rtol=0, atol=2e-6), sampler
        assert torch.equal(timesteps.unique(), times.unique()), sampler
        assert timesteps[0] == 1000
        assert torch.isfinite(integrate(sampler, config, steps)).all()


MEASURED = {
    ("dev", "euler"): (0.1362, 0.0583, 0.0300),
    ("dev", "heun"): (0.0885, 0.0191, 0.0051),
    ("dev", "dpm++"): (0.0979, 0.0180, 0.0045),
    ("dev", "unipc"): (0.0948, 0.0170, 0.0028),
    ("schnell", "euler"): (0.0739, 0.0307, 0.0156),
    ("schnell", "heun"): (0.0121, 0.0018, 0.0004),
    ("schnell", "dpm++"): (0.0133, 0.0036, 0.0017),
    ("schnell", "unipc"): (0.0136, 0.0024, 0.0008),
}
"""Error at 10, 25 and 50 steps."""


@pytest.mark.parametrize(("config", "sampler"), MEASURED)
def test_the_error_falls_with_the_steps(config, sampler):
    errors = [error(sampler, CONFIGS[config], steps) for steps in (10, 25, 50)]
    assert errors == pytest.approx(MEASURED[config, sampler], rel=0.05, abs=5e-5)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_euler_is_of_first_order_and_heun_of_second(config):
    for sampler, order in (("euler", 1), ("heun", 2)):
        few, many = error(sampler, config, 50), error(sampler, config, 100)
        assert math.log2(few / many) == pytest.approx(order, abs=0.1), sampler


@pytest.mark.parametrize("sampler", ["dpm++", "unipc"])
def test_the_multistep_ones_gain_more_than_the_first_order_from_10_to_50_steps(sampler):
    gain = math.log(error(sampler, DEV, 10) / error(sampler, DEV, 50)) / math.log(5)
    assert gain > 1.8
    for steps in (10, 25, 50, 100):
        assert error(sampler, DEV, steps) < 0.75 * error("euler", DEV, steps)


@pytest.mark.parametrize("sampler", ["heun", "dpm++", "unipc"])
@pytest.mark.parametrize("steps", [10, 25, 50])
def test_in_bfloat16_none_falls_behind_euler(sampler, steps):
    in_bfloat16 = error(sampler, DEV, steps, torch.bfloat16)
    assert in_bfloat16 < 0.75 * error("euler", DEV, steps, torch.bfloat16)
    assert in_bfloat16 < error(sampler, DEV, steps) + 0.012


def test_ddim_is_eulers_step_to_the_last_bit_and_says_so():
    assert torch.equal(integrate("ddim", DEV, 25), integrate("euler", DEV, 25))
    assert type(make_scheduler("ddim", DEV)) is FlowMatchEulerDiscreteScheduler
    assert SAMPLERS["ddim"].runs_as == "euler"
    assert "Euler's scheduler" in SAMPLERS["ddim"].note


def test_ddim_s_own_formula_is_eulers_step():
    # x0 and noise as the model sees them, put together again at the next noise level (Song et al., DDIM, eta = 0).
    made, timesteps = prepared("euler", DEV, 10)
    x = FLOW.noise
    for place, t in enumerate(timesteps):
        sigma, following = (float(value) for value in made.sigmas[place : place + 2])
        v = FLOW.velocity(x, float(t) / 1000)
        x = (1 - following) * (x - sigma * v) + following * (x + (1 - sigma) * v)
    assert torch.allclose(x, integrate("euler", DEV, 10), atol=1e-6)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_each_covers_a_picture_with_the_noise_of_its_first_level(sampler):
    made = make_scheduler(sampler, DEV)
    timesteps, _ = retrieve_timesteps(made, 4, "cpu", sigmas=np.linspace(1, 1 / 10, 10)[6:], mu=calculate_shift(TOKENS))
    made.set_begin_index(0)
    first = float(timesteps[0]) / 1000
    assert 0.6 < first < 0.7
    covered = made.scale_noise(torch.zeros(1, 2), timesteps[:1], torch.ones(1, 2))
    assert covered.tolist()[0] == pytest.approx([first] * 2)


def test_heun_forgets_a_step_that_was_only_tried():
    made, timesteps = prepared("heun", DEV, 4)
    made.step(FLOW.noise, timesteps[0], FLOW.noise)
    assert made.step_index == 0, "the step is not made yet"
    made.set_timesteps(4, sigmas=np.linspace(1, 0.25, 4), mu=calculate_shift(TOKENS))
    assert made.step_index is None
    made.set_begin_index(0)
    length = made.sigmas[1] - made.sigmas[0]
    tried = made.step(FLOW.noise, timesteps[0], FLOW.noise)[0]
    assert torch.allclose(tried, FLOW.noise * (1 + float(length)), atol=1e-6), "Euler's step is tried first"


def test_each_row_has_a_constructor_and_no_scheduler_is_used_twice():
    assert set(CONSTRUCTORS) == {name for name, row in SAMPLERS.items() if not row.runs_as}
    for sampler in SAMPLERS:
        assert make_scheduler(sampler, DEV) is not make_scheduler(sampler, DEV)
    with pytest.raises(UserError, match="'lms' is unknown"):
        make_scheduler("lms", DEV)


def test_the_pipelines_can_ask_each_for_sigmas_and_a_shift():
    for sampler in SAMPLERS:
        made = make_scheduler(sampler, DEV)
        assert {"sigmas", "mu"} <= set(inspect.signature(made.set_timesteps).parameters)
        assert not made.config.get("use_flow_sigmas"), "FluxPipeline would keep its sigmas to itself"
        for name in ("base_shift", "max_shift", "base_image_seq_len", "max_image_seq_len"):
            assert made.config[name] == DEV[name], (sampler, name)
    assert FlowHeunScheduler.order == 2
