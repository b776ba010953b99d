"""What a device does badly in a precision: said before a run, and in its record."""

NAMES = {"bf16": "bfloat16", "fp16": "float16", "fp32": "float32"}
"""torch's name of each precision, which records carry."""

SHORT = {long: short for short, long in NAMES.items()}


def precision_note(precision: str, device: str, *, native_bf16: bool = True) -> str:
    """Return one sentence on what a precision costs on a device; empty where there is nothing to say.

    Args:
        precision: A name of `PRECISIONS`; `auto` is what the device does well.
        device: `cuda`, `mps` or `cpu`.
        native_bf16: Whether the GPU computes bfloat16 itself (NVIDIA: from compute capability 8.0 on).
    """
    if precision == "fp16":
        slow = ", and most CPUs compute it slowly" if device == "cpu" else ""
        return f"fp16: FLUX.1 has overflowed in it to black or broken pictures{slow}."
    if precision == "bf16" and device == "cpu":
        return "bf16: half the memory of fp32, but most CPUs compute it more slowly."
    if precision in ("bf16", "auto") and device == "cuda" and not native_bf16:
        return "bf16: this GPU only emulates it, which is slow."
    if precision == "fp32" and device != "cpu":
        return "fp32: twice the memory of bf16, and several times its time on a GPU."
    return ""
