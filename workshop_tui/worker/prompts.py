"""Encodes prompts, each once."""

import time
from dataclasses import dataclass

import torch

from workshop_tui.models.vocabulary import say_unknown, unknown_words
from workshop_tui.worker.device import synchronize
from workshop_tui.worker.pipeline import LoadedModel
from workshop_tui.worker.progress import OnProgress, Progress
from workshop_tui.worker.stopwatch import Stopwatch

PROMPTS_KEPT = 16
"""Encoded prompts kept with a model; 4 MB each in [dev]."""


@dataclass(frozen=True)
class Encoded:
    """A prompt as the transformer reads it."""

    prompt_embeds: torch.Tensor
    """1 x tokens x channels, from T5."""
    pooled_prompt_embeds: torch.Tensor
    """1 x channels, from CLIP."""
    note: str
    """What of the prompt was not read; empty where all was."""


def encode(model: LoadedModel, prompt: str, watch: Stopwatch, on_progress: OnProgress) -> Encoded:
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
                prompt=prompt, prompt_2=None, device=model.device, max_sequence_length=model.shape.text_tokens
            )
        synchronize(model.device)
    finally:
        watch.encode += time.perf_counter() - started
    watch.on_encoded()
    encoded = Encoded(prompt_embeds, pooled, _unread(model, prompt))
    model.prompts[prompt] = encoded
    while len(model.prompts) > PROMPTS_KEPT:
        model.prompts.popitem(last=False)
    return encoded


def _unread(model: LoadedModel, prompt: str) -> str:
    """Say how much of a prompt its encoders cut off, and which words the built-in model has not learned."""
    pipe = model.pipe
    t5 = len(pipe.tokenizer_2(prompt, truncation=False).input_ids)
    clip = len(pipe.tokenizer(prompt, truncation=False).input_ids)
    notes: list[str] = []
    if t5 > model.shape.text_tokens:
        notes.append(
            f"The model read {model.shape.text_tokens:,} of the prompt's {t5:,} tokens; the rest had no effect."
        )
    elif clip > pipe.tokenizer_max_length:
        # Usual for FLUX.1: CLIP sets the overall mood, T5 reads the words.
        notes.append(f"CLIP read {pipe.tokenizer_max_length} of the prompt's {clip:,} tokens, T5 all of them.")
    if model.info.source == "built-in" and (strange := unknown_words(prompt)):
        notes.append(say_unknown(strange))
    return " ".join(notes)
