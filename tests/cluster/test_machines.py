"""A cluster that exists already, of two machines: here two nodes of Ray on this one."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from tests.cluster.conftest import Cluster
from tests.cluster.test_faults import all_ended, in_the_middle
from tests.conftest import small_job
from tests.engine.conftest import class_learner
from tests.engine.served import different

RAY = Path(sys.executable).with_name("ray")
OBJECTS = str(80 * 2**20)


class Nodes:
    """Ray's own command for a head and further nodes, each in a session of its own."""

    def __init__(self, scratch: Path, **authentication: str) -> None:
        self._scratch = scratch
        kept = {key: value for key, value in os.environ.items() if not key.startswith("RAY_")}
        self.settings = {"RAY_USAGE_STATS_ENABLED": "0", **authentication}
        """What whoever speaks to this cluster needs in the environment."""
        self._environment = {**kept, **self.settings}
        self._started: list[subprocess.Popen[bytes]] = []
        with socket.create_server(("", 0)) as free:
            self._port = str(free.getsockname()[1])
        self.start_head()
        self.address = (scratch / "ray_current_cluster").read_text().strip()

    @property
    def head(self) -> subprocess.Popen[bytes]:
        return self._started[0]

    @property
    def log(self) -> str:
        return (self._scratch.with_suffix(".log")).read_text()

    def start_head(self) -> subprocess.Popen[bytes]:
        """Start the machine that knows the cluster; a second time at the same address."""
        known = self._scratch / "ray_current_cluster"
        known.unlink(missing_ok=True)
        head = self._start(
            "--head", "--port", self._port, "--include-dashboard", "false", "--temp-dir", str(self._scratch)
        )
        deadline = time.monotonic() + 60
        while not known.exists():
            assert time.monotonic() < deadline, self.log
            time.sleep(0.1)
        return head

    def add(self) -> subprocess.Popen[bytes]:
        """Let one more node join."""
        return self._start("--address", self.address)

    def remove(self, node: subprocess.Popen[bytes]) -> None:
        """Take a node away, as when its machine loses power."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(node.pid, signal.SIGKILL)
        node.wait()

    def end(self) -> None:
        for node in reversed(self._started):
            self.remove(node)

    def _start(self, *options: str) -> subprocess.Popen[bytes]:
        command = [str(RAY), "start", *options, "--num-cpus", "1", "--object-store-memory", OBJECTS, "--block"]
        with self._scratch.with_suffix(".log").open("ab") as log:
            node = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log, start_new_session=True)
        self._started.append(node)
        return node


@pytest.fixture
def scratch():
    """A folder with a short path: Ray's sockets lie deep below it."""
    found = Path(tempfile.mkdtemp(prefix="r", dir="/tmp"))
    yield found / "ray"
    shutil.rmtree(found, ignore_errors=True)


async def test_a_machine_that_goes_loses_no_picture_and_one_that_comes_is_used(scratch, tmp_path, model_cache):
    nodes = Nodes(scratch, RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))
    served = Cluster(tmp_path, model_cache, "--replicas", "2")
    served.environment |= {**nodes.settings, "RAY_ADDRESS": nodes.address}
    try:
        second = nodes.add()
        await asyncio.to_thread(served.start)
        learners = [class_learner(tmp_path / name, name, served.socket) for name in ("ada", "bob")]
        jobs = [different(small_job(40, 41, 42, 43, 44, 45, side=256, device=""), place) for place in range(2)]
        sessions = [learner.session() for learner in learners]
        await asyncio.gather(*(session.submit(job) for session, job in zip(sessions, jobs, strict=True)))
        await in_the_middle(learners)
        nodes.remove(second)
        await all_ended(learners, jobs)
        assert "2 at a time" not in served.run("status").stdout
        nodes.add()
        deadline = time.monotonic() + 120
        while "2 at a time" not in served.run("status").stdout:
            assert time.monotonic() < deadline, served.log
            await asyncio.sleep(0.5)
        for session in sessions:
            await session.close()
    finally:
        served.end()
        nodes.end()


async def test_a_cluster_whose_head_is_started_anew_goes_on(scratch, tmp_path, model_cache):
    wait = {"RAY_gcs_rpc_server_reconnect_timeout_s": "5"}  # Ray's own is a minute
    nodes = Nodes(scratch, RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32), **wait)
    served = Cluster(tmp_path, model_cache, "--replicas", "1")
    served.environment |= {**nodes.settings, "RAY_ADDRESS": nodes.address}
    try:
        await asyncio.to_thread(served.start, 1)
        learner = class_learner(tmp_path / "ada", "ada", served.socket)
        job = small_job(40, 41, 42, 43, 44, 45, side=256, device="")
        session = learner.session()
        await session.submit(job)
        await in_the_middle([learner])
        before = served.worker
        nodes.remove(nodes.head)
        nodes.start_head()
        await all_ended([learner], [job])
        assert served.worker != before
        assert learner.outcomes(job) == ["ok"] * len(job.items)
        await session.close()
    finally:
        served.end()
        nodes.end()


def test_a_cluster_that_asks_for_no_token_is_not_used(scratch, tmp_path, model_cache):
    nodes = Nodes(scratch, RAY_AUTH_MODE="disabled")
    served = Cluster(tmp_path, model_cache, "--replicas", "1")
    served.environment |= {"RAY_ADDRESS": nodes.address}
    try:
        super(Cluster, served).start()
        deadline = time.monotonic() + 90
        while "asks for no token" not in (tmp_path / "serve.log").read_text():
            assert time.monotonic() < deadline, served.log
            time.sleep(0.2)
    finally:
        served.end()
        nodes.end()


def test_nothing_of_a_cluster_that_was_started_outlives_its_engine(tmp_path, model_cache):
    served = Cluster(tmp_path, model_cache, "--replicas", "2")
    served.start()
    family = served.family
    assert {"gcs_server", "raylet"} <= {process.name() for process in family}
    stopped = served.run("stop")
    assert stopped.returncode == 0, stopped.stderr
    served.end()
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []


def test_replicas_beyond_a_clusters_room_wait_and_that_is_said(scratch, tmp_path, model_cache):
    nodes = Nodes(scratch, RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))
    served = Cluster(tmp_path, model_cache, "--replicas", "1", "--gpus-each", "1")
    served.environment |= {**nodes.settings, "RAY_ADDRESS": nodes.address}
    try:
        super(Cluster, served).start()
        deadline = time.monotonic() + 120
        while "waits for room" not in (tmp_path / "serve.log").read_text():
            assert time.monotonic() < deadline, served.log
            time.sleep(0.2)
    finally:
        served.end()
        nodes.end()
