import logging
import threading
import time
from pathlib import Path

import pytest

from workshop_tui.monitor.host import HostReader
from workshop_tui.monitor.nvml import NvmlReader
from workshop_tui.monitor.sampler import Sampler
from workshop_tui.monitor.snapshot import GpuReading, GpuReport, HostReading

INTERVAL = 0.05


class Gpu:
    """A driver that answers, hangs or raises as it is told."""

    def __init__(self, unified=False):
        self.free = threading.Event()
        self.free.set()
        self.error = None
        self.unified = unified
        self.reads = 0
        self.closed = threading.Event()

    def read(self, *, thorough=False, processes=True):
        self.free.wait(20)
        if self.error:
            raise self.error
        self.reads += 1
        return GpuReport(gpus=(GpuReading(index=0, taken=time.monotonic(), name="Test", unified=self.unified),))

    def renew(self):
        return self

    def close(self):
        self.closed.set()


class Clock:
    """Real seconds, that a test can move on."""

    ahead = 0.0

    def __call__(self):
        return time.monotonic() + self.ahead


class Watcher:
    """Collects snapshots and waits for one that is as wanted."""

    def __init__(self):
        self.snapshots = []

    def __call__(self, snapshot):
        self.snapshots.append(snapshot)

    def wait_for(self, wanted):
        deadline = time.monotonic() + 60
        start = len(self.snapshots)
        while time.monotonic() < deadline:
            for snapshot in self.snapshots[start:]:
                if wanted(snapshot):
                    return snapshot
            time.sleep(0.005)
        raise AssertionError(f"not among {self.snapshots[-3:]}")


@pytest.fixture
def start(tmp_path):
    started = []

    def begin(gpu, host=None, **options):
        watcher = Watcher()
        sampler = Sampler(gpu, host or HostReader(tmp_path), interval=INTERVAL, on_snapshot=watcher, **options)
        started.append(sampler)
        sampler.start()
        return sampler, watcher

    yield begin
    for sampler in started:
        sampler.stop()


def test_snapshots_come_at_the_interval_with_gpu_and_host(start):
    gpu = Gpu()
    sampler, watcher = start(gpu)
    last = watcher.wait_for(lambda snapshot: len(watcher.snapshots) >= 5 and snapshot.gpus)
    taken = [snapshot.taken for snapshot in watcher.snapshots]
    assert taken[-1] - taken[0] > (len(taken) - 2) * INTERVAL
    assert last.gpus[0].name == "Test"
    ages = [snapshot.taken - snapshot.gpus[0].taken for snapshot in watcher.snapshots if snapshot.gpus]
    assert min(ages) < INTERVAL  # of one moment, not one tick late
    assert (last.gpu_message, last.stale_seconds, last.gpu_waiting) == ("", 0.0, False)
    assert last.host.ram_total_mib
    assert sampler.newest is not None
    assert sampler.heartbeat is not None


def test_a_hanging_driver_ages_and_the_clock_goes_on(start):
    gpu, clock = Gpu(), Clock()
    _, watcher = start(gpu, clock=clock)
    watcher.wait_for(lambda snapshot: snapshot.gpus)
    gpu.free.clear()
    frozen = watcher.wait_for(lambda snapshot: snapshot.taken - snapshot.gpus[0].taken > 3 * INTERVAL).gpus[0]
    clock.ahead = 12
    stale = watcher.wait_for(lambda snapshot: snapshot.stale_seconds >= 12)
    assert stale.gpus == (frozen,)
    assert stale.stale(frozen) == pytest.approx(12, abs=2)
    assert stale.gpu_message.startswith("the NVIDIA driver has not answered for 12 s")
    watcher.wait_for(lambda snapshot: snapshot.taken > stale.taken and snapshot.host.ram_used_mib)
    clock.ahead = 0
    gpu.free.set()
    back = watcher.wait_for(lambda snapshot: snapshot.gpus[0].taken > frozen.taken)
    assert (back.stale_seconds, back.gpu_message) == (0.0, "")


def test_a_driver_that_never_answered(start):
    gpu, clock = Gpu(), Clock()
    gpu.free.clear()
    _, watcher = start(gpu, clock=clock)
    waiting = watcher.wait_for(lambda snapshot: True)
    assert waiting.gpu_waiting
    assert waiting.gpu_message == "waiting for the NVIDIA driver's first answer"
    clock.ahead = 7
    silent = watcher.wait_for(lambda snapshot: snapshot.stale_seconds >= 7)
    assert silent.gpus == ()
    assert "not answered for 7 s" in silent.gpu_message
    gpu.free.set()


