"""All workers and shared engines of a machine, whoever runs them."""

import contextlib
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

import msgspec
import psutil

from workshop_tui.generation.worker_pid import MODULES


class Running(msgspec.Struct, frozen=True):
    """A worker, or a shared engine."""

    kind: Literal["worker", "engine"]
    pid: int
    user: str
    began: str
    """ISO 8601 in UTC."""
    rss_mib: float
    folder: str
    """Its state folder; of an engine its socket; empty where its command does not say."""


def running() -> list[Running]:
    """Return the workers and engines that this user may see, which for root are all, the oldest first."""
    found: list[Running] = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):  # gone meanwhile, or not for us to look at
            command = process.cmdline()
            kind = kind_of(command)
            if kind is None:
                continue
            began = datetime.fromtimestamp(process.create_time(), UTC).isoformat(timespec="seconds")
            rss = process.memory_info().rss / 2**20
            folder = _after(command, "--state" if kind == "worker" else "--socket")
            found.append(Running(kind, process.pid, process.username(), began, rss, folder))
    return sorted(found, key=lambda each: (each.began, each.pid))


def kind_of(command: Sequence[str]) -> Literal["worker", "engine"] | None:
    """Return what a command line belongs to; None for any other program."""
    if any(module in command for module in MODULES) and "--state" in command:
        return "worker"
    program = any(part.endswith("/workshop-tui") or part == "workshop_tui" for part in command[:5])
    return "engine" if program and ("class", "serve") in itertools.pairwise(command) else None


def _after(command: Sequence[str], option: str) -> str:
    """Return what stands behind an option, as a word of its own or after `=`."""
    joined = (word.removeprefix(f"{option}=") for word in command if word.startswith(f"{option}="))
    apart = (value for name, value in itertools.pairwise(command) if name == option)
    return next(itertools.chain(joined, apart), "")
