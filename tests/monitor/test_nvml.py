"""The real nvidia-ml-py, loading a stand-in for the driver's library."""

import os

import pytest


def only(reports):
    (report,) = reports
    (gpu,) = report["gpus"]
    return gpu


def test_a_healthy_gpu(read_gpus):
    (report,) = read_gpus(ENERGY_MJ=1_234_500)
    assert report == {
        "gpus": [
            {
                "index": 0,
                "mig": None,
                "taken": 100.0,
                "name": "NVIDIA Test 9000",
                "uuid": "GPU-0000-0",
                "utilization_percent": 37,
                "memory_used_mib": 8000,
                "memory_total_mib": 24564,
                "memory_reserved_mib": 500,
                "unified": False,
                "temperature_c": 62,
                "memory_temperature_c": 70,
                "power_w": 312.4,
                "power_limit_w": 450.0,
                "sm_clock_mhz": 1755,
                "sm_clock_max_mhz": 1980,
                "memory_clock_mhz": 9501,
                "memory_clock_max_mhz": 10501,
                "performance_state": 2,
                "energy_j": 1234.5,
                "fan_percent": 45,
                "throttle_reasons": [],
                "health": {
                    "ecc_uncorrected": 0,
                    "remapped_rows": 0,
                    "pcie_generation": 4,
                    "pcie_generation_max": 4,
                    "pcie_width": 16,
                    "pcie_width_max": 16,
                },
                "processes": [],
            }
        ],
        "message": "",
        "driver": "570.86.15",
    }


def test_an_old_driver_answers_through_the_older_functions(read_gpus, old_nvml_library):
    gpu = only(read_gpus(library=old_nvml_library, REASONS=0x4))
    assert (gpu["memory_used_mib"], gpu["memory_reserved_mib"]) == (8500, None)
    assert gpu["power_w"] == 290.0
    assert gpu["throttle_reasons"] == ["power limit"]


FIGURES = {
    "utilization_percent": ["UtilizationRates"],
    "temperature_c": ["Temperature"],
    "performance_state": ["PerformanceState"],
    "energy_j": ["TotalEnergyConsumption"],
    "fan_percent": ["FanSpeed"],
    "ecc_uncorrected": ["TotalEccErrors"],
    "remapped_rows": ["RemappedRows"],
    "pcie_generation": ["CurrPcieLinkGeneration"],
    "pcie_generation_max": ["MaxPcieLinkGeneration"],
    "pcie_width": ["CurrPcieLinkWidth"],
    "pcie_width_max": ["MaxPcieLinkWidth"],
    "processes": ["ComputeRunningProcesses_v3", "GraphicsRunningProcesses_v3"],
    "power_w": ["FieldValues", "PowerUsage"],
    "power_limit_w": ["EnforcedPowerLimit"],
    "sm_clock_mhz": ["ClockInfo"],
    "sm_clock_max_mhz": ["MaxClockInfo"],
    "throttle_reasons": ["CurrentClocksEventReasons", "CurrentClocksThrottleReasons"],
    "name": ["Name"],
    "uuid": ["UUID"],
}
"""Field to the calls, less `nvmlDeviceGet`, that it comes from."""

GO_ALONG = {
    "power_w": {"memory_temperature_c"},
    "sm_clock_mhz": {"memory_clock_mhz"},
    "sm_clock_max_mhz": {"memory_clock_max_mhz"},
}
"""Fields that come from the same call."""


@pytest.mark.parametrize("code", [2, 3, 4, 10, 13, 999])
def test_one_missing_figure_costs_only_itself(read_gpus, code):
    script = f"""
for functions in {list(FIGURES.values())}:
    names = ["FAKE_nvmlDeviceGet" + function for function in functions]
    for name in names:
        os.environ[name] = "{code}"
    reader = NvmlReader(clock=lambda: now)
    show()
    for name in names:
        del os.environ[name]
"""
    reports = read_gpus(script)
    assert len(reports) == len(FIGURES)
    for field, report in zip(FIGURES, reports, strict=True):
        (gpu,) = report["gpus"]
        figures = gpu | gpu["health"]
        missing = {key for key, value in figures.items() if value is None} - {"mig"}
        assert missing == {field} | GO_ALONG.get(field, set())
        assert report["message"] == ""


