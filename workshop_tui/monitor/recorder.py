"""Records what GPU, host and worker did during one run after another."""

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean
from typing import TypeVar

import msgspec

from workshop_tui.generation.usage import POINTS, Course, Energy, GpuUse, HostUse, Mark, Usage
from workshop_tui.monitor.sampler import GpuSource, HostSource, Sampler
from workshop_tui.monitor.snapshot import GpuReading, Snapshot, same_gpu

Number = TypeVar("Number", int, float)

MOST = 4096
"""Snapshots of one run that are held; beyond that every other one is dropped."""

NOT_ON_GPU = "no NVIDIA GPU"
NOT_MADE = "it ended before the picture was begun"


class Recorder:
    """Samples in threads of its own from `start` on, and sums a run up when it has ended.

    A driver that hangs costs a run half a second at its begin and end, and nothing while it goes on.

    Args:
        gpu: Where GPU readings come from.
        host: Where host and worker readings come from.
        interval: Seconds between snapshots.
        clock: Monotonic seconds; the GPU reader needs the same.
    """

    def __init__(
        self,
        gpu: GpuSource,
        host: HostSource,
        *,
        interval: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sampler = Sampler(gpu, host, interval=interval, on_snapshot=self._take, clock=clock)
        self._sampler.set_worker_pid(os.getpid())
        self._clock = clock
        self._lock = threading.Lock()
        self._is_recording = False
        self._snapshots: list[Snapshot] = []
        self._marks: list[Mark] = []
        self._began = 0.0
        self._made_from: Snapshot | None = None
        self._ours_mib = 0.0

    def start(self) -> None:
        """Begin to sample."""
        self._sampler.start()

    def stop(self) -> None:
        """Sample no more; returns at once."""
        self._sampler.stop()

    def begin(self) -> None:
        """A run begins, with loading where that is needed."""
        with self._lock:
            self._snapshots, self._marks = [], []
            self._began, self._made_from = self._clock(), None
            self._is_recording = True
        self._sampler.set_timed(True)
        self._sampler.poke()

    def mark(self, phase: str) -> None:
        """A phase of the run begins; one that goes on already is not marked again."""
        if not self._marks or self._marks[-1].phase != phase:
            self._marks.append(Mark(phase, round(max(0.0, self._clock() - self._began), 2)))
            self._sampler.poke()

    def making(self, ours_mib: float = 0.0) -> None:
        """The model is loaded: from here on the run's own energy and means count.

        Args:
            ours_mib: What the worker's own allocator holds of the GPU now.
        """
        self._ours_mib = ours_mib
        self._made_from = self._sampler.look()

    def end(self, uuid: str, share: int = 1) -> Usage:
        """The run has ended, and the GPU has done all that was asked of it; sum it up.

        Args:
            uuid: The GPU that it ran on; empty for any other device.
            share: Pictures that were made together and share the energy.
        """
        last = self._sampler.look()
        self._sampler.set_timed(False)
        with self._lock:
            self._is_recording = False
            by_time = {each.taken: each for each in self._snapshots}
        made_from = self._made_from
        by_time |= {each.taken: each for each in (made_from, last) if each}  # whatever was dropped of a long run
        seen = [by_time[taken] for taken in sorted(by_time)]
        made = [each for each in seen if made_from is not None and each.taken >= made_from.taken]
        course = _course(seen, uuid, self._began)
        marks, host = tuple(self._marks), _host_use(made)
        if not uuid:
            return Usage(message=NOT_ON_GPU, host=host, phases=marks, course=course)
        energy, use = _energy(made, uuid, share), _gpu_use(made, uuid, self._ours_mib)
        if use and energy and energy.method == "counter" and energy.seconds:
            use = msgspec.structs.replace(use, power_w=round(energy.joules * share / energy.seconds, 1))
        message = last.gpu_message if last else ""
        if use is None:
            message = message or ("the driver does not list the GPU that it ran on" if made_from else NOT_MADE)
        return Usage(energy=energy, gpu=use, message=message, host=host, phases=marks, course=course)

    def _take(self, snapshot: Snapshot) -> None:
        with self._lock:
            if self._is_recording:
                self._snapshots.append(snapshot)
                if len(self._snapshots) >= MOST:
                    del self._snapshots[1::2]


def _own(snapshot: Snapshot, uuid: str) -> GpuReading | None:
    """Return the fresh reading of one GPU; None where it is old, or not there."""
    found = next((gpu for gpu in snapshot.gpus if same_gpu(gpu.uuid, uuid)), None)
    return None if found is None or snapshot.stale(found) else found


def _readings(snapshots: Sequence[Snapshot], uuid: str) -> list[GpuReading]:
    """Return each reading of one GPU once."""
    found = {gpu.taken: gpu for each in snapshots if (gpu := _own(each, uuid)) is not None}
    return [found[taken] for taken in sorted(found)]


def _energy(snapshots: Sequence[Snapshot], uuid: str, share: int) -> Energy | None:
    """Return one picture's part of what the board used, J: by its counter, else the area under its power readings."""
    readings = _readings(snapshots, uuid)
    if len(readings) < 2:
        return None
    first, last = readings[0], readings[-1]
    seconds = last.taken - first.taken
    late = round(max(snapshots[0].taken - first.taken, snapshots[-1].taken - last.taken), 2)
    if first.energy_j is not None and last.energy_j is not None and last.energy_j > first.energy_j:
        return Energy(round((last.energy_j - first.energy_j) / share, 2), "counter", round(seconds, 2), late)
    known = [(each.taken, each.power_w) for each in readings if each.power_w is not None]
    if len(known) < 2:
        return None
    span = known[-1][0] - known[0][0]
    area = (_over_time(known, 3) or 0.0) * span
    return Energy(round(area / share, 2), "power", round(known[-1][0] - known[0][0], 2), late)


def _gpu_use(snapshots: Sequence[Snapshot], uuid: str, ours_mib: float) -> GpuUse | None:
    readings = _readings(snapshots, uuid)
    if not readings:
        return None
    first, last = readings[0], readings[-1]
    told = [each for each in readings if each.throttle_reasons is not None]
    reasons = list(dict.fromkeys(reason for each in told for reason in each.throttle_reasons or ()))
    used = first.memory_used_mib
    return GpuUse(
        name=first.name,
        readings=len(readings),
        board_peak_mib=_most(each.memory_used_mib for each in readings),
        memory_total_mib=last.memory_total_mib,
        others_mib=None if used is None or first.unified else max(0, round(used - ours_mib)),
        utilization_percent=_over_time([(each.taken, each.utilization_percent) for each in readings]),
        power_w=_over_time([(each.taken, each.power_w) for each in readings]),
        power_peak_w=_most(each.power_w for each in readings),
        power_limit_w=last.power_limit_w,
        sm_clock_mhz=_over_time([(each.taken, each.sm_clock_mhz) for each in readings]),
        sm_clock_max_mhz=last.sm_clock_max_mhz,
        temperature_c=_most(each.temperature_c for each in readings),
        throttled={reason: _held_by(reason, told) for reason in reasons} if told else None,
        before=first.health,
        after=last.health,
    )


def _held_by(reason: str, told: Sequence[GpuReading]) -> float:
    """Return the share of the time that a reason held the clocks down."""
    share = _over_time([(each.taken, float(reason in (each.throttle_reasons or ()))) for each in told], 3)
    return share or 0.0


def _host_use(snapshots: Sequence[Snapshot]) -> HostUse:
    return HostUse(
        cpu_percent=_mean([each.host.cpu_percent for each in snapshots[1:]]),  # the first one's is of the time before
        ram_peak_mib=_most(each.host.ram_used_mib for each in snapshots),
        worker_cpu_percent=_mean([each.worker.cpu_percent for each in snapshots[1:] if each.worker]),
    )


def _course(snapshots: Sequence[Snapshot], uuid: str, began: float) -> Course:
    """Return the readings of a run, several next to each other as one where there are more than are kept."""
    count = min(POINTS, len(snapshots))
    parts = [snapshots[len(snapshots) * n // count : len(snapshots) * (n + 1) // count] for n in range(count)]
    gpus = [[gpu for each in part if uuid and (gpu := _own(each, uuid)) is not None] for part in parts]
    return Course(
        at=tuple(round(max(0.0, part[-1].taken - began), 2) for part in parts),
        vram_mib=tuple(_most(gpu.memory_used_mib for gpu in part) for part in gpus),
        power_w=tuple(_mean([gpu.power_w for gpu in part]) for part in gpus),
        utilization_percent=tuple(_mean([gpu.utilization_percent for gpu in part]) for part in gpus),
        sm_clock_mhz=tuple(_mean([gpu.sm_clock_mhz for gpu in part]) for part in gpus),
        temperature_c=tuple(_most(gpu.temperature_c for gpu in part) for part in gpus),
        cpu_percent=tuple(_mean([each.host.cpu_percent for each in part]) for part in parts),
        worker_mib=tuple(_most(each.worker.rss_mib for each in part if each.worker) for part in parts),
    )


def _over_time(points: Sequence[tuple[float, float | None]], digits: int = 1) -> float | None:
    """Return the mean over time of a figure between its readings, which lie closer together at a run's ends."""
    known = [(at, value) for at, value in points if value is not None]
    span = known[-1][0] - known[0][0] if known else 0.0
    if span <= 0:
        return _mean([value for _, value in known])
    area = sum((later - at) * (value + then) / 2 for (at, value), (later, then) in itertools.pairwise(known))
    return round(area / span, digits)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(fmean(known), 1) if known else None


def _most(values: Iterable[Number | None]) -> Number | None:
    return max((value for value in values if value is not None), default=None)
