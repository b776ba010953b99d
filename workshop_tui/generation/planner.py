"""What a picture needs of GPU and main memory, by placement and precision: before anything is loaded.

GPU memory of a phase is the weights that lie on the device, plus what the phase works with. Counted per picture, for N
tokens in all (the size in px over the unit squared, plus T5's tokens) of width W:

- Denoise: a single-stream block is at its peak while the rotary position is applied. Alive are its input, the norm's
  output, the MLP's 4 W, query, key and value: 9 values a token and channel in the weights' precision, and 4 more in
  float32 (`apply_rotary_emb`). Attention scores are never whole in memory (SDPA). In bfloat16 that is 34 N W bytes,
  0.448 GiB for 1024x1024: diffusers 0.42.1's transformer of [dev], run on fake tensors, counts 0.457, and the published
  bare forward takes 22.64 GiB with 22.17 of weights.
- Encode: T5's position bias and scores, 3 x heads x tokens^2 values (fake tensors: 0.090 GiB). CLIP is small.
- Decode: three maps of the last block's input at full size (input, norm, activation), 1.50 GiB for 1024x1024, as fake
  tensors count too. In tiles, one of 512 px at a time; FLUX.1's own tiles are 1024 px (`sample_size`), so that
  `enable_tiling` alone changes nothing at 1024x1024.

What torch's allocator holds beside the counted (freed blocks, the convolutions' workspace) cannot be counted without a
GPU: `HELD` and `DECODE_HELD` are fitted to derekl35/diffusers-quantization-benchmarks, whose 'GB' are GiB (its 31.447
of weights are 33.7 billion bytes). There the peak with model offload lies 1.10 GiB above the transformer in bfloat16
and 1.11 in int8, and without offload, where decode is the peak, 4.46 to 4.77 GiB above all weights.

The published figures lie within 15 % (tests/generation/test_planner.py) but one: bitsandbytes with offload, 12.38 GiB.
That run quantized all parts on the device before it offloaded the first; here each part leaves it before the next
comes, which nobody has published. Main memory is not published either: with offload all weights lie in it, otherwise
the largest part while it is loaded.
"""

from typing import Literal

import msgspec

from workshop_tui.generation.model_shape import ModelShape

GIB = 2**30
Placement = Literal["gpu", "model-offload", "group-offload", "sequential-offload", "cpu"]

HELD = 2.4
"""Memory held while encoding and denoising, as a multiple of what is counted."""
DECODE_HELD = 3.0
"""The same while decoding on a GPU."""
DECODE_HELD_CPU = 1.8
"""The same on the CPU: the built-in model's runs at 512 and 1024 px held 172 and 428 MiB on two x86 cores."""
CONTEXT = GIB // 2
"""Bytes of the CUDA context, which lies on the card beside all that; some hundred MB, by card and driver."""
PROCESS = GIB
"""Bytes of main memory that the worker takes without a model; more where CUDA's libraries are large."""
TILE = 512
"""px of a tile's side in a tiled decode."""
TOLERANCE = 1.15
"""A plan is as far off as this; what fits by less than that is tight."""


class Weights(msgspec.Struct, frozen=True):
    """How the two large parts lie in memory, bytes a parameter; CLIP and autoencoder are not quantized."""

    name: str
    transformer: float = 2
    t5: float = 2
    rest: float = 2
    value: float = 2
    """Bytes of one number that is computed with."""

    def of(self, shape: ModelShape) -> dict[str, float]:
        """Return the bytes of each component."""
        each = {"transformer": self.transformer, "text_encoder_2": self.t5}
        return {part: count * each.get(part, self.rest) for part, count in shape.parameters.items()}


BF16 = Weights("bf16")
FP32 = Weights("fp32", 4, 4, 4, 4)
EIGHT_BIT = Weights("8-bit", 1, 1)
"""torchao's."""
BNB_INT8 = Weights("8-bit", 1, 1.66)
"""bitsandbytes': T5's `wo`, 1.0 of its 4.8 billion, stays in float32 (`_keep_in_fp32_modules`): 1.66 on average."""
FOUR_BIT = Weights("4-bit", 0.55, 1.28)
"""0.55 with the scales; T5's `wo` as in bitsandbytes' 8 bits."""


