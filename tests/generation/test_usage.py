import msgspec
import pytest

from workshop_tui.generation import table
from workshop_tui.generation.usage import BoardHealth, Energy, GpuUse, HostUse, Mark, Usage
from workshop_tui.generation.usage_words import energy_words, gpu_parts, use_parts

USE = GpuUse(
    name="Test",
    readings=9,
    board_peak_mib=9000,
    others_mib=400,
    utilization_percent=98.4,
    power_w=310.2,
    power_peak_w=430.0,
    power_limit_w=450.0,
    sm_clock_mhz=1700.0,
    sm_clock_max_mhz=1980,
    temperature_c=71,
    throttled={"power limit": 0.25, "heat (driver)": 0.5},
    before=BoardHealth(ecc_uncorrected=1),
    after=BoardHealth(ecc_uncorrected=3, remapped_rows=1, pcie_generation=4, pcie_width=8),
)
USAGE = Usage(energy=Energy(3600.0, "counter", 10.0), gpu=USE, host=HostUse(cpu_percent=12.0))


def test_energy_names_method_board_and_uncertainty():
    assert USAGE.energy.wh == 1.0
    assert USAGE.energy.words == "3,600 J (1.00 Wh), whole board, by its counter, ±6 %"
    assert "estimated from power readings, ±55 %" in Energy(10.0, "power", 2.0).words
    assert Energy(1.0, "power", 0.0).uncertainty == 1.0


def test_a_reading_that_came_late_makes_it_less_certain():
    assert Energy(10.0, "counter", 10.0, 2.0).uncertainty == pytest.approx(0.26)


def test_a_run_in_words(make_run):
    run = msgspec.structs.replace(make_run(), usage=USAGE)
    parts = use_parts(run)
    assert parts[1] == "energy 3,600 J (1.00 Wh), whole board, by its counter, ±6 %"
    assert "mean power 310 of 450 W, highest 430" in parts
    assert "slowed in 25% by power limit, 50% by heat (driver)" in parts
    assert "3 uncorrected ECC errors, 2 new" in parts
    assert "1 remapped rows" in parts
    assert "PCIe 4 x8" in parts
    assert parts[-1] == "CPU 12 % of all cores"
    assert USE.throttled_share == 0.5


def test_what_is_missing_is_said_and_never_0(make_run):
    assert energy_words(make_run()).startswith("n/a (not read")
    on_cpu = msgspec.structs.replace(make_run(), usage=Usage(message="no NVIDIA GPU"))
    assert energy_words(on_cpu) == "n/a (no NVIDIA GPU)"
    told = " ".join(gpu_parts(GpuUse()))
    assert "0" not in told
    assert told.count("n/a") == 10
    assert GpuUse().throttled_share is None
    assert GpuUse(throttled={}).throttled_share == 0.0


def test_a_runs_json_has_energy_and_gpu_or_says_why_not(make_run):
    run = msgspec.structs.replace(make_run(), usage=msgspec.structs.replace(USAGE, phases=(Mark("load", 0.0),)))
    found = table.as_json(run)
    assert found["energy"] == {
        "joules": 3600.0,
        "method": "counter",
        "seconds": 10.0,
        "late": 0.0,
        "wh": 1.0,
        "uncertainty": pytest.approx(0.06),
    }
    assert found["gpu"]["throttled"] == USE.throttled
    assert list(found["phases"]) == [{"phase": "load", "at": 0.0}]
    assert (found["energy_j"], found["gpu_power_w"], found["gpu_throttled"]) == (3600.0, 310.2, 0.5)
    without = table.as_json(make_run())
    assert (without["energy"], without["gpu"], without["energy_j"]) == (None, None, None)
    assert without["usage_message"]


def test_usage_travels_with_its_run(make_run):
    run = msgspec.structs.replace(make_run(), usage=USAGE)
    assert msgspec.json.decode(msgspec.json.encode(run), type=type(run)) == run
