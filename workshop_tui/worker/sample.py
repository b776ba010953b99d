"""Makes one picture with a loaded model: encode, denoise, decode, each timed for itself.

A refined one begins with a picture that is partly covered with noise, every other one with noise alone.
"""

import time
from dataclasses import dataclass, field
from typing import Any

import torch
from PIL import Image

from workshop_tui.generation.record import Timing
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.generation.settings import Settings
from workshop_tui.worker.beginning import Beginning, encode_picture, refining_config, refining_schedule
from workshop_tui.worker.device import synchronize
from workshop_tui.worker.pipeline import LoadedModel
from workshop_tui.worker.progress import Cancelled, IsCancelled, OnProgress, Progress
from workshop_tui.worker.samplers import make_scheduler, substitution

PROMPTS_KEPT = 16
"""Encoded prompts kept with a model; 4 MB each in [dev]."""

FLAT = 1 / 255
"""A picture whose pixels spread less than this (standard deviation, of 1) is a single colour."""


@dataclass
class Stopwatch:
    """What a run has taken so far; filled while it goes, so that a cancelled or failed one is measured too."""

    encode: float = 0.0
    denoise: float = 0.0
    decode: float = 0.0
    steps: list[float] = field(default_factory=list)
    forwards: int = 0
    planned: int = 0
    """Steps that are to be made; 0 while that is not known."""
    phase: str = "load"
    """The phase that is or was going on."""

    def timing(self, queue: float, load: float) -> Timing:
        """Return the seconds as a record takes them."""
        return Timing(queue, load, self.encode, self.denoise, self.decode, tuple(self.steps))


@dataclass(frozen=True)
class Encoded:
    """A prompt as the transformer reads it."""

    prompt_embeds: torch.Tensor
    """1 x tokens x channels, from T5."""
    pooled_prompt_embeds: torch.Tensor
    """1 x channels, from CLIP."""
    note: str
    """What of the prompt was not read; empty where all was."""


