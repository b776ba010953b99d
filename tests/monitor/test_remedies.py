import pytest

from workshop_tui.monitor.nvml_codes import WHY
from workshop_tui.monitor.remedies import remedies
from workshop_tui.monitor.snapshot import HostReading, Snapshot


def told(message, stray=""):
    return list(remedies(Snapshot(taken=0.0, host=HostReading(), gpu_message=message), stray))


@pytest.mark.parametrize(
    ("code", "todo"),
    [(18, "loads the driver that was installed"), (999, "recreate it"), (15, "recreate that too"), (9, "nvidia-smi")],
)
def test_what_is_wrong_with_the_driver_comes_with_what_mends_it(code, todo):
    [text] = told(f"GPU 1: {WHY[code]}")
    assert text.startswith(f"GPU: {WHY[code]}.")
    assert todo in text


def test_a_stray_reader_is_named_and_a_machine_without_driver_is_none_to_mend():
    assert told("") == told(WHY[12]) == list(remedies(None, "")) == []
    [text] = told("", "13.0.1")
    assert "pynvml 13.0.1" in text
