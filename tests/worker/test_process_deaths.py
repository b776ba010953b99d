"""Workers that die, are stopped, or lose the ground under them: nothing finished is lost, the rest goes on."""

import asyncio
import os
import shutil
import signal
import time

import psutil
import pytest

from workshop_tui.generation import protocol
from workshop_tui.generation.client import Lost
from workshop_tui.generation.link import start_worker


def losses(learner):
    return [event for event in learner.events if isinstance(event, Lost)]


def is_running(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


async def test_killed_in_a_sweep_it_is_started_again_and_each_picture_ends_once(busy_learner, make_job):
    job = make_job(4, 30, 4, side=256)
    async with busy_learner.session() as session:
        await session.submit(job)
        await busy_learner.until_phase("denoise", job.items[1].run_id, step=2)
        first = busy_learner.pid
        busy_learner.kill()
        await busy_learner.until(lambda: losses(busy_learner))
        assert losses(busy_learner)[0].restarting
        await busy_learner.until_ended(job)
        assert session.attached
        assert busy_learner.pid not in (None, first)
    assert busy_learner.outcomes(job) == ["ok"] * 3
    assert [busy_learner.times_ended[item.run_id] for item in job.items] == [1, 1, 1]
    assert not is_running(first)


async def test_cancelling_in_decode_starts_it_anew_and_keeps_the_rest(busy_learner, make_job):
    heavy, rest = make_job(1, side=1024), make_job(2)
    run_id = heavy.items[0].run_id
    async with busy_learner.session() as session:
        await session.submit(heavy)
        await session.submit(rest)
        await busy_learner.until_phase("decode", run_id)
        await session.cancel((run_id,))
        await busy_learner.until(lambda: run_id in busy_learner.times_ended)
        if busy_learner.stored[run_id][0].outcome == "ok":
            pytest.skip("this machine decodes faster than the worker waits")
        assert busy_learner.stored[run_id][0].reason == "Cancelled in decode."
        await busy_learner.until_ended(rest)
        notices = [event.text for event in busy_learner.events if isinstance(event, protocol.Notice)]
        assert notices == ["Stopped in decode: the worker starts anew, and loads again."]
        assert losses(busy_learner) == []  # it said that it comes back
    assert busy_learner.outcomes(rest) == ["ok"]
    assert "starts itself anew" in busy_learner.log


async def test_a_stop_keeps_the_line_and_the_next_worker_finishes_it(busy_learner, make_job, receive):
    job = make_job(100, 2, side=256)
    async with busy_learner.session() as session:
        for _ in range(3):  # as often as a picture that kills its worker would be given up
            await session.submit(job)
            await busy_learner.until(lambda: busy_learner.pid is not None)
            pid = busy_learner.pid
            link = await busy_learner.link()
            await link.send(protocol.Stop())
            await busy_learner.until(lambda: not session.attached)
            link.close()  # not sooner: who hangs up at once may not be heard
            await busy_learner.until(lambda pid=pid: not is_running(pid))
        assert [loss.restarting for loss in losses(busy_learner)] == [False] * 3
        assert "it was stopped" in losses(busy_learner)[0].reason
        await session.connect()
        await busy_learner.until_phase("denoise", job.items[0].run_id)
        await session.cancel((job.items[0].run_id,))
        await busy_learner.until_ended(job)
    assert busy_learner.outcomes(job) == ["cancelled", "ok"]


async def test_cancelled_while_it_imports_a_picture_ends_at_once_and_the_import_serves_the_next(busy_learner, make_job):
    busy_learner.kill()
    job = make_job(2, 3)
    first, second = (item.run_id for item in job.items)
    async with busy_learner.session() as session:
        await session.submit(job)
        await busy_learner.until_phase("load", first)
        await session.cancel((first,))
        await busy_learner.until(lambda: first in busy_learner.times_ended)
        await busy_learner.until_ended(job)
    assert busy_learner.outcomes(job) == ["cancelled", "ok"]
    assert losses(busy_learner) == []
    assert busy_learner.times_ended[first] == busy_learner.times_ended[second] == 1


async def test_a_picture_that_kills_its_worker_twice_is_given_up(learner, make_job):
    job = make_job(2)
    run_id = job.items[0].run_id
    async with learner.session() as session:
        await session.submit(job)
        for _ in range(2):
            await learner.until_phase("load", run_id)
            learner.events.clear()
            learner.kill()
            await learner.until(lambda: any(isinstance(event, protocol.Welcome) for event in learner.events))
        await learner.until_ended(job)
    run, _ = learner.stored[run_id]
    assert run.outcome == "failed"
    assert "died 2 times" in run.reason


async def test_an_idle_worker_leaves_when_its_lease_ends_and_no_sooner(learner, monkeypatch):
    monkeypatch.setenv("WORKSHOP_TUI_WORKER_LEASE", "0.8")
    async with learner.session() as session:
        await session.connect()
        pid = learner.pid
        await asyncio.sleep(1.5)
        assert is_running(pid)  # somebody is attached
        began = time.monotonic()
    await learner.until(lambda: not is_running(pid))
    assert time.monotonic() - began > 0.5
    assert not learner.paths.socket.exists()
    assert not (learner.paths.root / "worker.json").exists()


async def test_a_short_lease_still_waits_for_the_first_client(learner, monkeypatch):
    monkeypatch.setenv("WORKSHOP_TUI_WORKER_LEASE", "0.1")
    process = await asyncio.to_thread(start_worker, learner.paths, learner.cache)
    await learner.until(lambda: learner.paths.socket.exists())
    await asyncio.sleep(1)
    assert process.poll() is None


async def test_a_lost_socket_makes_it_start_anew_where_it_can_be_found(learner):
    async with learner.session() as session:
        await session.connect()
        learner.paths.socket.unlink()
        await learner.until(lambda: "starts itself anew" in learner.log)
        await learner.until(lambda: learner.paths.socket.exists())
    async with learner.session() as session:
        for _ in range(100):  # the file is there a moment before anybody listens
            if await session.connect(start=False):
                break
            await asyncio.sleep(0.1)
        assert session.attached


async def test_without_its_state_folder_it_leaves_and_makes_none(learner):
    async with learner.session() as session:
        await session.connect()
        pid = learner.pid
        shutil.rmtree(learner.paths.root)
        await learner.until(lambda: losses(learner))
        await learner.until(lambda: not is_running(pid))
    assert not learner.paths.root.exists()
    assert not learner.paths.socket.exists()


async def test_ended_by_the_system_it_leaves_politely(learner):
    async with learner.session() as session:
        await session.connect()
        pid = learner.pid
        os.kill(pid, signal.SIGTERM)
        await learner.until(lambda: losses(learner))
        await learner.until(lambda: not is_running(pid))
    assert learner.log.rstrip().endswith("leaves")


async def test_a_hung_worker_is_told_of(learner, monkeypatch):
    from workshop_tui.generation.client import Silent

    monkeypatch.setattr(protocol, "SILENCE_SECONDS", 1.5)
    async with learner.session() as session:
        await session.connect()
        os.kill(learner.pid, signal.SIGSTOP)
        await learner.until(lambda: any(isinstance(event, Silent) for event in learner.events))
        os.kill(learner.pid, signal.SIGCONT)
        before = len(learner.events)
        await learner.until(lambda: len(learner.events) > before)
        assert session.attached
