"""The shared engine: python -m tests.bench.class [--only NAME,...] [--rounds N].

queue: waits and memory with 1, 5, 30 and 100 learners, each asking for one picture after the other; the pictures are a
stand-in's, which waits for a set 50 ms. overhead: eight of a set second, through the engine and without it. pictures:
five learners' real pictures of the built-in model through the engine, beside the same made in a row by one worker.
"""

import argparse
import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil

from tests.conftest import Learner
from tests.engine.conftest import class_learner
from tests.engine.stand_in import StandIn
from workshop_tui.engine.front import Front
from workshop_tui.engine.limits import Limits
from workshop_tui.engine.listen import listen
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.settings import Settings
from workshop_tui.paths import Paths

LEARNERS = (1, 5, 30, 100)
SHORT, LONG = 0.05, 1.0
"""Seconds of the stand-in's pictures."""
EACH = 5
"""Pictures that each learner asks for, one after the other; the first ones, of which all come at once, do not count."""


def queue(_rounds: int) -> None:
    """How long an equal picture takes from asking to having it, and what the engine holds."""
    for learners in LEARNERS:
        with scratch() as root, served(root, SHORT) as (socket, process):
            waits = asyncio.run(ask_in_turn(root, socket, learners, EACH))
            rss = process.memory_info().rss / 2**20
        median, p95 = statistics.median(waits), statistics.quantiles(waits, n=20)[-1]
        print(f"  {learners:3} learners: wait {median:.2f} s, p95 {p95:.2f} s, {p95 / median:.2f} of it; {rss:.0f} MiB")


async def ask_in_turn(root: Path, socket: Path, learners: int, each: int) -> list[float]:
    """Return the waits of learners who ask for one picture after the other, but for each one's first."""

    async def ask(number: int) -> list[float]:
        learner = class_learner(root / str(number), f"learner-{number}", socket)
        waits: list[float] = []
        async with learner.session() as session:
            for place in range(each):
                job = job_of(1, seed=1000 * number + place)
                began = time.perf_counter()
                await session.submit(job)
                await learner.until_ended(job)
                waits.append(time.perf_counter() - began)
        return waits[1:]

    return [wait for waits in await asyncio.gather(*map(ask, range(learners))) for wait in waits]


def overhead(rounds: int) -> None:
    """Eight pictures of a second, asked for at once: through the engine, beside the same without it."""
    through: list[float] = []
    without: list[float] = []
    for _ in range(rounds):
        with scratch() as root, served(root, LONG) as (socket, _process):
            through.append(asyncio.run(time_of(class_learner(root / "ada", "ada", socket), job_of(8))))
        with scratch() as root:
            without.append(asyncio.run(_without(root, job_of(8))))
    compare("through / without", through, without)


async def _without(root: Path, job: Job) -> float:
    learner = Learner(root, root / "cache")
    stand_in = StandIn(learner.paths.socket, LONG)
    await stand_in.start()
    try:
        return await time_of(learner, job)
    finally:
        await stand_in.end()


def pictures(rounds: int) -> None:
    """Five learners' six pictures of 512 px and ten steps each, beside the same thirty made in a row."""
    through: list[float] = []
    in_a_row: list[float] = []
    for _ in range(rounds):
        with scratch() as root:
            through.append(asyncio.run(_five(root)))
            in_a_row.append(asyncio.run(_in_a_row(root)))
    compare("engine / in a row", through, in_a_row)


async def _five(root: Path) -> float:
    program = [sys.executable, "-m", "workshop_tui", "class", "serve", "--socket", str(root / "s")]
    server = subprocess.Popen(program, stdout=subprocess.DEVNULL, env=home(root))
    try:
        learners = [class_learner(root / str(number), f"learner-{number}", root / "s") for number in range(5)]
        while not (root / "s").exists():
            await asyncio.sleep(0.1)
        await time_of(learners[0], real(1, seed=1))  # loads
        return max(
            await asyncio.gather(
                *(time_of(learner, real(6, seed=100 * place)) for place, learner in enumerate(learners, 1))
            )
        )
    finally:
        server.terminate()
        server.wait()


async def _in_a_row(root: Path) -> float:
    learner = Learner(root, root / "cache", "alone")
    try:
        await time_of(learner, real(1, seed=1))
        return await time_of(learner, real(30, seed=1000))
    finally:
        learner.clean()


async def time_of(learner: Learner, job: Job) -> float:
    """Return the seconds from asking to having all pictures of a job."""
    async with learner.session() as session:
        await session.connect()
        began = time.perf_counter()
        await session.submit(job)
        await learner.until(lambda: all(item.run_id in learner.times_ended for item in job.items), seconds=600)
        took = time.perf_counter() - began
        await learner.until(lambda: not learner.spooled)
    assert all(outcome == "ok" for outcome in learner.outcomes(job))
    return took


def job_of(count: int, seed: int = 0, **settings: int) -> Job:
    """Return a job of different pictures."""
    asked = {"num_inference_steps": 4, "width": 128, "height": 128, **settings}
    items = (Item(uuid.uuid4().hex, Settings("a lighthouse", seed=seed + number, **asked)) for number in range(count))
    return Job(uuid.uuid4().hex, tuple(items), BUILT_IN)


def real(count: int, seed: int) -> Job:
    """Return a job of pictures as a class makes them."""
    return job_of(count, seed, num_inference_steps=10, width=512, height=512)


def compare(name: str, ours: list[float], baseline: list[float]) -> None:
    """Print the ratios of what was measured side by side."""
    ratios = [a / b for a, b in zip(ours, baseline, strict=True)]
    middle = f"{statistics.median(ours):.2f} s, {statistics.median(baseline):.2f} s"
    print(f"  {name}: {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}); {middle}")


def home(root: Path) -> dict[str, str]:
    """Return the environment of an engine with a home of its own."""
    return {**os.environ, "WORKSHOP_TUI_HOME": str(root / "home")}


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Yield a folder for one measurement."""
    with tempfile.TemporaryDirectory(prefix="class-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextlib.contextmanager
def served(root: Path, seconds: float) -> Iterator[tuple[Path, psutil.Process]]:
    """Run a front before a stand-in in a process of their own; yield the socket and the process."""
    command = [sys.executable, "-m", "tests.bench.class", "--serve", str(root), "--told", str(seconds)]
    process = subprocess.Popen(command)
    socket = root / "engine.sock"
    while not socket.exists():
        time.sleep(0.05)
    try:
        yield socket, psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


async def _serve(root: Path, seconds: float) -> None:
    socket = root / "engine.sock"
    paths = Paths(root / "data", root / "cache", root / "log", root / "config", root / "hand-ins")
    place = paths.shared_engine(socket)
    await StandIn(place.socket, seconds).start()
    front = Front(place, root / "cache", BUILT_IN, Limits(reloads=True))
    await front.serve(await listen(socket, None, front.client))


PARTS = {each.__name__: each for each in (queue, overhead, pictures)}


def run_parts(
    description: str | None,
    parts: Mapping[str, Callable[[int], None]],
    serve: Callable[[Path, float], Coroutine[Any, Any, None]],
) -> None:
    """Run the parts of a bench that are asked for; or the engine of one of them, as a process of its own.

    Args:
        description: Of the bench.
        parts: By name, what each measures, given how often.
        serve: The engine; its folder and what it is told, a number, come by `--serve` and `--told`.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--only", default=",".join(parts))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--told", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.serve, options.told))
        return
    for name in options.only.split(","):
        print(f"{name}: {parts[name].__doc__}", flush=True)
        parts[name](options.rounds)


if __name__ == "__main__":
    run_parts(__doc__, PARTS, _serve)
