"""Which process a learner's worker is."""

from pathlib import Path

import msgspec
import psutil


class _WorkerFile(msgspec.Struct):
    pid: int


def worker_pid(root: Path) -> int | None:
    """Return the process id of a learner's running worker, or None.

    Args:
        root: The learner's state folder. The worker leaves `worker.json` there, which outlives a killed worker: the
            process must still be there and be this learner's worker, because its number may have gone to another
            program. A zombie has no command line any more, and so counts as gone.
    """
    try:
        pid = msgspec.json.decode((root / "worker.json").read_bytes(), type=_WorkerFile).pid
        command = psutil.Process(pid).cmdline()
    except (OSError, msgspec.MsgspecError, psutil.Error, ValueError, OverflowError):
        return None
    return pid if "workshop_tui.worker" in command and str(root.absolute()) in command else None
