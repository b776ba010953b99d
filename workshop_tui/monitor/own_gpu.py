"""Which of the machine's GPUs is the worker's: NVML lists all of them, and knows nothing of CUDA_VISIBLE_DEVICES."""

from collections.abc import Mapping, Sequence

from workshop_tui.monitor.snapshot import GpuReading, same_gpu


def own_gpu(
    gpus: Sequence[GpuReading],
    uuid: str,
    environ: Mapping[str, str],
    pid: int | None = None,
    *,
    elsewhere: bool = False,
) -> GpuReading | None:
    """Return the worker's GPU; None where there is none for it, or nobody can tell yet which.

    Args:
        gpus: All that NVML lists.
        uuid: As the worker told it; empty while it has no model on a GPU.
        environ: The worker's environment, which decides what CUDA will take before the worker can tell.
        elsewhere: Whether the worker has a model loaded that runs on none of them.
        pid: The worker's process, if there is one: where the driver lists it, that is the GPU.
    """
    if uuid:
        return next((gpu for gpu in gpus if same_gpu(gpu.uuid, uuid)), None)
    for gpu in gpus:
        if pid is not None and any(each.pid == pid for each in gpu.processes or ()):
            return gpu
    if elsewhere:
        return None
    boards = [gpu for gpu in gpus if gpu.mig is None]
    wanted = environ.get("CUDA_VISIBLE_DEVICES")
    first = "0" if wanted is None else wanted.split(",")[0].strip()
    if first.startswith(("GPU-", "MIG-")):  # CUDA takes the beginning of a UUID, too
        found = [gpu for gpu in gpus if (gpu.uuid or "").startswith(first)]
        return found[0] if len(found) == 1 else None
    if not first.isdecimal() or int(first) >= len(boards):  # empty or -1 hides them all
        return None
    if any(gpu.mig is not None and gpu.index == int(first) for gpu in gpus):
        return None  # CUDA takes an instance of it, and only the worker knows which
    # CUDA counts the fastest first unless told otherwise; boards of one kind it counts as NVML does.
    same_order = environ.get("CUDA_DEVICE_ORDER") == "PCI_BUS_ID" or len({gpu.name for gpu in boards}) == 1
    return boards[int(first)] if same_order else None


def likely_gpu(
    gpus: Sequence[GpuReading], environ: Mapping[str, str], uuid: str = "", pid: int | None = None
) -> GpuReading | None:
    """Return the GPU whose memory a worker will find: its own, and where nobody can tell which that is, the largest.

    CUDA counts the fastest first, and of unlike ones that mostly has the most memory.

    Args:
        gpus: All that NVML lists.
        environ: The worker's environment; where it hides all GPUs from CUDA there is none.
        uuid: As the worker told it; empty while it has no model on a GPU.
        pid: The worker's process, if there is one.
    """
    own = own_gpu(gpus, uuid, environ, pid)
    first = environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()
    boards = sum(gpu.mig is None for gpu in gpus)
    if own or not (first.startswith(("GPU-", "MIG-")) or (first.isdecimal() and int(first) < boards)):
        return own
    cut = {gpu.index for gpu in gpus if gpu.mig is not None}  # a board's own figures are those of all its instances
    found = [gpu for gpu in gpus if gpu.mig is not None or gpu.index not in cut]
    return max(found, key=lambda gpu: gpu.memory_total_mib or 0, default=None)
