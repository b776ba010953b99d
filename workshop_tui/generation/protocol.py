"""The messages between a client (the app or a command) and an engine, and their frames.

A frame is two big-endian 32-bit lengths, a JSON header of the first length and as many payload bytes as
the second says. Pictures travel as payloads. Not one JSON object a line: asyncio's line reader breaks
beyond 64 KiB, and a picture would have to be inflated to text.

The client speaks first with `Hello`; the engine answers `Welcome`, then sends each run that nobody has
acknowledged yet, then news as they come. An engine that cannot serve the client answers `Refused`.
"""

import asyncio
import struct
from typing import Self

import msgspec

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation.class_messages import AskBoard as AskBoard
from workshop_tui.generation.class_messages import Board as Board
from workshop_tui.generation.class_messages import ClassClock as ClassClock
from workshop_tui.generation.class_messages import Member as Member
from workshop_tui.generation.class_messages import Place as Place
from workshop_tui.generation.class_messages import SetClock as SetClock
from workshop_tui.generation.class_messages import Share as Share
from workshop_tui.generation.class_messages import Standing as Standing
from workshop_tui.generation.message import Message as Message
from workshop_tui.generation.record import Origin, Phase, Rework, Run
from workshop_tui.generation.settings import Settings
from workshop_tui.text import plain

PROTOCOL = 3
"""Raised when an older peer would misunderstand a message."""

LARGEST_HEADER = 16 * 2**20
"""Bytes; a sweep of 10,000 cells fits."""

LARGEST_PAYLOAD = 128 * 2**20
"""Bytes; an incompressible picture of 4096x4096 px fits."""

HEARTBEAT_SECONDS = 1.0
"""An engine says something at least this often."""

SILENCE_SECONDS = 15.0
"""After this long without a word an engine counts as hung. Imports can hold the interpreter for seconds."""

_LENGTHS = struct.Struct(">II")


class Hello(Message, frozen=True, tag="hello"):
    """Client: who I am."""

    protocol: int
    program: str
    """The client's version of workshop-tui."""
    learner: str = ""
    """Whose pictures: learners may share a Unix account, which a shared engine learns from the socket."""


class Item(msgspec.Struct, frozen=True):
    """One picture asked for."""

    run_id: str
    """32 hex digits, made by the client: asking twice for the same run makes it once."""
    settings: Settings
    origin: Origin = Origin()
    rework: Rework | None = None
    """What the picture is made out of; a refined one is alone in its job."""

    @property
    def forwards(self) -> int:
        """Transformer forwards (NFE) that it takes."""
        steps = self.settings.num_inference_steps
        return self.settings.forwards_in(self.rework.steps(steps) if self.rework else steps)


class Job(msgspec.Struct, frozen=True):
    """Pictures asked for together."""

    job_id: str
    items: tuple[Item, ...]
    model: str
    """`small-flux`, a folder, or a hub id."""
    device: str = ""
    """`cuda`, `cpu`, `mps`, or empty for the best one there is."""
    batch: int = 1
    """Up to this many pictures that follow each other are made together, where only their seeds differ."""
    cap: float | None = None
    """GiB of memory that the worker may use, to simulate a smaller machine; None for all there is."""
    previews: bool = False
    """Send small pictures of how it comes along; not for runs whose time counts."""


class Submit(Message, frozen=True, tag="submit"):
    """Client: make these; the picture that is refined, if one is, is the payload (PNG).

    The engine keeps it until the run has ended: it may run as another user, who cannot read the learner's files.
    """

    job: Job


class Cancel(Message, frozen=True, tag="cancel"):
    """Client: do not make these; an empty list means everything."""

    run_ids: tuple[str, ...] = ()
    gently: bool = False
    """Let a picture that is loading or decoding come to its end: stopping that takes a new process, and a new load."""


class Acknowledge(Message, frozen=True, tag="acknowledge"):
    """Client: these runs are in the notebook, forget them."""

    run_ids: tuple[str, ...]


class Warm(Message, frozen=True, tag="warm"):
    """Client: work is near, import what it needs, and load the model where one is named and nothing is in line."""

    model: str = ""
    device: str = ""
    settings: Settings | None = None
    """How it shall be loaded: precision, placement, quantization and speed are looked at."""


class Pause(Message, frozen=True, tag="pause"):
    """Client: finish the picture in work, then wait until told to go on; or go on."""

    on: bool


class Ask(Message, frozen=True, tag="ask"):
    """Client: tell me your state."""


class Free(Message, frozen=True, tag="free"):
    """Client: drop the model and all that is kept with it, and stay; refused while pictures are in line."""


class Freed(Message, frozen=True, tag="freed"):
    """Engine: this much memory came back."""

    model: str = ""
    """What was loaded; empty where nothing was."""
    device_mib: float | None = None
    """Of GPU memory; None where the model was not on a GPU."""
    host_mib: float = 0.0

    @property
    def words(self) -> str:
        """One sentence for a person."""
        if not self.model:
            return "No model was loaded: there was nothing to free."
        on_gpu = "" if self.device_mib is None else f"{self.device_mib:,.0f} MiB of GPU memory and "
        return f"{self.model} is dropped: {on_gpu}{self.host_mib:,.0f} MiB of RAM came back. The next picture loads it."


