"""`worker status` and `worker stop`, with workers in every state."""

import asyncio
import json
import os
import signal
import time

import psutil
import pytest

from workshop_tui.cli import main
from workshop_tui.generation import protocol
from workshop_tui.generation.line import Line
from workshop_tui.generation.link import attach
from workshop_tui.generation.spool import Spool
from workshop_tui.generation.worker_pid import worker_pid
from workshop_tui.paths import find_paths


@pytest.fixture
def ada(home):
    """The learner's paths; no worker of hers is left behind."""
    found = find_paths().learner()
    yield found
    if pid := worker_pid(found.root):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def start(ada):
    """Start a worker, with what shall wait in its line; return its process id."""

    def begin(job=None):
        async def started():
            link = await attach(ada, find_paths().cache)
            if job:
                await link.send(protocol.Submit(job))
                while not isinstance((await link.receive())[0], protocol.Accepted):
                    pass
            link.close()
            return link.welcome.pid

        return asyncio.run(started())

    return begin


def call(capsys, *arguments):
    """Return the exit code and what was printed; stderr stays empty."""
    with pytest.raises(SystemExit) as left:
        main(["worker", *arguments])
    out, err = capsys.readouterr()
    assert err == ""
    return left.value.code, json.loads(out) if "--json" in arguments else out


def test_with_no_worker(ada, capsys):
    code, out = call(capsys, "status")
    assert code == 0
    assert out.splitlines()[0] == "No worker runs for ada."
    code, state = call(capsys, "status", "--json")
    assert (code, state["running"], state["pid"], state["waiting"], state["unfetched"]) == (0, False, None, 0, 0)
    assert call(capsys, "stop") == (0, "No worker was running.\n")
    assert call(capsys, "stop", "--json") == (0, {"was_running": False, "how": "none", "pid": None, "waiting": 0})


def test_an_idle_worker_is_shown_and_stopped(start, capsys):
    pid = start()
    code, state = call(capsys, "status", "--json")
    assert code == 0
    assert (state["running"], state["answers"], state["pid"], state["activity"]) == (True, True, pid, "idle")
    assert state["rss_mib"] > 1
    assert f"Worker {pid}: idle, no model loaded" in call(capsys, "status")[1]
    began = time.monotonic()
    assert call(capsys, "stop") == (0, f"Worker {pid} has left.\n")
    assert time.monotonic() - began < 15
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_stop_in_the_middle_keeps_the_line_and_says_so(ada, start, make_job, capsys):
    pid = start(make_job(5, 6, 7))
    began = time.monotonic()
    code, out = call(capsys, "stop")
    assert time.monotonic() - began < 15
    assert (code, out.splitlines()[0]) in ((0, f"Worker {pid} has left."), (0, f"Worker {pid} was killed."))
    assert "3 pictures are kept" in out
    assert len(Line(Spool(ada.spool)).run_ids) == 3
    assert "3 pictures are in line for its next start" in call(capsys, "status")[1]


@pytest.mark.parametrize("running", [True, False])
def test_dropping_ends_what_waits_as_cancelled(ada, start, make_job, capsys, running):
    start(make_job(5, 6))
    if not running:
        call(capsys, "stop")
    code, told = call(capsys, "stop", "--drop", "--json")
    assert (code, told["waiting"], told["was_running"]) == (0, 0, running)
    assert [run.outcome for run, _ in Spool(ada.spool).runs()] == ["cancelled"] * 2
    assert call(capsys, "status", "--json")[1]["unfetched"] == 2


def test_a_hung_worker_is_said_and_killed_in_time(ada, start, make_job, capsys, monkeypatch):
    pid = start(make_job(5))
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setattr("workshop_tui.cli.worker.STATUS_SECONDS", 0.5)
    state = call(capsys, "status", "--json")[1]
    assert (state["running"], state["answers"], state["pid"], state["waiting"]) == (True, False, pid, 1)
    assert "does not answer" in call(capsys, "status")[1]
    began = time.monotonic()
    code, told = call(capsys, "stop", "--json")
    assert time.monotonic() - began < 15
    assert (code, told) == (0, {"was_running": True, "how": "killed", "pid": pid, "waiting": 1})
    assert worker_pid(ada.root) is None


def test_a_killed_workers_remains_are_no_worker(ada, start, capsys):
    process = psutil.Process(start())
    process.kill()
    process.wait(30)
    assert ada.socket.exists()
    assert call(capsys, "status", "--json")[1]["running"] is False
    assert call(capsys, "stop")[1] == "No worker was running.\n"


def test_a_worker_of_another_version_can_be_stopped(start, capsys, monkeypatch):
    pid = start()
    monkeypatch.setattr(protocol, "PROTOCOL", protocol.PROTOCOL + 1)
    assert call(capsys, "status", "--json")[1]["answers"] is False
    assert call(capsys, "stop") == (0, f"Worker {pid} has left.\n")


def test_learners_have_workers_of_their_own(start, capsys):
    pid = start()
    assert call(capsys, "stop", "--learner", "grace")[1] == "No worker was running.\n"
    assert psutil.pid_exists(pid)


def test_freeing_drops_the_model_and_says_what_came_back(busy_learner, make_job, monkeypatch, capsys):
    monkeypatch.setenv("WORKSHOP_TUI_LEARNER", "ada")
    monkeypatch.setattr("workshop_tui.cli.worker.find_paths", lambda: Home(busy_learner))
    code, told = call(capsys, "free", "--json")
    assert (code, told["was_running"], told["model"]) == (0, False, "")
    assert "nothing to free" in call(capsys, "free")[1]

    async def make(job, hurry=False):
        async with busy_learner.session() as session:
            await session.submit(job)
            if not hurry:
                await busy_learner.until_ended(job)

    asyncio.run(make(make_job(2)))
    pid = busy_learner.pid
    assert "small-flux (built in) loaded" in call(capsys, "status")[1]
    code, told = call(capsys, "free", "--json")
    assert (code, told["was_running"], told["model"], told["device_mib"]) == (0, True, "small-flux (built in)", None)
    assert told["host_mib"] > 1
    assert "no model loaded" in call(capsys, "status")[1]
    assert call(capsys, "free")[1] == "No model was loaded: there was nothing to free.\n"
    assert busy_learner.pid == pid

    asyncio.run(make(make_job(100, 100, side=512), hurry=True))
    with pytest.raises(SystemExit) as left:
        main(["worker", "free"])
    assert left.value.code == 2
    assert "A picture is being made, and needs the model" in capsys.readouterr().err


class Home:
    """Stands for the program's folders where the learner is the test's own."""

    def __init__(self, learner):
        self.cache = learner.cache
        self.learner = lambda _name: learner.paths


def test_a_shared_engine_s_model_is_nobody_s_to_free(run, monkeypatch):
    monkeypatch.setenv("WORKSHOP_TUI_ENGINE", "/run/flux.sock")
    code, _, err = run("worker", "free")
    assert code == 2
    assert "The engine /run/flux.sock is shared" in err
    code, out, _ = run("worker", "status")
    assert code == 0
    assert "shared engine /run/flux.sock" in out
