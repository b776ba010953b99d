"""Readings as rows of a CSV file, a row a GPU and reading; each is on disk before the next one is taken."""

import contextlib
import csv
import datetime
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.files import cannot_write
from workshop_tui.generation.table import cell
from workshop_tui.monitor.snapshot import GpuReading, HostReading, Snapshot, WorkerReading

_GPU = [
    "index",
    "mig",
    *(
        name
        for name in GpuReading.__struct_fields__
        if name not in ("index", "mig", "taken", "uuid", "health", "processes")
    ),
]
_HOST = [name for name in HostReading.__struct_fields__ if name != "ram_limited"]

COLUMNS = [
    "time",
    *(f"gpu_{name}" for name in _GPU),
    "gpu_stale_seconds",
    *_HOST,
    *(f"worker_{name}" for name in WorkerReading.__struct_fields__),
]
"""What is empty is n/a; without a GPU there is a row with the host's figures alone."""


class GpuLog:
    """A file that rows are added to; nothing of it is held in memory.

    Args:
        path: A file of an earlier time goes on, if it has the same columns.

    Raises:
        UserError: It is another file, or cannot be written.
        WorkshopError: The disk is full.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with path.open(encoding="utf-8", newline="") as file:
                header = next(csv.reader(file), list[str]())
            whole = not header or _last_byte(path) == b"\n"
        except FileNotFoundError:
            header, whole = list[str](), True
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise UserError(f"--csv: {path} cannot be read: {error}.", "Choose another file.") from None
        if header and header != COLUMNS:
            raise UserError(
                f"--csv: {path} is no log of this command: its first line names other columns.",
                "Choose another file; this one was left as it is.",
            )
        try:
            self._file: TextIO = path.open("a", encoding="utf-8", newline="", buffering=1)
        except OSError as error:
            raise UserError(f"--csv: {path} cannot be written: {error.strerror}.", "Choose another file.") from None
        self._writer = csv.DictWriter(self._file, COLUMNS, lineterminator="\n")
        try:
            if not header:
                self._writer.writeheader()
            elif not whole:  # the disk was full, say
                self._file.write("\n")
        except OSError as error:
            with contextlib.suppress(OSError):
                self._file.close()
            raise cannot_write(path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._file.close()
        except OSError as wrong:
            if error is None:  # else it is the row that could not be written, which is told already
                raise cannot_write(self._path, wrong) from wrong

    def write(self, snapshot: Snapshot) -> None:
        """Add a reading.

        Raises:
            WorkshopError: The disk is full.
        """
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        rest: dict[str, Any] = {"time": now} | {name: getattr(snapshot.host, name) for name in _HOST}
        if snapshot.worker:
            rest |= {f"worker_{name}": value for name, value in msgspec.structs.asdict(snapshot.worker).items()}
        try:
            for gpu in snapshot.gpus or (None,):
                row = rest | (_gpu_row(gpu, snapshot) if gpu else {})
                self._writer.writerow({name: cell(value) for name, value in row.items()})
        except OSError as error:
            raise cannot_write(self._path, error) from error


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read()


def _gpu_row(gpu: GpuReading, snapshot: Snapshot) -> dict[str, Any]:
    row = {f"gpu_{name}": getattr(gpu, name) for name in _GPU}
    row["gpu_throttle_reasons"] = None if gpu.throttle_reasons is None else "; ".join(gpu.throttle_reasons)
    return row | {"gpu_stale_seconds": round(snapshot.stale(gpu), 1)}
