"""A sweep of four cells, beside a plain diffusers script: python -m tests.bench.sweep [REPEATS [MODEL_FOLDER]].

Everything is timed from the command line to the last picture on disk, imports and loading included, the worker started
anew each time. Goals: no slower than the script that loads once; at least 3 times as fast as the script that is started
anew for each cell. Without a model's folder, the practice model.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from workshop_tui.models.small_flux import ensure_small_flux

STEPS = ("10", "15", "20", "25")
SCRIPT = Path(__file__).with_name("plain_script.py")


def main(repeats: int, model: str | None) -> None:
    """Print the median and range of each way, and how they compare."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        folder = model or str(ensure_small_flux(home / "cache"))
        environment = {**os.environ, "WORKSHOP_TUI_HOME": scratch, "WORKSHOP_TUI_MODEL": model or "small-flux"}

        def run(*command: str) -> None:
            subprocess.run(command, env=environment, check=True, capture_output=True)

        def ours() -> None:
            prompt = "Portrait of a renaissance nobleman, oil painting style"
            program = str(Path(sys.executable).with_name("workshop-tui"))
            vary = f"steps={','.join(STEPS)}"
            where = ["--out", f"{scratch}/out", "--force"]
            run(program, "sweep", prompt, "--vary", vary, "--size", "512x512", "--seed", "42", *where)

        def once() -> None:
            run(sys.executable, str(SCRIPT), folder, scratch, *STEPS)

        def anew() -> None:
            for steps in STEPS:
                run(sys.executable, str(SCRIPT), folder, scratch, steps)

        ways: dict[str, Callable[[], None]] = {
            "workshop-tui sweep": ours,
            "script, loads once": once,
            "script, anew a cell": anew,
        }
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(repeats):
            for name, way in ways.items():
                began = time.perf_counter()
                way()
                times[name].append(time.perf_counter() - began)
                run(sys.executable, "-m", "workshop_tui", "worker", "stop")
        medians = {name: statistics.median(taken) for name, taken in times.items()}
        for name, taken in times.items():
            print(f"{name:20} {medians[name]:.1f} s ({min(taken):.1f} to {max(taken):.1f})")
        sweep, loads_once, each_anew = medians.values()
        print(f"sweep / loads once   {sweep / loads_once:.2f}")
        print(f"anew / sweep         {each_anew / sweep:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5, sys.argv[2] if len(sys.argv) > 2 else None)
