"""A real worker whose memory is capped, paused, hung or of an older version."""

import asyncio
import os
import signal

import psutil
import pytest

from workshop_tui.errors import WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.client import Lost, Silent


def told(learner, kind):
    return [event for event in learner.events if isinstance(event, kind)]


async def test_a_cap_is_real_and_the_next_picture_has_none(busy_learner, make_job):
    capped, free = make_job(1, side=1024, cap=0.05), make_job(1, side=1024)
    async with busy_learner.session() as session:
        await session.submit(capped)
        await session.submit(free)
        await busy_learner.until_ended(capped)
        await busy_learner.until_ended(free)
        assert told(busy_learner, Lost) == []  # each new start was announced
    run, _ = busy_learner.stored[capped.items[0].run_id]
    assert run.outcome == "out-of-memory"
    assert "0.05 GiB were simulated" in run.reason
    assert run.reason.count("smaller size") == 1
    assert "Close other programs" not in run.reason
    run, _ = busy_learner.stored[free.items[0].run_id]
    assert (run.outcome, run.placing.cap_gib) == ("ok", None)


async def test_what_fits_under_a_cap_says_that_it_was_simulated(busy_learner, make_job):
    job = make_job(1, cap=0.5)
    async with busy_learner.session() as session:
        await session.submit(job)
        await busy_learner.until_ended(job)
    run, _ = busy_learner.stored[job.items[0].run_id]
    assert (run.outcome, run.placing.words) == ("ok", "cpu, float32, simulated 0.5 GiB")


async def test_a_cap_that_ends_while_its_picture_is_stored_is_no_loss(busy_learner, make_job, monkeypatch):
    async def store(run, picture):
        await asyncio.sleep(0.1)  # the worker starts anew meanwhile
        return run

    monkeypatch.setattr(busy_learner, "_store", store)
    capped, free = make_job(1, cap=0.5), make_job(1)
    async with busy_learner.session() as session:
        await session.submit(capped)
        await session.submit(free)
        await busy_learner.until_ended(capped)
        await busy_learner.until_ended(free)
    assert told(busy_learner, Lost) == []


async def test_a_death_under_a_cap_is_want_of_memory_at_once(busy_learner, make_job):
    job = make_job(1, side=1024, cap=1.0)
    async with busy_learner.session() as session:
        await session.submit(job)
        await busy_learner.until_phase("load", job.items[0].run_id)
        busy_learner.kill()
        await busy_learner.until_ended(job)
    assert busy_learner.outcomes(job) == ["out-of-memory"]


@pytest.mark.parametrize("cap", [0.0, -1.0])
async def test_a_cap_that_is_none_is_refused(busy_learner, make_job, cap):
    async with busy_learner.session() as session:
        with pytest.raises(WorkshopError, match="no amount of memory"):
            await session.submit(make_job(1, cap=cap))


async def test_paused_it_finishes_its_picture_and_begins_no_other(busy_learner, make_job):
    job = make_job(20, 2, side=256)
    first, second = (item.run_id for item in job.items)
    async with busy_learner.session() as session:
        await session.submit(job)
        await busy_learner.until_phase("denoise", first)
        assert await session.pause(True)
        await busy_learner.until(lambda: any(s.activity == "paused" for s in told(busy_learner, protocol.State)))
        assert first in busy_learner.times_ended
        await asyncio.sleep(0.5)
        assert second not in busy_learner.times_ended
        await session.pause(False)
        await busy_learner.until_ended(job)
    assert busy_learner.outcomes(job) == ["ok", "ok"]


async def test_a_hung_worker_is_replaced_on_request_and_the_work_goes_on(busy_learner, make_job, monkeypatch):
    monkeypatch.setattr(protocol, "SILENCE_SECONDS", 1.0)
    job = make_job(30, 2, side=256)
    async with busy_learner.session() as session:
        await session.submit(job)
        await busy_learner.until_phase("denoise", job.items[0].run_id)
        hung = busy_learner.pid
        os.kill(hung, signal.SIGSTOP)
        await busy_learner.until(lambda: told(busy_learner, Silent))
        monkeypatch.setattr(protocol, "SILENCE_SECONDS", 15.0)
        await session.restart()
        assert not psutil.pid_exists(hung)
        assert session.attached
        await busy_learner.until_ended(job)
        assert told(busy_learner, Lost) == []
    assert busy_learner.outcomes(job) == ["ok", "ok"]


async def test_an_idle_older_worker_makes_way_and_that_is_said(learner, monkeypatch):
    async with learner.session() as session:
        await session.connect()
    old = learner.pid
    monkeypatch.setattr(protocol, "PROTOCOL", protocol.PROTOCOL + 1)
    async with learner.session() as session:
        assert not await session.connect(start=False)
    assert not psutil.pid_exists(old)
    assert "another workshop-tui" in told(learner, protocol.Notice)[0].text
