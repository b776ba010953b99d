import msgspec
import pytest

from workshop_tui.monitor.memory_now import memory_now
from workshop_tui.monitor.own_gpu import likely_gpu, own_gpu
from workshop_tui.monitor.snapshot import GpuProcess, GpuReading, HostReading


def gpu(index, uuid, name="A", mig=None, pids=()):
    processes = tuple(GpuProcess(pid=pid) for pid in pids)
    return GpuReading(index=index, taken=0.0, uuid=uuid, name=name, mig=mig, processes=processes)


TWO = [gpu(0, "GPU-aa"), gpu(1, "GPU-ab")]
OTHERS = [gpu(0, "GPU-aa", "slow"), gpu(1, "GPU-ab", "fast")]
LARGE = [
    msgspec.structs.replace(each, memory_total_mib=size) for each, size in zip(OTHERS, (2000, 48_000), strict=True)
]
CUT = [gpu(0, "GPU-aa"), gpu(0, "MIG-1", mig=0), gpu(0, "MIG-2", mig=1)]


@pytest.mark.parametrize(
    ("gpus", "uuid", "visible", "found"),
    [
        (TWO, "ab", None, "GPU-ab"),  # as torch writes it
        (TWO, "GPU-AB", "0", "GPU-ab"),
        (TWO, "GPU-zz", None, None),
        (TWO, "", None, "GPU-aa"),
        (TWO, "", "1", "GPU-ab"),
        (TWO, "", "1,0", "GPU-ab"),
        (TWO, "", "GPU-ab", "GPU-ab"),
        (TWO, "", "GPU-a", None),  # the beginning of both
        (TWO, "", "", None),
        (TWO, "", "-1", None),
        (TWO, "", "7", None),
        (TWO, "", "rubbish", None),
        (OTHERS, "", "0", None),  # CUDA counts the fastest first
        (CUT, "", None, None),
        (CUT, "", "MIG-2", "MIG-2"),
        (CUT, "2", None, "MIG-2"),
        ([], "", None, None),
    ],
)
def test_which_gpu_is_the_workers(gpus, uuid, visible, found):
    environ = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    gpu = own_gpu(gpus, uuid, environ)
    assert (gpu.uuid if gpu else None) == found


def test_an_order_that_is_asked_for_is_nvmls():
    environ = {"CUDA_VISIBLE_DEVICES": "1", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    assert own_gpu(OTHERS, "", environ) is OTHERS[1]


def test_a_gpu_that_lists_the_workers_process_is_its():
    gpus = [gpu(0, "GPU-aa", "slow"), gpu(1, "GPU-ab", "fast", pids=(3, 77))]
    assert own_gpu(gpus, "", {}, 77) is gpus[1]
    assert own_gpu(gpus, "", {}, 78) is None


def test_a_worker_whose_model_runs_elsewhere_has_none():
    assert own_gpu(TWO, "", {}, elsewhere=True) is None
    assert own_gpu(TWO, "ab", {}, elsewhere=True) is TWO[1]


@pytest.mark.parametrize(
    ("gpus", "uuid", "visible", "found"),
    [
        (TWO, "", None, "GPU-aa"),
        (TWO, "ab", None, "GPU-ab"),
        (LARGE, "", None, "GPU-ab"),  # nobody can tell; the fastest is mostly the largest
        (TWO, "", "7", None),
        (CUT, "", None, "MIG-1"),
        (TWO, "", "", None),
        (TWO, "", "-1", None),
        ([], "", None, None),
    ],
)
def test_whose_memory_a_worker_will_find(gpus, uuid, visible, found):
    environ = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    gpu = likely_gpu(gpus, environ, uuid)
    assert (gpu.uuid if gpu else None) == found


def test_free_memory_is_that_gpus_and_the_hosts():
    full = msgspec.structs.replace(TWO[0], memory_used_mib=79_000, memory_total_mib=80_000, memory_reserved_mib=600)
    host = HostReading(ram_used_mib=1000, ram_total_mib=3000)
    now = memory_now(full, host)
    assert (now.gpu_free, now.gpu_total) == (400 * 2**20, 80_000 * 2**20)
    assert (now.host_free, now.host_total) == (2000 * 2**20, 3000 * 2**20)
    bare = memory_now(None, host)
    assert (bare.gpu_free, bare.gpu_total, bare.host_total) == (None, None, 3000 * 2**20)
