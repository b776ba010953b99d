"""The worker's server with several makers: what it does where one is lost, fails, or the disk is full.

The makers are the tests' own and make no pictures; server, socket, line and spool are real.
"""

import asyncio
import contextlib
import uuid

import pytest

from tests.conftest import read_until, small_job
from workshop_tui.errors import WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.line import ended
from workshop_tui.generation.link import Link
from workshop_tui.generation.spool import Spool
from workshop_tui.worker.maker import MakerLost
from workshop_tui.worker.server import Server


class Waits:
    """Ends each picture as ok after a moment, or does what it is told to."""

    phase, signs, model, device, on_gpu = "", 0, "small-flux", "", ("", 0.0)
    on_cpu = broken = False

    def __init__(self, error=None, seconds=0.05):
        self.available = True
        self.error = error
        self.seconds = seconds
        self.made = []

    def suits(self, waiting):
        return True

    def is_warm(self, waiting):
        return False

    def gains(self, model):
        return False

    def spent(self, run):
        return False

    async def warm(self, model="", device="", settings=None):
        pass

    async def make(self, batch, source):
        await asyncio.sleep(self.seconds)
        if self.error:
            raise self.error
        self.made += [waiting.item.run_id for waiting in batch]
        return [(ended(waiting, "ok", ""), None) for waiting in batch]

    def cancel(self):
        pass

    def give_up(self):
        return False

    async def unload_idle(self, seconds):
        return False

    async def release(self):
        return protocol.Freed()


@contextlib.asynccontextmanager
async def serving(folder, *makers):
    """A server with these makers; yields it, a connection to it, and what ends when it does."""
    (folder / "state").mkdir()
    server = Server(folder / "state", lambda _tell, _news: makers, 600, 600)
    task = asyncio.create_task(server.serve(folder / "s"))
    while not (folder / "s").exists():
        await asyncio.sleep(0.01)
    link = await Link.open(folder / "s")
    try:
        yield link, task
    finally:
        link.close()
        server.stop()
        with contextlib.suppress(BaseException):
            await task


async def finished(link, count):
    """Acknowledge so many runs as they come, as a client does; return them."""
    runs = []
    while len(runs) < count:
        runs.append((await read_until(link, protocol.Finished)).run)
        await link.send(protocol.Acknowledge((runs[-1].run_id,)))
    return runs


async def test_two_makers_share_a_line(tmp_path):
    first, second = Waits(), Waits()
    job = small_job(*range(2, 8))
    async with serving(tmp_path, first, second) as (link, _):
        assert link.welcome.state.at_once == 2
        await link.send(protocol.Submit(job))
        runs = await finished(link, 6)
    assert {run.outcome for run in runs} == {"ok"}
    assert sorted(first.made + second.made) == sorted(item.run_id for item in job.items)
    assert len(first.made) == len(second.made) == 3


class Dies(Waits):
    """Is gone, and stays away, as soon as it is given something."""

    async def make(self, batch, source):
        self.available = False
        raise MakerLost("gone")


async def test_what_a_lost_maker_had_in_hand_is_made_by_another(tmp_path):
    lost, other = Dies(), Waits()
    job = small_job(2, 3)
    async with serving(tmp_path, lost, other) as (link, _):
        await link.send(protocol.Submit(job))
        runs = await finished(link, 2)
    assert not lost.available
    assert {run.outcome for run in runs} == {"ok"}
    assert len(other.made) == 2


async def test_a_picture_over_which_two_makers_were_lost_has_failed(tmp_path):
    async with serving(tmp_path, Waits(MakerLost("gone"))) as (link, _):
        await link.send(protocol.Submit(small_job(2)))
        [run] = await finished(link, 1)
    assert run.outcome == "failed"
    assert "died 2 times" in run.reason


async def test_the_line_goes_on_once_a_full_disk_has_room_again(tmp_path, monkeypatch):
    add, full = Spool.add, [True]

    def add_if_not_full(self, run, picture):
        if full.pop() if full else False:
            raise WorkshopError("No space left on device.")
        add(self, run, picture)

    monkeypatch.setattr(Spool, "add", add_if_not_full)
    async with serving(tmp_path, Waits()) as (link, _):
        await link.send(protocol.Submit(small_job(2, 3, 4)))
        runs = await finished(link, 3)
    assert [run.outcome for run in runs] == ["ok"] * 3


async def test_what_ends_the_server_is_raised_as_it_was(tmp_path):
    async with serving(tmp_path, Waits(MemoryError(uuid.uuid4().hex))) as (link, task):
        await link.send(protocol.Submit(small_job(2)))
        with pytest.raises(MemoryError):
            await asyncio.wait_for(task, 10)


class Slow(Waits):
    """Makes batches until it is told to stop."""

    phase = "denoise"

    def __init__(self):
        super().__init__()
        self.given, self.cancelled = asyncio.Event(), asyncio.Event()

    async def make(self, batch, source):
        self.given.set()
        await self.cancelled.wait()
        return [(ended(waiting, "cancelled", ""), None) for waiting in batch]

    def cancel(self):
        self.cancelled.set()


async def test_a_batch_of_which_one_picture_was_stopped_can_still_be_stopped(tmp_path):
    slow = Slow()
    job = small_job(2, 2, 2, batch=3)
    first, *others = (item.run_id for item in job.items)
    async with serving(tmp_path, slow) as (link, _):
        await link.send(protocol.Submit(job))
        await slow.given.wait()
        await link.send(protocol.Cancel((first,)))
        assert [run.run_id for run in await finished(link, 1)] == [first]
        assert not slow.cancelled.is_set()
        await link.send(protocol.Cancel(tuple(others)))
        assert {run.run_id for run in await finished(link, 2)} == set(others)
        assert slow.cancelled.is_set()


class Loads(Waits):
    """Takes its time to load a model ahead."""

    def gains(self, model):
        return True

    async def warm(self, model="", device="", settings=None):
        await asyncio.sleep(600)


async def test_memory_is_not_asked_back_while_a_model_is_loaded(tmp_path):
    async with serving(tmp_path, Loads()) as (link, _):
        await link.send(protocol.Warm("small-flux"))
        await link.send(protocol.Free())
        refused = await read_until(link, protocol.Refused)
        assert refused.message == "The worker is getting ready."
