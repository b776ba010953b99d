"""What one look at the machine found. Data only: a missing figure is None, shown as n/a and never as 0."""

import msgspec

from workshop_tui.generation.usage import BoardHealth

STALE_SECONDS = 3.0
"""Age from which a GPU reading counts as old; later where readings are rarer than one a second."""


class GpuProcess(msgspec.Struct, frozen=True, kw_only=True):
    """A process that holds memory of a GPU."""

    pid: int
    name: str | None = None
    """None in a container, where the driver's process ids are the host's and mean nothing."""
    memory_mib: int | None = None


class GpuReading(msgspec.Struct, frozen=True, kw_only=True):
    """One GPU's figures at one moment; for a MIG instance its own memory, and for the rest the whole board's."""

    index: int
    """NVML's number of the GPU; CUDA may number them otherwise, so match by `uuid`."""
    mig: int | None = None
    """The number of a MIG instance on that GPU; None for the GPU itself."""
    taken: float
    """When this GPU last answered, in seconds of the monotonic clock."""
    name: str | None = None
    uuid: str | None = None
    """Identifies the very board: for matching only, it never goes into a hand-in."""
    utilization_percent: int | None = None
    """Share of the last sampling period in which at least one kernel ran, 0-100."""
    memory_used_mib: int | None = None
    """Memory in use by all processes, without `memory_reserved_mib` where the driver tells the two apart."""
    memory_total_mib: int | None = None
    memory_reserved_mib: int | None = None
    """Memory that the driver keeps for itself."""
    unified: bool = False
    """GPU and host share one memory: the memory figures are then the host's."""
    temperature_c: int | None = None
    memory_temperature_c: int | None = None
    power_w: float | None = None
    """Draw of the whole board."""
    power_limit_w: float | None = None
    """The limit that the driver enforces now."""
    sm_clock_mhz: int | None = None
    sm_clock_max_mhz: int | None = None
    memory_clock_mhz: int | None = None
    memory_clock_max_mhz: int | None = None
    performance_state: int | None = None
    """0 (P0, full clocks) to 15 (idle)."""
    energy_j: float | None = None
    """What the whole board has used since its driver was loaded, J; only differences mean something."""
    fan_percent: int | None = None
    throttle_reasons: tuple[str, ...] | None = None
    """Why the clocks are held down, in words; empty when they are not, None when the driver does not say."""
    health: BoardHealth = BoardHealth()
    processes: tuple[GpuProcess, ...] | None = None
    """Who holds memory, the most first; None where it is not known, or was not asked because a run is timed."""

    @property
    def title(self) -> str:
        """`GPU 0`, of a MIG instance `GPU 0 MIG 1`."""
        return f"GPU {self.index}" if self.mig is None else f"GPU {self.index} MIG {self.mig}"


class GpuReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a GPU reader knows: the newest reading of each GPU, and what stands in the way of more."""

    gpus: tuple[GpuReading, ...] = ()
    message: str = ""
    """Why readings are missing or old; empty when all is well."""
    driver: str | None = None
    """The NVIDIA driver's version."""


class HostReading(msgspec.Struct, frozen=True, kw_only=True):
    """The machine around the GPU."""

    cpu_percent: float | None = None
    """Load of all cores together since the reading before, 0-100; None in a first reading."""
    cpu_count: int | None = None
    """Logical cores that this process may use."""
    ram_used_mib: int | None = None
    """Memory that could not be handed out any more: total less available."""
    ram_total_mib: int | None = None
    ram_limited: bool = False
    """The RAM figures are those of a container or batch job, which may use less than the machine has."""
    swap_used_mib: int | None = None
    swap_total_mib: int | None = None
    disk_free_gib: float | None = None
    """Free space where pictures are kept."""
    cache_free_gib: float | None = None
    """Free space where models are kept; None too where no such folder was named."""


class WorkerReading(msgspec.Struct, frozen=True, kw_only=True):
    """The background worker's own share of the host."""

    pid: int
    rss_mib: int | None = None
    """Host memory that the process holds."""
    cpu_percent: float | None = None
    """Load since the reading before; 100 is one whole core. None in a first reading."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one tick of the sampler found."""

    taken: float
    """Seconds of the monotonic clock."""
    host: HostReading
    gpus: tuple[GpuReading, ...] = ()
    gpu_message: str = ""
    """Why GPU readings are missing or old; empty when all is well."""
    gpu_waiting: bool = False
    """The GPU reader has not given its first answer yet."""
    stale_seconds: float = 0.0
    """Age of the oldest GPU reading, or of the silence where there is none yet; 0 while readings are fresh."""
    worker: WorkerReading | None = None
    """None while no worker runs."""

    def stale(self, gpu: GpuReading) -> float:
        """Return the age of `gpu`, one of `gpus`, in seconds where it is an old reading, else 0."""
        age = self.taken - gpu.taken
        return age if self.stale_seconds and age >= STALE_SECONDS else 0.0


def same_gpu(first: str | None, second: str | None) -> bool:
    """Tell whether two UUIDs name one GPU; torch writes them without the `GPU-` or `MIG-` in front."""
    return bool(first and second) and _bare(first or "") == _bare(second or "")


def _bare(uuid: str) -> str:
    return uuid.lower().removeprefix("gpu-").removeprefix("mig-")


def within(value: float | None, lowest: float, highest: float) -> bool:
    """Tell whether a figure is there and possible."""
    return value is not None and lowest <= value <= highest


def share_host_memory(gpu: GpuReading, host: HostReading) -> GpuReading:
    """Give a GPU without memory of its own the host's figures; others come back unchanged."""
    if not gpu.unified:
        return gpu
    return msgspec.structs.replace(
        gpu, memory_used_mib=host.ram_used_mib, memory_total_mib=host.ram_total_mib, memory_reserved_mib=None
    )
