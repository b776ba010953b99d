import os
import subprocess
import sys
import time

import psutil
import pytest

from workshop_tui.monitor.host import HostReader


@pytest.fixture
def child():
    """A real process that holds about 60 MiB and keeps one core busy."""
    code = "held = bytearray(60 * 1024 * 1024)\nprint('ready', flush=True)\nwhile True: pass"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_the_host_as_it_is(tmp_path):
    reader = HostReader(tmp_path)
    first = reader.read()
    assert first.cpu_percent is None  # a load needs two readings; 0 would be a lie
    assert first.cpu_count == len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert first.ram_total_mib is not None
    assert first.ram_used_mib is not None
    assert first.ram_total_mib == psutil.virtual_memory().total // 1024**2 or first.ram_limited
    assert 0 < first.ram_used_mib < first.ram_total_mib
    status = os.statvfs(tmp_path)
    assert first.disk_free_gib == pytest.approx(status.f_bavail * status.f_frsize / 1024**3, abs=0.5)
    assert reader.read().cpu_percent is None  # too soon after the first to say anything


def test_the_load_is_that_since_the_reading_before(tmp_path, child):
    reader = HostReader(tmp_path)
    reader.read()
    time.sleep(0.4)
    load = reader.read().cpu_percent
    assert load is not None
    # The child is one busy core of all; other processes may use the rest, or some of it.
    assert 40 / psutil.cpu_count() <= load <= 100


def test_a_folder_that_is_not_there_yet_counts_as_its_parent(tmp_path):
    assert HostReader(tmp_path / "not" / "yet").read().disk_free_gib == pytest.approx(
        HostReader(tmp_path).read().disk_free_gib, abs=0.5
    )


def test_the_worker_while_it_lives_and_after(tmp_path, child):
    reader = HostReader(tmp_path)
    first = reader.read_worker(child.pid)
    assert first is not None
    assert first.cpu_percent is None
    assert first.rss_mib is not None
    assert 60 <= first.rss_mib < 200
    time.sleep(0.4)
    second = reader.read_worker(child.pid)
    assert second is not None
    assert second.cpu_percent is not None
    assert 5 < second.cpu_percent < 130

    child.kill()
    deadline = time.monotonic() + 60
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert reader.read_worker(child.pid) is None  # dead, and not yet waited for by its parent
    child.wait()
    assert reader.read_worker(child.pid) is None


@pytest.mark.parametrize("pid", [None, 0, -5, 2**22 + 1, 2**40])
def test_no_such_worker(tmp_path, pid):
    assert HostReader(tmp_path).read_worker(pid) is None


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="only Linux binds a process to cores")
def test_a_process_bound_to_one_core_reads_that_core(tmp_path, child):
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(child.pid, {min(cores)})
    os.sched_setaffinity(0, {min(cores)})
    try:
        reader = HostReader(tmp_path)
        reader.read()
        time.sleep(0.5)
        found = reader.read()
    finally:
        os.sched_setaffinity(0, cores)
    assert found.cpu_count == 1
    assert found.cpu_percent is not None
    assert found.cpu_percent > 60, "the child keeps this core busy"
