"""A memory cap, so that a large machine meets what a small one does: a learner's 6 GB scenario, for real.

On a GPU torch's allocator is limited: the CUDA context, some hundred MB, comes on top. On the CPU under Linux the
kernel limits the process's private memory, `RLIMIT_DATA`, to what the worker has without a model and the cap. Where
neither can be done (macOS, an Apple GPU) the measured peak is judged after the run.

Only a fresh process is capped: in a used one freed memory stays in the heap, and too much would get through.
"""

import sys
from typing import TYPE_CHECKING

from workshop_tui.generation.record import Memory
from workshop_tui.worker.status import status_bytes

if TYPE_CHECKING:  # the worker's front lifts caps too, and torch is not its to import
    import torch

GIB = 2**30
MIB = 2**20


class Cap:
    """The memory that this process may use from now on, beyond what it has.

    Args:
        gib: GiB.
        device: Where the model will run.
    """

    def __init__(self, gib: float, device: "torch.device") -> None:
        self.gib = gib
        self._bytes = int(gib * GIB)
        self.on_host = device.type != "cuda"
        """Whether main memory is what it caps."""
        self._enforced = True
        if device.type == "cuda":
            import torch

            total = torch.cuda.get_device_properties(device).total_memory
            index = torch.cuda.current_device() if device.index is None else device.index  # it takes no bare `cuda`
            torch.cuda.set_per_process_memory_fraction(min(1.0, self._bytes / total), index)
        elif device.type == "cpu" and sys.platform == "linux":
            _warm_up()
            _limit_data(self._bytes)
        else:
            self._enforced = False

    @property
    def remark(self) -> str:
        """What is not exact about it; empty where it is."""
        if not self._enforced:
            return f"This system sets no limit: the peak was judged against the {self.gib:g} GiB afterwards."
        return "" if self.on_host else f"The {self.gib:g} GiB are the allocator's; the CUDA context comes on top."

    @property
    def advice(self) -> str:
        """What to try where it did not suffice."""
        placement = "" if self.on_host else "a placement that needs less, "
        return (
            f"{self.gib:g} GiB were simulated (--cap): try a smaller size, {placement}a quantization, or a larger cap."
        )

    def exceeded(self, memory: Memory) -> str:
        """Return why a run that has ended needed more than the cap, where nothing enforces it; empty otherwise."""
        if self._enforced:
            return ""
        peak = memory.device_peak if memory.device_peak is not None else memory.host_peak
        peak = _lifetime_peak_mib() if peak is None else peak
        if peak * MIB <= self._bytes:
            return ""
        return f"Out of memory: the run's peak was {peak / 1024:.2f} GiB. {self.advice}"


def room_under_cap() -> int | None:
    """Return the bytes of main memory that this process may still take; None where it is not limited."""
    if sys.platform != "linux":
        return None
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return None if soft == resource.RLIM_INFINITY else max(0, soft - status_bytes("VmData"))


_before: list[tuple[int, int]] = []
"""The process's own limit, while it is capped."""


def lift_cap() -> None:
    """Let this process have memory again, to write down what has ended and to start itself anew."""
    if _before:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, _before.pop())


def _limit_data(more: int) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    _before.append((soft, hard))
    wanted = status_bytes("VmData") + more
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _warm_up() -> None:
    """Start every pool of threads that a picture uses: one that cannot start under the limit ends or hangs the process.

    A convolution and a product of matrices start torch's threads, a batch of words Rust's.
    """
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers

    with torch.no_grad():
        side = torch.zeros(1, 16, 64, 64)
        torch.nn.functional.conv2d(side, torch.zeros(16, 16, 3, 3), padding=1)
        square = torch.zeros(1, 4, 256, 64)
        torch.nn.functional.scaled_dot_product_attention(square, square, square)
        _ = torch.zeros(512, 512) @ torch.zeros(512, 512)
    tokenizer = Tokenizer(models.WordLevel({"a": 0, "[UNK]": 1}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()  # pyright: ignore[reportAttributeAccessIssue]
    tokenizer.encode_batch(["a b c"] * 64)


def _lifetime_peak_mib() -> float:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (MIB if sys.platform == "darwin" else 1024)
