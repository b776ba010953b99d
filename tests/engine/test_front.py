"""The shared engine before a stand-in that only waits: turns, places, sharing, and whose is what."""

import asyncio
import contextlib
import socket
import struct
import time
import uuid
from types import SimpleNamespace

import msgspec
import pytest

from tests.conftest import small_job
from workshop_tui.engine import ask
from workshop_tui.engine.limits import MOST_OF_ONE
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.link import Link
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import Rework
from workshop_tui.generation.rework import LARGEST_SOURCE
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.spool import Spool


def job_of(count, seed=0, **more):
    """A job of different pictures."""
    settings = [Settings("a lighthouse", 4, seed=seed + number, width=128, height=128) for number in range(count)]
    return Job(uuid.uuid4().hex, tuple(Item(uuid.uuid4().hex, each) for each in settings), "small-flux", **more)


def ids(job):
    return [item.run_id for item in job.items]


async def test_a_long_sweep_does_not_starve_anothers_single_picture(engine):
    ada, bob = engine.learner("ada"), engine.learner("bob")
    long, single = job_of(12), job_of(1, seed=100)
    async with ada.session() as here, bob.session() as there:
        await here.submit(long)
        await ada.until(lambda: len(engine.worker.made) >= 2)
        before = len(engine.worker.made)
        await there.submit(single)
        await bob.until_ended(single)
        assert engine.worker.made.index(ids(single)[0]) <= before + 2
        await ada.until_ended(long)
    assert ada.outcomes(long) == ["ok"] * 12
    assert set(bob.stored) == set(ids(single))


async def test_learners_take_turns(engine):
    learners = [engine.learner(name) for name in ("ada", "bob", "eve")]
    jobs = [job_of(5, seed=100 * place) for place in range(3)]
    sessions = [learner.session() for learner in learners]
    await asyncio.gather(*(session.submit(job) for session, job in zip(sessions, jobs, strict=True)))
    for learner, job in zip(learners, jobs, strict=True):
        await learner.until_ended(job)
    for session in sessions:
        await session.close()
    owners = {run_id: place for place, job in enumerate(jobs) for run_id in ids(job)}
    order = [owners[run_id] for run_id in engine.worker.made]
    for start in range(3, 12, 3):
        assert sorted(order[start : start + 3]) == [0, 1, 2]


async def test_a_learner_is_told_the_place_and_how_long_it_takes(engine):
    ada, bob = engine.learner("ada"), engine.learner("bob")
    async with ada.session() as here, bob.session() as there:
        await here.submit(job_of(8))
        await ada.until(lambda: len(ada.stored) >= 2)
        await there.submit(job_of(1, seed=100))
        states = [event for event in bob.events if isinstance(event, protocol.State)]
        first = next(state for state in states if state.activity == "waiting")
        assert first.place
        assert first.place.ahead >= 1
        assert first.place.learners == 2
        assert first.place.seconds == pytest.approx(first.place.ahead * engine.worker.seconds, rel=0.5)


async def test_an_equal_picture_is_made_once_and_marked(engine):
    ada, bob = engine.learner("ada"), engine.learner("bob")
    first, second = job_of(2), job_of(3)
    async with ada.session() as here, bob.session() as there:
        await here.submit(first)
        await ada.until_ended(first)
        await there.submit(second)
        await bob.until_ended(second)
    assert len(engine.worker.made) == 3
    runs = [bob.stored[run_id][0] for run_id in ids(second)]
    assert [run.shared for run in runs] == [True, True, False]
    assert [run.job_id for run in runs] == [second.job_id] * 3
    assert not any(run.shared for run, _ in ada.stored.values())
    assert bob.stored[ids(second)[0]][1] == ada.stored[ids(first)[0]][1]


async def test_what_is_equal_and_asked_for_at_once_is_made_once_too(engine):
    ada, bob = engine.learner("ada"), engine.learner("bob")
    first, second = job_of(3), job_of(3)
    async with ada.session() as here, bob.session() as there:
        await asyncio.gather(here.submit(first), there.submit(second))
        await ada.until_ended(first)
        await bob.until_ended(second)
    assert len(engine.worker.made) == 3
    assert sum(run.shared for run, _ in [*ada.stored.values(), *bob.stored.values()]) == 3


