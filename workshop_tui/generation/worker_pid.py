"""Which process a learner's worker is."""

from pathlib import Path

import msgspec
import psutil

from workshop_tui.files import write_atomic

NAME = "worker.json"

MODULES = ("workshop_tui.worker", "workshop_tui.cluster")
"""What a worker's process is started with."""


class WorkerFile(msgspec.Struct, frozen=True):
    """What a worker leaves in `worker.json`."""

    pid: int
    gpu: str = ""
    """The UUID of the GPU that its model runs on; empty where it runs on none, or none is loaded."""
    loaded: bool = False
    """Whether it has a model loaded."""


def worker_pid(root: Path) -> int | None:
    """Return the process id of a learner's running worker, or None; `find_worker` says more."""
    found = find_worker(root)
    return found.pid if found else None


def find_worker(root: Path) -> WorkerFile | None:
    """Return which process a learner's running worker is, or None.

    Args:
        root: The learner's state folder. The worker leaves `worker.json` there, which outlives a killed worker: the
            process must still be there and be this learner's worker, because its number may have gone to another
            program. A zombie has no command line any more, and so counts as gone.
    """
    try:
        found = msgspec.json.decode((root / NAME).read_bytes(), type=WorkerFile)
        command = psutil.Process(found.pid).cmdline()
    except (OSError, msgspec.MsgspecError, psutil.Error, ValueError, OverflowError):
        return None
    return found if any(module in command for module in MODULES) and str(root.absolute()) in command else None


def is_program(root: Path, program: tuple[str, ...]) -> bool:
    """Tell whether a learner's running worker, if there is one, was started as this module with these options."""
    pid = worker_pid(root)
    try:
        command = psutil.Process(pid).cmdline() if pid else []
    except psutil.Error:
        return True  # gone meanwhile
    return not command or command[command.index("-m") + 1 :][: len(program) + 1] == [*program, "--state"]


def write_worker_file(root: Path, found: WorkerFile) -> None:
    """Leave word of a worker.

    Raises:
        WorkshopError: The disk is full, say.
    """
    write_atomic(root / NAME, msgspec.json.encode(found), mode=0o600)