def weights_of(shape: ModelShape, precision: str, quantization: str) -> Weights:
    """Return how a model's weights lie in memory.

    Args:
        shape: The model; what its file stores in its own bits stays so (GGUF).
        precision: `bf16`, `fp16` or `fp32`.
        quantization: A name of `QUANTIZATIONS` but `auto`.
    """
    value = 4 if precision == "fp32" else 2
    plain = Weights(precision, value, value, value, value)
    if shape.stored:
        return msgspec.structs.replace(
            plain, name=shape.quantization, transformer=shape.stored / shape.parameters["transformer"]
        )
    quantized = {"bnb-nf4": FOUR_BIT, "bnb-int8": BNB_INT8, "torchao-int8": EIGHT_BIT, "torchao-fp8": EIGHT_BIT}
    if quantization not in quantized:
        return plain
    return msgspec.structs.replace(quantized[quantization], rest=value, value=value)


class Pictures(msgspec.Struct, frozen=True):
    """What is to be made."""

    width: int = 1024
    """px"""
    height: int = 1024
    """px"""
    batch: int = 1
    """Pictures at a time."""


class Need(msgspec.Struct, frozen=True):
    """Peak memory, bytes."""

    device: float
    """As torch's allocator tells it, without the CUDA context; 0 on the CPU."""
    host: float


def forward_bytes(shape: ModelShape, pictures: Pictures, value: float = 2) -> float:
    """Return what one forward of the transformer works with, counted; `value` is the bytes of one number."""
    tokens = pictures.width * pictures.height / shape.unit**2 + shape.text_tokens
    return pictures.batch * tokens * shape.width * (9 * value + 4 * 4)


def encode_bytes(shape: ModelShape, pictures: Pictures, value: float = 2) -> float:
    """Return what T5 works with, counted."""
    return pictures.batch * 3 * shape.text_heads * shape.text_tokens**2 * value


def decode_bytes(shape: ModelShape, pictures: Pictures, value: float = 2, *, tiled: bool = False) -> float:
    """Return what decoding works with, counted; tiled, the finished pixels in float32 come on top of one tile."""
    pixels = pictures.batch * pictures.width * pictures.height
    if not tiled:
        return pixels * 3 * shape.decoder_channels * value
    tile = pictures.batch * min(pictures.width, TILE) * min(pictures.height, TILE)
    return tile * 3 * shape.decoder_channels * value + pixels * 3 * 4


def leaf_bytes(shape: ModelShape, value: float = 2) -> float:
    """Return the largest single layer, which is what offload by layers has on the device at a time.

    It is a double-stream block's modulation (width to 6 widths) or T5's vocabulary.
    """
    return max(6 * shape.width**2, shape.vocabulary * shape.text_width) * value


def predict(
    shape: ModelShape, pictures: Pictures, placement: Placement, weights: Weights, *, tiled: bool = False
) -> Need:
    """Return the peak memory of making pictures; the module's docstring has the derivation.

    Args:
        shape: The model.
        pictures: What is to be made. The number of steps does not matter: they follow each other.
        placement: Where the weights lie.
        weights: Their precision.
        tiled: Whether the picture is decoded in tiles.
    """
    parts = weights.of(shape)
    total, largest = sum(parts.values()), max(parts.values())
    value = weights.value
    decode_held = DECODE_HELD_CPU if placement == "cpu" else DECODE_HELD
    work = {
        "text_encoder_2": HELD * encode_bytes(shape, pictures, value),
        "transformer": HELD * forward_bytes(shape, pictures, value),
        # Pictures made together are decoded one by one.
        "vae": decode_held * decode_bytes(shape, msgspec.structs.replace(pictures, batch=1), value, tiled=tiled),
    }
    if placement == "cpu":
        return Need(0, total + max(work.values()) + PROCESS)
    if placement == "gpu":
        return Need(total + max(work.values()), largest + PROCESS)
    if placement == "model-offload":
        return Need(max(parts[part] + needs for part, needs in work.items()), total + PROCESS)
    return Need(leaf_bytes(shape, value) + max(work.values()), total + PROCESS)
