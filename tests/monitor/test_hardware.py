import getpass
import platform
import socket
from pathlib import Path

import msgspec
import psutil
import pytest

from workshop_tui.monitor.hardware import GpuModel, Hardware, find_hardware, tier
from workshop_tui.monitor.nvml import NvmlReader

_FIND = """
from pathlib import Path
from workshop_tui.monitor.hardware import find_hardware
show(find_hardware(reader, Path(os.environ["FAKE_FOLDER"])))
"""


def test_what_goes_into_a_hand_in(read_gpus, tmp_path):
    (found,) = read_gpus(_FIND, FOLDER=tmp_path, COUNT=2)
    model = {"name": "NVIDIA Test 9000", "memory_mib": 24564, "unified": False}
    assert found["gpus"] == [model, model]
    assert found["driver"] == "570.86.15"
    assert 0 < found["ram_mib"] <= psutil.virtual_memory().total // 1024**2
    assert found["python"] == platform.python_version()
    assert found["cpu"]
    assert found["os"]
    assert found["disk_free_gib"] > 0


def test_nothing_in_it_says_whose_machine_it_is(read_gpus, tmp_path):
    (found,) = read_gpus(_FIND, FOLDER=tmp_path)
    text = str(found)
    for secret in ("GPU-0000", socket.gethostname(), str(tmp_path), str(Path.home()), platform.release()):
        assert secret not in text
    if len(getpass.getuser()) > 4:
        assert getpass.getuser() not in text


def test_without_a_gpu_it_says_why(tmp_path):
    class NoDriver:
        NVMLError = type("NVMLError", (Exception,), {"value": 12})

        def nvmlInit(self):
            raise self.NVMLError

    found = find_hardware(NvmlReader(NoDriver()), tmp_path)
    assert found.gpus == ()
    assert found.gpu_message == "no NVIDIA driver on this machine"


@pytest.mark.parametrize(
    ("vram_mib", "ram_mib", "expected"),
    [
        (81559, 515_000, "professional"),
        (24564, 64_100, "professional"),
        (23028, 62_000, "professional"),  # an A10 with ECC
        (24564, 31_900, "recommended"),  # RAM decides
        (12288, 31_900, "recommended"),
        (12288, 15_800, "minimum"),
        (8188, 15_667, "minimum"),  # an RTX 4060
        (6144, 64_000, "below minimum"),
        (24564, 7_900, "below minimum"),
        (None, 64_000, "below minimum"),
    ],
)
def test_the_classes_of_the_lesson(vram_mib, ram_mib, expected):
    hardware = Hardware(gpus=(GpuModel(memory_mib=vram_mib),), ram_mib=ram_mib, python="3.11")
    assert tier(hardware) == expected


def test_the_largest_gpu_counts_and_none_is_below():
    two = Hardware(gpus=(GpuModel(memory_mib=4096), GpuModel(memory_mib=24576)), ram_mib=65_536, python="3.11")
    assert tier(two) == "professional"
    assert tier(msgspec.structs.replace(two, gpus=())) == "below minimum"
    assert tier(msgspec.structs.replace(two, gpus=(GpuModel(unified=True),))) == "professional"
