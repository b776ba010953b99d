"""What a run drew from the machine: energy, the GPU's and the host's figures, and their course over its phases."""

from typing import Literal

import msgspec

EnergyMethod = Literal["counter", "power"]
"""`counter` is the board's own counter, read before and after; `power` is the area under single readings."""

_SENSOR = 0.05
"""NVML's documentation gives power readings to within 5 %; the counter sums the same sensor."""

_UPDATE_SECONDS: dict[EnergyMethod, float] = {"counter": 0.1, "power": 1.0}
"""How late a figure may be at either end of a run: boards renew the counter about ten times a second, and power is
read once a second (Yang et al. 2023, arXiv:2312.02741, found updates each 20 to 100 ms, and less of the time seen)."""


class Energy(msgspec.Struct, frozen=True):
    """What the whole board used while one picture was made: other programs on it are in it."""

    joules: float
    method: EnergyMethod
    seconds: float
    """How long it was measured."""
    late: float = 0.0
    """Seconds by which the first or last reading missed the begin or end, because the driver was slow."""

    @property
    def wh(self) -> float:
        """The same in watt-hours."""
        return self.joules / 3600

    @property
    def uncertainty(self) -> float:
        """How far it may be off, as a share of it, at most 1."""
        return min(1.0, _SENSOR + (_UPDATE_SECONDS[self.method] + self.late) / max(self.seconds, 0.001))

    @property
    def words(self) -> str:
        """`1,234 J (0.34 Wh), whole board, by its counter, ±7 %`."""
        how = "by its counter" if self.method == "counter" else "estimated from power readings"
        return f"{self.joules:,.0f} J ({self.wh:.2f} Wh), whole board, {how}, ±{100 * self.uncertainty:.0f} %"


class BoardHealth(msgspec.Struct, frozen=True, kw_only=True):
    """What tells a tired or badly seated board; it hardly ever changes."""

    ecc_uncorrected: int | None = None
    """Memory errors that could not be corrected since the driver was loaded."""
    remapped_rows: int | None = None
    """Rows of memory that were replaced for good because of uncorrectable errors."""
    pcie_generation: int | None = None
    """Of the link now; an idle GPU may let it fall."""
    pcie_generation_max: int | None = None
    pcie_width: int | None = None
    """Lanes of the link now."""
    pcie_width_max: int | None = None


class GpuUse(msgspec.Struct, frozen=True, kw_only=True):
    """The GPU while a picture was made, after loading; None is n/a."""

    name: str | None = None
    readings: int = 0
    """How many the means rest on."""
    board_peak_mib: int | None = None
    """Highest memory in use by all processes; readings once a second can miss a peak, the allocator's does not."""
    memory_total_mib: int | None = None
    others_mib: int | None = None
    """In use at the start beyond what the worker's allocator held: other processes, and some hundred MiB of CUDA's."""
    utilization_percent: float | None = None
    """Mean."""
    power_w: float | None = None
    """Mean, of the whole board."""
    power_peak_w: float | None = None
    power_limit_w: float | None = None
    sm_clock_mhz: float | None = None
    """Mean."""
    sm_clock_max_mhz: int | None = None
    temperature_c: int | None = None
    """Highest."""
    throttled: dict[str, float] | None = None
    """Share of the time in which the clocks were held down, by reason; None where the driver does not say."""
    before: BoardHealth = BoardHealth()
    after: BoardHealth = BoardHealth()

    @property
    def throttled_share(self) -> float | None:
        """The largest share of one reason."""
        return None if self.throttled is None else max(self.throttled.values(), default=0.0)


class HostUse(msgspec.Struct, frozen=True, kw_only=True):
    """The machine around the GPU while a picture was made."""

    cpu_percent: float | None = None
    """Mean load of all cores together."""
    ram_peak_mib: int | None = None
    """Highest memory in use by all processes."""
    worker_cpu_percent: float | None = None
    """Mean of the worker's own load; 100 is one whole core."""


class Mark(msgspec.Struct, frozen=True):
    """When a phase began."""

    phase: str
    at: float
    """Seconds since the run began."""


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """Readings over a run, loading included: columns of equal length, at most `POINTS` rows; None is n/a."""

    at: tuple[float, ...] = ()
    """Seconds since the run began."""
    vram_mib: tuple[int | None, ...] = ()
    power_w: tuple[float | None, ...] = ()
    utilization_percent: tuple[float | None, ...] = ()
    sm_clock_mhz: tuple[float | None, ...] = ()
    temperature_c: tuple[int | None, ...] = ()
    cpu_percent: tuple[float | None, ...] = ()
    worker_mib: tuple[int | None, ...] = ()
    """Resident memory of the worker."""


POINTS = 120
"""Readings that are kept of a run."""


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """All that was read while a run went on; of several made together each has all of it, but its share of energy."""

    energy: Energy | None = None
    gpu: GpuUse | None = None
    message: str = ""
    """Why there is no GPU's figure, or not all of them."""
    host: HostUse = HostUse()
    phases: tuple[Mark, ...] = ()
    course: Course = Course()
