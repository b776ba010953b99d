"""Reads NVIDIA GPUs through nvidia-ml-py, so that one missing figure or one lost GPU costs only itself.

What each call can answer differs by board, driver, container and WSL2. So every call stands alone: a figure that the
driver does not support is n/a and is not asked again; a GPU that stops answering keeps its last reading, which grows
old, and the connection is made anew every `RETRY_SECONDS`.
"""

import contextlib
import importlib
import time
from collections.abc import Callable, Hashable
from typing import Any

from workshop_tui.monitor.snapshot import GpuReading, GpuReport, within
from workshop_tui.text import plain

RETRY_SECONDS = 10.0

# Numbers of `nvmlReturn_t` in nvml.h.
_NOT_SUPPORTED = 3
_NO_FUNCTION = 13
_UNKNOWN = 999
_NOT_HERE = {2, _NOT_SUPPORTED, 4, _NO_FUNCTION, 25, 26}
"""Asking again is no use: invalid argument, no permission, an argument of another version, deprecated, ..."""
_GONE = {1, 9, 15, 16, 18, 28}
"""The GPU or its driver is: not initialized, not loaded, lost, to be reset, of another version, not found."""

_WHY = {
    4: "the NVIDIA driver does not let this user read the GPU",
    9: "the NVIDIA driver is installed but not loaded",
    12: "no NVIDIA driver on this machine",
    15: "lost, it does not answer any more; the machine needs a restart",
    16: "needs a reset before it answers again",
    18: "the NVIDIA driver and its library differ in version: restart the machine",
    28: "no longer there",
    _UNKNOWN: "the NVIDIA driver gives an unknown error; a container that lost its GPU has to be started anew",
}

_REASONS = (
    (0x002, "clocks set by the operator"),
    (0x004, "power limit"),
    (0x008, "hardware slowdown"),
    (0x010, "kept in step with another GPU"),
    (0x020, "heat (driver)"),
    (0x040, "heat (hardware)"),
    (0x080, "power supply brake"),
    (0x100, "display clock setting"),
    (0x200, "board limit"),
    (0x400, "voltage reliability limit"),
)
"""Bits of nvmlClocksEventReasons. 0x1, an idle GPU, is no throttling and is left out."""

_MEMORY_V2 = 0x02000028
_POWER_INSTANT = 186
_TEMPERATURE_GPU = 0
_CLOCK_SM = 1
_MIB = 1024 * 1024


class _GoneError(Exception):
    """This GPU does not answer any more."""


class _Device:
    """One GPU of the present connection."""

    def __init__(self, index: int, handle: Any) -> None:
        self.index = index
        self.handle = handle
        self.gone = False
        self.not_here: dict[Hashable, int] = {}
        """Calls that are no use here, with the code that said so."""
        self.doubt: int | None = None
        """The code of an unknown error after which nothing has answered yet."""
        self.name: str | None = None
        self.uuid: str | None = None


