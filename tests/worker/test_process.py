"""One real worker, its socket and the small model, in the hands of clients that come and go."""

import asyncio
import io
import os
import re
import resource
import struct

import pytest
from PIL import Image

from workshop_tui.generation import protocol
from workshop_tui.generation.client import Lost
from workshop_tui.generation.protocol import Acknowledge, Cancel, Item, Job, Submit
from workshop_tui.generation.settings import Settings


async def test_a_sweep_is_made_measured_and_fetched(busy_learner, make_job):
    job = make_job(2, 3, 4)
    async with busy_learner.session() as session:
        await session.submit(job)
        await busy_learner.until_ended(job)
        assert busy_learner.outcomes(job) == ["ok"] * 3
        for item in job.items:
            run, png = busy_learner.stored[item.run_id]
            assert run.settings == item.settings
            assert run.job_id == job.job_id
            assert run.forwards == len(run.seconds.steps) == item.settings.num_inference_steps
            assert Image.open(io.BytesIO(png)).size == (128, 128)
        phases = {event.phase for event in busy_learner.events if isinstance(event, protocol.Progress)}
        assert phases == {"load", "encode", "denoise", "decode"}
        steps = [
            event.step
            for event in busy_learner.events
            if isinstance(event, protocol.Progress) and event.run_id == job.items[2].run_id and event.phase == "denoise"
        ]
        assert steps[-1] == 4
        assert steps == sorted(steps)
        await busy_learner.until(lambda: not busy_learner.spooled)  # what is acknowledged while hanging up may be lost
    assert [busy_learner.times_ended[item.run_id] for item in job.items] == [1, 1, 1]
    assert not (busy_learner.paths.spool / "queue.json").exists()


async def test_work_goes_on_without_a_client_and_the_next_one_gets_it(busy_learner, make_job):
    job = make_job(5, 5, 5)
    async with busy_learner.session() as session:
        await session.submit(job)
        await busy_learner.until_phase("denoise", job.items[0].run_id)
    ended = set(busy_learner.times_ended) & {item.run_id for item in job.items}
    assert len(ended) < 3
    await busy_learner.until(lambda: len(busy_learner.spooled) == 3 - len(ended))
    async with busy_learner.session() as session:
        assert await session.connect(start=False)
        await busy_learner.until_ended(job)
        await busy_learner.until(lambda: not busy_learner.spooled)
    assert busy_learner.outcomes(job) == ["ok"] * 3


async def test_cancelling_while_denoising_takes_a_step_and_decodes_nothing(busy_learner, make_job):
    job = make_job(100, 2, side=256)
    async with busy_learner.session() as session:
        await session.submit(job)
        long = job.items[0].run_id
        await busy_learner.until_phase("denoise", long, step=3)
        heard = max(event.step for event in busy_learner.events if isinstance(event, protocol.Progress))
        await session.cancel((long,))
        await busy_learner.until(lambda: long in busy_learner.times_ended)
        await busy_learner.until_ended(job)
    run, png = busy_learner.stored[long]
    assert (run.outcome, png, run.picture) == ("cancelled", b"", "")
    assert run.seconds.decode == 0
    [steps] = re.fullmatch(r"Cancelled after (\d+) of 100 steps\.", run.reason).groups()
    assert int(steps) <= heard + 20  # of a few milliseconds each
    assert busy_learner.outcomes(job) == ["cancelled", "ok"]
    assert not any(isinstance(event, Lost) for event in busy_learner.events)


async def test_cancelling_a_long_line_ends_each_picture_once(busy_learner, make_job):
    job = make_job(*[100] * 200)
    async with busy_learner.session() as session:
        await session.submit(job)
        await busy_learner.until_phase("denoise", job.items[0].run_id)
        await session.cancel()
        await busy_learner.until_ended(job)
        await busy_learner.until(lambda: not busy_learner.spooled)
    assert busy_learner.outcomes(job) == ["cancelled"] * 200
    assert {busy_learner.times_ended[item.run_id] for item in job.items} == {1}


async def test_a_run_stays_in_the_spool_until_it_is_acknowledged(busy_learner, make_job, receive):
    job = make_job(2)
    run_id = job.items[0].run_id
    link = await busy_learner.link()
    await link.send(Submit(job))
    run = (await receive(link, protocol.Finished)).run
    link.close()
    for _ in range(2):
        link = await busy_learner.link()
        assert await receive(link, protocol.Finished) == protocol.Finished(run)
        assert busy_learner.spooled == [run_id]
        link.close()
    link = await busy_learner.link()
    await link.send(Submit(job))  # asked for twice, made once
    assert await receive(link, protocol.Accepted) == protocol.Accepted(job.job_id)
    await link.send(Acknowledge((run_id, "../../notebook.sqlite3")))
    await busy_learner.until(lambda: not busy_learner.spooled)
    link.close()