def sample(
    model: LoadedModel,
    settings: Settings,
    watch: Stopwatch,
    on_progress: OnProgress,
    is_cancelled: IsCancelled,
    beginning: Beginning | None = None,
) -> tuple[Image.Image, list[str]]:
    """Make one picture; the same settings give the same pixels as the plain pipeline gives.

    Args:
        model: Where it is made.
        settings: What is made; the size must fit the model's unit.
        watch: Filled as the run goes.
        on_progress: Called at the begin of each phase and after each step.
        is_cancelled: Asked between two forwards and between two phases.
        beginning: What is refined; None begins with noise alone.

    Returns:
        The picture, and what was noteworthy about it.

    Raises:
        Cancelled: `is_cancelled` said so.
        UserError: What is refined cannot be read.
    """
    encoded = _encode(model, settings.prompt, watch, on_progress)
    _stop_if(is_cancelled)
    call: dict[str, Any] = {
        "prompt_embeds": encoded.prompt_embeds,
        "pooled_prompt_embeds": encoded.pooled_prompt_embeds,
        "width": settings.width,
        "height": settings.height,
        "num_inference_steps": settings.num_inference_steps,
        "guidance_scale": settings.guidance_scale,
        "generator": torch.Generator("cpu").manual_seed(settings.seed),
    }
    pipe, config = model.pipe, model.scheduler_config
    if beginning:
        pipe = model.refiner
        config = refining_config(config, settings.width * settings.height // model.info.size_unit**2)
        # The pipeline draws from the same generator, first for the autoencoder, then for the noise.
        call["image"] = _encode_picture(model, settings, beginning, call["generator"], watch, on_progress)
        call |= refining_schedule(beginning.rework, settings.num_inference_steps)
        _stop_if(is_cancelled)
    watch.planned = call["num_inference_steps"]
    pipe.scheduler = make_scheduler(settings.sampler, config)
    latents = _denoise(model, pipe, settings, call, watch, on_progress, is_cancelled)
    _stop_if(is_cancelled)
    picture, complaint = _decode(model, settings, latents, watch, on_progress)
    return picture, [note for note in (substitution(settings.sampler), encoded.note, complaint) if note]


def _stop_if(is_cancelled: IsCancelled) -> None:
    if is_cancelled():
        raise Cancelled


def _encode(model: LoadedModel, prompt: str, watch: Stopwatch, on_progress: OnProgress) -> Encoded:
    """Return an encoded prompt; one that was encoded before costs nothing."""
    watch.phase = "encode"
    if prompt in model.prompts:
        model.prompts.move_to_end(prompt)
        return model.prompts[prompt]
    on_progress(Progress("encode"))
    started = time.perf_counter()
    try:
        with torch.no_grad():
            prompt_embeds, pooled, _text_ids = model.pipe.encode_prompt(
                prompt=prompt, prompt_2=None, device=model.device, max_sequence_length=model.max_sequence_length
            )
        synchronize(model.device)
    finally:
        watch.encode = time.perf_counter() - started
    encoded = Encoded(prompt_embeds, pooled, _unread(model, prompt))
    model.prompts[prompt] = encoded
    while len(model.prompts) > PROMPTS_KEPT:
        model.prompts.popitem(last=False)
    return encoded


def _unread(model: LoadedModel, prompt: str) -> str:
    """Say how much of a prompt its encoders cut off."""
    pipe = model.pipe
    t5 = len(pipe.tokenizer_2(prompt, truncation=False).input_ids)
    clip = len(pipe.tokenizer(prompt, truncation=False).input_ids)
    if t5 > model.max_sequence_length:
        return f"The model read {model.max_sequence_length:,} of the prompt's {t5:,} tokens; the rest had no effect."
    if clip > pipe.tokenizer_max_length:
        # Usual for FLUX.1: CLIP sets the overall mood, T5 reads the words.
        return f"CLIP read {pipe.tokenizer_max_length} of the prompt's {clip:,} tokens, T5 all of them."
    return ""


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


def _denoise(
    model: LoadedModel,
    pipe: Any,
    settings: Settings,
    call: dict[str, Any],
    watch: Stopwatch,
    on_progress: OnProgress,
    is_cancelled: IsCancelled,
) -> torch.Tensor:
    """Return packed latents, 1 x tokens x channels, that `pipe` makes when called as `call` says."""
    watch.phase = "denoise"
    steps, row = watch.planned, SAMPLERS[settings.sampler]
    after = (model.decode_rate or 0.0) * settings.width * settings.height / 1e6
    on_progress(Progress("denoise", 0, steps))

    def count(*_: Any) -> None:
        watch.forwards += 1

    def forward_done(_pipe: Any, _forward: int, _timestep: Any, _tensors: dict[str, Any]) -> dict[str, Any]:
        nonlocal began
        done = pipe.scheduler.step_index
        if done == len(watch.steps):  # the first of two forwards
            _stop_if(is_cancelled)
            return {}
        synchronize(model.device)
        now = time.perf_counter()
        watch.steps.append(now - began)
        began = now
        _stop_if(is_cancelled)
        # The first step warms up; with more than one known it would only mislead.
        known = watch.steps[1:] or watch.steps
        a_forward = sum(known) / len(known) / row.forwards_per_step
        left = a_forward * max(0, row.forwards(steps) - watch.forwards) + after
        on_progress(Progress("denoise", done, steps, left, done / steps))
        return {}

    counter = pipe.transformer.register_forward_pre_hook(count)
    started = began = time.perf_counter()
    try:
        latents = pipe(
            **call,
            max_sequence_length=model.max_sequence_length,
            output_type="latent",
            callback_on_step_end=forward_done,
        ).images
        synchronize(model.device)
    finally:
        watch.denoise = time.perf_counter() - started
        counter.remove()
    return latents


def clean_up(model: LoadedModel) -> None:
    """Bring a pipeline back in order after a run that did not end by itself."""
    model.pipe.maybe_free_model_hooks()
    model.pipe.scheduler = make_scheduler("euler", model.scheduler_config)


def _decode(
    model: LoadedModel, settings: Settings, latents: torch.Tensor, watch: Stopwatch, on_progress: OnProgress
) -> tuple[Image.Image, str]:
    """Return the picture, as `FluxPipeline` itself decodes it, and what is wrong with it, if anything."""
    watch.phase = "decode"
    pipe, vae = model.pipe, model.pipe.vae
    megapixels = settings.width * settings.height / 1e6
    estimate = model.decode_rate * megapixels if model.decode_rate is not None else None
    on_progress(Progress("decode", watch.planned, watch.planned, estimate))
    started = time.perf_counter()
    try:
        with torch.no_grad():
            unpacked = pipe._unpack_latents(latents, settings.height, settings.width, pipe.vae_scale_factor)
            pixels = vae.decode(unpacked / vae.config.scaling_factor + vae.config.shift_factor, return_dict=False)[0]
            complaint = _complaint(pixels)
            shown = pixels.nan_to_num() if complaint else pixels
            picture = pipe.image_processor.postprocess(shown, output_type="pil")[0]
        synchronize(model.device)
    finally:
        watch.decode = time.perf_counter() - started
    model.decode_rate = watch.decode / megapixels
    pipe.maybe_free_model_hooks()
    return picture, complaint


def _complaint(pixels: torch.Tensor) -> str:
    """Say what is wrong with decoded pixels (from -1 to 1): not numbers, or all the same."""
    values = pixels.float()
    if not bool(torch.isfinite(values).all()):
        return "The picture holds values that are no numbers (NaN): the precision overflowed."
    if float(values.clamp(-1, 1).std()) / 2 < FLAT:
        return "The picture is one flat colour."
    return ""