def test_a_call_that_never_returns_is_given_up_and_another_thread_asks(start):
    class Stuck(Gpu):
        def renew(self):
            return Gpu()

    gpu, clock = Stuck(), Clock()
    _, watcher = start(gpu, clock=clock)
    watcher.wait_for(lambda snapshot: snapshot.gpus)
    gpu.free.clear()
    time.sleep(3 * INTERVAL)
    clock.ahead = 9
    stale = watcher.wait_for(lambda snapshot: snapshot.stale_seconds >= 8)
    assert "not answered for 9 s" in stale.gpu_message
    clock.ahead = 11
    watcher.wait_for(lambda snapshot: snapshot.gpu_message == "")
    clock.ahead = 0  # the stand-in's own clock was not moved
    watcher.wait_for(lambda snapshot: snapshot.gpus and not snapshot.stale_seconds)
    gpu.free.set()
    assert gpu.closed.wait(30)  # the thread that was given up ends as soon as it can


def test_stop_returns_at_once_while_the_driver_hangs(start):
    gpu = Gpu()
    sampler, watcher = start(gpu)
    watcher.wait_for(lambda snapshot: snapshot.gpus)
    gpu.free.clear()
    time.sleep(2 * INTERVAL)
    began = time.monotonic()
    sampler.stop()
    sampler.stop()
    assert time.monotonic() - began < 5
    time.sleep(2 * INTERVAL)
    count = len(watcher.snapshots)
    time.sleep(3 * INTERVAL)
    assert len(watcher.snapshots) == count
    assert not gpu.closed.is_set()
    gpu.free.set()
    assert gpu.closed.wait(30)  # the reader is closed by the thread that uses it


def test_it_starts_again_after_a_stop(start):
    gpu = Gpu()
    sampler, watcher = start(gpu)
    watcher.wait_for(lambda snapshot: snapshot.gpus)
    sampler.stop()
    assert gpu.closed.wait(30)
    reads = gpu.reads
    sampler.start()
    sampler.start()
    watcher.wait_for(lambda snapshot: gpu.reads > reads)


def test_errors_are_logged_once_and_the_last_reading_stays(start, caplog):
    gpu = Gpu()
    with caplog.at_level(logging.WARNING):
        _, watcher = start(gpu)
        watcher.wait_for(lambda snapshot: snapshot.gpus)
        gpu.error = RuntimeError("the driver is a mess")
        failed = watcher.wait_for(lambda snapshot: snapshot.gpu_message)
        time.sleep(4 * INTERVAL)
    assert failed.gpus[0].name == "Test"
    assert failed.gpu_message == "GPU readings failed; the log says why"
    assert [record.message for record in caplog.records] == ["GPU reading failed"]
    assert "the driver is a mess" in caplog.text


def test_a_failing_host_or_listener_does_not_end_it(start, caplog):
    class Host:
        calls = 0

        def read(self):
            self.calls += 1
            if self.calls == 2:
                raise OSError("no /proc")
            return HostReading(ram_used_mib=1000, ram_total_mib=4000)

        def read_worker(self, pid):
            return None

    host = Host()
    _, watcher = start(Gpu(unified=True), host)
    snapshot = watcher.wait_for(lambda snapshot: snapshot.gpus and host.calls > 3)
    assert (snapshot.gpus[0].memory_used_mib, snapshot.gpus[0].memory_total_mib) == (1000, 4000)
    assert "no /proc" in caplog.text


def test_the_worker_can_be_named_later(start):
    import os

    sampler, watcher = start(Gpu())
    assert watcher.wait_for(lambda snapshot: True).worker is None
    sampler.set_worker_pid(os.getpid())
    assert watcher.wait_for(lambda snapshot: snapshot.worker).worker.pid == os.getpid()
    sampler.set_worker_pid(None)
    watcher.wait_for(lambda snapshot: snapshot.worker is None)


def test_it_costs_little(tmp_path: Path):
    """A second of ten snapshots costs well under 5 % of a core, so one a second costs under 0.5 %."""
    sampler = Sampler(NvmlReader(), HostReader(tmp_path), interval=0.1)
    sampler.start()
    time.sleep(0.2)  # imports
    costs = []
    while len(costs) < 5 and min(costs, default=1) >= 0.05:  # the machine may be busy, and this process do more
        before = time.process_time()
        time.sleep(1.0)
        costs.append(time.process_time() - before)
    sampler.stop()
    assert min(costs) < 0.05
