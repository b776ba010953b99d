"""Takes a snapshot each second, away from the screen's loop, and goes on when the driver does not."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from workshop_tui.monitor.snapshot import (
    STALE_SECONDS,
    GpuReport,
    HostReading,
    Snapshot,
    WorkerReading,
    share_host_memory,
)

_LOG = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""How long `look` waits for the GPU's answer."""

RETRY_SECONDS = 10.0
"""After so long without an answer a new thread asks anew."""

MOST_STUCK = 30
"""Threads that may hang in the driver; each holds some 100 KB."""

_PATIENCE = 0.2
"""Seconds that a tick waits for the GPU's answer, so that GPU and host figures are of one moment."""


class GpuSource(Protocol):
    """What the sampler needs of a GPU reader; `nvml.NvmlReader` is one."""

    def read(self, *, thorough: bool = False, processes: bool = True) -> GpuReport: ...
    def renew(self) -> "GpuSource": ...
    def close(self) -> None: ...


class HostSource(Protocol):
    """What the sampler needs of a host reader; `host.HostReader` is one."""

    def read(self) -> HostReading: ...
    def read_worker(self, pid: int | None) -> WorkerReading | None: ...


class _Asked:
    """A GPU reader and the one thread that calls it.

    Args:
        gpu: The reader.
        now: Seconds of the sampler's clock.
    """

    def __init__(self, gpu: GpuSource, now: float) -> None:
        self.gpu = gpu
        self.since = now
        """When its thread was begun."""
        self.wanted = threading.Event()
        self.answered = threading.Event()
        self.answered.set()
        self.given_up = False


