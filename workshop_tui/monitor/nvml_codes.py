"""What the numbers mean that NVML gives back, in words for a learner."""

# Numbers of `nvmlReturn_t` in nvml.h.
NOT_SUPPORTED = 3
NO_FUNCTION = 13
UNKNOWN = 999
NOT_HERE = {2, NOT_SUPPORTED, 4, NO_FUNCTION, 25, 26}
"""Asking again is no use: invalid argument, no permission, an argument of another version, deprecated, ..."""
GONE = {1, 9, 15, 16, 18, 28}
"""The GPU or its driver is: not initialized, not loaded, lost, to be reset, of another version, not found."""

WHY = {
    4: "the NVIDIA driver does not let this user read the GPU",
    9: "the NVIDIA driver is installed but not loaded",
    12: "no NVIDIA driver on this machine",
    15: "lost, it does not answer any more; the machine needs a restart",
    16: "needs a reset before it answers again",
    18: "the NVIDIA driver and its library differ in version: restart the machine",
    28: "no longer there",
    UNKNOWN: "the NVIDIA driver gives an unknown error; a container that lost its GPU has to be started anew",
}

REASONS = (
    (0x002, "clocks set by the operator"),
    (0x004, "power limit"),
    (0x008, "hardware slowdown"),
    (0x010, "kept in step with another GPU"),
    (0x020, "heat (driver)"),
    (0x040, "heat (hardware)"),
    (0x080, "power supply brake"),
    (0x100, "display clock setting"),
    (0x200, "board limit"),
    (0x400, "voltage reliability limit"),
)
"""Bits of nvmlClocksEventReasons. 0x1, an idle GPU, is no throttling and is left out."""