def test_what_is_not_supported_is_not_asked_again_but_a_busy_driver_is(read_gpus):
    script = """
show()
for name in ("nvmlDeviceGetTemperature", "nvmlDeviceGetUtilizationRates"):
    os.environ["FAKE_" + name] = "0"
show()
"""
    for gpu in (report["gpus"][0] for report in read_gpus(script, nvmlDeviceGetTemperature=3)):
        assert gpu["temperature_c"] is None
    first, second = read_gpus(script, nvmlDeviceGetUtilizationRates=10)  # a time-out
    assert first["gpus"][0]["utilization_percent"] is None
    assert second["gpus"][0]["utilization_percent"] == 37


def test_power_falls_back_when_the_instant_field_has_no_value(read_gpus):
    script = "show()\nos.environ['FAKE_FIELD_CODE'] = '0'\nshow()"
    # The library's average is 290 W; the instant figure that comes later is not asked for again.
    assert [report["gpus"][0]["power_w"] for report in read_gpus(script, FIELD_CODE=3)] == [290.0, 290.0]


def test_impossible_figures_are_missing(read_gpus):
    gpu = only(read_gpus(UTILIZATION=250, TEMPERATURE=255, POWER_MW=4294967295, TOTAL_MIB=100))
    assert (gpu["utilization_percent"], gpu["temperature_c"], gpu["power_w"], gpu["memory_used_mib"]) == (None,) * 4
    assert gpu["memory_total_mib"] == 100
    gpu = only(read_gpus(UTILIZATION=0, TEMPERATURE=0, POWER_MW=0))
    assert (gpu["utilization_percent"], gpu["temperature_c"], gpu["power_w"]) == (0, None, None)


@pytest.mark.parametrize(
    "settings", [{"TOTAL_MIB": 0}, {"nvmlDeviceGetMemoryInfo_v2": 3, "nvmlDeviceGetMemoryInfo": 3}]
)
def test_unified_memory_is_told_from_memory_that_may_not_be_read(read_gpus, settings):
    gpu = only(read_gpus(**settings))
    assert gpu["unified"] is True
    assert gpu["memory_total_mib"] is None
    gpu = only(read_gpus(nvmlDeviceGetMemoryInfo_v2=4, nvmlDeviceGetMemoryInfo=4))
    assert gpu["unified"] is False
    assert gpu["memory_total_mib"] is None


def test_throttling_is_said_in_words_and_idling_is_none(read_gpus):
    assert only(read_gpus(REASONS=0x45))["throttle_reasons"] == ["power limit", "heat (hardware)"]
    assert only(read_gpus(REASONS=0x1))["throttle_reasons"] == []


def test_a_name_cannot_steer_the_terminal(read_gpus):
    assert only(read_gpus(NAME="Evil\x1b[2J\x07 GPU"))["name"] == "Evil\\x1b[2J\\x07 GPU"


def test_a_lost_gpu_keeps_its_last_reading_and_comes_back(read_gpus):
    script = """
show()
os.environ["FAKE_LOST"] = "1"
now = 101.0; show()
now = 105.0; show()
os.environ["FAKE_LOST"] = ""
now = 110.9; show()
now = 111.1; show()
"""
    reports = read_gpus(script, COUNT=2)
    assert [[gpu["taken"] for gpu in report["gpus"]] for report in reports] == [
        [100.0, 100.0],
        [101.0, 100.0],
        [105.0, 100.0],
        [110.9, 100.0],  # back already, but asked anew only 10 s after the loss
        [111.1, 111.1],
    ]
    assert [bool(report["message"]) for report in reports] == [False, True, True, True, False]
    assert reports[1]["message"] == "GPU 1: lost, it does not answer any more; the machine needs a restart"


def test_a_gpu_that_answers_nothing_but_unknown_errors_is_lost(read_gpus):
    script = """
show()
for name in ("UtilizationRates", "MemoryInfo", "MemoryInfo_v2", "Temperature", "FieldValues", "PowerUsage",
             "EnforcedPowerLimit", "ClockInfo", "MaxClockInfo", "CurrentClocksEventReasons", "PerformanceState",
             "TotalEnergyConsumption", "CurrentClocksThrottleReasons"):
    os.environ["FAKE_nvmlDeviceGet" + name] = "999"
now = 101.0; show()
os.environ["FAKE_nvmlInitWithFlags"] = "999"
now = 112.0; show()
"""
    _, lost, container = read_gpus(script)
    assert lost["gpus"][0]["taken"] == 100.0
    assert lost["gpus"][0]["utilization_percent"] == 37
    assert "unknown error" in lost["message"]
    assert container["gpus"][0]["taken"] == 100.0
    assert "container" in container["message"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (9, "installed but not loaded"),
        (18, "differ in version: restart"),
        (4, "does not let this user read"),
        (999, "container that lost its GPU"),
        (1234, "an error of the stand-in"),
    ],
)
def test_a_driver_that_does_not_start_is_explained(read_gpus, code, words):
    (report,) = read_gpus(nvmlInitWithFlags=code)
    assert report["gpus"] == []
    assert words in report["message"]