class _Run:
    """What the threads between one `start` and its `stop` share."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.wanted = threading.Event()
        """Set to have a snapshot taken before its time."""
        self.thorough = False
        self.begun = self.done = 0
        """Snapshots."""
        self.ticked = threading.Condition()


class Sampler:
    """Reads GPU, host and worker in threads of its own.

    A driver call may hang for minutes. It then holds one daemon thread and nothing else: snapshots keep coming, with
    the last GPU readings and their age. Every `RETRY_SECONDS` a new thread asks anew, up to `MOST_STUCK` of them.

    Args:
        gpu: Where GPU readings come from; only its own thread calls it.
        host: Where host and worker readings come from.
        interval: Seconds between snapshots.
        on_snapshot: Called with each snapshot, in the sampler's thread; it should only pass it on.
        clock: Monotonic seconds; the GPU reader needs the same.
    """

    def __init__(
        self,
        gpu: GpuSource,
        host: HostSource,
        *,
        interval: float = 1.0,
        on_snapshot: Callable[[Snapshot], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gpu = gpu
        self._host = host
        self._interval = interval
        self._on_snapshot = on_snapshot
        self._clock = clock
        self._asked: _Asked | None = None
        self._stuck = 0
        """Threads that were given up."""
        self._worker_pid: int | None = None
        self._is_timed = False
        self._report: GpuReport | None = None
        self._open_since = 0.0
        """When the question was put that is open, or was answered last."""
        self._newest: Snapshot | None = None
        self._heartbeat: float | None = None
        self._run: _Run | None = None
        self._logged: dict[str, str] = {}

    @property
    def newest(self) -> Snapshot | None:
        """The last snapshot, or None before the first."""
        return self._newest

    @property
    def heartbeat(self) -> float | None:
        """When the sampler last began a tick, in seconds of its clock; None before the first."""
        return self._heartbeat

    @property
    def stale_after(self) -> float:
        """Seconds after which a GPU reading counts as old."""
        return max(STALE_SECONDS, 2.5 * self._interval)

    def set_worker_pid(self, pid: int | None) -> None:
        """Name the process whose share is read from the next tick on; None for no process."""
        self._worker_pid = pid

    def set_timed(self, on: bool) -> None:
        """Say whether a run is being timed: who holds the GPU's memory is not asked then."""
        self._is_timed = on

    def poke(self) -> None:
        """Have a snapshot taken at once, and do not wait for it."""
        if self._run is not None:
            self._run.wanted.set()

    def look(self) -> Snapshot | None:
        """Take a thorough snapshot at once and return it; the newest one there is, where none came in time."""
        run = self._run
        if run is not None:
            with run.ticked:
                next_one, run.thorough = run.begun + 1, True  # not one that is being taken already
                run.wanted.set()
                run.ticked.wait_for(lambda: run.done >= next_one, 3 * LOOK_SECONDS)
        return self._newest

    def start(self) -> None:
        """Begin; does nothing while running."""
        if self._run is not None:
            return
        self._run = run = _Run()
        if self._asked and not self._asked.answered.is_set():  # a thread of an earlier start may still hang in it
            self._gpu = self._gpu.renew()
        self._ask_in_thread(run)
        threading.Thread(target=self._tick_on, args=(run,), name="monitor", daemon=True).start()

    def stop(self) -> None:
        """End both threads; returns at once, also while a driver call hangs."""
        run, self._run = self._run, None
        if run is not None:
            run.stopped.set()
            run.wanted.set()
            if self._asked:
                self._asked.wanted.set()

    def _ask_in_thread(self, run: _Run) -> _Asked:
        self._asked = asked = _Asked(self._gpu, self._clock())
        threading.Thread(target=self._read_gpus, args=(run, asked), name="monitor-gpu", daemon=True).start()
        return asked

    def _read_gpus(self, run: _Run, asked: _Asked) -> None:
        while asked.wanted.wait() and not run.stopped.is_set() and not asked.given_up:
            asked.wanted.clear()
            thorough, run.thorough = run.thorough, False
            try:
                report = asked.gpu.read(thorough=thorough, processes=not self._is_timed)
            except Exception as error:
                self._log("GPU", error)
                gpus = self._report.gpus if self._report else ()
                report = GpuReport(gpus=gpus, message="GPU readings failed; the log says why")
            if not asked.given_up:  # another thread asks by now
                self._report = report
            asked.answered.set()
        try:
            asked.gpu.close()
        except Exception as error:
            self._log("GPU", error)

    def _ask(self, run: _Run) -> float:
        """Have the GPU read where that is not under way, and wait a moment; return the age of an open question, s."""
        asked, now = self._asked or self._ask_in_thread(run), self._clock()
        if run.thorough and now - self._open_since < LOOK_SECONDS:
            asked.answered.wait(LOOK_SECONDS)  # a slow driver still answers the question before
        if asked.answered.is_set():
            self._open_since = self._clock()
            asked.answered.clear()
        elif now - max(asked.since, self._open_since) >= RETRY_SECONDS and self._stuck < MOST_STUCK:
            self._stuck += 1
            asked.given_up = True
            asked.wanted.set()  # once its call returns, it ends
            self._gpu = self._gpu.renew()
            asked = self._ask_in_thread(run)
            asked.answered.clear()
        else:
            return now - self._open_since
        patience = LOOK_SECONDS if run.thorough else min(_PATIENCE, self._interval / 2)
        asked.wanted.set()
        asked.answered.wait(patience)
        return 0.0 if asked.answered.is_set() else self._clock() - self._open_since

    def _tick_on(self, run: _Run) -> None:
        next_tick = self._clock()
        while not run.stopped.is_set():
            self._heartbeat = self._clock()
            run.wanted.clear()
            with run.ticked:
                run.begun += 1
            try:
                self._tick(run)
            except Exception as error:
                self._log("snapshot", error)
            with run.ticked:
                run.done += 1
                run.ticked.notify_all()
            now = self._clock()
            if now >= next_tick:  # not one that was taken before its time
                next_tick = max(next_tick + self._interval, now)
            run.wanted.wait(next_tick - now)

    def _tick(self, run: _Run) -> None:
        waiting = self._ask(run)
        host = self._host.read()
        worker = self._host.read_worker(self._worker_pid)
        self._newest = snapshot = self._assemble(host, worker, waiting)
        if self._on_snapshot is not None and not run.stopped.is_set():
            self._on_snapshot(snapshot)

    def _assemble(self, host: HostReading, worker: WorkerReading | None, waiting: float) -> Snapshot:
        now = self._clock()
        report = self._report
        gpus = tuple(share_host_memory(gpu, host) for gpu in report.gpus) if report else ()
        age = max((now - gpu.taken for gpu in gpus), default=waiting)
        message = report.message if report else "waiting for the NVIDIA driver's first answer"
        if waiting >= self.stale_after:
            message = f"the NVIDIA driver has not answered for {waiting:.0f} s"
        return Snapshot(
            taken=now,
            host=host,
            gpus=gpus,
            gpu_message=message,
            gpu_waiting=report is None,
            stale_seconds=round(age, 1) if age >= self.stale_after else 0.0,
            worker=worker,
        )

    def _log(self, what: str, error: Exception) -> None:
        """Log an error with its traceback, but not the same one every second."""
        text = repr(error)
        if self._logged.get(what) != text:
            self._logged[what] = text
            _LOG.warning("%s reading failed", what, exc_info=error)
