"""The shared engine on many actors: python -m tests.bench.cluster [--only NAME,...] [--rounds N].

throughput: two actors of one thread each beside two plain workers of one thread that run together, with real pictures
of the built-in model. queue and overhead: 1, 2 and 8 actors whose pictures take a set time and show nothing, so that
the line, Ray and what passes between them is all that is measured. machines: two nodes of Ray here, one of them removed
in the middle of two learners' real pictures.
"""

import asyncio
import contextlib
import os
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import msgspec

from tests.cluster.test_machines import Nodes
from tests.conftest import Learner
from tests.engine.conftest import class_learner
from workshop_tui.engine import ask
from workshop_tui.engine.front import Front
from workshop_tui.engine.limits import Limits
from workshop_tui.engine.listen import listen
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.paths import Paths

of_class = import_module("tests.bench.class")  # a keyword: no import statement can name it

ACTORS = (1, 2, 8)
LEARNERS = 100
SHORT, LONG = 0.2, 1.0
"""Seconds of pictures that take a set time."""
EACH = 3
"""Pictures that each learner asks for, one after the other; the first ones, of which all come at once, do not count."""
REAL = 12
"""Real pictures of each of two learners, 512 px and 28 steps."""


def throughput(rounds: int) -> None:
    """Two learners' real pictures on two actors of one thread, beside the same by two workers of one thread each."""
    os.environ["OMP_NUM_THREADS"] = "1"
    actors: list[float] = []
    plain: list[float] = []
    for _ in range(rounds):
        with of_class.scratch() as root, started(root, "--replicas", "2") as socket:
            learners = [class_learner(root / str(number), f"learner-{number}", socket) for number in range(2)]
            actors.append(asyncio.run(_together(learners)))
        with of_class.scratch() as root:
            learners = [Learner(root / str(number), root / "cache", f"alone-{number}") for number in range(2)]
            plain.append(asyncio.run(_together(learners)))
            for learner in learners:
                learner.clean()
    of_class.compare("seconds by two workers / by two actors", plain, actors)


async def _together(learners: list[Learner]) -> float:
    """Return the seconds until all have their pictures, once each has had one."""

    async def each(count: int, seed: int) -> None:
        asked = {"num_inference_steps": 28, "width": 512, "height": 512}
        jobs = (of_class.job_of(count, seed + 1000 * at, **asked) for at in range(len(learners)))
        await asyncio.gather(*(of_class.time_of(who, job) for who, job in zip(learners, jobs, strict=True)))

    await each(2, 1)
    began = time.perf_counter()
    await each(REAL, 100)
    return time.perf_counter() - began


def queue(_rounds: int) -> None:
    """How long an equal picture takes from asking to having it, with a hundred learners."""
    for actors in ACTORS:
        with of_class.scratch() as root, served(root, actors, SHORT) as socket:
            waits = asyncio.run(of_class.ask_in_turn(root, socket, LEARNERS, EACH))
        median, p95 = statistics.median(waits), statistics.quantiles(waits, n=20)[-1]
        best = LEARNERS * SHORT / actors
        print(f"  {actors} actors: wait {median:.2f} s (at best {best:.2f}), p95 {p95:.2f} s, {p95 / median:.2f} of it")


def overhead(rounds: int) -> None:
    """Eight pictures of a second for each actor, asked for at once, beside the eight seconds that they must take."""
    for actors in ACTORS:
        with of_class.scratch() as root, served(root, actors, LONG) as socket:
            took: list[float] = []
            for place in range(rounds):
                learner = class_learner(root / str(place), f"learner-{place}", socket)
                took.append(asyncio.run(of_class.time_of(learner, of_class.job_of(8 * actors, 1000 * place))))
        of_class.compare(f"{actors} actors: through the engine / at best", took, [8 * LONG] * rounds)


def machines(_rounds: int) -> None:
    """Two learners' real pictures, while one of two nodes is removed."""
    with of_class.scratch() as root:
        nodes = Nodes(root / "ray", RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))
        second = nodes.add()
        os.environ |= {**nodes.settings, "RAY_ADDRESS": nodes.address}
        try:
            with started(root, "--replicas", "2") as socket:
                learners = [class_learner(root / str(number), f"learner-{number}", socket) for number in range(2)]
                asking = _together_without(learners, lambda: nodes.remove(second))
                print(f"  all {2 * REAL} pictures of two learners ok, {asyncio.run(asking):.1f} s")
        finally:
            nodes.end()


async def _together_without(learners: list[Learner], remove) -> float:
    making = asyncio.create_task(_together(learners))
    while sum(len(learner.stored) for learner in learners) < REAL:
        await asyncio.sleep(0.05)
    await asyncio.to_thread(remove)
    return await making


@contextlib.contextmanager
def started(root: Path, *options: str) -> Iterator[Path]:
    """Run `class serve` until its replicas are there; yield its socket."""
    command = [sys.executable, "-m", "workshop_tui", "class", "serve", "--socket", str(root / "s"), *options]
    with until_ready(subprocess.Popen(command, stdout=subprocess.DEVNULL, env=of_class.home(root)), root / "s", 2):
        yield root / "s"


@contextlib.contextmanager
def served(root: Path, actors: int, seconds: float) -> Iterator[Path]:
    """Run a front before actors whose pictures take a set time; yield its socket."""
    command = [sys.executable, "-m", "tests.bench.cluster", "--serve", str(root), "--told", str(actors)]
    process = subprocess.Popen(command, env={**os.environ, "SECONDS_EACH": str(seconds)})
    with until_ready(process, root / "s", actors):
        yield root / "s"


@contextlib.contextmanager
def until_ready(process: subprocess.Popen[bytes], socket: Path, actors: int) -> Iterator[None]:
    """Wait until an engine makes so many pictures at a time; end it in the end."""

    async def at_once() -> int:
        link = await ask.open_engine(socket, "learner-0")  # one of them: an account has no room for more than a hundred
        link.close()
        return link.welcome.state.at_once

    try:
        while not socket.exists() or asyncio.run(at_once()) < actors:
            assert process.poll() is None, "the engine has ended"
            time.sleep(0.5)
        yield
    finally:
        process.terminate()
        process.wait()


async def _serve(root: Path, actors: float) -> None:
    paths = Paths(root / "data", root / "cache", root / "log", root / "config", root / "hand-ins")
    program = ("tests.bench.set_cluster", "--replicas", str(int(actors)))
    place = msgspec.structs.replace(paths.shared_engine(root / "s"), program=program)
    front = Front(place, root / "cache", BUILT_IN, Limits(reloads=True))
    listener = await listen(root / "s", None, front.client)
    asyncio.get_running_loop().add_signal_handler(15, front.stop)
    await front.serve(listener)


PARTS = {each.__name__: each for each in (throughput, queue, overhead, machines)}


if __name__ == "__main__":
    of_class.run_parts(__doc__, PARTS, _serve)
