"""What watching costs: python -m tests.bench.monitor [--seconds N] [--pictures N].

sampler: share of a core that readings take, at 1 and 10 a second. steps: a denoising step of the built-in model
while nothing is read, once and ten times a second, in turn. frame: drawing the Monitor's curves once, at 80 columns,
in seconds and bytes. With a GPU, calls: each of NVML's calls that the reader makes.
"""

import argparse
import statistics
import tempfile
import time
import uuid
from pathlib import Path

from workshop_tui.generation.settings import Settings
from workshop_tui.monitor.host import HostReader
from workshop_tui.monitor.nvml import NvmlReader
from workshop_tui.monitor.nvml_device import NvmlDevice
from workshop_tui.monitor.recorder import Recorder
from workshop_tui.monitor.sampler import Sampler


def sampler(seconds: float) -> None:
    """Share of a core that the sampler's threads take while the process does nothing else."""
    for rate in (1, 10):
        watching = Sampler(NvmlReader(), HostReader(Path("/")), interval=1 / rate)
        watching.start()
        time.sleep(1.0)  # imports
        before, began = time.process_time(), time.perf_counter()
        time.sleep(seconds)
        share = (time.process_time() - before) / (time.perf_counter() - began)
        watching.stop()
        print(f"  {rate:2} a second: {share:.2%} of a core")


def steps(pictures: int) -> None:
    """Median seconds of a step at 512 px with each way of reading, the ways in turn."""
    from workshop_tui.worker.engine import Engine
    from workshop_tui.worker.request import RunRequest

    with tempfile.TemporaryDirectory() as cache:
        engines: dict[str, Engine] = {}
        for name, interval in (("off", None), ("1 a second", 1.0), ("10 a second", 0.1)):
            recorder = Recorder(NvmlReader(), HostReader(Path(cache)), interval=interval or 1.0)
            if interval:
                recorder.start()
            engines[name] = Engine(Path(cache), "cpu", recorder=recorder)
        took: dict[str, list[float]] = {name: [] for name in engines}
        for seed in range(pictures):
            for name, engine in engines.items():
                settings = Settings("Portrait of a pirate, oil painting style", 25, 3.5, seed, 512, 512)
                request = RunRequest(uuid.uuid4().hex, "bench", settings, "small-flux")
                run, _ = engine.run(request, lambda _progress: None, lambda: False)
                took[name] += run.seconds.steps if seed else ()
        base = statistics.median(took["off"])
        for name, each in took.items():
            middle = statistics.median(each)
            print(f"  {name}: {1000 * middle:.1f} ms a step, {middle / base:.3f} of off")


def frame(repeats: int) -> None:
    """Build the curves as the Monitor does each two seconds."""
    from textual_plotext.plot import Plot

    from workshop_tui.app.widgets.history import COLORS, HISTORY, MARKS

    times: list[float] = []
    size = 0
    for shift in range(repeats):
        began = time.perf_counter()
        plot = Plot()
        plot.plotsize(78, 12)
        plot.xlim(-HISTORY, 0)
        plot.ylim(0, 100)
        for place, (mark, color) in enumerate(zip(MARKS, COLORS["dark"], strict=True)):
            values = [20 + 20 * place + (at * (place + 3) + shift) % 30 for at in range(HISTORY)]
            plot.plot([at - HISTORY for at in range(HISTORY)], values, marker=mark, color=color)
        size = len(plot.build().encode())
        times.append(time.perf_counter() - began)
    print(f"  {1000 * statistics.median(times):.1f} ms, {size:,} bytes before the terminal's own diff")


def calls(repeats: int) -> None:
    """Median time of each NVML call, where there is a GPU."""
    reader = NvmlReader()
    report = reader.read(thorough=True)
    if not report.gpus:
        print(f"  none: {report.message}")
        return
    took: dict[str, list[float]] = {}
    ask = NvmlDevice._ask  # pyright: ignore[reportPrivateUsage]

    def timed(device: NvmlDevice, function: str, *arguments: int) -> object:
        began = time.perf_counter()
        try:
            return ask(device, function, *arguments)
        finally:
            took.setdefault(function, []).append(time.perf_counter() - began)

    NvmlDevice._ask = timed  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
    for _ in range(repeats):
        reader.read(thorough=True)
    for function, each in sorted(took.items(), key=lambda entry: -statistics.median(entry[1])):
        print(f"  {function}: {1e6 * statistics.median(each):.0f} us")


def main() -> None:
    """Run all parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--pictures", type=int, default=7)
    options = parser.parse_args()
    for part, argument in ((sampler, options.seconds), (frame, 30), (calls, 200), (steps, options.pictures)):
        print(f"{part.__name__}: {part.__doc__}", flush=True)
        part(argument)  # pyright: ignore[reportArgumentType]


if __name__ == "__main__":
    main()
