"""Makes pictures with a loaded model: encode, denoise, decode, each timed for itself.

A refined one begins with a picture that is partly covered with noise, every other one with noise alone. Pictures that
are made together go through the transformer as one batch; each is decoded for itself, which takes no longer and keeps
the peak of memory where it is for one.
"""

import time
from collections.abc import Sequence
from typing import Any

import torch

from workshop_tui.generation.settings import Settings
from workshop_tui.worker.beginning import Beginning, encode_picture, refining_config, refining_schedule
from workshop_tui.worker.block_cache import block_cache_note
from workshop_tui.worker.decode import Decoded, decode
from workshop_tui.worker.denoise import denoise, stop_if
from workshop_tui.worker.device import synchronize
from workshop_tui.worker.guidance import guidance_of
from workshop_tui.worker.noise import generators, walked
from workshop_tui.worker.pipeline import LoadedModel
from workshop_tui.worker.progress import IsCancelled, OnProgress, Progress
from workshop_tui.worker.prompts import encode
from workshop_tui.worker.samplers import make_scheduler, substitution
from workshop_tui.worker.stopwatch import Stopwatch


def sample(
    model: LoadedModel,
    batch: Sequence[Settings],
    watch: Stopwatch,
    on_progress: OnProgress,
    is_cancelled: IsCancelled,
    beginning: Beginning | None = None,
    *,
    previews: bool = False,
) -> tuple[list[Decoded], list[str]]:
    """Make pictures; one alone gets the same pixels as the plain pipeline gives.

    Args:
        model: Where they are made.
        batch: What is made: one picture, or several whose settings are `alike`. The size must fit
            the model's unit.
        watch: Filled as the run goes.
        on_progress: Called at the begin of each phase and after each step.
        is_cancelled: Asked between two forwards and between two phases.
        beginning: What is refined, where there is one picture; None begins with noise alone.
        previews: Whether progress shall bring small pictures.

    Returns:
        The pictures, and what was noteworthy about all of them.

    Raises:
        Cancelled: `is_cancelled` said so.
        UserError: What is refined cannot be read.
    """
    settings = batch[0]
    encoded = encode(model, settings.prompt, watch, on_progress)
    stop_if(is_cancelled)
    generator = generators(batch)
    call: dict[str, Any] = {
        "prompt_embeds": _repeated(encoded.prompt_embeds, batch),
        "pooled_prompt_embeds": _repeated(encoded.pooled_prompt_embeds, batch),
        "width": settings.width,
        "height": settings.height,
        "num_inference_steps": settings.num_inference_steps,
        "guidance_scale": settings.guidance_scale,
        "generator": generator if len(batch) > 1 else generator[0],
    }
    if settings.has_true_cfg:
        against = encode(model, settings.negative_prompt, watch, on_progress)
        stop_if(is_cancelled)
        call["true_cfg_scale"] = settings.true_cfg_scale
        call["negative_prompt_embeds"] = _repeated(against.prompt_embeds, batch)
        call["negative_pooled_prompt_embeds"] = _repeated(against.pooled_prompt_embeds, batch)
    pipe, config = model.pipe, model.scheduler_config
    if beginning:
        pipe = model.refiner
        config = refining_config(config, settings.width * settings.height // model.info.size_unit**2)
        # The pipeline draws from the same generator, first for the autoencoder, then for the noise.
        call["image"] = _encode_picture(model, settings, beginning, generator[0], watch, on_progress)
        call |= refining_schedule(beginning.rework, settings.num_inference_steps)
        stop_if(is_cancelled)
    else:
        call["latents"] = walked(pipe, batch, encoded.prompt_embeds.dtype)
    watch.planned = call["num_inference_steps"]
    pipe.scheduler = make_scheduler(settings.sampler, config)
    with guidance_of(pipe.transformer, batch):
        latents = denoise(model, pipe, settings, call, watch, on_progress, is_cancelled, previews=previews)
    model.paces.note(settings, len(batch), watch.denoise / watch.forwards / len(batch))
    made: list[Decoded] = []
    for place in range(len(batch)):
        stop_if(is_cancelled)
        made.append(decode(model, settings, latents[place : place + 1], watch, on_progress))
    model.pipe.maybe_free_model_hooks()
    notes = (substitution(settings.sampler), encoded.note, block_cache_note(model.pipe.transformer, watch.forwards))
    return made, [note for note in notes if note]


def clean_up(model: LoadedModel) -> None:
    """Bring a pipeline back in order after a run that did not end by itself."""
    model.pipe.maybe_free_model_hooks()
    model.pipe.scheduler = make_scheduler("euler", model.scheduler_config)


def _repeated(embeds: torch.Tensor, batch: Sequence[Settings]) -> torch.Tensor:
    return embeds if len(batch) == 1 else embeds.repeat(len(batch), *[1] * (embeds.dim() - 1))


def _encode_picture(
    model: LoadedModel,
    settings: Settings,
    beginning: Beginning,
    generator: torch.Generator,
    watch: Stopwatch,
    on_progress: OnProgress,
) -> torch.Tensor:
    """Return the latents of what is refined; the time counts as encoding."""
    on_progress(Progress("encode", message="encode the picture"))
    started = time.perf_counter()
    try:
        latents = encode_picture(model, beginning.png, (settings.width, settings.height), generator)
        synchronize(model.device)
    finally:
        watch.encode += time.perf_counter() - started
    return latents
