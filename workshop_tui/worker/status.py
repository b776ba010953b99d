"""What the kernel tells of this process. No torch here: the worker's front asks, too."""

from pathlib import Path


def status_bytes(name: str) -> int:
    """Return a size in `/proc/self/status`, bytes; 0 where there is no such line.

    Args:
        name: `VmData` (private writable memory, which `RLIMIT_DATA` counts), `VmHWM` (highest resident memory), ...

    Raises:
        OSError: The system has no such file.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0
