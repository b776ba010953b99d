"""What is wrong with the GPU's driver or its reader, and what mends it."""

import importlib.metadata
from collections.abc import Iterator

from workshop_tui.monitor.nvml_codes import UNKNOWN, WHY
from workshop_tui.monitor.snapshot import Snapshot

_REMEDIES = {
    WHY[18]: "That loads the driver that was installed.",
    WHY[UNKNOWN]: "A restart of the container does not suffice: recreate it, as by docker run --gpus all.",
    WHY[15]: "In a container, recreate that too.",
    WHY[16]: "Ask the operator to reset the GPU: nvidia-smi --gpu-reset",
    WHY[9]: "Ask the operator: nvidia-smi loads the driver, or says why not.",
    WHY[4]: "Ask the operator for access to /dev/nvidia*.",
}
"""What to do, by what is said."""


def remedies(snapshot: Snapshot | None, stray_reader: str) -> Iterator[str]:
    """Yield what is wrong and what to do, a sentence or two each.

    Args:
        snapshot: The newest; None before the first.
        stray_reader: The version of the deprecated package `pynvml`; empty where it is not installed.
    """
    message = snapshot.gpu_message if snapshot else ""
    for why, todo in _REMEDIES.items():
        if why in message:
            yield f"GPU: {why}. {todo}"
    if stray_reader:
        yield (
            f"GPU reader: the deprecated package pynvml {stray_reader} stands in the way of nvidia-ml-py. Remove it: "
            "workshop-tui doctor says how."
        )


def stray_reader() -> str:
    """Return the version of the deprecated package `pynvml`, whose module has nvidia-ml-py's name; empty for none."""
    try:
        return importlib.metadata.version("pynvml")
    except importlib.metadata.PackageNotFoundError:
        return ""
