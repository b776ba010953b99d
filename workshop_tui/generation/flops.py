"""How much arithmetic a picture takes, from a model's sizes: floating-point operations of its matrices.

For N tokens in all (the size in px over the unit squared, plus T5's tokens) of width W:

- Forward: in each block, double- or single-stream, a token goes through 12 W^2 weights (query, key, value and output 4,
  the MLP 8), each a multiplication and an addition; attention takes 4 N^2 W. 74.37 TFLOP for [dev] at 1024x1024, where
  torch's `FlopCounterMode` counts 74.38 in diffusers 0.42.1's transformer (on `meta` tensors).
- Encode: two operations a parameter of T5 and token: 4.87 TFLOP for [dev]; counted 4.84.
- Decode: 10 MFLOP a pixel for FLUX.1's autoencoder; counted 9.6 at 512x512, 10.0 at 1024x1024, 11.6 at 2048x2048.
  Convolutions go with the square of its width.
"""

from workshop_tui.generation.model_shape import ModelShape

DECODE_A_PIXEL = 1e7
"""Of an autoencoder with `DECODER_CHANNELS`."""
DECODER_CHANNELS = 256


def forward_flops(shape: ModelShape, width: int, height: int) -> float:
    """Return what one forward of the transformer takes for a picture of `width` x `height` px."""
    tokens = width * height / shape.unit**2 + shape.text_tokens
    return sum(shape.layers) * (2 * 12 * shape.width**2 * tokens + 4 * tokens**2 * shape.width)


def encode_flops(shape: ModelShape) -> float:
    """Return what T5 takes for a prompt; CLIP is small."""
    return 2 * shape.parameters["text_encoder_2"] * shape.text_tokens


def decode_flops(shape: ModelShape, width: int, height: int) -> float:
    """Return what decoding a picture of `width` x `height` px takes."""
    return width * height * DECODE_A_PIXEL * (shape.decoder_channels / DECODER_CHANNELS) ** 2