async def test_repeats_stay_repeats(engine):
    """One measurement must not answer five: a spread of copies would be none."""
    ada, bob = engine.learner("ada"), engine.learner("bob")
    again = job_of(1)
    repeats = msgspec.structs.replace(
        again, items=tuple(Item(uuid.uuid4().hex, again.items[0].settings) for _ in range(3))
    )
    async with ada.session() as here, bob.session() as there:
        await here.submit(again)
        await ada.until_ended(again)
        await there.submit(repeats)
        await bob.until_ended(repeats)
    assert sum(run.shared for run, _ in bob.stored.values()) == 1
    assert len(engine.worker.made) == 3


async def test_a_learner_sees_stops_and_fetches_only_their_own(engine):
    ada, bob = engine.learner("ada"), engine.learner("bob")
    theirs, own = job_of(6), job_of(4, seed=100)
    async with ada.session() as here, bob.session() as there:
        await asyncio.gather(here.submit(theirs), there.submit(own))
        await there.cancel(tuple(ids(theirs)))
        await there._send(protocol.Acknowledge(tuple(ids(theirs))))
        with pytest.raises(WorkshopError, match="another learner's"):
            await there.submit(msgspec.structs.replace(theirs, job_id=uuid.uuid4().hex))
        await ada.until_ended(theirs)
        await bob.until_ended(own)
    assert ada.outcomes(theirs) == ["ok"] * 6
    heard = {event.run_id for event in bob.events if isinstance(event, protocol.Progress)}
    assert heard <= set(ids(own))
    assert set(bob.stored) == set(ids(own))
    shown = {run_id for event in bob.events if isinstance(event, protocol.State) for run_id in event.waiting}
    assert shown <= set(ids(own))


async def test_all_of_ones_own_is_stopped_and_nothing_else(engine):
    ada, bob = engine.learner("ada"), engine.learner("bob")
    mine, theirs = job_of(8), job_of(3, seed=100)
    async with ada.session() as here, bob.session() as there:
        await asyncio.gather(here.submit(mine), there.submit(theirs))
        await here.cancel()
        await ada.until_ended(mine)
        await bob.until_ended(theirs)
    assert "cancelled" in ada.outcomes(mine)
    assert set(ada.outcomes(mine)) <= {"ok", "cancelled"}
    assert bob.outcomes(theirs) == ["ok"] * 3


async def test_who_comes_back_finds_what_was_made_meanwhile(engine):
    ada = engine.learner("ada")
    job = job_of(4)
    async with ada.session() as session:
        await session.submit(job)
    assert not ada.stored
    await ada.until(lambda: len(engine.worker.made) == 4)
    async with ada.session() as session:
        await session.connect()
        await ada.until_ended(job)
        await ada.until(lambda: not list((engine.place.root / "learners").glob("*/spool/" + "?" * 32)))
    assert ada.outcomes(job) == ["ok"] * 4


async def test_a_pause_is_the_learners_own(engine):
    ada, bob = engine.learner("ada"), engine.learner("bob")
    mine, theirs = job_of(4), job_of(2, seed=100)
    async with ada.session() as here, bob.session() as there:
        await here.pause(True)
        await here.submit(mine)
        await there.submit(theirs)
        await bob.until_ended(theirs)
        assert not ada.stored
        assert any(isinstance(event, protocol.State) and event.activity == "paused" for event in ada.events)
        await here.pause(False)
        await ada.until_ended(mine)


