"""The engine beside plain diffusers: python -m tests.bench.engine [--short] [--rounds N] [--only NAME,...] [--gpu].

Without --gpu, on the practice model: sweep, overhead, cancel, kill. With it, on a full-size FLUX.1 [dev] of random
weights that is made first (or any folder: --model FOLDER): speeds, offload, planner, cap. All ways are timed in turn,
and told as ratios; the plain scripts run as nice as the worker. --short makes one round, to see that all works.
"""

import argparse
import asyncio
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from tests.bench.ways import PROGRAM, PROMPT, SCRIPT, Bare, Bench, in_turn, learner
from tests.conftest import Learner
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.settings import Settings

STEPS = (4, 6, 8)
GUIDANCE = (2.0, 3.5, 5.0)
CELLS = [f"{steps}:{guidance:g}" for steps in STEPS for guidance in GUIDANCE]


def sweep(bench: Bench) -> None:
    """From the command line to the last of nine pictures on disk, all of it loaded anew each time."""

    def ours() -> None:
        where = ["--out", f"{bench.scratch}/out", "--force"]
        axes = ["--vary", f"steps={','.join(map(str, STEPS))}", "--vary", f"guidance={','.join(map(str, GUIDANCE))}"]
        bench.run(PROGRAM, "sweep", PROMPT, *axes, "--size", "512x512", "--seed", "42", *where)

    def once() -> None:
        bench.run(sys.executable, SCRIPT, bench.folder, str(bench.scratch), *CELLS)

    def anew() -> None:
        for cell in CELLS:
            bench.run(sys.executable, SCRIPT, bench.folder, str(bench.scratch), cell)

    def stopped(way: Callable[[], None]) -> Callable[[], float]:
        def timed() -> float:
            began = time.perf_counter()
            way()
            took = time.perf_counter() - began
            bench.run(sys.executable, "-m", "workshop_tui", "worker", "stop")
            return took

        return timed

    times = in_turn(bench.rounds, {"sweep": stopped(ours), "loads once": once, "anew a cell": anew})
    for name, taken in times.items():
        bench.median(f"9 cells, {name}", taken)
    bench.compare("anew / sweep", times["anew a cell"], times["sweep"], 5, most=False)
    bench.compare("sweep / loads once", times["sweep"], times["loads once"], 1, most=True)


def overhead(bench: Bench) -> None:
    """Nine pictures and one picture of a warm worker, to the message that they are there, beside bare calls."""
    bare = Bare(bench)
    bare.call("2:3.5")
    with _Loop(learner(bench)) as ours:
        ours.make(_job(bench, ["2:3.5"]))

        def first(number: list[int]) -> float:  # a prompt that neither has read before
            number[0] += 1
            return ours.make(_job(bench, ["8:3.5"], f"{PROMPT} {number[0]}"))

        numbers = [0], [0]

        def first_bare() -> float:
            numbers[1][0] += 1
            return bare.call(f"8:3.5:{PROMPT} {numbers[1][0]}")

        times = in_turn(
            bench.rounds,
            {
                "9 cells, warm worker": lambda: ours.make(_job(bench, CELLS)),
                "9 cells, bare calls": lambda: sum(map(bare.call, CELLS)),
                "first picture, warm worker": lambda: first(numbers[0]),
                "first picture, bare call": first_bare,
            },
        )
    bare.close()
    for name, taken in times.items():
        bench.median(name, taken)
    nine, nine_bare, one, one_bare = times.values()
    bench.compare("9 cells, worker / bare", nine, nine_bare, 1.03, most=True)
    bench.compare("first picture, worker / bare", one, one_bare, 1.05, most=True)


def cancel(bench: Bench) -> None:
    """From asking to stop a picture to the message that it has stopped."""
    waits: list[float] = []
    with _Loop(learner(bench)) as ours:
        ours.make(_job(bench, ["2:3.5"]))
        step = 0.0
        for _ in range(bench.rounds * 2):
            took, step = ours.cancelled(_job(bench, ["100:3.5"]))
            waits.append(took)
    bench.median("cancelled after", waits)
    bench.compare("cancelled after / (a step + 0.1 s)", waits, [step + 0.1] * len(waits), 1, most=True)