def test_no_driver_and_a_driver_without_gpu(read_gpus, no_nvml_library):
    (report,) = read_gpus(library=no_nvml_library)
    assert report == {"gpus": [], "message": "no NVIDIA driver on this machine", "driver": None}
    (report,) = read_gpus(COUNT=0)
    assert report["message"] == "the NVIDIA driver finds no GPU"


def test_a_driver_that_is_loaded_later_is_found(read_gpus):
    script = "show()\nos.environ['FAKE_nvmlInitWithFlags'] = '0'\nnow = 105.0; show()\nnow = 110.5; show()"
    reports = read_gpus(script, nvmlInitWithFlags=9)
    assert [len(report["gpus"]) for report in reports] == [0, 0, 1]


def test_a_missing_package_is_explained(read_gpus):
    script = "import sys\nsys.modules['pynvml'] = None\nshow()\nreader.close()"
    (report,) = read_gpus(script)
    assert report["message"] == "the Python package nvidia-ml-py is not installed"


def test_reading_goes_on_after_close(read_gpus):
    assert [len(report["gpus"]) for report in read_gpus("show()\nreader.close()\nshow()")] == [1, 1]


def test_instances_of_a_cut_gpu_have_their_own_memory_and_the_boards_power(read_gpus):
    (report,) = read_gpus(MIG=2, COUNT=2, nvmlDeviceGetUtilizationRates=3)
    told = [(gpu["index"], gpu["mig"], gpu["uuid"]) for gpu in report["gpus"]]
    assert told == [
        (0, None, "GPU-0000-0"),
        (0, 0, "MIG-0000-0-0"),
        (0, 1, "MIG-0000-0-1"),
        (1, None, "GPU-0000-1"),
        (1, 0, "MIG-0000-1-0"),
        (1, 1, "MIG-0000-1-1"),
    ]
    assert all(gpu["power_w"] == 312.4 and gpu["memory_total_mib"] == 24564 for gpu in report["gpus"])
    assert all(gpu["utilization_percent"] is None for gpu in report["gpus"])


def test_slow_figures_are_asked_for_every_5_s_or_on_demand(read_gpus):
    script = """
show()
os.environ["FAKE_ECC"] = "3"
now = 104.0; show()
now = 104.5; show(reader.read(thorough=True))
os.environ["FAKE_ECC"] = "4"
now = 109.5; show()
"""
    reports = read_gpus(script)
    assert [report["gpus"][0]["health"]["ecc_uncorrected"] for report in reports] == [0, 0, 3, 4]


def test_processes_are_named_but_not_while_a_run_is_timed(read_gpus):
    script = """
from workshop_tui.monitor import nvml_device
nvml_device._sees_all_processes = lambda: True
show()
now = 101.0; show(reader.read(processes=False))
now = 102.0; show(reader.read(thorough=True, processes=False))
nvml_device._sees_all_processes = lambda: False
now = 103.0; show(reader.read(thorough=True))
"""
    reports = read_gpus(script, PIDS=f"{os.getpid()},4194303")
    seen, timed, thorough, container = (report["gpus"][0]["processes"] for report in reports)
    mine, gone = seen
    assert (mine["pid"], mine["memory_mib"]) == (os.getpid(), 2048)
    assert mine["name"]
    assert (gone["pid"], gone["name"]) == (4194303, None)
    assert (timed, thorough) == (None, None)
    assert [each["name"] for each in container] == [None, None]


def test_an_instance_that_was_taken_away_is_forgotten(read_gpus):
    script = """
show()
os.environ["FAKE_MIG"] = "1"
os.environ["FAKE_nvmlDeviceGetMemoryInfo_v2"] = "28"
now = 101.0; show()
del os.environ["FAKE_nvmlDeviceGetMemoryInfo_v2"]
now = 112.0; show()
"""
    reports = read_gpus(script, MIG=2)
    assert [[gpu["mig"] for gpu in report["gpus"]] for report in reports] == [[None, 0, 1], [None, 0, 1], [None, 0]]
    assert (bool(reports[1]["message"]), reports[2]["message"]) == (True, "")
