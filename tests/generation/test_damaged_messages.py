"""Frames and spooled runs that were damaged on their way: read, refused, or put aside."""

import asyncio
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generation.test_protocol import MESSAGES, RUN
from tests.mutations import MODEST, check_told, damaged
from workshop_tui.generation.message import Message
from workshop_tui.generation.protocol import Item, ProtocolError, encode, read_frame
from workshop_tui.generation.spool import Spool, Waiting

LENGTHS = struct.calcsize("!II")


async def read(data):
    """Return the first frame of some bytes after which the line drops."""
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return await read_frame(reader)


def check_frame(data):
    try:
        message, payload = asyncio.run(read(data))
    except ProtocolError as error:
        check_told(str(error), "essage" if "message" in str(error) else "frame")
    except ConnectionError as error:
        check_told(str(error), "closed the connection")
    else:
        assert isinstance(message, Message)
        assert len(payload) <= len(data)


@MODEST
@given(st.sampled_from(MESSAGES).flatmap(lambda message: damaged(encode(message, b"png"))))
def test_a_damaged_frame_is_a_message_or_refused(data):
    check_frame(data)


@MODEST
@given(st.sampled_from(MESSAGES).flatmap(lambda message: damaged(encode(message)[LENGTHS:])))
def test_a_frame_of_the_right_length_with_a_damaged_message_is_too(header):
    check_frame(struct.pack("!II", len(header), 0) + header)


def test_what_a_message_says_of_itself_does_not_reach_a_terminal_as_it_is():
    header = json.dumps({"type": "\x1b]52;c;QUJD\x07"}).encode()
    with pytest.raises(ProtocolError, match="x1b") as raised:
        asyncio.run(read(struct.pack("!II", len(header), 0) + header))
    check_told(str(raised.value), "A message could not be read")


@pytest.fixture
def spool(tmp_path):
    spool = Spool(tmp_path / "spool")
    spool.add(RUN, b"png")
    spool.save_queue([Waiting(Item(RUN.run_id, RUN.settings), "job", "small-flux", "cpu", 1.0)])
    return spool


def test_a_damaged_run_in_the_spool_is_read_or_put_aside(spool):
    file = spool.folder / RUN.run_id / "run.json"
    valid = file.read_bytes()

    @MODEST
    @given(damaged(valid))
    def check(data):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
        found = list(spool.runs())
        aside = spool.folder / f"unreadable-{RUN.run_id}"
        assert [run.run_id == RUN.run_id for run, _ in found] == ([] if aside.exists() else [True])
        if aside.exists():
            aside.rename(file.parent)

    check()


def test_a_run_in_another_s_folder_and_one_nested_without_end_are_put_aside(spool):
    good = (spool.folder / RUN.run_id / "run.json").read_bytes()
    deep = good[:-1] + b', "more": ' + b'{"a":' * 3000 + b"1" + b"}" * 3000 + b"}"
    for name, data in (("a" * 32, good), ("b" * 32, deep.replace(RUN.run_id.encode(), b"b" * 32, 1))):
        (spool.folder / name).mkdir()
        (spool.folder / name / "run.json").write_bytes(data)
    assert [run for run, _ in spool.runs()] == [RUN]
    assert sorted(path.name[:13] for path in spool.folder.glob("unreadable-*")) == ["unreadable-aa", "unreadable-bb"]


def test_a_damaged_queue_is_read_or_put_aside(spool):
    file = spool.folder / "queue.json"
    valid = file.read_bytes()

    @MODEST
    @given(damaged(valid))
    def check(data):
        file.write_bytes(data)
        queue = spool.load_queue()
        assert all(isinstance(waiting, Waiting) for waiting in queue)
        assert file.exists() or (queue == [] and file.with_suffix(".unreadable").exists())

    check()
