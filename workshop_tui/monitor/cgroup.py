"""The memory limit of the container or batch job that the program runs in, which `psutil` does not know.

Inside a container of 64 GiB on a machine of 1 TiB, the kernel ends the process at 64 GiB.
Source: docs.kernel.org, admin-guide/cgroup-v2 (memory.max, memory.current, memory.stat) and cgroup-v1/memory.
"""

from pathlib import Path, PurePosixPath

_MIB = 1024 * 1024

_VERSION_2 = ("", "memory.max", "memory.current", "inactive_file")
_VERSION_1 = ("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def memory_limit(root: Path = Path("/")) -> tuple[int, int] | None:
    """Return used and allowed MiB of the tightest group around this process, or None where there is no limit.

    Args:
        root: The folder that holds `proc` and `sys`.
    """
    try:
        groups = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return None
    found = [
        limit
        for line in groups
        for limit in _limits(root / "sys/fs/cgroup", *line.split(":", 2)[1:])  # number:controllers:path
    ]
    return min(found, key=lambda limit: limit[1], default=None)


def _limits(mount: Path, controllers: str = "", path: str = "/") -> list[tuple[int, int]]:
    if controllers and "memory" not in controllers.split(","):
        return []
    folder, limit_name, usage_name, cache_name = _VERSION_1 if controllers else _VERSION_2
    found: list[tuple[int, int]] = []
    # A limit further up binds too. Inside a container the path may be the host's, of which only the root is there.
    inner = PurePosixPath(path.lstrip("/"))
    for group in (inner, *inner.parents):
        here = mount / folder / group
        try:
            limit = int((here / limit_name).read_text())
            used = int((here / usage_name).read_text()) - _cache(here / "memory.stat", cache_name)
        except (OSError, ValueError):  # not there, or "max"
            continue
        found.append((max(0, used) // _MIB, limit // _MIB))
    return found


def _cache(stat: Path, name: str) -> int:
    """Return the bytes of files kept in memory that the kernel gives back when asked."""
    for line in stat.read_text().splitlines():
        key, _, value = line.partition(" ")
        if key == name:
            return int(value)
    return 0
