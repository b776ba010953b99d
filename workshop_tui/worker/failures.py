"""Tells what kind of failure an exception is, and says it so that a learner can act on it."""

import re
from typing import Literal

import torch

Kind = Literal["out-of-memory", "failed"]

_MEMORY_TEXTS = (
    "out of memory",
    "can't allocate memory",
    "could not create a primitive",
    "not enough memory",
    "cublas_status_alloc_failed",
    "cannot allocate memory",
    "std::bad_alloc",
    "failed to allocate",
)
"""What torch says for want of memory where it raises a plain RuntimeError (DefaultCPUAllocator, oneDNN, cuBLAS)."""


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an exception means that memory did not suffice, on the device or on the host."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, (RuntimeError, OSError)) and any(text in str(error).lower() for text in _MEMORY_TEXTS)


def is_broken_device(error: BaseException) -> bool:
    """Tell whether a GPU error has broken this process's CUDA context, so that only a new process can go on."""
    text = str(error).lower()
    return isinstance(error, RuntimeError) and "cuda error" in text and not is_out_of_memory(error)


def first_sentence(error: BaseException, longest: int = 200) -> str:
    """Return the first line of an exception's text, shortened; its class's name where it has none."""
    lines = str(error).strip().splitlines()
    text = lines[0] if lines else type(error).__name__
    # PyTorch wraps the sentence that helps into its place in the source before, and advice for programmers behind.
    text = re.sub(r"^\[enforce fail at [^\]]*\] err == 0\. ", "", text)
    text = re.split(r" If reserved but unallocated| See documentation| Error code 12", text)[0].strip()
    text = text if text.endswith((".", "!", "?")) else f"{text}."
    return text if len(text) <= longest else text[: longest - 1] + "…"
