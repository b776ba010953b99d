"""Reads NVIDIA GPUs through nvidia-ml-py, so that one missing figure or one lost GPU costs only itself.

What each call can answer differs by board, driver, container and WSL2. So every call stands alone: a figure that the
driver does not support is n/a and is not asked again; a GPU that stops answering keeps its last reading, which grows
old, and the connection is made anew every `RETRY_SECONDS`.
"""

import contextlib
import time
from collections.abc import Callable
from typing import Any

from workshop_tui.monitor.nvml_codes import WHY
from workshop_tui.monitor.nvml_device import GoneError, NvmlDevice, pynvml, text_of
from workshop_tui.monitor.snapshot import GpuReading, GpuReport
from workshop_tui.text import plain

RETRY_SECONDS = 10.0

_WHOLE = -1
"""Stands for the driver as a whole, and for a GPU that is not cut into MIG instances."""


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
        self._devices: list[tuple[NvmlDevice, list[NvmlDevice]]] = []
        """Each GPU, and its MIG instances."""
        self._last: dict[tuple[int, int], GpuReading] = {}
        self._troubles: dict[int, str] = {}
        """What is wrong, by GPU; `_WHOLE` for the driver."""
        self._retry_at = 0.0

    def read(self, *, thorough: bool = False, processes: bool = True) -> GpuReport:
        """Return the newest reading of each GPU; never raises for what the driver does.

        Args:
            thorough: Ask for everything; otherwise what changes slowly is asked for every 5 s.
            processes: Whether who holds memory may be asked, too: that takes milliseconds and disturbs a timed run.
        """
        now = self._clock()
        if now >= self._retry_at and (self._troubles or not self._connected):
            self._connect(now)
        for device, instances in self._devices:
            if device.gone:
                continue
            try:
                board = device.read(now, thorough=thorough, processes=processes)
                self._last[_key(device)] = board
                for instance in instances:
                    self._last[_key(instance)] = instance.of_board(board)
            except GoneError as error:
                device.gone = True
                self._trouble(device.index, str(error), now)
        gpus = tuple(self._last[key] for key in sorted(self._last))
        message = "; ".join(text for _, text in sorted(self._troubles.items()))
        return GpuReport(gpus=gpus, message=message, driver=self._driver)

    def renew(self) -> "NvmlReader":
        """Return another reader of the same machine, for where a call of this one does not return."""
        return NvmlReader(self._nvml, self._clock)

    def close(self) -> None:
        """Let go of the driver; a later `read` connects again."""
        if self._connected and self._nvml is not None:
            with contextlib.suppress(Exception):
                self._nvml.nvmlShutdown()
        self._connected = False
        self._devices = []

    def _trouble(self, index: int, text: str, now: float) -> None:
        self._troubles[index] = text if index == _WHOLE else f"GPU {index}: {text}"
        self._retry_at = now + RETRY_SECONDS

    def _connect(self, now: float) -> None:
        self.close()
        self._troubles = {}
        try:
            self._nvml = self._nvml or pynvml()
            self._nvml.nvmlInit()
            self._connected = True
            count = int(self._nvml.nvmlDeviceGetCount())
        except ImportError:
            self._trouble(_WHOLE, "the Python package nvidia-ml-py is not installed", now)
            return
        except self._nvml.NVMLError as error:
            self._trouble(_WHOLE, WHY.get(error.value, f"the NVIDIA driver answers '{_text(error)}'"), now)
            return
        self._driver = text_of(self._nvml, "nvmlSystemGetDriverVersion")
        if count == 0:
            self._trouble(_WHOLE, "the NVIDIA driver finds no GPU", now)
        for index in range(count):
            try:
                device = NvmlDevice(self._nvml, index, self._nvml.nvmlDeviceGetHandleByIndex(index))
            except self._nvml.NVMLError as error:
                self._trouble(index, WHY.get(error.value, f"cannot be opened, '{_text(error)}'"), now)
                continue
            self._devices.append((device, device.instances()))
        there = {_key(each) for device, instances in self._devices for each in (device, *instances)}
        # What has a trouble of its own keeps its last reading; what is not there any more has none.
        self._last = {key: last for key, last in self._last.items() if key in there or key[0] in self._troubles}


def _key(device: NvmlDevice) -> tuple[int, int]:
    return device.index, _WHOLE if device.mig is None else device.mig


def _text(error: Exception) -> str:
    try:
        return plain(str(error))[:120]
    except Exception:  # the text comes from the driver's library, which may be the very thing that is broken
        return f"error {getattr(error, 'value', 'unknown')}"
