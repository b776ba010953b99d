"""The class in a terminal beside a bare Textual hello-world: python -m tests.bench.terminal [--starts N] [--keys N].

first paint: from start to what stands on the screen, both started in turn. keys: from a key press to the first byte of
the answer, and the bytes of the whole answer; hello-world's key moves the focus between two buttons, ours a cursor.
idle: bytes and CPU while nobody types. memory: the process's own. Goals: first paint at most 1.5 times hello-world's,
keys at most twice (also while pictures are made) and no more bytes, idle at most 400 bytes a second (150 on a slow
line) and 1 % of a core, memory at most three times.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import cycle, islice
from pathlib import Path

from tests.bench.pseudo_terminal import Answered, Painted, Program

HELLO = """
from textual.app import App
from textual.widgets import {widgets}

class Hello(App):
    def compose(self):
        yield Static("Hello, world: a bare Textual application.")
        {more}

Hello().run()
"""
BARE = HELLO.format(widgets="Static", more="")
WITH_KEYS = HELLO.format(widgets="Button, Static", more='yield Button("One"); yield Button("Two")')
MOMENTS = {
    "line that it opens": "Opening the class",
    "class's frame": "Opening Recap",
    "card with Enter": "Begin, or go on",
}
DOWN, UP = b"\x1b[B", b"\x1b[A"
PROGRAM = str(Path(sys.executable).with_name("workshop-tui"))


@contextmanager
def class_(*options: str) -> Iterator[Program]:
    """Open the class in a home of its own, up to the lesson's first section."""
    with tempfile.TemporaryDirectory() as home:
        with Program([PROGRAM, "class", "--model", "small-flux", *options], environment(home)) as program:
            program.until("Begin, or go on")
            program.rest(1.0)
            program.write(b"\r")
            program.rest(3.0)
            yield program
            program.write(b"q")
            with suppress(RuntimeError):  # it has left
                program.rest(5.0)
        os.spawnve(os.P_WAIT, PROGRAM, [PROGRAM, "worker", "stop", "--drop"], environment(home))


def environment(home: str) -> dict[str, str]:
    """Return the environment of a program with all state in one folder; it may keep its bytecode, as an installed one.

    Without that every start would compile this program's modules anew, and none of hello-world's.
    """
    left_out = ("COLUMNS", "LINES", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return kept | {"WORKSHOP_TUI_HOME": home}


def first_paint(starts: int) -> None:
    """Print median and range of each moment, and its ratio to hello-world's."""
    taken: dict[str, list[Painted]] = {name: [] for name in ("hello-world", *MOMENTS)}
    with tempfile.TemporaryDirectory() as home:
        for _ in range(starts + 1):
            with Program([sys.executable, "-c", BARE], environment(home)) as bare:
                taken["hello-world"].append(bare.until("Hello, world"))
            with Program([PROGRAM], environment(home)) as ours:
                for name, text in MOMENTS.items():
                    taken[name].append(ours.until(text))
    baseline = None
    for name, painted in taken.items():
        counted = painted[1:]  # the first start reads files from the disk and compiles them
        wall, cpu = (statistics.median(getattr(each, key) for each in counted) for key in ("wall", "cpu"))
        baseline = baseline or (wall, cpu)
        spread = f"{min(each.wall for each in counted):.3f} to {max(each.wall for each in counted):.3f}"
        ratios = f"{wall / baseline[0]:.2f} in wall time, {cpu / baseline[1]:.2f} in CPU time"
        print(f"{name:20} {wall:.3f} s ({spread}), CPU {cpu:.3f} s: {ratios}", flush=True)


def keys(count: int) -> float:
    """Print latency and bytes a key in each place, beside hello-world's; return hello-world's memory, MiB."""
    with tempfile.TemporaryDirectory() as home, Program([sys.executable, "-c", WITH_KEYS], environment(home)) as hello:
        hello.until("Hello, world")
        hello.rest(1.0)
        baseline = _pressed(hello, (b"\t",), count)
        memory, idle = hello.memory(), hello.idle(10)
    _tell("hello-world", baseline, baseline)
    print(f"{'':20} {memory:.0f} MiB, idle {idle.bytes:.0f} bytes/s, {idle.cpu:.2%} of a core")
    with class_() as ours:
        ours.write(b"nn")  # to a part that is longer than the screen
        ours.rest(3.0)
        _tell("class: scrolling", _pressed(ours, (DOWN, UP), count), baseline)
        ours.write(b"2")
        ours.rest(3.0)
        _tell("lab: rows", _pressed(ours, (DOWN, UP), count), baseline)
        ours.write(b"r")
        ours.rest(4.0)
        _tell("lab: while running", _pressed(ours, (DOWN, UP), count), baseline)
    return memory


def idle(seconds: float, bare_memory: float) -> None:
    """Print bytes and CPU of each mode while nobody types, and the memory beside hello-world's."""
    for options in ((), ("--slow-line",)):
        with class_(*options) as ours:
            for key, mode in ((b"1", "class"), (b"2", "lab"), (b"3", "monitor")):
                ours.write(key)
                ours.rest(5.0)
                found = ours.idle(seconds)
                name = f"{mode} {' '.join(options)}".strip()
                print(f"idle {name:20} {found.bytes:.0f} bytes/s, {found.cpu:.2%} of a core", flush=True)
            memory = ours.memory()
            print(f"memory {memory:.0f} MiB: {memory / bare_memory:.2f} of hello-world's", flush=True)


def _pressed(program: Program, each: Sequence[bytes], count: int) -> list[Answered]:
    return [program.press(key) for key in islice(cycle(each), count)]


def _tell(name: str, answered: Sequence[Answered], baseline: Sequence[Answered]) -> None:
    def figures(found: Sequence[Answered]) -> tuple[float, float, float]:
        times = sorted(each.seconds * 1000 for each in found)
        p99 = times[min(len(times) - 1, int(0.99 * len(times)))]
        return statistics.median(times), p99, statistics.median(each.bytes for each in found)

    (p50, p99, size), bare = figures(answered), figures(baseline)
    print(
        f"{name:20} {p50:.1f} ms median, {p99:.1f} ms p99 ({p99 / bare[1]:.2f}), "
        f"{size:.0f} bytes a key ({size / bare[2]:.2f})",
        flush=True,
    )


def main() -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=15)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--idle", type=float, default=30.0, help="s")
    options = parser.parse_args()
    first_paint(options.starts)
    idle(options.idle, keys(options.keys))


if __name__ == "__main__":
    main()