class NvmlReader:
    """Reads all GPUs of the machine. One thread at a time; a call may take as long as the driver likes.

    Args:
        module: Stands in for the `pynvml` module of nvidia-ml-py, which is otherwise imported at the first reading.
        clock: Monotonic seconds.
    """

    def __init__(self, module: Any = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._nvml = module
        self._clock = clock
        self._connected = False
        self._driver: str | None = None
        self._devices: list[_Device] = []
        self._last: dict[int, GpuReading] = {}
        self._troubles: dict[int, str] = {}
        """What is wrong, by GPU; -1 for the driver as a whole."""
        self._retry_at = 0.0

    def read(self) -> GpuReport:
        """Return the newest reading of each GPU; never raises for what the driver does."""
        now = self._clock()
        if now >= self._retry_at and (self._troubles or not self._connected):
            self._connect(now)
        for device in self._devices:
            if device.gone:
                continue
            try:
                self._last[device.index] = self._read_device(device, now)
            except _GoneError as error:
                device.gone = True
                self._trouble(device.index, str(error), now)
        gpus = tuple(self._last[index] for index in sorted(self._last))
        message = "; ".join(text for _, text in sorted(self._troubles.items()))
        return GpuReport(gpus=gpus, message=message, driver=self._driver)

    def close(self) -> None:
        """Let go of the driver; a later `read` connects again."""
        if self._connected and self._nvml is not None:
            with contextlib.suppress(Exception):
                self._nvml.nvmlShutdown()
        self._connected = False
        self._devices = []

    def _trouble(self, index: int, text: str, now: float) -> None:
        self._troubles[index] = text if index < 0 else f"GPU {index}: {text}"
        self._retry_at = now + RETRY_SECONDS

    def _connect(self, now: float) -> None:
        self.close()
        self._troubles = {}
        try:
            self._nvml = self._nvml or importlib.import_module("pynvml")
            self._nvml.nvmlInit()
            self._connected = True
            count = int(self._nvml.nvmlDeviceGetCount())
        except ImportError:
            self._trouble(-1, "the Python package nvidia-ml-py is not installed", now)
            return
        except self._nvml.NVMLError as error:
            self._trouble(-1, _WHY.get(error.value, f"the NVIDIA driver answers '{_text(error)}'"), now)
            return
        self._driver = self._text_of("nvmlSystemGetDriverVersion")
        if count == 0:
            self._trouble(-1, "the NVIDIA driver finds no GPU", now)
        for index in range(count):
            self._open(index, now)

    def _open(self, index: int, now: float) -> None:
        try:
            device = _Device(index, self._nvml.nvmlDeviceGetHandleByIndex(index))
        except self._nvml.NVMLError as error:
            self._trouble(index, _WHY.get(error.value, f"cannot be opened, '{_text(error)}'"), now)
            return
        device.name = self._text_of("nvmlDeviceGetName", device.handle)
        device.uuid = self._text_of("nvmlDeviceGetUUID", device.handle)
        self._devices.append(device)

    def _text_of(self, function: str, *arguments: Any) -> str | None:
        try:
            answer = getattr(self._nvml, function)(*arguments)
        except (self._nvml.NVMLError, AttributeError, UnicodeDecodeError):
            return None
        return plain(str(answer))[:96] or None

    def _ask(self, device: _Device, function: str, *arguments: Hashable) -> Any:
        """Call one NVML function; None stands for n/a.

        Raises:
            _GoneError: The GPU has stopped answering.
        """
        key = (function, *arguments)
        if key in device.not_here:
            return None
        try:
            answer = getattr(self._nvml, function)(device.handle, *arguments)
        except AttributeError:  # an nvidia-ml-py that does not know the function
            device.not_here[key] = _NO_FUNCTION
            return None
        except self._nvml.NVMLError as error:
            self._refused(device, key, error.value)
            return None
        device.doubt = None
        return answer

    def _refused(self, device: _Device, key: Hashable, code: int) -> None:
        if code in _GONE:
            raise _GoneError(_WHY.get(code, "the NVIDIA driver has let go of it"))
        if code in _NOT_HERE:
            device.not_here[key] = code
        elif code == _UNKNOWN:
            device.doubt = code

    def _read_device(self, device: _Device, now: float) -> GpuReading:
        rates = self._ask(device, "nvmlDeviceGetUtilizationRates")
        used, total, reserved, unified = self._memory(device)
        temperature = self._ask(device, "nvmlDeviceGetTemperature", _TEMPERATURE_GPU)
        power = self._power(device)
        limit = _watts(self._ask(device, "nvmlDeviceGetEnforcedPowerLimit"))
        clock = self._ask(device, "nvmlDeviceGetClockInfo", _CLOCK_SM)
        clock_max = self._ask(device, "nvmlDeviceGetMaxClockInfo", _CLOCK_SM)
        reasons = self._ask(device, "nvmlDeviceGetCurrentClocksEventReasons")
        if reasons is None:
            reasons = self._ask(device, "nvmlDeviceGetCurrentClocksThrottleReasons")
        if device.doubt is not None:
            # Some drivers give an unknown error for one figure only; a GPU that is gone answers nothing at all.
            for probe in (("nvmlDeviceGetMemoryInfo",), ("nvmlDeviceGetUtilizationRates",)):
                self._ask(device, *probe)
            if device.doubt is not None:
                raise _GoneError(_WHY[_UNKNOWN])
        return GpuReading(
            index=device.index,
            taken=now,
            name=device.name,
            uuid=device.uuid,
            utilization_percent=_possible(rates.gpu if rates is not None else None, 0, 100),
            memory_used_mib=used,
            memory_total_mib=total,
            memory_reserved_mib=reserved,
            unified=unified,
            temperature_c=_possible(temperature, 1, 130),
            power_w=power,
            power_limit_w=limit,
            sm_clock_mhz=_possible(clock, 1, 10_000),
            sm_clock_max_mhz=_possible(clock_max, 1, 10_000),
            throttle_reasons=None if reasons is None else tuple(text for bit, text in _REASONS if reasons & bit),
        )

    def _memory(self, device: _Device) -> tuple[int | None, int | None, int | None, bool]:
        """Return used, total and reserved MiB, and whether the GPU has no memory of its own."""
        info = self._ask(device, "nvmlDeviceGetMemoryInfo", _MEMORY_V2)
        if info is None:
            info = self._ask(device, "nvmlDeviceGetMemoryInfo")
        if info is None:
            return None, None, None, device.not_here.get(("nvmlDeviceGetMemoryInfo",)) == _NOT_SUPPORTED
        if info.total == 0:
            return None, None, None, True
        used = info.used // _MIB if info.used <= info.total else None
        reserved = getattr(info, "reserved", None)
        return used, info.total // _MIB, None if reserved is None else reserved // _MIB, False

    def _power(self, device: _Device) -> float | None:
        """Return the board's draw in watts: of this instant, else the driver's average."""
        fields = self._ask(device, "nvmlDeviceGetFieldValues", (_POWER_INSTANT,))
        if fields is not None:
            if fields[0].nvmlReturn == 0:
                return _watts(fields[0].value.uiVal)
            self._refused(device, ("nvmlDeviceGetFieldValues", (_POWER_INSTANT,)), fields[0].nvmlReturn)
        return _watts(self._ask(device, "nvmlDeviceGetPowerUsage"))


def _possible(value: int | None, lowest: int, highest: int) -> int | None:
    return value if within(value, lowest, highest) else None


def _watts(milliwatts: int | None) -> float | None:
    """Return watts; a draw of nothing or of more than any board's is no reading."""
    if milliwatts is None or not within(milliwatts, 1, 5_000_000):
        return None
    return milliwatts / 1000


def _text(error: Exception) -> str:
    try:
        return plain(str(error))[:120]
    except Exception:  # the text comes from the driver's library, which may be the very thing that is broken
        return f"error {getattr(error, 'value', 'unknown')}"
