"""Second stage: the transformer and both text encoders, together, as a rectified flow over the latents.

A rectified flow goes in a straight line from a latent to noise; the model learns the velocity noise - latent at each
point of it (Liu et al. 2022, arXiv:2209.03003; Esser et al. 2024, arXiv:2403.03206). Captions are dropped now and
then, so that the model also knows what it paints without one: guidance is the difference of the two.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch._dynamo.config as dynamo
import torch._inductor.config as inductor
from diffusers.models.transformers.transformer_flux import FluxTransformer2DModel
from diffusers.pipelines.flux.pipeline_flux import FluxPipeline, calculate_shift
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import CLIPTextModel, CLIPTokenizer, T5EncoderModel, T5Tokenizer

from workshop_tui.models.tokenizers import CLIP_LENGTH, T5_LENGTH, WORDS
from workshop_tui.models.train.latents import Latents
from workshop_tui.models.train.muon import optimizers_of
from workshop_tui.models.train.state import Sitting, Training
from workshop_tui.models.vocabulary import known_words

TOKENS = 6144
"""Of pictures and text in a step's batch."""
DROPPED = 0.1
"""Share of captions that are left out."""
STRANGE = 0.12
"""Share of captions with words among them that no picture shows: the model learns to look past those."""
MIDDLE = 0.5
"""Of the times, as `draw_times` has it."""
RATE, ADAM_RATE = 0.007, 1e-3


