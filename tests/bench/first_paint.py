"""From start to the first paint, beside a bare Textual hello-world: python -m tests.bench.first_paint [REPEATS].

Both are started in turn, so that what else the machine does falls on both. Three moments of the class are timed: the
line that says that it opens, the class's own frame, and the card that waits for Enter. Goal: the frame after at most
1.5 times as long as hello-world.
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench.terminal import Painted, until_painted

HELLO = """
from textual.app import App
from textual.widgets import Static

class Hello(App):
    def compose(self):
        yield Static("Hello, world: a bare Textual application.")

Hello().run()
"""
MOMENTS = {
    "line that it opens": "Opening the class",
    "class's frame": "Opening Recap",
    "card with Enter": "Enter Begin",
}


def main(repeats: int) -> None:
    """Print median and range of each moment, and its ratio to hello-world's."""
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **{name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")},
            "WORKSHOP_TUI_HOME": home,
        }
        program = str(Path(sys.executable).with_name("workshop-tui"))
        taken: dict[str, list[Painted]] = {name: [] for name in ("hello-world", *MOMENTS)}
        for _ in range(repeats + 1):
            bare = until_painted([sys.executable, "-c", HELLO], environment, ["Hello, world"])
            ours = until_painted([program], environment, list(MOMENTS.values()))
            for name, painted in zip(taken, [*bare, *ours], strict=True):
                taken[name].append(painted)
        baseline = None
        for name, painted in taken.items():
            counted = painted[1:]  # the first start reads files from the disk and compiles them
            wall, cpu = (statistics.median(getattr(each, key) for each in counted) for key in ("wall", "cpu"))
            baseline = baseline or (wall, cpu)
            spread = f"{min(each.wall for each in counted):.3f} to {max(each.wall for each in counted):.3f}"
            ratios = f"{wall / baseline[0]:.2f} in wall time, {cpu / baseline[1]:.2f} in CPU time"
            print(f"{name:20} {wall:.3f} s ({spread}), CPU {cpu:.3f} s: {ratios}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