class Stop(Message, frozen=True, tag="stop"):
    """Client: leave now."""

    drop: bool = False
    """Forget what waits; otherwise it goes on when the engine is started again."""


class State(Message, frozen=True, tag="state"):
    """Engine: what I am doing."""

    activity: str
    """`idle`, `importing` (also while a model is loaded ahead), `working`, `paused` or, in a shared engine, `waiting`
    while others' pictures are made; the last word of an engine is `leaving` or, where it begins anew at once,
    `starting`."""
    waiting: tuple[str, ...] = ()
    """Run ids in line, the one in work first."""
    model: str = ""
    """The loaded model's name, empty when none is."""
    device: str = ""
    rss_mib: float = 0.0
    place: Place | None = None
    """Only of a shared engine, while pictures of this learner are in line."""
    at_once: int = 1
    """How many batches are made at a time; several where a shared engine has several GPUs."""
    engine_activity: str = ""
    """Only of a shared engine: what it does for whomever, where `activity` says what it does for this learner."""


class Welcome(Message, frozen=True, tag="welcome"):
    """Engine: who I am."""

    protocol: int
    program: str
    pid: int
    state: State
    serves: str = ""
    """The model that makes all pictures of a shared engine; empty where the client chooses."""
    in_line: tuple[Item, ...] = ()
    """What this learner has in line at a shared engine; at a worker of their own it stands in the spool."""


class Accepted(Message, frozen=True, tag="accepted"):
    """Engine: the job is written down; every item will end exactly once."""

    job_id: str


class Refused(Message, frozen=True, tag="refused"):
    """Engine: this cannot be done; nothing of it was begun."""

    message: str
    hint: str = ""
    job_id: str = ""
    again: bool = False
    """Whether the same may be asked for again later: not the request is wrong, a full disk hinders it, say."""

    @classmethod
    def of(cls, error: WorkshopError, job_id: str = "") -> Self:
        """Return the answer to what cannot be done for this reason."""
        return cls(error.message, error.hint, job_id, again=not isinstance(error, UserError))


class Progress(Message, frozen=True, tag="progress"):
    """Engine: how far the run in work is; a small picture of it, where there is one, is the payload (PNG)."""

    run_id: str
    phase: Phase
    step: int = 0
    """Denoising steps done."""
    steps: int = 0
    seconds_left: float | None = None
    """For this picture, s; None while unknown."""
    detail: str = ""
    """What is being loaded, say."""


class Finished(Message, frozen=True, tag="finished"):
    """Engine: a run has ended; its picture, if there is one, is the payload (PNG)."""

    run: Run


class Notice(Message, frozen=True, tag="notice"):
    """Engine: a sentence for the learner."""

    text: str


class Heartbeat(Message, frozen=True, tag="heartbeat"):
    """Engine: I am alive."""

    gpu: str = ""
    """The UUID of the GPU that the loaded model runs on; empty where it runs on none."""
    gpu_mib: float = 0.0
    """What the engine's allocator holds of that GPU's memory."""


AnyMessage = (
    Hello
    | Submit
    | Cancel
    | Acknowledge
    | Warm
    | Pause
    | Ask
    | Free
    | Freed
    | Stop
    | State
    | Welcome
    | Accepted
    | Refused
    | Progress
    | Finished
    | Notice
    | Heartbeat
    | Share
    | AskBoard
    | Board
    | ClassClock
    | SetClock
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AnyMessage)


class ProtocolError(WorkshopError):
    """The peer sent something that is no frame of this protocol."""


def encode(message: Message, payload: bytes = b"") -> bytes:
    """Return the frame of a message.

    Raises:
        ProtocolError: It is larger than a frame may be.
    """
    header = _encoder.encode(message)
    _check_lengths(len(header), len(payload))
    return _LENGTHS.pack(len(header), len(payload)) + header + payload


async def read_frame(
    reader: asyncio.StreamReader, largest_header: int = LARGEST_HEADER, largest_payload: int = LARGEST_PAYLOAD
) -> tuple[AnyMessage, bytes]:
    """Read one frame.

    Args:
        reader: The connection.
        largest_header: Bytes; a larger one is refused before it is read.
        largest_payload: Bytes, likewise.

    Raises:
        ProtocolError: Too large, not JSON, or no message of this protocol.
        ConnectionError: The peer closed the connection.
    """
    try:
        header_length, payload_length = _LENGTHS.unpack(await reader.readexactly(_LENGTHS.size))
        _check_lengths(header_length, payload_length, largest_header, largest_payload)
        header = await reader.readexactly(header_length)
        payload = await reader.readexactly(payload_length)
    except asyncio.IncompleteReadError as error:
        raise ConnectionError("the other side closed the connection") from error
    try:
        return _decoder.decode(header), payload
    except (msgspec.MsgspecError, RecursionError) as error:  # msgspec checks UTF-8 as well
        raise ProtocolError(f"A message could not be read: {plain(str(error))}.") from error


def _check_lengths(
    header: int, payload: int, largest_header: int = LARGEST_HEADER, largest_payload: int = LARGEST_PAYLOAD
) -> None:
    if header > largest_header or payload > largest_payload:
        raise ProtocolError(
            f"A frame of {header + payload:,} bytes is too large.",
            f"At most {largest_header:,} bytes of header and {largest_payload:,} of payload are taken.",
        )