async def test_two_clients_hear_the_same(busy_learner, make_job, receive):
    job = make_job(2)
    links = [await busy_learner.link() for _ in range(2)]
    await links[0].send(Submit(job))
    for link in links:
        assert (await receive(link, protocol.Finished)).run.run_id == job.items[0].run_id
    await links[1].send(Acknowledge((job.items[0].run_id,)))
    for link in links:
        link.close()


async def test_settings_that_cannot_be_and_run_ids_that_are_none(busy_learner, receive):
    link = await busy_learner.link()
    await link.send(Submit(Job("evil", (Item("../../../etc", Settings("x")),), "small-flux")))
    assert "'../../../etc' is no run id" in (await receive(link, protocol.Refused)).message
    odd = Item("e" * 32, Settings("x", 0, width=100, height=-5, sampler="none"))
    await link.send(Submit(Job("odd", (odd, odd), "small-flux", "cpu")))
    run = (await receive(link, protocol.Finished)).run
    assert run.outcome == "refused"
    assert "steps: 0 is out of range" in run.reason
    await link.send(Acknowledge((run.run_id,)))
    await link.send(protocol.Heartbeat())
    assert "does not take the message 'Heartbeat'" in (await receive(link, protocol.Refused)).message
    link.close()


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"GET / HTTP/1.1\r\n\r\n" + bytes(1000),
        struct.pack(">II", 2**32 - 1, 2**32 - 1),
        struct.pack(">II", 5, 0) + b"hello",
        protocol.encode(protocol.Hello(protocol.PROTOCOL, "x"))[:-3],
        protocol.encode(protocol.Hello(protocol.PROTOCOL, "x")) + os.urandom(64),
    ],
    ids=["nothing", "http", "oversized", "no-json", "cut", "after-hello"],
)
async def test_garbage_costs_only_its_own_connection(busy_learner, garbage, receive):
    witness = await busy_learner.link()
    reader, writer = await asyncio.open_unix_connection(busy_learner.paths.socket)
    writer.write(garbage)
    writer.write_eof()
    async with asyncio.timeout(60):
        await reader.read()
    writer.close()
    await witness.send(protocol.Ask())
    assert (await receive(witness, protocol.State)).activity == "idle"
    witness.close()


async def test_a_client_of_another_protocol_is_told_the_way_out(busy_learner):
    reader, writer = await asyncio.open_unix_connection(busy_learner.paths.socket)
    writer.write(protocol.encode(protocol.Hello(protocol.PROTOCOL + 1, "9.9.9")))
    assert isinstance((await protocol.read_frame(reader))[0], protocol.Welcome)
    refused, _ = await protocol.read_frame(reader)
    assert isinstance(refused, protocol.Refused)
    assert "workshop-tui worker stop" in refused.hint
    with pytest.raises(ConnectionError):
        await protocol.read_frame(reader)
    writer.close()


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux can limit another process's files")
async def test_a_full_disk_is_said_and_loses_nothing(busy_learner, make_job, receive):
    job = make_job(2, 2)
    run_ids = [item.run_id for item in job.items]
    link = await busy_learner.link()
    resource.prlimit(busy_learner.pid, resource.RLIMIT_FSIZE, (6000, resource.RLIM_INFINITY))
    try:
        await link.send(Submit(job))
        notice = await receive(link, protocol.Notice)
        assert "Cannot write" in notice.text
        assert "kept in memory" in notice.text
        assert (await receive(link, protocol.Finished)).run.outcome == "ok"
        await asyncio.sleep(1.5)
        # What an earlier test has not fetched may lie there too.
        assert not set(run_ids) & set(busy_learner.spooled)
        # Both are still in line for whoever comes after a power cut; the second waits for room.
        line = (busy_learner.paths.spool / "queue.json").read_text()
        assert all(run_id in line for run_id in run_ids)
    finally:
        resource.prlimit(busy_learner.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert (await receive(link, protocol.Finished)).run.run_id == run_ids[1]
    await busy_learner.until(lambda: set(run_ids) <= set(busy_learner.spooled))
    assert not (busy_learner.paths.spool / "queue.json").exists()
    await link.send(Acknowledge(tuple(run_ids)))
    await busy_learner.until(lambda: not set(run_ids) & set(busy_learner.spooled))
    link.close()


async def test_the_worker_says_nothing_where_people_look(busy_learner, capfd):
    async with busy_learner.session() as session:
        await session.connect()
        await session.cancel(("f" * 32,))
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
    link = await busy_learner.link()
    await link.send(Cancel())
    link.close()
    for descriptor in (1, 2):
        assert os.readlink(f"/proc/{busy_learner.pid}/fd/{descriptor}") == str(busy_learner.paths.log)
    assert os.readlink(f"/proc/{busy_learner.pid}/fd/0") == os.devnull
    assert os.getsid(busy_learner.pid) == busy_learner.pid
    assert "Traceback" not in busy_learner.log
