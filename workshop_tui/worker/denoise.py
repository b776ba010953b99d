"""From noise to latents: the pipeline's own loop, watched step by step."""

import time
from typing import Any

import torch

from workshop_tui.generation.settings import Settings
from workshop_tui.worker.device import synchronize
from workshop_tui.worker.pipeline import LoadedModel
from workshop_tui.worker.previews import Previewer
from workshop_tui.worker.progress import Cancelled, IsCancelled, OnProgress, Progress
from workshop_tui.worker.speed import needs_warm_up, warm_up
from workshop_tui.worker.stopwatch import Stopwatch


def stop_if(is_cancelled: IsCancelled) -> None:
    """Raise `Cancelled` where somebody wants the run to end."""
    if is_cancelled():
        raise Cancelled


def denoise(
    model: LoadedModel,
    pipe: Any,
    settings: Settings,
    call: dict[str, Any],
    watch: Stopwatch,
    on_progress: OnProgress,
    is_cancelled: IsCancelled,
    *,
    previews: bool = False,
) -> torch.Tensor:
    """Return the packed latents that `pipe` makes when called as `call` says, pictures x tokens x channels.

    Args:
        model: What the pipeline belongs to.
        pipe: The pipeline itself, or the one that refines.
        settings: Of one of the pictures; they have all but seed in common.
        call: The pipeline's arguments.
        watch: Gets the seconds and the forwards.
        on_progress: Called after each step.
        is_cancelled: Asked after each forward.
        previews: Whether progress shall bring small pictures of the first one.

    Raises:
        Cancelled: `is_cancelled` said so.
        UserError: The blocks shall be compiled, and cannot be.
    """
    if needs_warm_up(model, settings, call):
        watch.phase = "load"
        on_progress(Progress("load", message="compiling, once for this size"))
        watch.load = warm_up(model, settings, call)
        stop_if(is_cancelled)
    watch.phase = "denoise"
    previewer = Previewer(pipe, model.colours, (settings.width, settings.height)) if previews else None
    steps, pictures = watch.planned, len(call["prompt_embeds"])
    after = (model.decode_rate or 0.0) * settings.width * settings.height / 1e6 * pictures
    on_progress(Progress("denoise", 0, steps))

    def count(*_: Any) -> None:
        watch.forwards += 1

    def forward_done(_pipe: Any, _forward: int, _timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        nonlocal began
        done = pipe.scheduler.step_index
        if done == len(watch.steps):  # the first of two forwards
            stop_if(is_cancelled)
            return {}
        synchronize(model.device)
        now = time.perf_counter()
        watch.steps.append(now - began)
        began = now
        stop_if(is_cancelled)
        # The first step warms up; with more than one known it would only mislead.
        known = watch.steps[1:] or watch.steps
        a_forward = sum(known) / len(known) / forwards_a_step
        left = a_forward * max(0, settings.forwards_in(steps) - watch.forwards) + after
        preview = previewer.step(tensors["latents"], done) if previewer else b""
        on_progress(Progress("denoise", done, steps, left, done / steps, preview=preview))
        return {}

    forwards_a_step = settings.forwards_in(2) - settings.forwards_in(1)  # the last one of Heun has fewer
    counter = pipe.transformer.register_forward_pre_hook(count)
    started = began = time.perf_counter()
    try:
        latents = pipe(
            **call,
            max_sequence_length=model.shape.text_tokens,
            output_type="latent",
            callback_on_step_end=forward_done,
        ).images
        synchronize(model.device)
    finally:
        watch.denoise = time.perf_counter() - started
        counter.remove()
    return latents