def kill(bench: Bench) -> None:
    """The worker is killed while it makes the fourth of nine cells."""
    lost = again = 0
    for _ in range(max(1, bench.rounds // 2)):
        with _Loop(learner(bench)) as ours:
            stored, ended = ours.killed(_job(bench, CELLS))
            lost += len(CELLS) - stored
            again += ended - stored
    bench.tell(f"{'cells lost after kill -9':40} {lost}; goal 0: {'missed' if lost else 'met'}; told twice: {again}")


def _job(bench: Bench, cells: list[str], prompt: str = PROMPT) -> Job:
    items: list[Item] = []
    for cell in cells:
        steps, guidance = cell.split(":")
        settings = Settings(prompt, int(steps), float(guidance), 42, 512, 512)
        items.append(Item(uuid.uuid4().hex, settings))
    return Job(uuid.uuid4().hex, tuple(items), bench.model)


class _Loop:
    """A learner at a warm worker, for code that is not asynchronous."""

    def __init__(self, who: Learner) -> None:
        self._who = who
        self._runner = asyncio.Runner()

    def __enter__(self) -> "_Loop":
        self._session = self._who.session()
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._session.close())
        self._runner.close()
        self._who.clean()

    def make(self, job: Job) -> float:
        """Make pictures; return the seconds until the last was heard of."""

        async def make() -> float:
            began = time.perf_counter()
            await self._session.submit(job)
            await self._who.until_ended(job)
            return time.perf_counter() - began

        took = self._runner.run(make())
        if wrong := [outcome for outcome in self._who.outcomes(job) if outcome != "ok"]:
            raise RuntimeError(f"{wrong}: {self._who.stored[job.items[0].run_id][0].reason}")
        return took

    def cancelled(self, job: Job) -> tuple[float, float]:
        """Begin a picture and cancel it; return the seconds that took, and those of its longest step."""

        async def make() -> float:
            run_id = job.items[0].run_id
            await self._session.submit(job)
            await self._who.until_phase("denoise", run_id, 3)
            began = time.perf_counter()
            await self._session.cancel((run_id,))
            await self._who.until_ended(job)
            return time.perf_counter() - began

        took = self._runner.run(make())
        return took, max(self._who.stored[job.items[0].run_id][0].seconds.steps)

    def killed(self, job: Job) -> tuple[int, int]:
        """Kill the worker in a sweep; return how many cells are there in the end, and how often one was told."""

        async def make() -> None:
            await self._session.submit(job)
            await self._who.until_phase("denoise", job.items[3].run_id)
            self._who.kill()
            await self._who.until(lambda: all(item.run_id in self._who.times_ended for item in job.items), 300)

        self._runner.run(make())
        there = [outcome for outcome in self._who.outcomes(job) if outcome == "ok"]
        return len(there), sum(self._who.times_ended[item.run_id] for item in job.items)


PARTS: dict[str, Callable[[Bench], None]] = {"sweep": sweep, "overhead": overhead, "cancel": cancel, "kill": kill}


def main() -> None:
    """Run the parts that are asked for, and tell all results once more at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--gpu", action="store_true")
    parser.add_argument("--model", default="", help="A folder; by default the practice model, or a random one.")
    asked = parser.parse_args()
    parts = PARTS
    if asked.gpu:
        from tests.bench.engine_gpu import PARTS as parts
    names = [name for name in asked.only.split(",") if name] or list(parts)
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        bench = Bench(Path(scratch), asked.model, asked.model, 1 if asked.short else asked.rounds, asked.short)
        _find_model(bench, gpu=asked.gpu)
        for name in names:
            print(f"{name}: {parts[name].__doc__}", flush=True)
            parts[name](bench)
        print("\nAll results:", *bench.lines, sep="\n")


def _find_model(bench: Bench, *, gpu: bool) -> None:
    from workshop_tui.models.small_flux import FOLDER

    if bench.model:
        return
    bench.model, bench.folder = "small-flux", str(FOLDER)
    if gpu:
        from tests.bench.random_flux import make_random_dev

        bench.model = bench.folder = str(make_random_dev(bench.scratch / "random-dev", FOLDER))


if __name__ == "__main__":
    main()