async def test_what_is_made_is_never_freed_or_stopped_by_a_learner(engine, monkeypatch):
    ada = engine.learner("ada")
    monkeypatch.setattr(engine.front, "_staff", frozenset())
    async with ada.session() as session:
        for message in (protocol.Free(), protocol.Stop(), protocol.Stop(drop=True)):
            await session.connect()
            ada.events.clear()
            await session._send(message)
            await ada.until(lambda: any(isinstance(event, protocol.Refused) for event in ada.events), 5)
            [refused] = [event for event in ada.events if isinstance(event, protocol.Refused)]
            assert "shared" in refused.message
            assert not engine.front._leave.is_set()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"width": 1024, "height": 128}, "512 px"),
        ({"num_inference_steps": 60}, "at most 50"),
        ({"num_inference_steps": 0}, "steps"),
        ({"guidance_scale": 50.0}, "guidance"),
        ({"width": 0}, "size"),
    ],
)
async def test_settings_beyond_the_limits_are_refused_and_named(engine, change, message):
    ada = engine.learner("ada")
    job = job_of(2)
    item = Item(uuid.uuid4().hex, msgspec.structs.replace(job.items[0].settings, **change))
    async with ada.session() as session:
        with pytest.raises(WorkshopError, match=message):
            await session.submit(msgspec.structs.replace(job, items=(job.items[0], item)))
        await session.submit(job)
        await ada.until_ended(job)
    assert set(ada.stored) == set(ids(job))


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (job_of(31), "31 more are too many"),
        (job_of(5000), "5000 more are too many"),
        (job_of(1, batch=9), "at most 4"),
        (job_of(0), "no picture"),
        (msgspec.structs.replace(job_of(1), model="somebody/else"), "makes pictures with small-flux"),
        (Job("j", (Item("not a run id", Settings("x", width=128, height=128)),), "small-flux"), "no run id"),
    ],
)
async def test_jobs_beyond_the_limits_are_refused(engine, job, message):
    ada = engine.learner("ada")
    async with ada.session() as session:
        with pytest.raises(WorkshopError, match=message):
            await session.submit(job)
    assert not engine.worker.made


async def test_what_is_no_picture_is_refused_with_a_reason_however_large(engine):
    ada = engine.learner("ada")
    settings = Settings("a lighthouse", 4, width=128, height=128)
    job = Job("j", (Item(uuid.uuid4().hex, settings, rework=Rework("refined", "a" * 32, 0.4)),), "small-flux")
    async with ada.session() as session:
        for size in (100, LARGEST_SOURCE):
            with pytest.raises(WorkshopError, match="no PNG"):
                await session.submit(job, bytes(size))


async def test_what_waits_counts_but_asking_again_does_not(engine):
    ada = engine.learner("ada")
    job = job_of(20)
    async with ada.session() as session:
        await session.submit(job)
        await session.submit(job)
        with pytest.raises(WorkshopError, match="of your pictures wait already"):
            await session.submit(job_of(25, seed=50))
        await session.cancel()


async def test_two_hundred_connections_of_one_do_not_close_the_engine_to_others(engine):
    opened = await asyncio.gather(*(Link.open(engine.socket, "ada") for _ in range(200)), return_exceptions=True)
    links = [each for each in opened if isinstance(each, Link)]
    assert all(isinstance(each, Link | UserError) for each in opened)

    async def is_served(link):
        with contextlib.suppress(ConnectionError):
            await link.send(protocol.Ask())
            while not isinstance(said := (await link.receive())[0], protocol.Refused):
                if isinstance(said, protocol.State):
                    return True
            assert "connections" in said.message
        return False

    assert sum(await asyncio.gather(*map(is_served, links))) == MOST_OF_ONE
    bob = engine.learner("bob")
    job = job_of(2)
    async with bob.session() as session:
        await session.submit(job)
        await bob.until_ended(job)
    for link in links:
        link.close()
    await asyncio.sleep(0.1)
    again = await Link.open(engine.socket, "ada")
    assert await is_served(again)
    again.close()


async def test_a_frame_that_is_too_large_is_refused_before_it_is_read(engine):
    reader, writer = await asyncio.open_unix_connection(engine.socket)
    writer.write(protocol.encode(protocol.Hello(protocol.PROTOCOL, "1", "ada")))
    await protocol.read_frame(reader)
    writer.write(struct.pack(">II", protocol.LARGEST_HEADER + 1, 0))
    async with asyncio.timeout(5):
        while not isinstance(said := (await protocol.read_frame(reader))[0], protocol.Refused):
            pass
        assert "too large" in said.message
        assert not await reader.read()
    writer.close()


async def test_a_client_of_another_version_is_told(engine):
    reader, writer = await asyncio.open_unix_connection(engine.socket)
    writer.write(protocol.encode(protocol.Hello(protocol.PROTOCOL + 1, "9")))
    said = [(await protocol.read_frame(reader))[0] for _ in range(2)]
    assert isinstance(said[0], protocol.Welcome)
    assert isinstance(said[1], protocol.Refused)
    writer.close()
    for junk in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 40):
        reader, writer = await asyncio.open_unix_connection(engine.socket)
        writer.write(junk)
        async with asyncio.timeout(5):
            await reader.read()
        writer.close()


