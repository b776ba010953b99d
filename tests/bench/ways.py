"""What the engine's benchmarks share: a home of their own, ways that are timed in turn, and how results are told."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import Learner
from workshop_tui.worker.__main__ import NICENESS

SCRIPT = str(Path(__file__).with_name("plain_script.py"))
PROGRAM = str(Path(sys.executable).with_name("workshop-tui"))
PROMPT = "Portrait of a renaissance nobleman, oil painting style"


@dataclass
class Bench:
    """Where a benchmark works, and what it found."""

    scratch: Path
    model: str
    """As the program takes it."""
    folder: str
    """The same as a folder, for the plain script."""
    rounds: int
    short: bool = False
    lines: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "WORKSHOP_TUI_HOME": str(self.scratch), "WORKSHOP_TUI_MODEL": self.model}

    def run(self, *command: str) -> None:
        """Run a command to its end, as nice as the worker is: what else runs shall not fall on one of them alone.

        Raises:
            RuntimeError: It failed; says what it wrote.
        """
        ended = subprocess.run(
            ["nice", "-n", str(NICENESS), *command], env=self.environment, check=False, capture_output=True, text=True
        )
        if ended.returncode:
            raise RuntimeError(f"{' '.join(command)}: {ended.stdout[-500:]}{ended.stderr[-1500:]}")

    def tell(self, text: str) -> None:
        """Print a line, and keep it for the end."""
        print(text, flush=True)
        self.lines.append(text)

    def compare(self, what: str, first: Sequence[float], second: Sequence[float], goal: float, most: bool) -> None:
        """Tell the ratio of two ways: of their medians, and the range of what single rounds gave.

        Args:
            what: `sweep / loads once`.
            first: Seconds by round.
            second: The same rounds' of the other way.
            goal: The ratio that is wanted.
            most: Whether it may be that at most; otherwise it must be that at least.
        """
        ratio = statistics.median(first) / statistics.median(second)
        each = [a / b for a, b in zip(first, second, strict=True)]
        met = ratio <= goal if most else ratio >= goal
        told = f"{'at most' if most else 'at least'} {goal:g}: {'met' if met else 'missed'}"
        self.tell(f"{what:40} {ratio:6.2f} ({min(each):.2f} to {max(each):.2f}); goal {told}")

    def median(self, what: str, taken: Sequence[float], unit: str = "s") -> None:
        """Tell a median and its range."""
        low, high = min(taken), max(taken)
        self.tell(f"{what:40} {statistics.median(taken):.3f} {unit} ({low:.3f} to {high:.3f}, n={len(taken)})")


def in_turn(rounds: int, ways: dict[str, Callable[[], float | None]]) -> dict[str, list[float]]:
    """Time ways in turn, each the same number of times; one that returns seconds is taken at its word."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            told = way()
            times[name].append(time.perf_counter() - began if told is None else told)
            print(f"  round {number + 1}: {name} {times[name][-1]:.2f} s", file=sys.stderr, flush=True)
    return times


class Bare:
    """The plain script with its model loaded, that makes a cell when told to."""

    def __init__(self, bench: Bench, *options: str) -> None:
        command = ["nice", "-n", str(NICENESS), sys.executable, SCRIPT, bench.folder, str(bench.scratch), *options]
        self._process = subprocess.Popen(
            command, env=bench.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def call(self, cell: str) -> float:
        """Make a cell; return the seconds of the pipeline's call."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{cell}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


def learner(bench: Bench, name: str = "bench") -> Learner:
    """Return a learner with a worker of their own, who knows the built-in model as built already."""
    return Learner(bench.scratch / name, bench.scratch / "cache", name)