@dataclass(frozen=True)
class Denoiser:
    """What turns a caption and a noisy latent into a velocity."""

    transformer: FluxTransformer2DModel
    clip: CLIPTextModel
    t5: T5EncoderModel
    clip_tokenizer: CLIPTokenizer
    t5_tokenizer: T5Tokenizer

    @property
    def modules(self) -> dict[str, nn.Module]:
        return {"transformer": self.transformer, "clip": self.clip, "t5": self.t5}

    def set_training(self, on: bool) -> None:
        """Let all modules train, or be used."""
        for module in self.modules.values():
            module.train(on)

    def read(self, captions: list[str], length: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the captions as the transformer gets them: N x length x channels from T5, N x channels from CLIP."""
        padding = {"padding": "max_length", "truncation": True, "return_tensors": "pt"}
        words = self.t5_tokenizer(captions, max_length=length, **padding).input_ids
        pieces = self.clip_tokenizer(captions, max_length=CLIP_LENGTH, **padding).input_ids
        ends = (pieces == self.clip_tokenizer.eos_token_id).int().argmax(dim=1)
        pieces = pieces[:, : int(ends.max()) + 1]  # CLIP looks only back: what follows the end changes nothing
        return self.t5(words)[0], self.clip(pieces).pooler_output

    def velocity(
        self,
        noisy: torch.Tensor,
        times: torch.Tensor,
        guidance: torch.Tensor,
        text: torch.Tensor,
        pooled: torch.Tensor,
    ) -> torch.Tensor:
        """Return the velocity at noisy latents (N x channels x height x width), packed: N x tokens x 4 channels.

        Args:
            noisy: The latents on their way.
            times: N, from 0 (picture) to 1 (noise).
            guidance: N.
            text: N x length x channels.
            pooled: N x channels.
        """
        _, _, height, width = noisy.shape
        positions = FluxPipeline._prepare_latent_image_ids(1, height // 2, width // 2, noisy.device, noisy.dtype)  # pyright: ignore[reportPrivateUsage]
        return self.transformer(
            hidden_states=packed(noisy),
            timestep=times,
            guidance=guidance,
            encoder_hidden_states=text,
            pooled_projections=pooled,
            img_ids=positions,
            txt_ids=torch.zeros(text.shape[1], 3),
            return_dict=False,
        )[0]


def packed(latents: torch.Tensor) -> torch.Tensor:
    """Return latents in patches of 2 by 2, as the transformer reads them: N x tokens x 4 channels."""
    return FluxPipeline._pack_latents(latents, *latents.shape)  # pyright: ignore[reportPrivateUsage]


@dataclass(frozen=True)
class Batch:
    """Noisy latents of one size, and what they were made of."""

    noisy: torch.Tensor
    times: torch.Tensor
    wanted: torch.Tensor
    """The velocity: noise - latent, packed."""
    captions: list[str]
    length: int
    """Tokens that the captions are padded to."""

    @property
    def tokens(self) -> int:
        """Of a picture and its text."""
        return self.wanted.shape[1] + self.length


def compile_blocks(transformer: FluxTransformer2DModel) -> None:
    """Compile the transformer's blocks for each size met, where there is a C++ compiler: a step takes half as long.

    With AVX-512 the compiled backward pass in bfloat16 gives NaN (torch 2.13), with AVX2 it is right and no slower.
    """
    if shutil.which("g++"):
        inductor.cpp.simdlen = 256
        dynamo.recompile_limit = 64
        transformer.compile_repeated_blocks(dynamic=False)


@contextmanager
def quickly(batch: Batch) -> Iterator[None]:
    """Multiply in bfloat16, and attend in the way that is quicker on a CPU with AMX; rare lengths are not compiled.

    Over 96 tokens plain products take half of the fused kernel's time, over 320 and more twice to three times as much.
    """
    backend = SDPBackend.MATH if batch.tokens < 256 else SDPBackend.FLASH_ATTENTION
    stance = "default" if batch.length <= T5_LENGTH else "force_eager"
    with (
        torch.autocast("cpu", torch.bfloat16),
        sdpa_kernel([backend, SDPBackend.MATH]),
        torch.compiler.set_stance(stance),
    ):
        yield


def train(denoiser: Denoiser, shelves: list[Latents], path: Path, seed: int, sitting: Sitting) -> None:
    """Train for some minutes, from where the state's file left off.

    Args:
        denoiser: Its modules are replaced by their averaged weights at the end.
        shelves: Latents by size.
        path: The state's file.
        seed: Of the order of pictures and of the noise.
        sitting: How long.
    """
    training = Training(path, denoiser.modules, optimizers_of(denoiser.modules.values(), RATE, ADAM_RATE))
    denoiser.set_training(True)
    compile_blocks(denoiser.transformer)
    for step in training.steps(sitting):
        batch = draw_batch(shelves, np.random.default_rng((seed, step)), TOKENS)
        guidance = torch.ones(len(batch.captions))
        with quickly(batch):
            text, pooled = denoiser.read(batch.captions, batch.length)
            velocity = denoiser.velocity(batch.noisy, batch.times, guidance, text, pooled)
        loss = (velocity.float() - batch.wanted).square().mean()
        training.update(loss, loss)
    training.use_average()
    denoiser.set_training(False)


def draw_batch(shelves: list[Latents], drawn: np.random.Generator, tokens: int, middle: float = MIDDLE) -> Batch:
    """Return a batch of one size, as many pictures as so many tokens of pictures and text allow.

    Args:
        shelves: Latents by size.
        drawn: Draws everything.
        tokens: How many.
        middle: As `draw_times` has it.
    """
    shares = np.array([latents.share for latents in shelves])
    latents = shelves[int(drawn.choice(len(shelves), p=shares / shares.sum()))]
    length = _draw_length(latents.shelf.tokens, drawn)
    several = max(1, tokens // (latents.shelf.tokens + length))
    chosen = drawn.integers(latents.shelf.count, size=several)
    clean = latents.values[torch.from_numpy(chosen)].float()
    captions = [_draw_caption(latents, int(index), drawn) for index in chosen]
    generator = torch.Generator().manual_seed(int(drawn.integers(2**62)))
    noise = torch.randn(clean.shape, generator=generator)
    times = draw_times(several, latents.shelf.tokens, generator, middle)
    at = times.view(-1, 1, 1, 1)
    return Batch((1 - at) * clean + at * noise, times, packed(noise - clean), captions, length)


def draw_times(count: int, tokens: int, generator: torch.Generator, middle: float = MIDDLE) -> torch.Tensor:
    """Return times: a logit-normal, shifted towards noise for large pictures as the pipeline's steps are.

    Args:
        count: How many.
        tokens: Of a picture.
        generator: Draws them.
        middle: Of the normal. Above 0 it lies nearer to noise, where a caption decides most of what comes.
    """
    plain = torch.sigmoid(middle + 1.2 * torch.randn(count, generator=generator))
    shift = float(np.exp(calculate_shift(tokens, 256, 4096, 0.5, 1.15)))
    return shift * plain / (1 + (shift - 1) * plain)


def _draw_length(tokens: int, drawn: np.random.Generator) -> int:
    """Return how many tokens captions are padded to, for the padding is read too.

    T5_LENGTH, as the program pads; half of it often for small pictures, whose steps hold more of them then; now and
    then 512, as a plain pipeline pads.
    """
    chance = drawn.random()
    if chance < 0.02:
        return 512
    return T5_LENGTH // 2 if tokens < 100 and chance < 0.6 else T5_LENGTH


def _draw_caption(latents: Latents, index: int, drawn: np.random.Generator) -> str:
    """Return a caption of a picture; now and then none, one with strange words in it, or strange words alone."""
    chance = drawn.random()
    if chance < DROPPED:
        return "" if chance < DROPPED / 2 else " ".join(_strange_words(drawn))
    caption = latents.caption(index, int(drawn.integers(2**31)))
    if chance > 1 - STRANGE:
        words = caption.split(" ")
        for strange in _strange_words(drawn):
            words.insert(int(drawn.integers(len(words) + 1)), strange)
        caption = " ".join(words)
    return caption


def _strange_words(drawn: np.random.Generator) -> list[str]:
    """Return one to five words: of prompts, but in no caption; or of any letters."""
    return [
        str(drawn.choice(_UNSHOWN))
        if drawn.random() < 0.7
        else "".join(map(chr, drawn.choice(_LETTERS, size=int(drawn.integers(1, 9)))))
        for _ in range(int(drawn.integers(1, 6)))
    ]


_UNSHOWN = [word for word in WORDS if word not in known_words()]
_LETTERS = [
    *range(0x61, 0x7B),
    *range(0x61, 0x7B),
    *range(0x30, 0x3A),
    *range(0xE0, 0x100),
    *range(0x430, 0x450),
    0x65E5,
]