async def test_a_name_that_cannot_be_is_refused(engine):
    with pytest.raises(UserError, match="cannot be shown"):
        await Link.open(engine.socket, "a\x1b[2Jb")


async def test_whose_pictures_they_are_the_kernel_says(engine):
    ada = engine.learner("ada")
    async with ada.session() as session:
        await session.connect()
        [learner] = engine.front._turns.learners.values()
    me, other = socket.socketpair()
    assert learner.peer.uid == struct.unpack("3i", me.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
    me.close()
    other.close()


async def test_the_instructor_sees_the_class_and_a_learner_does_not(engine, monkeypatch):
    ada = engine.learner("ada")
    engine.worker.outcome = "failed"
    standing = protocol.Standing("flux-deep-dive", 4, "Part 4", 3.5, 2)
    job = small_job(1, 2)
    async with ada.session() as session:
        await session.submit(job)
        await ada.until_ended(job)
        await session._send(protocol.Share(standing))
        link = await Link.open(engine.socket, "teacher")
        await link.send(protocol.AskBoard())
        while not isinstance(board := (await link.receive())[0], protocol.Board):
            pass
        member = next(each for each in board.members if each.learner.startswith("ada"))
        assert (member.made, member.failures, member.standing, member.connected) == (2, 2, standing, True)
        assert member.last_error.startswith("failed")
        monkeypatch.setattr(engine.front, "_staff", frozenset())
        await link.send(protocol.AskBoard())
        while not isinstance(said := (await link.receive())[0], protocol.Refused):
            pass
        assert "instructors" in said.message
        link.close()


async def test_staff_who_only_look_are_no_learners_and_learners_who_share_nothing_are(engine):
    ada, teacher = await Link.open(engine.socket, "ada"), await ask.open_engine(engine.socket, "teacher")
    board = await ask.board(teacher)
    assert [member.learner.partition(" ")[0] for member in board.members] == ["ada"]
    await teacher.send(protocol.Share(protocol.Standing("flux-deep-dive", 4, "Part 4", 3.5, 2)))
    assert len((await ask.board(teacher)).members) == 2
    for link in (ada, teacher):
        link.close()


async def test_who_has_nothing_there_is_told_what_the_engine_does_and_who_ends_it_that_it_waits(engine):
    ada = engine.learner("ada")
    engine.worker.seconds = 2
    waits = []
    async with ada.session() as session:
        await session.submit(job_of(1))
        await ada.until(lambda: activities(ada)[-1:] == ["working"])
        engine.worker.tell(at_once=1)
        await ada.until(lambda: engine.front._upstream.state.activity == "working")
        link = await ask.open_engine(engine.socket, "teacher")
        assert (link.welcome.state.activity, link.welcome.state.engine_activity) == ("idle", "working")
        await ask.end(link, now=False, on_wait=lambda: waits.append(len(engine.worker.made)))
        link.close()
    assert waits == [1]


async def test_pictures_that_failed_are_not_counted_as_made(engine):
    ada = engine.learner("ada")
    async with ada.session() as session:
        for outcome, job in (("ok", job_of(2)), ("failed", job_of(3, seed=100))):
            engine.worker.outcome = outcome
            await session.submit(job)
            await ada.until_ended(job)
        link = await ask.open_engine(engine.socket, "teacher")
        assert (await ask.board(link)).made == 2
        link.close()


async def test_the_clock_is_set_once_also_by_a_machine_whose_own_is_ahead(engine, monkeypatch):
    ada = engine.learner("ada")
    here = time.time
    async with ada.session() as session:
        await session.connect()
        # The engine's clock is behind the machine's that asks: no answer is ever newer than the question.
        monkeypatch.setattr("workshop_tui.engine.board.time", SimpleNamespace(time=lambda: here() - 60, monotonic=here))
        for number in (3, 4):
            link = await ask.open_engine(engine.socket, "teacher")
            async with asyncio.timeout(5):
                clock = await ask.set_clock(link, protocol.SetClock(running=True, number=number))
            assert clock.number == number
            link.close()
        await ada.until(lambda: len(clocks(ada)) >= 2, 5)
        await session.cancel()
    assert [each.number for each in clocks(ada)] == [3, 4]


def clocks(learner):
    return [event for event in learner.events if isinstance(event, protocol.ClassClock)]


async def test_the_class_clock_is_told_to_all_and_kept(engine):
    ada = engine.learner("ada")
    async with ada.session() as session:
        await session.connect()
        link = await Link.open(engine.socket, "teacher")
        await link.send(protocol.SetClock(running=True, number=3))
        await ada.until(lambda: any(isinstance(event, protocol.ClassClock) for event in ada.events), 5)
        await link.send(protocol.SetClock(running=True, number=1000))
        while not isinstance(said := (await link.receive())[0], protocol.Refused):
            pass
        assert "1000" in said.message
        link.close()
    late = engine.learner("late")
    async with late.session() as session:
        await session.connect()
        await late.until(lambda: any(isinstance(event, protocol.ClassClock) for event in late.events), 5)
    clock = next(event for event in late.events if isinstance(event, protocol.ClassClock))
    assert (clock.number, clock.running) == (3, True)
    assert clock.spent(clock.at + 5) == pytest.approx(clock.seconds + 5)


async def test_on_a_full_disk_nothing_is_lost_and_nobody_else_waits_for_it(engine, monkeypatch):
    ada, bob = engine.learner("ada"), engine.learner("bob")
    mine, theirs = job_of(6), job_of(2, seed=100)
    full, add = True, Spool.add

    def refuse(spool, run, picture):
        if full and run.run_id in ids(mine):
            raise WorkshopError("Cannot write: No space left on device.")
        add(spool, run, picture)

    monkeypatch.setattr(Spool, "add", refuse)
    async with ada.session() as session:
        await session.submit(mine)
    async with bob.session() as session:
        await session.submit(theirs)
        await bob.until_ended(theirs)
    # Nobody fetches ada's: what is made must not pile up in memory.
    assert sum(run_id in ids(mine) for run_id in engine.worker.made) < 6
    full = False
    await ada.until(lambda: len(engine.worker.made) == 8)
    async with ada.session() as session:
        await session.connect()
        await ada.until_ended(mine)
    assert ada.outcomes(mine) == ["ok"] * 6


async def test_on_a_full_disk_a_learner_who_is_there_still_gets_the_pictures(engine, monkeypatch):
    ada = engine.learner("ada")
    job = job_of(3)

    def refuse(_spool, _run, _picture):
        raise WorkshopError("Cannot write: No space left on device.")

    monkeypatch.setattr(Spool, "add", refuse)
    async with ada.session() as session:
        await session.submit(job)
        await ada.until_ended(job)
        said = [event.text for event in ada.events if isinstance(event, protocol.Notice)]
    assert ada.outcomes(job) == ["ok"] * 3
    assert any("No space left" in text for text in said)


async def test_when_all_is_made_the_learner_is_told_that_nothing_waits(engine):
    ada = engine.learner("ada")
    job = job_of(2)
    async with ada.session() as session:
        await session.submit(job)
        await ada.until_ended(job)
        await ada.until(lambda: not last_state(ada).waiting, 5)
        assert last_state(ada).activity == "idle"


def last_state(learner):
    return [event for event in learner.events if isinstance(event, protocol.State)][-1]


async def test_a_picture_in_the_making_is_stopped_at_once_and_its_end_is_not_taken_later(engine):
    engine.worker.seconds = 0.5
    ada = engine.learner("ada")
    job = job_of(2)
    async with ada.session() as session:
        await session.submit(job)
        await ada.until(lambda: engine.worker.made)
        await session.cancel()
        await ada.until_ended(job)
        assert ada.outcomes(job) == ["cancelled"] * 2
        await asyncio.sleep(1)
    assert set(ada.times_ended.values()) == {1}
    assert not engine.front._turns.in_work


async def test_a_worker_without_room_is_asked_again_and_no_picture_is_given_up(engine, monkeypatch):
    monkeypatch.setattr("workshop_tui.engine.upstream.RETRY_SECONDS", 0.1)
    ada = engine.learner("ada")
    engine.worker.refusal = protocol.Refused("Cannot write: no space left.", again=True)
    job = job_of(3)
    async with ada.session() as session:
        await session.submit(job)
        await ada.until(lambda: any("no space left" in e.text for e in ada.events if isinstance(e, protocol.Notice)))
        assert not ada.stored
        engine.worker.refusal = None
        await ada.until_ended(job)
    assert ada.outcomes(job) == ["ok"] * 3


async def test_what_the_worker_does_not_take_ends_with_its_reason(engine):
    ada = engine.learner("ada")
    engine.worker.refusal = protocol.Refused("cap: 0 is no amount of memory.", "Give more.")
    job = job_of(2)
    async with ada.session() as session:
        await session.submit(job)
        await ada.until_ended(job)
    assert ada.outcomes(job) == ["refused"] * 2
    assert all("Give more." in run.reason for run, _ in ada.stored.values())


async def test_those_who_say_nothing_do_not_close_the_engine_to_others(engine, monkeypatch):
    monkeypatch.setattr("workshop_tui.engine.front.MOST_OF_USER", 5)
    silent = [await asyncio.open_unix_connection(engine.socket) for _ in range(8)]
    refused = 0
    for reader, _ in silent:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                said, _ = await protocol.read_frame(reader)
                refused += isinstance(said, protocol.Refused)
    assert refused == 3
    for _, writer in silent:
        writer.close()
    await asyncio.sleep(0.1)
    ada = engine.learner("ada")
    async with ada.session() as session:
        assert await session.connect()
    assert len(engine.front._turns.learners) == 1


async def test_leftovers_beyond_smaller_limits_end_with_the_reason_and_the_others_are_made(engine):
    ada = engine.learner("ada")
    jobs = [job_of(1), job_of(1, seed=1, batch=8), job_of(1, seed=2), job_of(1, seed=3)]
    for job, change in zip(jobs[2:], ({"width": 1024}, {"num_inference_steps": 60}), strict=True):
        item = msgspec.structs.replace(job.items[0], settings=msgspec.structs.replace(job.items[0].settings, **change))
        jobs[jobs.index(job)] = msgspec.structs.replace(job, items=(item,))
    async with ada.session() as session:
        await session.connect()
        [learner] = engine.front._turns.learners.values()
        for job in jobs:
            engine.front._turns.own(learner, job.items)
            learner.line.add(job)
        engine.front._end_leftovers()
        engine.front._news.set()
        for job in jobs:
            await ada.until_ended(job)
    assert [ada.outcomes(job) for job in jobs] == [["ok"], ["refused"], ["refused"], ["refused"]]
    reasons = [ada.stored[ids(job)[0]][0].reason for job in jobs[1:]]
    for reason, words in zip(reasons, ("batch: 8", "size: 1024x128", "steps: 60"), strict=True):
        assert "takes it no more" in reason
        assert words in reason


async def test_leftovers_for_another_model_end_with_the_reason(engine):
    ada = engine.learner("ada")
    job = job_of(1)
    async with ada.session() as session:
        await session.connect()
        [learner] = engine.front._turns.learners.values()
        learner.line.add(msgspec.structs.replace(job, model="org/other"))
        engine.front._end_leftovers()
        await ada.until_ended(job)
    assert ada.outcomes(job) == ["refused"]
    assert "org/other" in ada.stored[ids(job)[0]][0].reason


def activities(learner):
    """What a learner was told that the worker does, oldest first."""
    return [each.activity for each in learner.events if isinstance(each, protocol.State)]


async def test_without_a_replica_nobody_is_told_that_work_goes_on_and_the_engine_can_be_stopped(engine):
    ada = engine.learner("ada")
    engine.worker.seconds = 600
    job = job_of(2)
    async with ada.session() as session:
        await session.submit(job)
        await ada.until(lambda: activities(ada)[-1:] == ["working"])
        engine.worker.tell(at_once=0)
        await ada.until(lambda: engine.front._upstream.state.at_once == 0)
        await session.pause(True)
        await session.pause(False)
        await ada.until(lambda: activities(ada)[-1] == "starting")
        engine.front.stop(now=False)
        await asyncio.wait([engine._serving], timeout=10)
        assert engine._serving.done()
    assert not ada.stored
