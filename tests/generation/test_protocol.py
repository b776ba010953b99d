"""Frames: every message comes back as it was sent, and nothing else is taken for a message."""

import asyncio
import struct
from typing import get_args

import msgspec
import pytest

from workshop_tui.generation import protocol
from workshop_tui.generation.protocol import AnyMessage, Item, Job, ProtocolError, encode, read_frame
from workshop_tui.generation.record import Memory, ModelInfo, Origin, Placing, Rework, Run, Timing
from workshop_tui.generation.settings import Settings

RUN_ID = "0123456789abcdef" * 2
SETTINGS = Settings("Größe, 大きさ \U0001f3a8\n\ttabs", 10, 4.5, 2**32 - 1, 512, 768)
STATE = protocol.State("working", (RUN_ID,), "small-flux (built in)", "cpu", 439.25)
RUN = Run(
    RUN_ID,
    "job",
    SETTINGS,
    "ok",
    "2026-01-02T03:04:05.678+00:00",
    ModelInfo("small-flux (built in)", "built-in", True, "small-flux", 32, 4_000_000, "1"),
    Placing("cuda", "NVIDIA H100", "bfloat16"),
    "",
    Timing(0.1, 0.2, 0.3, 0.4, 0.5, (0.2, 0.2)),
    Memory(1024.5, 2048.0, None),
    10,
    3,
    f"{RUN_ID}.png",
    "ab" * 32,
    Origin("flux-deep-dive", "steps", "main", 2),
    {"torch": "2.13.0"},
    Rework("refined", "ab" * 16, 0.35),
)
STANDING = protocol.Standing("flux-deep-dive", 4, "Part 3", 2.5, 7)
MESSAGES = [
    protocol.Hello(protocol.PROTOCOL, "1.2.3"),
    protocol.Submit(Job("job", (Item(RUN_ID, SETTINGS, RUN.origin, RUN.rework),), "small-flux", "cpu")),
    protocol.Cancel((RUN_ID,)),
    protocol.Cancel(),
    protocol.Acknowledge((RUN_ID,)),
    protocol.Warm(),
    protocol.Warm("small-flux", "cpu", SETTINGS),
    protocol.Pause(True),
    protocol.Ask(),
    protocol.Free(),
    protocol.Freed("small-flux (built in)", 33700.5, 12.0),
    protocol.Stop(drop=True),
    STATE,
    protocol.Welcome(protocol.PROTOCOL, "1.2.3", 4711, STATE),
    protocol.Accepted("job"),
    protocol.Refused("Cannot.", "Do this.", "job"),
    protocol.Progress(RUN_ID, "denoise", 3, 10, 1.25, "step"),
    protocol.Progress(RUN_ID, "load", seconds_left=None),
    protocol.Finished(RUN),
    protocol.Notice("A sentence."),
    protocol.Heartbeat(),
    protocol.Share(STANDING),
    protocol.Share(),
    protocol.AskBoard(),
    protocol.Board((protocol.Member("ada", True, 3, 12, 2, "failed: no memory", 1.5, STANDING),), 3, 12, 4),
    protocol.ClassClock(3, True, 12.5, 1.7e9),
    protocol.SetClock(running=False),
    protocol.SetClock(running=True, number=4),
]


async def read(data: bytes, *, chunk: int = 0) -> tuple[AnyMessage, bytes]:
    reader = asyncio.StreamReader()

    async def feed() -> None:
        for first in range(0, len(data), chunk or max(1, len(data))):
            reader.feed_data(data[first : first + (chunk or len(data))])
            await asyncio.sleep(0)
        reader.feed_eof()

    feeding = asyncio.create_task(feed())
    try:
        return await read_frame(reader)
    finally:
        await feeding


def frame(header: bytes, payload: bytes = b"") -> bytes:
    return struct.pack(">II", len(header), len(payload)) + header + payload


def test_every_kind_of_message_is_tried_here():
    assert {type(message) for message in MESSAGES} == set(get_args(AnyMessage))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
async def test_a_message_and_its_payload_come_back_as_they_were_sent(message):
    assert await read(encode(message, b"\x89PNG\x00\xff")) == (message, b"\x89PNG\x00\xff")
    assert await read(encode(message), chunk=3) == (message, b"")


async def test_frames_follow_each_other():
    reader = asyncio.StreamReader()
    reader.feed_data(b"".join(encode(message, bytes(n)) for n, message in enumerate(MESSAGES)))
    reader.feed_eof()
    assert [await read_frame(reader) for _ in MESSAGES] == [(m, bytes(n)) for n, m in enumerate(MESSAGES)]
    with pytest.raises(ConnectionError):
        await read_frame(reader)


async def test_a_header_beyond_a_line_readers_64_kib():
    cells = tuple(Item(f"{n:032x}", SETTINGS) for n in range(10_000))
    job = protocol.Submit(Job("job", cells, "small-flux"))
    assert len(encode(job)) > 2**20
    assert (await read(encode(job)))[0] == job


@pytest.mark.parametrize("kept", [0, 3, 7, 8, 20, -1])
async def test_a_frame_that_is_cut_off_is_a_closed_connection(kept):
    whole = encode(STATE, b"picture")
    with pytest.raises(ConnectionError, match="closed"):
        await read(whole[:kept])


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        frame(b""),
        frame(b"not json"),
        frame(b"\xff\xfe\x00"),
        frame(b"[]"),
        frame(b'{"type": "unheard-of"}'),
        frame(b'{"protocol": 1}'),
        frame(b'{"type": "cancel", "run_ids": 7}'),
        frame(b'{"type": "ask", "more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    ],
    ids=["http", "empty", "text", "bytes", "list", "unknown", "untagged", "mistyped", "deep"],
)
async def test_what_is_no_message_is_refused_with_a_reason(data):
    with pytest.raises(ProtocolError) as caught:
        await read(data)
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize(
    ("header", "payload"), [(protocol.LARGEST_HEADER + 1, 0), (2, protocol.LARGEST_PAYLOAD + 1), (2**32 - 1, 2**32 - 1)]
)
async def test_a_length_beyond_the_limits_is_refused_before_anything_is_read(header, payload):
    with pytest.raises(ProtocolError, match="too large"):
        await read(struct.pack(">II", header, payload))


def test_what_is_larger_than_a_frame_is_not_sent():
    with pytest.raises(ProtocolError, match="too large"):
        encode(protocol.Notice("x" * protocol.LARGEST_HEADER))
    with pytest.raises(ProtocolError, match="too large"):
        encode(protocol.Heartbeat(), bytes(protocol.LARGEST_PAYLOAD + 1))


def test_a_field_that_a_later_version_adds_is_passed_over():
    later = msgspec.json.decode(b'{"type": "notice", "text": "Hi", "tone": "kind"}', type=AnyMessage)
    assert later == protocol.Notice("Hi")
