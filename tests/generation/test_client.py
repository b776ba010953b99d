"""The client's side: how a worker is found or started, and what it says when that cannot be."""

import asyncio
import os
import socket
import subprocess
import sys
import uuid

import msgspec
import psutil
import pytest

from workshop_tui import __version__
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation import link as link_module
from workshop_tui.generation import protocol
from workshop_tui.generation.asked import Asked
from workshop_tui.generation.client import Lost, NotKept, WorkerSession
from workshop_tui.generation.ending import stop_worker
from workshop_tui.generation.link import Link, attach
from workshop_tui.generation.models import BUILT_IN, absolute
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings


@pytest.fixture
def serve(learner):
    """Answer on the learner's socket with a function of the test's own."""
    servers = []

    async def begin(answer):
        learner.paths.socket.parent.mkdir(mode=0o700, exist_ok=True)
        servers.append(await asyncio.start_unix_server(answer, learner.paths.socket))

    yield begin
    for server in servers:
        server.close()
    learner.paths.socket.unlink(missing_ok=True)


def welcome(waiting=(), version=protocol.PROTOCOL, program=__version__):
    return protocol.encode(protocol.Welcome(version, program, os.getpid(), protocol.State("idle", waiting)))


async def test_where_none_runs_none_is_found_and_none_started_unasked(learner):
    with pytest.raises(ConnectionError):
        await attach(learner.paths, learner.cache, start=False)
    async with learner.session() as session:
        assert not await session.connect(start=False)
        assert not session.attached
        await session.cancel()
    assert learner.pid is None


async def test_a_dead_workers_socket_is_no_obstacle(learner):
    learner.paths.socket.parent.mkdir(mode=0o700, exist_ok=True)
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(learner.paths.socket))
    dead.close()
    with pytest.raises(ConnectionError):
        await attach(learner.paths, learner.cache, start=False)
    link = await attach(learner.paths, learner.cache)
    assert link.welcome.pid == learner.pid
    link.close()


