"""What a session with a worker tells beside the worker's own messages."""

import msgspec

from workshop_tui.errors import WorkshopError
from workshop_tui.generation.protocol import AnyMessage
from workshop_tui.generation.record import Run


class Lost(msgspec.Struct, frozen=True):
    """The worker has gone while this client was attached."""

    restarting: bool
    """False where it had nothing to do, was stopped, or died too often."""
    reason: str


class Silent(msgspec.Struct, frozen=True):
    """The worker has said nothing for a while, but holds the connection."""

    seconds: float


class NotKept(msgspec.Struct, frozen=True):
    """A run has ended and could not be stored; it waits in the spool for the next client."""

    run: Run
    error: WorkshopError


class Preview(msgspec.Struct, frozen=True):
    """How the picture in work comes along: it follows the `Progress` that it came with."""

    run_id: str
    step: int
    """Denoising steps done."""
    steps: int
    png: bytes


Event = AnyMessage | Lost | Silent | NotKept | Preview
