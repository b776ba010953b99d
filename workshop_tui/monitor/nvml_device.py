"""One GPU, or one MIG instance of it, as nvidia-ml-py answers for it: each call stands alone."""

import contextlib
import importlib
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import msgspec
import psutil

from workshop_tui.generation.usage import BoardHealth
from workshop_tui.monitor.nvml_codes import GONE, NO_FUNCTION, NOT_HERE, NOT_SUPPORTED, REASONS, UNKNOWN, WHY
from workshop_tui.monitor.snapshot import GpuProcess, GpuReading, within
from workshop_tui.text import plain

SLOW_SECONDS = 5.0
"""How often is asked for what changes slowly or costs more."""

_MEMORY_V2 = 0x02000028
_MEMORY_TEMPERATURE, _POWER_INSTANT = 82, 186
_TEMPERATURE_GPU = 0
_CLOCK_SM, _CLOCK_MEMORY = 1, 2
_UNCORRECTED, _SINCE_LOADED = 1, 0
_MIB = 1024 * 1024

_INITIAL_PIDS = "pid:[4026531836]"
"""What the kernel calls the process ids of a machine outside all containers (PROC_PID_INIT_INO)."""


class GoneError(Exception):
    """This GPU does not answer any more."""


class Slow(msgspec.Struct, frozen=True):
    """What is asked for less often."""

    memory_temperature_c: int | None = None
    sm_clock_max_mhz: int | None = None
    memory_clock_max_mhz: int | None = None
    fan_percent: int | None = None
    health: BoardHealth = BoardHealth()
    processes: tuple[GpuProcess, ...] | None = None