async def test_relative_folders_mean_the_same_to_a_worker_which_runs_elsewhere(learner, home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = {"WORKSHOP_TUI_MODEL_FOLDERS": "models:/srv/flux", "WORKSHOP_TUI_HOME": "home", "HF_HOME": "~/.hf"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    link = await attach(learner.paths, learner.cache)
    link.close()
    worker = psutil.Process(learner.pid)
    assert worker.cwd() == "/"
    told = worker.environ()
    assert [told[name] for name in given] == [f"{tmp_path}/models:/srv/flux", f"{tmp_path}/home", "~/.hf"]


async def test_a_file_in_the_sockets_place_is_no_obstacle(learner):
    learner.paths.socket.parent.mkdir(mode=0o700, exist_ok=True)
    learner.paths.socket.write_text("not a socket")
    link = await attach(learner.paths, learner.cache)
    assert link.welcome.pid == learner.pid
    link.close()


async def test_a_folder_in_the_sockets_place_is_named_with_the_way_out(learner):
    learner.paths.socket.mkdir(mode=0o700, parents=True)
    try:
        with pytest.raises(WorkshopError) as caught:
            await attach(learner.paths, learner.cache)
    finally:
        learner.paths.socket.rmdir()
    assert learner.paths.socket.name in str(caught.value)


@pytest.mark.parametrize("trouble", ["open", "file"])
async def test_a_socket_folder_that_others_could_use_is_refused(learner, monkeypatch, tmp_path, trouble):
    folder = tmp_path / "sockets"
    if trouble == "open":
        folder.mkdir()
        folder.chmod(0o755)
    else:
        folder.touch()
    monkeypatch.setattr("workshop_tui.paths.socket_folder", lambda: folder)
    with pytest.raises((UserError, WorkshopError)) as caught:
        await attach(learner.paths, learner.cache)
    assert str(folder) in caught.value.message
    assert caught.value.hint


async def test_a_stranger_in_a_folder_that_others_could_use_is_neither_believed_nor_ended(learner, serve, monkeypatch):
    greeted = []

    async def answer(reader, writer):
        greeted.append(await protocol.read_frame(reader))
        writer.write(welcome())

    await serve(answer)
    learner.paths.socket.parent.chmod(0o777)
    try:
        with pytest.raises(UserError, match="open to other users"):
            await attach(learner.paths, learner.cache, start=False)
        with pytest.raises(UserError, match="open to other users"):
            await stop_worker(learner.paths, False)
    finally:
        learner.paths.socket.parent.chmod(0o700)
    assert greeted == []


async def test_a_worker_hears_that_it_shall_leave_also_behind_pictures_that_nobody_has_fetched(
    learner, serve, make_run, monkeypatch
):
    sleeps = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    heard, signalled = asyncio.Event(), []
    monkeypatch.setattr(psutil.Process, "terminate", signalled.append)

    async def answer(reader, writer):
        await protocol.read_frame(reader)
        writer.write(
            protocol.encode(protocol.Welcome(protocol.PROTOCOL, __version__, sleeps.pid, protocol.State("idle")))
        )
        for _ in range(4):
            writer.write(protocol.encode(protocol.Finished(make_run()), bytes(2**20)))
            await writer.drain()
        stop, _ = await protocol.read_frame(reader)
        assert isinstance(stop, protocol.Stop)
        heard.set()
        sleeps.terminate()
        writer.close()

    await serve(answer)
    try:
        assert await stop_worker(learner.paths, False) == (sleeps.pid, "stopped")
        assert heard.is_set()
        assert signalled == []
    finally:
        sleeps.kill()
        sleeps.wait()


async def test_what_was_stopped_meanwhile_is_not_asked_for_again(make_job):
    asked, sent = Asked(), []
    first, second = make_job(2, 3), make_job(4)
    asked.add(first, b"")
    asked.add(second, b"")
    again = asked.left()
    asked.forget([first.items[0].run_id, second.items[0].run_id])

    class Hears:
        async def send(self, message, payload):
            sent.append([item.run_id for item in message.job.items])

    await asked.ask_again(Hears(), again)
    assert sent == [[first.items[1].run_id]]


async def test_a_connection_that_another_call_has_made_meanwhile_is_followed_once(learner, serve, make_job):
    connections = []

    async def answer(reader, writer):
        connections.append(writer)
        await protocol.read_frame(reader)
        writer.write(welcome())
        while True:
            submit, _ = await protocol.read_frame(reader)
            if len(connections) == 1:  # dies
                writer.close()
                return
            writer.write(protocol.encode(protocol.Accepted(submit.job.job_id)))

    await serve(answer)
    job = make_job(2)
    async with learner.session() as session:
        await session.connect()
        async with session._connecting:  # another action is at it when the connection is lost
            submitting = asyncio.create_task(session.submit(make_job(3)))
            session._own.add(job, b"")
            await session._link.send(protocol.Submit(job))
            await asyncio.sleep(0.3)
        await submitting
        await asyncio.sleep(0.1)
        assert session.attached
    assert len(connections) == 2
    assert [event.restarting for event in learner.events if isinstance(event, Lost)] == [True]


async def test_more_pictures_than_a_message_holds_are_refused_and_never_asked_again(learner, serve, make_job):
    asked = []

    async def answer(reader, writer):
        await protocol.read_frame(reader)
        writer.write(welcome())
        while True:
            submit, _ = await protocol.read_frame(reader)
            asked.append(submit.job)
            writer.write(protocol.encode(protocol.Accepted(submit.job.job_id)))

    await serve(answer)
    few = make_job(2)
    long = [Item(uuid.uuid4().hex, Settings("x" * (protocol.LARGEST_HEADER // 2))) for _ in range(2)]
    async with learner.session() as session:
        with pytest.raises(UserError, match="2 pictures are too many for one request") as caught:
            await session.submit(msgspec.structs.replace(few, job_id="many", items=tuple(long)))
        assert caught.value.exit_code == 2
        await session.submit(few)
        assert not any(job.job_id == "many" for job, _ in session._own.left())
    assert [job.job_id for job in asked] == [few.job_id]


async def test_many_clients_at_once_start_one_worker(learner):
    links = await asyncio.gather(*(attach(learner.paths, learner.cache) for _ in range(4)))
    assert {link.welcome.pid for link in links} == {learner.pid}
    root = str(learner.paths.root)
    # The slower ones' processes find the lock taken, and leave.
    for _ in range(1200):
        running = [p for p in psutil.process_iter(["cmdline"]) if root in (p.info["cmdline"] or [])]
        if len(running) == 1:
            break
        await asyncio.sleep(0.05)
    assert [process.pid for process in running] == [learner.pid]
    for link in links:
        link.close()


async def test_a_worker_that_ends_leaves_no_zombie(learner):
    link = await attach(learner.paths, learner.cache)
    await link.send(protocol.Stop())
    for _ in range(1200):
        if not psutil.pid_exists(link.welcome.pid):
            break
        await asyncio.sleep(0.05)
    assert not psutil.pid_exists(link.welcome.pid)


async def test_modules_in_the_folder_of_the_moment_are_not_imported(learner, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("asyncio.py", "msgspec.py", "torch.py"):
        (tmp_path / name).write_text("raise SystemExit(3)")
    link = await attach(learner.paths, learner.cache)
    assert psutil.Process(link.welcome.pid).cwd() == "/"
    link.close()


async def test_a_worker_that_dies_at_once_is_named_with_its_reason(learner, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(WorkshopError, match="did not start") as caught:
        await attach(learner.paths, learner.cache)
    assert str(learner.paths.log) in caught.value.hint


@pytest.mark.parametrize("option", ["LEASE", "IDLE", "STALL"])
@pytest.mark.parametrize("value", ["soon", "0", "-5", "nan", "inf"])  # an empty one counts as not set
async def test_seconds_that_are_no_number_name_the_variable(learner, monkeypatch, option, value):
    variable = f"WORKSHOP_TUI_WORKER_{option}"
    monkeypatch.setenv(variable, value)
    with pytest.raises(UserError, match=variable):
        await attach(learner.paths, learner.cache)


@pytest.mark.parametrize(
    "greeting",
    [welcome(version=protocol.PROTOCOL + 1), protocol.encode(protocol.Heartbeat()), b"\0\0\0\x02\0\0\0\0{}"],
    ids=["newer", "another message", "unreadable"],
)
async def test_a_worker_of_another_version_is_refused_with_the_way_out(learner, serve, greeting):
    async def answer(reader, writer):
        await protocol.read_frame(reader)
        writer.write(greeting)

    await serve(answer)
    with pytest.raises(UserError, match="another version") as caught:
        await attach(learner.paths, learner.cache)
    assert "workshop-tui worker stop" in caught.value.hint


async def test_a_worker_that_does_not_greet_counts_as_hung(learner, serve):
    async def answer(reader, writer):
        await reader.read()

    await serve(answer)
    with pytest.raises(WorkshopError, match="does not answer") as caught:
        await Link.open(learner.paths.socket, 0.2)
    assert "worker stop" in caught.value.hint


async def test_a_refused_job_raises_what_the_worker_said(learner, serve, make_job):
    async def answer(reader, writer):
        await protocol.read_frame(reader)
        writer.write(welcome())
        submit, _ = await protocol.read_frame(reader)
        writer.write(protocol.encode(protocol.Refused("Cannot write it.", "Free some space.", submit.job.job_id)))

    await serve(answer)
    async with learner.session() as session:
        with pytest.raises(WorkshopError, match="Cannot write it") as caught:
            await session.submit(make_job(2))
    assert caught.value.hint == "Free some space."


async def test_after_a_death_what_the_next_worker_does_not_know_is_asked_for_again(learner, serve, make_job):
    job = make_job(2, 3)
    heard = []

    async def answer(reader, writer):
        await protocol.read_frame(reader)
        writer.write(welcome())
        submit, _ = await protocol.read_frame(reader)
        heard.append([item.run_id for item in submit.job.items])
        if len(heard) == 1:  # dies before it has confirmed, one picture having ended
            item = submit.job.items[0]
            writer.write(protocol.encode(protocol.Finished(Run(item.run_id, job.job_id, item.settings, "ok", ""))))
            await protocol.read_frame(reader)
            writer.close()
            return
        writer.write(protocol.encode(protocol.Accepted(job.job_id)))

    await serve(answer)
    async with learner.session() as session:
        await session.submit(job)
    first, second = (item.run_id for item in job.items)
    assert heard == [[first, second], [second]]


async def test_a_worker_that_dies_again_and_again_is_given_up(learner, serve, make_job):
    async def answer(reader, writer):
        await protocol.read_frame(reader)
        writer.write(welcome())
        await protocol.read_frame(reader)
        writer.close()

    await serve(answer)
    async with learner.session() as session:
        with pytest.raises(WorkshopError, match="was lost"):
            await session.submit(make_job(2))
    assert [event.restarting for event in learner.events if isinstance(event, Lost)] == [True] * 3 + [False]


async def test_a_run_that_cannot_be_stored_is_said_and_not_acknowledged(learner, serve, make_job):
    [item] = make_job(2).items
    heard = []

    async def answer(reader, writer):
        await protocol.read_frame(reader)
        writer.write(welcome() + protocol.encode(protocol.Finished(Run(item.run_id, "j", item.settings, "ok", ""))))
        writer.write(protocol.encode(protocol.Notice("still here")))
        heard.append(await protocol.read_frame(reader))

    async def store(run, picture):
        raise WorkshopError("Cannot write it.", "Free some space.")

    await serve(answer)
    events = []
    async with WorkerSession(learner.paths, learner.cache, store=store, on_event=events.append) as session:
        await session.connect()
        while not any(isinstance(event, protocol.Notice) for event in events):
            await asyncio.sleep(0.01)
        [failure] = [event for event in events if isinstance(event, NotKept)]
        assert failure.error.message == "Cannot write it."
        assert session.attached
    assert heard == []


async def test_a_defect_in_the_client_is_no_silence(learner, serve):
    async def answer(reader, writer):
        await protocol.read_frame(reader)
        writer.write(welcome() + protocol.encode(protocol.Notice("boom")))
        await reader.read()

    events = []

    def on_event(event):
        events.append(event)
        if isinstance(event, protocol.Notice):
            raise ZeroDivisionError

    await serve(answer)
    async with WorkerSession(learner.paths, learner.cache, store=None, on_event=on_event) as session:
        await session.connect()
        while not isinstance(events[-1], Lost):
            await asyncio.sleep(0.01)
    assert events[-1].reason.startswith("ZeroDivisionError")


async def test_a_log_does_not_grow_without_end(learner, monkeypatch):
    monkeypatch.setattr(link_module, "LARGEST_LOG", 100)
    learner.paths.log.parent.mkdir(parents=True)
    learner.paths.log.write_text("x" * 200)
    link = await attach(learner.paths, learner.cache)
    link.close()
    assert learner.paths.log.stat().st_size < 200
    assert learner.paths.log.with_suffix(".old.log").read_text() == "x" * 200


def test_a_models_folder_means_the_same_in_every_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "my-flux").mkdir()
    assert absolute("my-flux") == str(tmp_path / "my-flux")
    assert absolute("./missing") == str(tmp_path / "missing")
    assert absolute("~/my-flux") == str(tmp_path / "my-flux")
    for name in (BUILT_IN, "black-forest-labs/FLUX.1-schnell", "~nobody-of-that-name/x", "x" * 5000, "a\0b"):
        assert absolute(name) == name
