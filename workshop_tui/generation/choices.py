"""The named choices of how a model is loaded and run: a row each, read by form, command line, presets and worker."""

from typing import Literal

import msgspec

Limit = Literal["max-size", "max-batch"]
"""What is looked for by trying: the largest picture that fits, or the largest batch."""


class Choice(msgspec.Struct, frozen=True):
    """One value of a setting that has names for values."""

    name: str
    """What a learner types."""
    note: str
    """One sentence on what it does, and what it costs."""
    lossy: bool = False
    """Whether pictures differ from what plain diffusers makes in the model's own precision."""
    package: str = ""
    """The package that must be installed for it (`workshop-tui[quant]`); empty for none."""


def _table(*rows: Choice) -> dict[str, Choice]:
    return {row.name: row for row in rows}


PRECISIONS = _table(
    Choice("auto", "bf16 on a GPU that knows it, fp32 on the CPU."),
    Choice("bf16", "FLUX.1's own precision; on most CPUs slower than fp32."),
    Choice("fp16", "As small as bf16, but FLUX.1 has overflowed in it: black pictures, or NaN.", lossy=True),
    Choice("fp32", "Twice the memory of bf16, and on a GPU several times its time."),
)

PLACEMENTS = _table(
    Choice("auto", "The fastest that fits the memory that is free."),
    Choice("gpu", "Everything lies on the GPU: the fastest."),
    Choice("model-offload", "One part of the model lies on the GPU at a time; the rest waits in main memory."),
    Choice("group-offload", "One layer lies on the GPU at a time; the next is fetched meanwhile."),
    Choice("sequential-offload", "One layer lies on the GPU at a time: the least GPU memory, and by far the slowest."),
    Choice("cpu", "Everything lies in main memory and is computed on the CPU."),
)

QUANTIZATIONS = _table(
    Choice("none", "Weights in the precision."),
    Choice("auto", "None where that fits, else the fastest that does and is installed.", lossy=True),
    Choice("bnb-nf4", "Transformer and T5 in 4 bits, by bitsandbytes.", lossy=True, package="bitsandbytes"),
    Choice("bnb-int8", "Transformer and T5 in 8 bits, by bitsandbytes.", lossy=True, package="bitsandbytes"),
    Choice("torchao-int8", "Transformer and T5 in 8 bits, by torchao.", lossy=True, package="torchao"),
    Choice("torchao-fp8", "Transformer and T5 as 8-bit floats, by torchao.", lossy=True, package="torchao"),
)

SPEEDS = _table(
    Choice("exact", "The same pixels as plain diffusers."),
    Choice("compiled", "The transformer's blocks are compiled first; pixels differ by rounding.", lossy=True),
    Choice("fast", "Compiled, with the fastest attention and 8-bit arithmetic there is.", lossy=True),
)