class NvmlDevice:
    """One GPU of the present connection.

    Args:
        nvml: The `pynvml` module.
        index: The GPU's number.
        handle: As NVML gave it.
        mig: The number of the MIG instance that this is; None for the GPU itself.
    """

    def __init__(self, nvml: Any, index: int, handle: Any, mig: int | None = None) -> None:
        self._nvml = nvml
        self._handle = handle
        self._too_old = (AttributeError, getattr(nvml, "NVMLLibraryMismatchError", AttributeError))
        """What an nvidia-ml-py that does not know a function raises, or one whose driver does not."""
        self.index = index
        self.mig = mig
        self.gone = False
        self._not_here: dict[Hashable, int] = {}
        """Calls that are no use here, with the code that said so."""
        self._doubt: int | None = None
        """The code of an unknown error after which nothing has answered yet."""
        self._name = text_of(nvml, "nvmlDeviceGetName", handle)
        self._uuid = text_of(nvml, "nvmlDeviceGetUUID", handle)
        self._slow = Slow()
        self._slow_at = -SLOW_SECONDS

    def instances(self) -> list["NvmlDevice"]:
        """Return the GPU's MIG instances; none where it is not cut into any."""
        try:
            current, _pending = self._nvml.nvmlDeviceGetMigMode(self._handle)
            most = self._nvml.nvmlDeviceGetMaxMigDeviceCount(self._handle) if current else 0
        except (self._nvml.NVMLError, AttributeError):
            return []
        found: list[NvmlDevice] = []
        for number in range(most):
            with contextlib.suppress(self._nvml.NVMLError, AttributeError):  # not all numbers are taken
                handle = self._nvml.nvmlDeviceGetMigDeviceHandleByIndex(self._handle, number)
                found.append(NvmlDevice(self._nvml, self.index, handle, number))
        return found

    def read(self, now: float, *, thorough: bool, processes: bool) -> GpuReading:
        """Return the GPU's figures.

        Args:
            now: Monotonic seconds.
            thorough: Ask for the slow figures too, however fresh they are.
            processes: Whether the slow ones may include the processes, which takes milliseconds.

        Raises:
            GoneError: The GPU has stopped answering.
        """
        rates = self._ask("nvmlDeviceGetUtilizationRates")
        used, total, reserved, unified = self._memory()
        temperature = self._ask("nvmlDeviceGetTemperature", _TEMPERATURE_GPU)
        power = self._power()
        limit = _watts(self._ask("nvmlDeviceGetEnforcedPowerLimit"))
        clock = self._ask("nvmlDeviceGetClockInfo", _CLOCK_SM)
        memory_clock = self._ask("nvmlDeviceGetClockInfo", _CLOCK_MEMORY)
        state = self._ask("nvmlDeviceGetPerformanceState")
        energy = self._ask("nvmlDeviceGetTotalEnergyConsumption")
        reasons = self._ask("nvmlDeviceGetCurrentClocksEventReasons")
        if reasons is None:
            reasons = self._ask("nvmlDeviceGetCurrentClocksThrottleReasons")
        self._check_doubt()
        if thorough or now - self._slow_at >= SLOW_SECONDS:
            self._slow, self._slow_at = self._read_slowly(processes), now
        slow = self._slow
        return GpuReading(
            index=self.index,
            mig=self.mig,
            taken=now,
            name=self._name,
            uuid=self._uuid,
            utilization_percent=_possible(rates.gpu if rates is not None else None, 0, 100),
            memory_used_mib=used,
            memory_total_mib=total,
            memory_reserved_mib=reserved,
            unified=unified,
            temperature_c=_possible(temperature, 1, 130),
            memory_temperature_c=slow.memory_temperature_c,
            power_w=power,
            power_limit_w=limit,
            sm_clock_mhz=_possible(clock, 1, 10_000),
            sm_clock_max_mhz=slow.sm_clock_max_mhz,
            memory_clock_mhz=_possible(memory_clock, 1, 100_000),
            memory_clock_max_mhz=slow.memory_clock_max_mhz,
            performance_state=_possible(state, 0, 15),
            energy_j=None if not energy else energy / 1000,
            fan_percent=slow.fan_percent,
            throttle_reasons=None if reasons is None else tuple(text for bit, text in REASONS if reasons & bit),
            health=slow.health,
            processes=slow.processes if processes else None,
        )

    def of_board(self, board: GpuReading) -> GpuReading:
        """Return the figures of a MIG instance: its own memory, and what only the board can tell.

        Args:
            board: The newest reading of the GPU that it is cut out of.

        Raises:
            GoneError: The instance has stopped answering.
        """
        used, total, reserved, unified = self._memory()
        self._check_doubt()
        return msgspec.structs.replace(
            board,
            mig=self.mig,
            name=self._name,
            uuid=self._uuid,
            utilization_percent=None,
            memory_used_mib=used,
            memory_total_mib=total,
            memory_reserved_mib=reserved,
            unified=unified,
            processes=None,
        )

    def _read_slowly(self, processes: bool) -> Slow:
        clocks = [self._ask("nvmlDeviceGetMaxClockInfo", clock) for clock in (_CLOCK_SM, _CLOCK_MEMORY)]
        rows = self._ask("nvmlDeviceGetRemappedRows")
        link = [
            _possible(self._ask(f"nvmlDeviceGet{which}PcieLink{what}"), 1, 64)
            for what in ("Generation", "Width")
            for which in ("Curr", "Max")
        ]
        return Slow(
            _possible(self._field(_MEMORY_TEMPERATURE), 1, 150),
            _possible(clocks[0], 1, 10_000),
            _possible(clocks[1], 1, 100_000),
            _possible(self._ask("nvmlDeviceGetFanSpeed"), 0, 200),
            BoardHealth(
                ecc_uncorrected=self._ask("nvmlDeviceGetTotalEccErrors", _UNCORRECTED, _SINCE_LOADED),
                remapped_rows=rows[1] if rows else None,
                pcie_generation=link[0],
                pcie_generation_max=link[1],
                pcie_width=link[2],
                pcie_width_max=link[3],
            ),
            self._processes() if processes else None,
        )

    def _processes(self) -> tuple[GpuProcess, ...] | None:
        lists = [self._list_of(f"nvmlDeviceGet{kind}RunningProcesses") for kind in ("Compute", "Graphics")]
        if lists == [None, None]:
            return None
        held: dict[int, int | None] = {}
        for each in (each for found in lists for each in found or ()):
            memory = each.usedGpuMemory
            held[each.pid] = None if memory is None or memory > 2**50 else memory // _MIB
        ours = _sees_all_processes()
        found = [GpuProcess(pid=pid, name=_name_of(pid) if ours else None, memory_mib=mib) for pid, mib in held.items()]
        return tuple(sorted(found, key=lambda each: -(each.memory_mib or 0)))

    def _list_of(self, function: str) -> Any:
        """Return what a function gives, or the one that drivers before 510 have in its place."""
        found = self._ask(function)
        return found if found is not None else self._ask(f"{function}_v2")

    def _memory(self) -> tuple[int | None, int | None, int | None, bool]:
        """Return used, total and reserved MiB, and whether the GPU has no memory of its own."""
        info = self._ask("nvmlDeviceGetMemoryInfo", _MEMORY_V2)
        if info is None:
            info = self._ask("nvmlDeviceGetMemoryInfo")
        if info is None:
            return None, None, None, self._not_here.get(("nvmlDeviceGetMemoryInfo",)) == NOT_SUPPORTED
        if info.total == 0:
            return None, None, None, True
        used = info.used // _MIB if info.used <= info.total else None
        reserved = getattr(info, "reserved", None)
        return used, info.total // _MIB, None if reserved is None else reserved // _MIB, False

    def _power(self) -> float | None:
        """Return the board's draw in watts: of this instant, else the driver's average."""
        instant = self._field(_POWER_INSTANT)
        return _watts(instant if instant is not None else self._ask("nvmlDeviceGetPowerUsage"))

    def _field(self, number: int) -> int | None:
        fields = self._ask("nvmlDeviceGetFieldValues", (number,))
        if fields is None:
            return None
        if fields[0].nvmlReturn != 0:
            self._refused(("nvmlDeviceGetFieldValues", (number,)), fields[0].nvmlReturn)
            return None
        return fields[0].value.uiVal

    def _ask(self, function: str, *arguments: Hashable) -> Any:
        """Call one NVML function; None stands for n/a.

        Raises:
            GoneError: The GPU has stopped answering.
        """
        key = (function, *arguments)
        if key in self._not_here:
            return None
        try:
            answer = getattr(self._nvml, function)(self._handle, *arguments)
        except self._too_old:
            self._not_here[key] = NO_FUNCTION
            return None
        except self._nvml.NVMLError as error:
            self._refused(key, error.value)
            return None
        self._doubt = None
        return answer

    def _refused(self, key: Hashable, code: int) -> None:
        if code in GONE:
            raise GoneError(WHY.get(code, "the NVIDIA driver has let go of it"))
        if code in NOT_HERE:
            self._not_here[key] = code
        elif code == UNKNOWN:
            self._doubt = code

    def _check_doubt(self) -> None:
        """Find out whether unknown errors are one figure's, or the GPU answers nothing at all.

        Raises:
            GoneError: It does not.
        """
        if self._doubt is not None:
            for function in ("nvmlDeviceGetMemoryInfo", "nvmlDeviceGetUtilizationRates"):
                self._ask(function)
            if self._doubt is not None:
                raise GoneError(WHY[UNKNOWN])


