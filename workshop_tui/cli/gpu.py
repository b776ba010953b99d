"""`workshop-tui gpu`: what the GPU and this machine are doing, once or every second."""

import contextlib
import datetime
import math
import os
import queue
import sys
import textwrap
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from workshop_tui.generation.worker_pid import worker_pid
from workshop_tui.monitor.snapshot import Snapshot
from workshop_tui.paths import find_paths

WIDTH = 80
"""Columns that every line of the human output fits into."""
FIRST_ANSWER_SECONDS = 5.0
"""How long a single reading waits for a slow driver."""


def _check_interval(ctx: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    if value is None:
        return None
    if math.isnan(value):
        raise click.BadParameter("nan is not a number of seconds.")
    if not ctx.params.get("watch"):
        raise click.UsageError("--interval says how often --watch reads: give --watch too.")
    return value


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; with --watch one a line.")
@click.option("--watch", is_flag=True, is_eager=True, help="Go on until Ctrl+C.")
@click.option(
    "--interval",
    type=click.FloatRange(0.2, 60),
    metavar="SECONDS",
    callback=_check_interval,
    help="Seconds between two readings of --watch (default 1).",
)
def gpu(as_json: bool, watch: bool, interval: float | None) -> None:
    """Show what the GPU, this machine and your worker are doing.

    Works without a GPU too, and then says why there is no reading. A figure that the hardware does not give is n/a
    (null in JSON).
    """
    root = find_paths().learner().root
    show = _json_line if as_json else _block if watch else _page
    with contextlib.closing(_snapshots(root, (interval or 1.0) if watch else 0.3)) as snapshots:
        if not watch:
            _print(show(_first_complete(snapshots)))
            return
        try:
            for snapshot in snapshots:
                _print(show(snapshot))
        except KeyboardInterrupt:
            pass  # the ordinary way to end it
        except BrokenPipeError:
            # The reader has left. What Python still holds for it must not raise again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _snapshots(
    root: Path, interval: float, find_worker: Callable[[Path], int | None] = worker_pid
) -> Generator[Snapshot, None, None]:
    """Yield a snapshot each `interval` seconds; one that nobody takes in time is dropped."""
    from workshop_tui.monitor.host import HostReader
    from workshop_tui.monitor.nvml import NvmlReader
    from workshop_tui.monitor.sampler import Sampler

    newest: queue.Queue[Snapshot] = queue.Queue(maxsize=1)

    def offer(snapshot: Snapshot) -> None:
        with contextlib.suppress(queue.Full):
            newest.put_nowait(snapshot)

    sampler = Sampler(NvmlReader(), HostReader(root), interval=interval, on_snapshot=offer)
    sampler.set_worker_pid(find_worker(root))
    sampler.start()
    try:
        while True:
            snapshot = newest.get()
            if snapshot.worker is None:
                sampler.set_worker_pid(find_worker(root))
            yield snapshot
    finally:
        sampler.stop()


def _first_complete(snapshots: Iterator[Snapshot]) -> Snapshot:
    """Return the first snapshot with a CPU load and the driver's answer, or what there is after some seconds."""
    deadline = time.monotonic() + FIRST_ANSWER_SECONDS
    for snapshot in snapshots:
        complete = snapshot.host.cpu_percent is not None and not snapshot.gpu_waiting
        if complete or time.monotonic() >= deadline:
            return snapshot
    raise AssertionError("the sampler never ends by itself")


def _json_line(snapshot: Snapshot) -> str:
    from workshop_tui.monitor.wording import sentence

    data: dict[str, Any] = msgspec.to_builtins(snapshot)
    taken = data.pop("taken")
    for reading in data["gpus"]:
        reading["age_seconds"] = round(max(0.0, taken - reading.pop("taken")), 3)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    return msgspec.json.encode({"time": now, **data, "sentence": sentence(snapshot)}).decode()


def _page(snapshot: Snapshot) -> str:
    """Return all figures, with the sentence on what they mean."""
    from workshop_tui.monitor import wording

    lines: list[str] = []
    for reading in snapshot.gpus:
        lines += _wrap([wording.gpu_title(reading)], "")
        lines += _wrap(wording.gpu_parts(reading, snapshot.stale(reading)), "  ")
        lines += _wrap(wording.gpu_details(reading), "  ")
    lines += _wrap(["host", *wording.host_parts(snapshot.host)], "")
    lines += _wrap(wording.worker_parts(snapshot.worker) if snapshot.worker else ["worker not running"], "")
    lines += textwrap.wrap(wording.sentence(snapshot), WIDTH)
    if snapshot.gpus and snapshot.gpu_message and not snapshot.stale_seconds:
        lines += textwrap.wrap(f"Note: {snapshot.gpu_message}.", WIDTH)
    return "\n".join(lines)


def _block(snapshot: Snapshot) -> str:
    """Return a few lines for one moment: the time, a line for each GPU, one for the host."""
    from workshop_tui.monitor import wording

    rows: list[list[str]] = [
        [f"GPU {reading.index}", *wording.gpu_parts(reading, snapshot.stale(reading))] for reading in snapshot.gpus
    ]
    if snapshot.gpu_message:
        rows.append([f"GPU {'note' if rows else 'n/a'}: {snapshot.gpu_message}"])
    rows.append(wording.host_parts(snapshot.host))
    if snapshot.worker:
        rows.append(wording.worker_parts(snapshot.worker))
    lines = [line for row in rows for line in _wrap(row, " " * 10)]
    return time.strftime("%H:%M:%S") + lines[0][8:] + "".join(f"\n{line}" for line in lines[1:])


def _wrap(parts: list[str], indent: str) -> list[str]:
    """Join short texts with two spaces; a new line begins between two of them, or inside one that is too long."""
    lines: list[str] = []
    line = ""
    for part in parts:
        if line and len(indent) + len(line) + 2 + len(part) > WIDTH:
            lines.append(line)
            line = ""
        line = f"{line}  {part}" if line else part
    lines.append(line)
    return [
        wrapped
        for text in lines
        for wrapped in textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
    ]


def _print(text: str) -> None:
    """Print at once; a terminal without the degree sign or a name's letters gets '?' for them."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), flush=True)
