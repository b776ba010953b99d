import pytest

from workshop_tui.monitor import wording
from workshop_tui.monitor.snapshot import GpuReading, HostReading, Snapshot, WorkerReading

HOST = HostReading(cpu_percent=12.4, cpu_count=16, ram_used_mib=12_400, ram_total_mib=128_700, disk_free_gib=51.2)


def gpu(**fields):
    figures = {
        "utilization_percent": 37,
        "memory_used_mib": 8000,
        "memory_total_mib": 24564,
        "memory_reserved_mib": 500,
        "temperature_c": 62,
        "power_w": 312.4,
        "power_limit_w": 450.0,
        "throttle_reasons": (),
    }
    return GpuReading(index=0, taken=100.0, name="Test", **(figures | fields))


def snapshot(*gpus, host=HOST, **fields):
    return Snapshot(taken=100.0, host=host, gpus=gpus, **fields)


def test_figures_of_a_gpu():
    assert wording.gpu_parts(gpu()) == ["use 37 %", "VRAM 7.8/24.0 GiB", "62 °C", "power 312/450 W"]


def test_what_is_missing_is_not_zero():
    bare = GpuReading(index=0, taken=0.0)
    assert wording.gpu_parts(bare) == ["use n/a", "VRAM n/a", "temperature n/a", "power n/a"]
    assert wording.gpu_details(bare) == [
        "SM clock n/a",
        "memory clock n/a",
        "state n/a",
        "memory n/a",
        "fan n/a",
        "reserved by the driver n/a",
        "PCIe n/a of n/a",
        "uncorrected ECC errors n/a",
        "remapped rows n/a",
        "throttling n/a",
    ]
    assert wording.host_parts(HostReading()) == ["CPU n/a", "RAM n/a", "disk n/a"]
    assert wording.worker_parts(WorkerReading(pid=7)) == ["worker 7", "RAM n/a", "CPU n/a"]
    assert wording.worker_parts(WorkerReading(pid=7, cpu_percent=96.4))[2] == "CPU 96 % of a core"
    assert wording.gpu_parts(gpu(power_limit_w=None))[3] == "power 312/n/a W"


def test_a_containers_limit_is_told_from_the_machines_ram():
    assert wording.host_parts(HOST)[1] == "RAM 12.1/125.7 GiB"
    limited = HostReading(ram_used_mib=1024, ram_total_mib=2048, ram_limited=True)
    assert wording.host_parts(limited)[1] == "RAM 1.0/2.0 GiB (limit)"


def test_old_shared_and_slowed_are_said():
    parts = wording.gpu_parts(gpu(unified=True, throttle_reasons=("power limit",)), stale_seconds=12.4)
    assert parts[0] == "stale 12 s"
    assert parts[2] == "shared RAM 7.8/24.0 GiB"
    assert parts[-1] == "slowed by power limit"


@pytest.mark.parametrize(
    ("shot", "expected"),
    [
        (
            snapshot(gpu_message="no NVIDIA driver on this machine"),
            "No GPU reading: no NVIDIA driver on this machine.",
        ),
        (snapshot(gpu(), stale_seconds=12.0), "GPU readings are 12 s old."),
        (snapshot(gpu(utilization_percent=0)), "The GPU is idle."),
        (snapshot(gpu(utilization_percent=99)), "The GPU is fully busy."),
        (
            snapshot(gpu()),
            "The GPU is busy part of the time: something else, such as moving weights, takes the rest.",
        ),
        (snapshot(gpu(utilization_percent=None)), "The GPU does not tell how busy it is."),
        (
            snapshot(gpu(memory_used_mib=23_000)),
            "The GPU's memory is nearly full: a larger picture may not fit.",
        ),
        (
            snapshot(gpu(throttle_reasons=("power limit",))),
            "The GPU works at its power limit, as it does under full load.",
        ),
        (
            snapshot(gpu(throttle_reasons=("power limit", "heat (driver)"))),
            "The GPU is too hot and has slowed down: timings taken now do not count.",
        ),
        (snapshot(gpu(throttle_reasons=("board limit",))), "The GPU is held back by board limit."),
        (
            snapshot(gpu(), host=HostReading(ram_used_mib=15_900, ram_total_mib=16_000)),
            "The host's memory is nearly full: offloading to it may fail.",
        ),
    ],
)
def test_one_sentence_on_what_it_means(shot, expected):
    assert wording.sentence(shot) == expected


def test_of_several_gpus_the_one_in_trouble_is_named():
    hot = GpuReading(index=3, taken=100.0, throttle_reasons=("heat (hardware)",))
    assert wording.sentence(snapshot(gpu(utilization_percent=99), hot)).startswith("GPU 3 is too hot")


def test_the_workers_gpu_is_judged_whatever_the_others_do():
    hot = GpuReading(index=3, taken=40.0, throttle_reasons=("heat (hardware)",))
    own = gpu(utilization_percent=99)
    shot = snapshot(own, hot, stale_seconds=60.0)
    assert wording.sentence(shot, own) == f"{own.title} is fully busy."
    assert wording.sentence(shot, hot) == "GPU readings are 60 s old."
