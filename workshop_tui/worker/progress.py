"""What the engine reports while it works."""

from collections.abc import Callable
from typing import Literal

import msgspec

Stage = Literal["load", "encode", "denoise", "decode"]


class Progress(msgspec.Struct, frozen=True):
    """How far one run is."""

    phase: Stage
    step: int = 0
    """Steps done; 0 outside denoising."""
    steps: int = 0
    """Steps in all; 0 outside denoising."""
    seconds_left: float | None = None
    """Estimated until the picture is there, s; None where nothing can be said."""
    fraction: float | None = None
    """How much of the phase is done, 0 to 1; None where nothing can be said."""
    message: str = ""
    """What is done, in a few words: `loading text_encoder_2`."""
    preview: bytes = b""
    """A small picture of how it comes along, as PNG; empty where there is none."""


OnProgress = Callable[[Progress], None]
IsCancelled = Callable[[], bool]


class Cancelled(Exception):
    """Raised between two steps, so that a run ends at once and nothing more is computed."""
