"""`workshop-tui gpu`: what the GPU and this machine are doing, once or every second."""

import contextlib
import datetime
import math
import os
import queue
import textwrap
import time
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec
import psutil

from workshop_tui.cli.common import UserPath
from workshop_tui.cli.gpu_log import GpuLog
from workshop_tui.generation.spool import Spool
from workshop_tui.generation.worker_pid import find_worker, worker_pid
from workshop_tui.monitor.now import FIRST_ANSWER_SECONDS, is_complete
from workshop_tui.monitor.snapshot import GpuReading, Snapshot
from workshop_tui.paths import LearnerPaths, Paths, find_paths

WIDTH = 80
"""Columns that every line of the human output fits into."""


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
@click.option(
    "--csv",
    "csv_file",
    type=UserPath(dir_okay=False),
    help="Write each reading of --watch to this file too; an earlier log goes on.",
)
def gpu(as_json: bool, watch: bool, interval: float | None, csv_file: Path | None) -> None:
    """Show what the GPU, this machine and your worker are doing.

    Works without a GPU too, and then says why there is no reading. A figure that the hardware does not give is n/a
    (null in JSON, empty in CSV). Who holds the GPU's memory is not asked while pictures of yours are made.

    \b
    workshop-tui gpu
    workshop-tui gpu --watch --interval 5 --csv gpu.csv
    """
    if csv_file and not watch:
        raise click.UsageError("--csv writes what --watch reads: give --watch too.")
    paths = find_paths()
    show = _json_line if as_json else _block if watch else _page
    with (
        GpuLog(csv_file) if csv_file else contextlib.nullcontext() as log,
        contextlib.closing(_snapshots(paths, (interval or 1.0) if watch else 0.3)) as snapshots,
    ):
        if not watch:
            print(show(_first_complete(snapshots)), flush=True)
            return
        try:
            for snapshot in snapshots:
                if log:
                    log.write(snapshot)
                print(show(snapshot), flush=True)
        except KeyboardInterrupt:
            pass  # the ordinary way to end it


def _snapshots(paths: Paths, interval: float) -> Generator[Snapshot, None, None]:
    """Yield a snapshot each `interval` seconds; one that nobody takes in time is dropped."""
    from workshop_tui.monitor.host import HostReader
    from workshop_tui.monitor.nvml import NvmlReader
    from workshop_tui.monitor.sampler import Sampler

    mine = paths.learner()
    newest: queue.Queue[Snapshot] = queue.Queue(maxsize=1)

    def offer(snapshot: Snapshot) -> None:
        with contextlib.suppress(queue.Full):
            newest.put_nowait(snapshot)

    sampler = Sampler(NvmlReader(), HostReader(mine.root, paths.cache), interval=interval, on_snapshot=offer)
    sampler.set_worker_pid(worker_pid(mine.root))
    sampler.set_timed(_is_working(mine))
    sampler.start()
    try:
        while True:
            snapshot = newest.get()
            if snapshot.worker is None:
                sampler.set_worker_pid(worker_pid(mine.root))
            sampler.set_timed(_is_working(mine))
            yield snapshot
    finally:
        sampler.stop()


def _is_working(mine: LearnerPaths) -> bool:
    """Tell whether pictures of this learner are in line: their times shall not be disturbed."""
    return mine.spool.is_dir() and bool(Spool(mine.spool).load_queue())


def _own(snapshot: Snapshot) -> GpuReading | None:
    """Return the GPU of the learner's worker, running or to come."""
    from workshop_tui.monitor.own_gpu import own_gpu

    worker = find_worker(find_paths().learner().root) if snapshot.worker else None
    if worker is None:
        return own_gpu(snapshot.gpus, "", os.environ)
    environ: Mapping[str, str] = os.environ
    with contextlib.suppress(psutil.Error, OSError):
        environ = psutil.Process(worker.pid).environ()
    elsewhere = worker.loaded and not worker.gpu
    return own_gpu(snapshot.gpus, worker.gpu, environ, worker.pid, elsewhere=elsewhere)


def _first_complete(snapshots: Iterator[Snapshot]) -> Snapshot:
    """Return the first snapshot with a CPU load and the driver's answer, or what there is after some seconds."""
    deadline = time.monotonic() + FIRST_ANSWER_SECONDS
    for snapshot in snapshots:
        if is_complete(snapshot) or time.monotonic() >= deadline:
            return snapshot
    raise AssertionError("the sampler never ends by itself")


def _json_line(snapshot: Snapshot) -> str:
    from workshop_tui.monitor.wording import sentence

    data: dict[str, Any] = msgspec.to_builtins(snapshot)
    taken, own = data.pop("taken"), _own(snapshot)
    for reading, gpu in zip(data["gpus"], snapshot.gpus, strict=True):
        reading["own"] = gpu is own
        reading["age_seconds"] = round(max(0.0, taken - reading.pop("taken")), 3)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    return msgspec.json.encode({"time": now, **data, "sentence": sentence(snapshot, own)}).decode()


def _page(snapshot: Snapshot) -> str:
    """Return all figures, with the sentence on what they mean."""
    from workshop_tui.monitor import wording

    lines: list[str] = []
    own = _own(snapshot)
    for reading in snapshot.gpus:
        lines += _wrap([wording.gpu_title(reading, reading is own)], "")
        lines += _wrap(wording.gpu_parts(reading, snapshot.stale(reading)), "  ")
        lines += _wrap(wording.gpu_details(reading), "  ")
        held = wording.process_parts(reading, snapshot.worker.pid if snapshot.worker else None)
        lines += _wrap(["memory held by", *held], "  ") if held else []
    lines += _wrap(["host", *wording.host_parts(snapshot.host)], "")
    lines += _wrap(wording.worker_parts(snapshot.worker) if snapshot.worker else ["worker not running"], "")
    lines += textwrap.wrap(wording.sentence(snapshot, own), WIDTH)
    if snapshot.gpus and snapshot.gpu_message and not snapshot.stale_seconds:
        lines += textwrap.wrap(f"Note: {snapshot.gpu_message}.", WIDTH)
    return "\n".join(lines)


def _block(snapshot: Snapshot) -> str:
    """Return a few lines for one moment: the time, a line for each GPU, one for the host."""
    from workshop_tui.monitor import wording

    rows: list[list[str]] = [
        [reading.title, *wording.gpu_parts(reading, snapshot.stale(reading))] for reading in snapshot.gpus
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
