"""What is recorded of a run, with the real nvidia-ml-py and a stand-in for the driver's library."""

import pytest

SCRIPT = """
import time
from pathlib import Path
from workshop_tui.monitor.host import HostReader
from workshop_tui.monitor.recorder import Recorder

recorder = Recorder(NvmlReader(), HostReader(Path("/")), interval=0.05)
recorder.start()
time.sleep(0.3)
def make(uuid="0000-0", share=1, seconds=0.5, inside=lambda: None):
    recorder.begin()
    recorder.mark("load")
    time.sleep(0.1)
    recorder.making(6000.0)
    began = time.monotonic()
    recorder.mark("denoise")
    recorder.mark("denoise")
    inside()
    time.sleep(seconds)
    recorder.mark("decode")
    usage = recorder.end(uuid, share)
    show({**msgspec.to_builtins(usage), "took": time.monotonic() - began})
"""


def test_the_boards_counter_gives_the_energy(read_gpus):
    (usage,) = read_gpus(SCRIPT + "make()", POWER_MW=200_000, REASONS=0x4)
    energy, gpu = usage["energy"], usage["gpu"]
    assert energy["method"] == "counter"
    assert energy["seconds"] >= 0.45
    assert energy["joules"] == pytest.approx(200 * energy["seconds"], rel=0.5)
    assert gpu["name"] == "NVIDIA Test 9000"
    assert gpu["readings"] >= 3
    assert (gpu["power_peak_w"], gpu["power_limit_w"]) == (200, 450)
    assert gpu["power_w"] == pytest.approx(energy["joules"] / energy["seconds"], rel=0.01)
    assert (gpu["sm_clock_mhz"], gpu["sm_clock_max_mhz"], gpu["utilization_percent"]) == (1755, 1980, 37)
    assert (gpu["board_peak_mib"], gpu["memory_total_mib"], gpu["others_mib"]) == (8000, 24564, 2000)
    assert gpu["throttled"] == {"power limit": 1.0}
    assert gpu["before"] == gpu["after"]
    assert gpu["before"]["pcie_width"] == 16
    assert usage["message"] == ""
    assert [mark["phase"] for mark in usage["phases"]] == ["load", "denoise", "decode"]
    assert usage["phases"][0]["at"] < usage["phases"][1]["at"] < usage["phases"][2]["at"]
    course = usage["course"]
    assert {len(column) for column in course.values()} == {len(course["at"])}
    assert course["power_w"][-1] == 200
    assert course["worker_mib"][-1] > 1


def test_pictures_made_together_share_the_energy(read_gpus):
    alone, together = read_gpus(SCRIPT + "make()\nmake(share=4)")
    assert together["energy"]["joules"] * 4 == pytest.approx(alone["energy"]["joules"], rel=0.4)


def test_without_a_counter_power_is_summed_and_said_to_be_an_estimate(read_gpus):
    (usage,) = read_gpus(SCRIPT + "make()", nvmlDeviceGetTotalEnergyConsumption=3, POWER_MW=100_000)
    assert usage["energy"]["method"] == "power"
    assert usage["energy"]["joules"] == pytest.approx(100 * usage["energy"]["seconds"], rel=0.05)


def test_without_power_there_is_no_energy_and_no_zero(read_gpus):
    missing = dict.fromkeys(("TotalEnergyConsumption", "PowerUsage", "FieldValues"), 3)
    (usage,) = read_gpus(SCRIPT + "make()", **{f"nvmlDeviceGet{name}": code for name, code in missing.items()})
    assert usage["energy"] is None
    assert usage["gpu"]["power_w"] is None
    assert usage["gpu"]["utilization_percent"] == 37


def test_new_memory_errors_in_a_run_can_be_told(read_gpus):
    (usage,) = read_gpus(SCRIPT + "make(inside=lambda: os.environ.update(FAKE_ECC='2'))")
    assert usage["gpu"]["before"]["ecc_uncorrected"] == 0
    assert usage["gpu"]["after"]["ecc_uncorrected"] == 2


def test_a_gpu_lost_in_mid_run_costs_the_rest_of_its_figures(read_gpus):
    (usage,) = read_gpus(SCRIPT + "make(inside=lambda: (time.sleep(0.3), os.environ.update(FAKE_LOST='0')))")
    assert "GPU 0: lost" in usage["message"]
    assert usage["gpu"]["readings"] >= 1
    assert usage["energy"]["seconds"] < 0.8


