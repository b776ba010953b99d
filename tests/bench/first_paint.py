"""From start to first text, beside a bare Textual hello-world: python -m tests.bench.first_paint [REPEATS].

The two are started in turn, so that what else the machine does falls on both. Goal: at most 1.5 times as long.
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench.terminal import first_paint

HELLO = """
from textual.app import App
from textual.widgets import Static

class Hello(App):
    def compose(self):
        yield Static("Hello, world: a bare Textual application.")

Hello().run()
"""


def main(repeats: int) -> None:
    """Print median and range of both, and their ratio."""
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **{name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")},
            "WORKSHOP_TUI_HOME": home,
        }
        commands = {
            "hello-world": [sys.executable, "-c", HELLO],
            "workshop-tui": [str(Path(sys.executable).with_name("workshop-tui"))],
        }
        for command in commands.values():  # files are read from the disk once, and compiled
            first_paint(command, environment)
        times = {name: [] for name in commands}
        for _ in range(repeats):
            for name, command in commands.items():
                times[name].append(first_paint(command, environment))
    medians = {}
    for name, taken in times.items():
        walls, cpus = [t.wall for t in taken], [t.cpu for t in taken]
        medians[name] = statistics.median(walls), statistics.median(cpus)
        print(
            f"{name:13} {medians[name][0]:.3f} s ({min(walls):.3f} to {max(walls):.3f}), CPU {medians[name][1]:.3f} s"
        )
    ratios = [ours / bare for ours, bare in zip(medians["workshop-tui"], medians["hello-world"], strict=True)]
    print(f"ratio         {ratios[0]:.2f} in wall time, {ratios[1]:.2f} in CPU time")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
