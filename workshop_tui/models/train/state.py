"""What a training keeps between sittings: weights, their running average, the optimizer and the step."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import torch
from torch import nn

Weights = dict[str, dict[str, torch.Tensor]]
"""By module and name."""

AVERAGE_POWER = 6.94
"""Karras et al. 2024 (arXiv:2312.02696): an average over the latest tenth of all steps, however many there are."""


@dataclass(frozen=True)
class Sitting:
    """How long to train now, and whether it is the end: then the learning rate falls to nothing in its second half."""

    minutes: float
    last: bool = False
    share: float = 1.0
    """Of the stage's learning rate: a short sitting that shall only round things off does better with less."""


class Training:
    """Several modules trained together, resumable at any step.

    Args:
        path: The state's file; read where it exists.
        modules: What is trained, by name; their weights are replaced by the file's.
        optimizers: Over the modules' parameters.
        warm_up: Steps over which the learning rate rises.
        beside: What else is written into the file, by key.
    """

    def __init__(
        self,
        path: Path,
        modules: dict[str, nn.Module],
        optimizers: list[torch.optim.Optimizer],
        warm_up: int = 100,
        beside: dict[str, Weights] | None = None,
    ):
        self.path = path
        self.modules = modules
        self.optimizers = optimizers
        self.warm_up = warm_up
        self.beside = beside or {}
        self.step = 0
        self.seconds = 0.0
        self.error = 0.0
        self._share = 1.0
        self._rates = [float(group["lr"]) for group in self._groups]
        if path.exists():
            state = torch.load(path, weights_only=True)
            self.step, self.seconds = state["step"], state["seconds"]
            for name, module in modules.items():
                module.load_state_dict(state["modules"][name])
            for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(saved)
            self.average = state["average"]
        else:
            self.average = {name: _copied(module) for name, module in modules.items()}
        self.first = self.step
        """The step that this sitting began with."""

    @property
    def _groups(self) -> list[dict[str, Any]]:
        return [group for optimizer in self.optimizers for group in optimizer.param_groups]

    def update(self, loss: torch.Tensor, error: torch.Tensor) -> None:
        """Take one step down the loss's gradient and keep the weights' running average.

        Args:
            loss: What is to become small.
            error: What is shown of it, as a running mean.
        """
        for group, rate in zip(self._groups, self._rates, strict=True):
            group["lr"] = rate * self._share * min(1.0, (self.step + 1) / self.warm_up)
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        parameters = [weight for group in self._groups for weight in group["params"]]
        nn.utils.clip_grad_norm_(parameters, 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        self.error += (float(error.detach()) - self.error) * max(1 / (self.step - self.first), 0.02)
        share = (AVERAGE_POWER + 1) / (self.step + AVERAGE_POWER + 1)
        with torch.no_grad():
            for name, module in self.modules.items():
                average = self.average[name]
                for key, value in module.state_dict().items():
                    if value.is_floating_point():
                        average[key].lerp_(value, share)

    def steps(self, sitting: Sitting, say: float = 20) -> Iterator[int]:
        """Yield steps until the sitting is over, and save each 5 minutes and at the end."""
        minutes = sitting.minutes
        started = said = saved = time.monotonic()
        before = self.seconds
        while (now := time.monotonic()) - started < minutes * 60:
            if now - said > say:
                said = now
                rate = (now - started) / max(1, self.step - self.first)
                left = minutes - (now - started) / 60
                click.echo(f"  step {self.step}, {rate:.2f} s each, {left:.0f} min left, error {self.error:.4f}")
            if now - saved > 300:
                saved = now
                self.save()
            self._share = sitting.share * (min(1.0, 2 - (now - started) / (minutes * 30)) if sitting.last else 1.0)
            yield self.step
            self.seconds = before + time.monotonic() - started
        self.save()

    def save(self) -> None:
        """Write the state; a crash while writing leaves the former one."""
        state: dict[str, Any] = {
            "step": self.step,
            "seconds": self.seconds,
            "modules": weights_of(self.modules),
            "average": self.average,
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            **self.beside,
        }
        save_whole(state, self.path)

    def use_average(self) -> None:
        """Put the averaged weights into the modules, to look at pictures or to ship."""
        for name, module in self.modules.items():
            module.load_state_dict(self.average[name])


def save_whole(state: Any, path: Path) -> None:
    """Write what torch can save; a crash while writing leaves the former file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    torch.save(state, unfinished)
    os.replace(unfinished, path)


def weights_of(modules: dict[str, nn.Module]) -> Weights:
    """Return modules' weights, not copied."""
    return {name: module.state_dict() for name, module in modules.items()}


def averaged(path: Path, modules: dict[str, nn.Module]) -> None:
    """Load a state's averaged weights into modules.

    Raises:
        FileNotFoundError: That stage has not been trained yet.
    """
    state = torch.load(path, weights_only=True)
    for name, module in modules.items():
        module.load_state_dict(state["average"][name])


def _copied(module: nn.Module) -> dict[str, torch.Tensor]:
    return {key: value.detach().clone() for key, value in module.state_dict().items()}
