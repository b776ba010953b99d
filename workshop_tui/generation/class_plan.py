"""How many cards a class needs, on paper: seconds a picture from a card's figures, and the line from those seconds.

**Seconds.** Arithmetic (`flops`) over what the card reaches of its own. Quantized weights are unpacked in each forward:
`SLOWER` are 12 s for 50 steps in bfloat16 against 15 (8 bits by torchao), 27 (by bitsandbytes) and 23 (GGUF Q4_1) on an
H100 (huggingface.co/blog/diffusers-quantization), and 0.493 against 0.512 s a forward for nf4 on an L40S
(huggingface.co/datasets/diffusers/benchmarks). `OFFLOADED` are the seconds that model offload adds to a picture on that
H100 (derekl35/diffusers-quantization-benchmarks). With group offload a layer is fetched while the one before computes,
so that the slower of both counts: there the L40S took 1.859 s for a forward, which fetches 23.8 GB. Quantized layers
are fetched in turn, so that both count. Loading the model, pauses between pictures and whatever else the card does are
not counted.

**The line.** No queueing formula but the worst case: all learners ask at once for all their pictures, the fair line
gives each one picture in turn, and cards make one at a time, all of the same length. The last learner then has a first
picture after ceil(learners / cards) of them, and all are made after ceil(learners x pictures / cards).
"""

import math
import operator
from collections.abc import Sequence

import msgspec

from workshop_tui.generation.flops import decode_flops, encode_flops, forward_flops
from workshop_tui.generation.ladder import Rung
from workshop_tui.generation.model_shape import ModelShape
from workshop_tui.generation.planner import weights_of
from workshop_tui.generation.settings import Settings

SLOWER = {"bnb-nf4": 1.04, "bnb-int8": 2.25, "torchao-int8": 1.25, "torchao-fp8": 1.25}
"""Times that a forward takes as long as in bfloat16, by quantization."""
SLOWER_GGUF = 1.9
OFFLOADED = {"none": 8.0, "bnb-nf4": 5.0, "bnb-int8": 11.0, "torchao-int8": 11.0, "torchao-fp8": 11.0}
"""Seconds that moving the model's parts adds to a picture with model offload; bitsandbytes' 8 bits as torchao's."""
OFFLOADED_GGUF = 5.0
FETCHED = 12.8e9
"""Bytes of weights a second that group offload fetches."""
ROUNDING = 1e-6
"""Seconds: three pictures of 0.1 s are made within 0.3 s, though their floats add up to more."""


class Cost(msgspec.Struct, frozen=True):
    """Seconds that one picture takes on one card."""

    encode: float
    denoise: float
    decode: float
    moving: float = 0.0
    """Bringing the model's parts to the card and back."""

    @property
    def total(self) -> float:
        return self.encode + self.denoise + self.decode + self.moving


def picture_cost(shape: ModelShape, rung: Rung, flops: float, settings: Settings) -> Cost:
    """Return what a picture takes.

    Args:
        shape: The model.
        rung: How it is placed on the card.
        flops: Operations a second that the card reaches.
        settings: Of the picture; size, steps, sampler and true CFG count.
    """
    encode = encode_flops(shape) / flops
    slower = SLOWER_GGUF if shape.stored else SLOWER.get(rung.quantization, 1.0)
    forward = forward_flops(shape, settings.width, settings.height) / flops * slower
    moving = 0.0
    if rung.placement == "model-offload":
        moving = OFFLOADED_GGUF if shape.stored else OFFLOADED[rung.quantization]
    elif rung.placement != "gpu":  # by layers; of both ways group offload comes first and needs no more memory
        parts = weights_of(shape, rung.precision, rung.quantization).of(shape)
        is_beside = not shape.stored and rung.quantization == "none"
        both = max if is_beside else operator.add
        encode = both(encode, parts["text_encoder_2"] / FETCHED)
        forward = both(forward, parts["transformer"] / FETCHED)
    decode = decode_flops(shape, settings.width, settings.height) / flops
    return Cost(encode, forward * settings.forwards, decode, moving)


class Load(msgspec.Struct, frozen=True):
    """What a class asks for."""

    learners: int
    pictures: int
    """That each asks for."""
    seconds: float
    """That one takes on a card, on average."""
    minutes: float
    """That the labs have."""

    @property
    def per_hour(self) -> float:
        """Pictures an hour that one card makes."""
        return 3600 / self.seconds


class Waiting(msgspec.Struct, frozen=True):
    """How a class fares with so many cards."""

    cards: int
    first: float
    """Seconds until the last learner has a first picture."""
    done: float
    """Seconds until all pictures are made."""
    busy: float
    """Share of the labs' time that the cards work; above 1 the labs are too short."""

    def is_begun_within(self, seconds: float) -> bool:
        """Tell whether each learner has a first picture by then."""
        return self.first <= seconds + ROUNDING

    def is_done_within(self, seconds: float) -> bool:
        """Tell whether all pictures are made by then."""
        return self.done <= seconds + ROUNDING


def waiting(load: Load, cards: int) -> Waiting:
    """Return how long a class waits with so many cards, where all ask at once."""
    total = load.learners * load.pictures
    return Waiting(
        cards,
        first=math.ceil(load.learners / cards) * load.seconds,
        done=math.ceil(total / cards) * load.seconds,
        busy=total * load.seconds / (cards * load.minutes * 60),
    )


def cards_for_pictures(load: Load) -> int | None:
    """Return the fewest cards that make all pictures within the labs; None where not even one picture is made there."""
    return _cards(load.learners * load.pictures, load.seconds, load.minutes * 60)


def cards_for_wait(load: Load, wait: float) -> int | None:
    """Return the fewest cards that give each learner a first picture within `wait` s; None where one takes longer."""
    return _cards(load.learners, load.seconds, wait)


def _cards(pictures: int, seconds: float, limit: float) -> int | None:
    each = math.floor((limit + ROUNDING) / seconds)
    return math.ceil(pictures / each) if each else None


def mean_seconds(shape: ModelShape, rung: Rung, flops: float, pictures: Sequence[Settings]) -> float:
    """Return what pictures take on average, s; see `picture_cost`."""
    return sum(picture_cost(shape, rung, flops, each).total for each in pictures) / len(pictures)