def pynvml() -> Any:
    """Return the module of nvidia-ml-py, which takes a moment to import.

    Raises:
        ImportError: It is not installed.
    """
    return importlib.import_module("pynvml")


def text_of(nvml: Any, function: str, *arguments: Any) -> str | None:
    """Return a text that NVML gives, fit to be shown; None stands for n/a."""
    try:
        answer = getattr(nvml, function)(*arguments)
    except (nvml.NVMLError, AttributeError, UnicodeDecodeError):
        return None
    return plain(str(answer))[:96] or None


def _sees_all_processes() -> bool:
    """Tell whether the driver's process ids are those of this process, as they are outside of containers."""
    try:
        return str(Path("/proc/self/ns/pid").readlink()) == _INITIAL_PIDS
    except OSError:
        return not Path("/proc").is_dir()  # where there is no /proc there are no such containers


def _name_of(pid: int) -> str | None:
    with contextlib.suppress(psutil.Error):
        return plain(psutil.Process(pid).name())[:64] or None
    return None


def _possible(value: int | None, lowest: int, highest: int) -> int | None:
    return value if within(value, lowest, highest) else None


def _watts(milliwatts: int | None) -> float | None:
    """Return watts; a draw of nothing or of more than any board's is no reading."""
    if milliwatts is None or not within(milliwatts, 1, 5_000_000):
        return None
    return milliwatts / 1000