def test_a_call_that_hangs_in_mid_run_holds_nothing_up(read_gpus):
    hang = "os.environ.update(FAKE_HANG='nvmlDeviceGetUtilizationRates')"
    (usage,) = read_gpus(SCRIPT + f"make(inside=lambda: {hang})\nos._exit(0)")
    assert usage["took"] < 5
    assert usage["host"]["ram_peak_mib"] > 0


def test_the_gpu_is_found_by_uuid_also_when_it_is_an_instance(read_gpus):
    second, instance, stranger = read_gpus(
        SCRIPT + "make('GPU-0000-1')\nmake('MIG-0000-1-1')\nmake('GPU-9')", COUNT=2, MIG=2, LOST=""
    )
    assert second["gpu"]["name"] == instance["gpu"]["name"] == "NVIDIA Test 9000"
    assert instance["gpu"]["utilization_percent"] is None
    assert instance["energy"]["joules"] > 0
    assert (stranger["gpu"], stranger["energy"]) == (None, None)
    assert "does not list the GPU" in stranger["message"]


def test_on_the_cpu_and_without_a_driver_the_host_is_recorded(read_gpus, no_nvml_library):
    on_cpu, no_driver = read_gpus(SCRIPT + "make('')\nmake()", library=no_nvml_library)
    assert (on_cpu["energy"], on_cpu["gpu"], on_cpu["message"]) == (None, None, "no NVIDIA GPU")
    assert no_driver["message"] == "no NVIDIA driver on this machine"
    assert set(on_cpu["course"]["vram_mib"]) == {None}
    assert on_cpu["host"]["cpu_percent"] is not None


def test_a_run_that_ended_while_loading_has_no_picture_to_measure(read_gpus):
    (usage,) = read_gpus(SCRIPT + "recorder.begin()\nrecorder.mark('load')\nshow(recorder.end('0000-0'))")
    assert (usage["gpu"], usage["energy"]) == (None, None)
    assert usage["message"] == "it ended before the picture was begun"


def test_a_long_run_keeps_few_readings(read_gpus):
    script = SCRIPT + "from workshop_tui.monitor import recorder as module\nmodule.MOST = 8\nmodule.POINTS = 5\n"
    (usage,) = read_gpus(script + "make(seconds=1.5)")
    assert 3 <= len(usage["course"]["at"]) <= 5
    assert usage["course"]["at"] == sorted(usage["course"]["at"])
    assert usage["energy"]["seconds"] > 1.4


def test_a_recorder_that_was_not_started_records_nothing(read_gpus):
    script = SCRIPT + "recorder.stop()\nrecorder = Recorder(NvmlReader(), HostReader(Path('/')))\nmake(seconds=0)"
    (usage,) = read_gpus(script)
    assert (usage["energy"], usage["gpu"]) == (None, None)
    assert usage["course"]["at"] == []


def test_a_hanging_call_is_left_and_asked_anew_in_another_thread(read_gpus):
    script = (
        SCRIPT
        + """
from workshop_tui.monitor import sampler as module
module.RETRY_SECONDS = 0.5
recorder.stop()
sampler = module.Sampler(NvmlReader(), HostReader(Path("/")), interval=0.05)
def wait_for(wanted):
    end = time.monotonic() + 30
    while time.monotonic() < end and not (sampler.newest and wanted(sampler.newest)):
        time.sleep(0.02)
    show(sampler.newest)
sampler.start()
wait_for(lambda newest: newest.gpus)
os.environ["FAKE_HANG"] = "nvmlDeviceGetUtilizationRates"
wait_for(lambda newest: newest.stale_seconds and newest.gpu_message)
del os.environ["FAKE_HANG"]
wait_for(lambda newest: not newest.stale_seconds)
os._exit(0)
"""
    )
    fresh, stale, back = read_gpus(script)
    assert fresh["stale_seconds"] == back["stale_seconds"] == 0
    assert stale["stale_seconds"] >= 3
    assert "has not answered" in stale["gpu_message"]
    assert back["gpus"][0]["taken"] > stale["gpus"][0]["taken"]
