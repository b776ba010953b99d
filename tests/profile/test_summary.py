"""A hand-in in words."""

import msgspec

from workshop_tui.profile.check import read_profile
from workshop_tui.profile.compare import compare_profiles
from workshop_tui.profile.hand_in import GpuEntry, HardwareEntry
from workshop_tui.profile.summary import gpu_words, machine_words


def test_what_is_not_known_of_a_machine_is_said_to_be_unknown(hand_in):
    unknown = HardwareEntry(gpus=(GpuEntry("Some GPU"),), os="Linux")
    assert gpu_words(unknown.gpus[0]) == "Some GPU, VRAM n/a"
    assert machine_words(unknown)[-1] == "unknown CPU, cores n/a, RAM n/a, Linux"
    other = msgspec.structs.replace(read_profile(hand_in), hardware=unknown)
    facts = {fact.label: fact.values for fact in compare_profiles([read_profile(hand_in), other]).facts}
    assert facts["CPU"] == ("AMD EPYC, 16 cores", "unknown CPU, cores n/a")
    assert facts["RAM"] == ("128 GiB", "n/a")
