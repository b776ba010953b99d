"""The real command `class serve` before a real worker: deaths in the middle of three learners' sweeps."""

import asyncio
import contextlib
import grp
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.conftest import small_job
from tests.engine.conftest import class_learner
from tests.engine.served import PROGRAM, Served, different


@pytest.fixture
def served(tmp_path, model_cache):
    found = Served(tmp_path, model_cache)
    found.start()
    yield found
    found.end()


async def test_three_sweeps_survive_the_death_of_worker_and_front(served, tmp_path):
    learners = [class_learner(tmp_path / name, name, served.socket) for name in ("ada", "bob", "eve")]
    jobs = [different(small_job(2, 3, 4, 5, 6, 7), place) for place in range(3)]
    sessions = [learner.session() for learner in learners]
    await asyncio.gather(*(session.submit(job) for session, job in zip(sessions, jobs, strict=True)))
    await learners[0].until(lambda: learners[0].stored)
    os.kill(served.worker, signal.SIGKILL)
    await learners[1].until(lambda: len(learners[1].stored) > 1)
    served.kill()
    await asyncio.to_thread(served.start)
    for learner, job in zip(learners, jobs, strict=True):
        await learner.until_ended(job)
        assert learner.outcomes(job) == ["ok"] * 6
        assert set(learner.stored) == {item.run_id for item in job.items}
    for session in sessions:
        await session.close()


async def test_what_nobody_fetched_is_there_after_the_engines_next_start(served, tmp_path):
    ada = class_learner(tmp_path / "ada", "ada", served.socket)
    job = small_job(2, 3)
    async with ada.session() as session:
        await session.submit(job)
    stopped = await asyncio.to_thread(served.run, "stop")
    assert stopped.returncode == 0, stopped.stderr
    assert not served.socket.exists()
    served.start()
    async with ada.session() as session:
        await session.connect()
        await ada.until_ended(job)
    assert ada.outcomes(job) == ["ok", "ok"]


def test_a_second_engine_on_one_socket_is_refused(served):
    second = served.run("serve")
    assert second.returncode == 2
    assert "runs already" in second.stderr
    told = json.loads(served.run("status", "--json").stdout)
    assert told["welcome"]["serves"] == "small-flux"
    assert served.run("clock", "section", "2").stdout.startswith("The class is in section 2, running")


def test_the_line_that_it_hands_to_the_class_opens_the_class(served, home):
    log = (served.root / "serve.log").read_text()
    told = next(line.removeprefix("Learners: ") for line in log.splitlines() if line.startswith("Learners: "))
    name, *options = shlex.split(told)
    assert str(served.socket) in options
    opened = subprocess.run(
        [PROGRAM.with_name(name), *options], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert "The class needs a terminal" in opened.stderr


def test_what_cannot_be_served_is_refused_before_anything_starts(tmp_path, home):
    def serve(*options):
        command = [PROGRAM, "class", "serve", *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    file = tmp_path / "file"
    file.write_text("a file")
    for options, words in (
        (("--socket", str(file)), "is no socket"),
        (("--socket", str(tmp_path / ("x" * 120))), "107 bytes"),
        (("--socket", str(tmp_path / "s"), "--group", "no-such-group"), "no group"),
        (("--socket", str(tmp_path / "s"), "--instructor", "no-such-user"), "Give a login name"),
        (("--socket", str(tmp_path / "s"), "--model", "/no/such/model"), "model"),
    ):
        refused = serve(*options)
        assert refused.returncode == 2, refused.stderr
        assert words in refused.stderr
    assert file.read_text() == "a file"
    assert not home.exists()


GROUP = "users"
USERS = (64001, 64002, 64003)


@pytest.fixture
def other_users():
    """A folder that three other Unix users can enter, each with a home in it; left out where that cannot be."""
    if os.getuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("needs root and setpriv: three Unix users are made for it")
    with contextlib.suppress(KeyError):
        gid = grp.getgrnam(GROUP).gr_gid
        folder = Path(tempfile.mkdtemp(dir="/tmp"))
        folder.chmod(0o755)
        for uid in USERS:
            (folder / str(uid)).mkdir(mode=0o700)
            os.chown(folder / str(uid), uid, gid)
        if as_user(folder, USERS[0], gid, "--version").returncode == 0:
            yield folder, gid
            shutil.rmtree(folder)
            return
        shutil.rmtree(folder)
    pytest.skip("other users cannot run this installation, or there is no group 'users'")


def as_user(folder, uid, gid, *arguments):
    """Run the program as another Unix user, who may read this installation wherever it lies, and write only as they."""
    home = folder / str(uid)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "WORKSHOP_TUI_HOME": str(home / "w")}
    switch = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"]
    switch += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return subprocess.run(
        [*switch, sys.executable, "-P", "-m", "workshop_tui", *arguments],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
    )


async def test_three_unix_users_share_one_engine(other_users, model_cache):
    folder, gid = other_users
    engine = folder / "engine"
    engine.mkdir(mode=0o755)
    served = Served(engine, model_cache, "--group", GROUP)
    try:
        served.start()
        options = ("--engine", str(served.socket), "--size", "128x128", "--vary", "steps=2,3,4", "--json")
        sweeps = [
            asyncio.to_thread(
                as_user, folder, uid, gid, "sweep", f"a house {uid}", "--out", f"{folder}/{uid}/out", *options
            )
            for uid in USERS
        ]
        running = asyncio.gather(*sweeps)
        await asyncio.sleep(3)
        if pid := served.worker:
            os.kill(pid, signal.SIGKILL)
        for uid, done in zip(USERS, await running, strict=True):
            assert done.returncode == 0, done.stderr
            assert [run["outcome"] for run in json.loads(done.stdout)["runs"]] == ["ok"] * 3
            listed = json.loads(as_user(folder, uid, gid, "runs", "list", "--json").stdout)
            assert [run["outcome"] for run in listed["runs"]] == ["ok"] * 3
            root = folder / str(uid) / "w" / "data" / "learners" / f"user-{uid}"
            written = list((root / "pictures").iterdir())
            assert len(written) == 3
            assert {path.stat().st_uid for path in written} == {uid}
        stopped = as_user(folder, USERS[0], gid, "class", "stop", "--socket", str(served.socket))
        assert stopped.returncode == 2
        assert "shared" in stopped.stderr
        outside = as_user(folder, USERS[0], 65534, "class", "status", "--socket", str(served.socket))
        assert outside.returncode == 2
        assert "not open to you" in outside.stderr
    finally:
        served.end()
