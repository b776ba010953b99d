"""Guidance values in one forward: [dev] takes them as an embedding, so that a batch can have one a picture.

A batch rounds otherwise than a single picture, so that `exact` never does it; and it is no gain where one picture keeps
the device busy, so that it is done only where this process has measured it to be faster.
"""

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import torch

from workshop_tui.generation.settings import Settings

T = TypeVar("T")


@contextlib.contextmanager
def guidance_of(transformer: Any, batch: Sequence[Settings]) -> Iterator[None]:
    """Let each picture of a batch have its own guidance; the pipeline itself takes one value for all."""
    values = [settings.guidance_scale for settings in batch]
    if len(set(values)) == 1:
        yield
        return

    def replace(_module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        given = kwargs.get("guidance")
        if given is None:  # [schnell] has none
            return args, kwargs
        return args, {**kwargs, "guidance": torch.tensor(values, device=given.device, dtype=given.dtype)}

    hook = transformer.register_forward_pre_hook(replace, with_kwargs=True)
    try:
        yield
    finally:
        hook.remove()


class Paces:
    """Seconds a forward and picture by the number of pictures made together, of one loaded model."""

    def __init__(self) -> None:
        self._best: defaultdict[tuple[Any, ...], dict[int, float]] = defaultdict(dict)

    def note(self, settings: Settings, pictures: int, seconds: float) -> None:
        """Take in what a forward took for each of so many pictures; the quickest counts."""
        best = self._best[_kind(settings)]
        best[pictures] = min(seconds, best.get(pictures, seconds))

    def parts(self, batch: Sequence[Settings], what: Sequence[T]) -> list[Sequence[T]]:
        """Divide a batch into what is made together now.

        Pictures that differ in guidance are tried alone first, then together; what was quicker is kept to. Others were
        asked to be made together, and are.

        Args:
            batch: Settings of pictures that can be made together.
            what: What belongs to each of them.
        """
        if len({settings.guidance_scale for settings in batch}) == 1:
            return [what]
        best = self._best[_kind(batch[0])]
        if 1 not in best:
            return [what[:1], what[1:]]
        if best.get(len(batch), 0.0) < best[1]:
            return [what]
        return [what[place : place + 1] for place in range(len(what))]


def _kind(settings: Settings) -> tuple[Any, ...]:
    return settings.size, settings.speed, settings.has_true_cfg
