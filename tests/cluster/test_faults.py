"""What dies in a cluster: an actor, the process that drives them, the head, the front.

Each accepted picture ends exactly once all the same.
"""

import asyncio
import os
import subprocess
import sys

import pytest

from tests.conftest import small_job
from tests.engine.conftest import class_learner
from tests.engine.served import different

STEPS = (40, 41, 42, 43, 44, 45)
LONG_SECONDS = 200


@pytest.fixture
async def two_learners(cluster, tmp_path):
    """Two learners who have just asked for six pictures each, and their jobs."""
    learners = [class_learner(tmp_path / name, name, cluster.socket) for name in ("ada", "bob")]
    jobs = [different(small_job(*STEPS, side=256, device=""), place) for place in range(2)]
    sessions = [learner.session() for learner in learners]
    await asyncio.gather(*(session.submit(job) for session, job in zip(sessions, jobs, strict=True)))
    yield learners, jobs
    for session in sessions:
        await session.close()


async def all_ended(learners, jobs):
    for learner, job in zip(learners, jobs, strict=True):
        await learner.until(lambda: len(learner.times_ended) == len(job.items), LONG_SECONDS)  # noqa: B023
        assert learner.outcomes(job) == ["ok"] * len(STEPS)
        assert set(learner.stored) == {item.run_id for item in job.items}
        assert set(learner.times_ended.values()) == {1}


async def in_the_middle(learners):
    """Wait until pictures of both are being denoised."""
    for learner in learners:
        await learner.until(lambda: any(getattr(each, "step", 0) > 1 for each in learner.events), LONG_SECONDS)  # noqa: B023


async def test_an_actor_that_is_killed_loses_no_picture(cluster, two_learners):
    learners, _ = two_learners
    await in_the_middle(learners)
    killed = cluster.actors[0].pid
    os.kill(killed, 9)
    await all_ended(*two_learners)
    assert "is lost" in cluster.log
    assert killed not in [actor.pid for actor in cluster.actors]


async def test_the_driving_process_that_is_killed_loses_no_picture(cluster, two_learners):
    learners, _ = two_learners
    await in_the_middle(learners)
    before = cluster.worker
    os.kill(before, 9)
    await all_ended(*two_learners)
    assert cluster.worker != before


async def test_a_front_that_is_killed_loses_no_picture(cluster, two_learners):
    learners, _ = two_learners
    await in_the_middle(learners)
    actors = {actor.pid for actor in cluster.actors}
    cluster.kill()
    await asyncio.to_thread(cluster.start)
    await all_ended(*two_learners)
    assert {actor.pid for actor in cluster.actors} == actors


async def test_an_engine_started_anew_with_other_replicas_has_those(cluster, tmp_path):
    cluster.kill()
    cluster.options = ("--replicas", "1")
    await asyncio.to_thread(cluster.start, 1)
    assert len(cluster.actors) == 1
    cluster.kill()
    cluster.options = ("--replicas", "2")
    await asyncio.to_thread(cluster.start)
    assert len(cluster.actors) == 2


async def test_a_head_that_is_killed_loses_no_picture(cluster, two_learners):
    learners, _ = two_learners
    await in_the_middle(learners)
    before = cluster.head.pid
    os.kill(before, 9)
    await all_ended(*two_learners)
    await learners[0].until(lambda: cluster.actors, LONG_SECONDS)
    assert cluster.head.pid != before


async def test_a_cancelled_picture_ends_at_its_next_step(cluster, tmp_path):
    ada = class_learner(tmp_path / "ada", "ada", cluster.socket)
    job = different(small_job(100, side=512, device=""), 9)
    async with ada.session() as session:
        await session.submit(job)
        await ada.until_phase("denoise", job.items[0].run_id, step=2)
        await session.cancel((job.items[0].run_id,))
        await ada.until_ended(job)
    assert ada.outcomes(job) == ["cancelled"]


async def test_a_cap_is_refused_with_the_reason(cluster, tmp_path):
    ada = class_learner(tmp_path / "ada", "ada", cluster.socket)
    async with ada.session() as session:
        with pytest.raises(Exception, match="cap: it would start the shared engine's worker anew"):
            await session.submit(small_job(2, device="", cap=4.0))


def test_only_loopback_is_listened_on_and_a_client_without_the_token_is_refused(cluster):
    listening = [
        each.laddr for process in cluster.family for each in process.net_connections("tcp") if each.status == "LISTEN"
    ]
    assert listening
    assert {address.ip.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}
    [port] = {each.laddr.port for each in cluster.head.net_connections("tcp") if each.status == "LISTEN"}
    token = cluster.place.root / "ray.token"
    assert token.stat().st_mode & 0o777 == 0o600
    without = health(port, {"RAY_AUTH_MODE": "disabled"})
    assert without.returncode != 0
    assert "Authentication token is missing or incorrect" in without.stderr
    wrong = health(port, {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "f" * 64})
    assert wrong.returncode != 0
    assert health(port, {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(token)}).returncode == 0


def health(port, authentication):
    """Ask a cluster whether it is well, as any Ray client may try to."""
    command = [sys.executable, "-m", "ray.scripts.scripts", "health-check", "--address", f"127.0.0.1:{port}"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RAY_")}
    environment["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # else Ray asks at this machine's other address
    return subprocess.run(command, env={**environment, **authentication}, capture_output=True, text=True, timeout=60)
