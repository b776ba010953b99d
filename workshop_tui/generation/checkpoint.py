"""Looks at a single file with a FLUX.1 transformer before anything is loaded: what is it, and is it whole?

Only the header is read, so this takes milliseconds for any size.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from workshop_tui.errors import UserError
from workshop_tui.generation.flux_tensors import Layout, Shape, Sizes, blocks_in, expected, find_layout, measure
from workshop_tui.generation.known_models import family_of
from workshop_tui.generation.tensors import read_tensors

_AGAIN = "Download or copy that file again."
ORIGINAL_WIDTH = 3072
"""The width that diffusers' conversion of the original layout assumes (`single_file_utils.py`)."""

GGUF_TYPES = (
    *("F32", "F16", "BF16", "Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0"),
    *("Q6_K", "Q5_K", "Q4_K", "Q3_K", "Q2_K", "IQ4_NL", "IQ4_XS"),
)
"""The types that diffusers can compute with (`quantizers/gguf/utils.py`)."""


class NotFluxError(UserError):
    """The file is whole, as far as can be told, but holds something else."""


@dataclass(frozen=True)
class Checkpoint:
    """One file with a whole transformer."""

    path: Path
    layout: Layout
    prefix: str
    """What stands before each name of the transformer."""
    sizes: Sizes
    quantization: str = ""
    """`Q4_1` and so on for a GGUF file: the type of most of its weights; empty for safetensors."""
    stored: int = 0
    """Bytes of a GGUF file's weights, which stay as they are in memory; 0 for safetensors."""

    @property
    def label(self) -> str:
        """What screens and hand-ins call it; never a path, which would show a home folder."""
        return f"{self.path.name} ({self.quantization})" if self.quantization else self.path.name

    @cached_property
    def parameters(self) -> int:
        """Their number."""
        return sum(math.prod(shape) for shape in expected(self.layout, self.sizes).values())

    @property
    def family(self) -> str:
        """`FLUX.1 [dev]` and so on."""
        return family_of(self.sizes.config)


def read_checkpoint(path: Path) -> Checkpoint:
    """Look at a file and check that it is a whole FLUX.1 transformer.

    Raises:
        NotFluxError: It is something else.
        UserError: It cannot be read, is damaged, lacks tensors, or is a GGUF file and the package for it is missing.
    """
    types: Mapping[str, str] = {}
    stored: dict[str, int] = {}
    if path.suffix.lower() == ".gguf":
        every, types, stored = _read_gguf(path)
    else:
        every = read_tensors(path)
    found = find_layout(every)
    if found is None:
        raise NotFluxError(
            f"model: {path} holds no FLUX.1 transformer.",
            "Give a file with the tensors of FLUX.1 [dev] or [schnell], such as flux1-dev.safetensors.",
        )
    layout, prefix = found
    # Beside a prefix lie text encoders and autoencoder, which come from elsewhere.
    ours = [name for name in every if name.startswith(prefix)]
    tensors = {name.removeprefix(prefix): every[name] for name in ours}
    sizes = measure(layout, tensors)
    _check(path, layout, sizes, tensors)
    amounts: Counter[str] = Counter()
    for name in ours:
        if types:
            _check_type(path, name, types[name])
            amounts[types[name]] += math.prod(every[name])
    quantization = amounts.most_common(1)[0][0] if amounts else ""
    return Checkpoint(path, layout, prefix, sizes, quantization, sum(stored[name] for name in ours if types))


def _check(path: Path, layout: Layout, sizes: Sizes, tensors: Mapping[str, Shape]) -> None:
    """Refuse a file that is not exactly one transformer: the libraries would go on with random weights."""
    for kind, numbers in zip(("double", "single"), blocks_in(layout, tensors), strict=True):
        gaps = sorted(set(range(max(numbers, default=0) + 1)) - numbers)
        if gaps:
            raise UserError(f"model: {path} lacks {kind}-stream block {gaps[0]}.", _AGAIN)
    if not sizes.head or sizes.width % sizes.head:
        raise UserError(f"model: {path} is no FLUX.1 transformer: its heads are {sizes.head} wide.", _AGAIN)
    needed = expected(layout, sizes)
    for words, names in (
        ("lacks", [name for name in needed if name not in tensors]),
        ("has unknown", [name for name in tensors if name not in needed]),
        ("has other shapes of", [name for name, shape in needed.items() if tensors.get(name, shape) != shape]),
    ):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise UserError(
                f"model: {path} {words} {len(names)} tensor(s) of a FLUX.1 transformer: {names[0]}{more}.",
                "Download or copy that file again. FLUX.2, Chroma, ControlNets and scaled fp8 are not loaded.",
            )
    if layout.name == "original" and sizes.width != ORIGINAL_WIDTH:
        raise UserError(
            f"model: {path} is {sizes.width} wide; in the original layout only FLUX.1's {ORIGINAL_WIDTH} is loaded.",
            "Give it in the diffusers layout.",
        )


def _check_type(path: Path, name: str, kind: str) -> None:
    if kind not in GGUF_TYPES:
        raise UserError(
            f"model: {path} holds {name} as {kind}, which diffusers cannot compute with.",
            f"Give one of these: {', '.join(GGUF_TYPES)}.",
        )


def _read_gguf(path: Path) -> tuple[dict[str, Shape], dict[str, str], dict[str, int]]:
    """Return shape, type and bytes of each tensor of a GGUF file, after checking that none is cut off."""
    try:
        from gguf import GGUFReader
    except ImportError:
        raise UserError(
            f"model: {path} is a GGUF file, and the package that reads those is not installed.",
            "Install it: pip install gguf (the extra workshop-tui[quant] has it).",
        ) from None
    try:
        reader = GGUFReader(path)
    except OSError as error:
        raise UserError(f"model: {path} cannot be read: {error.strerror}.", "Check its permissions.") from error
    except Exception as error:  # of many kinds, by where the bytes end or make no sense
        raise UserError(f"model: {path} is damaged: it is no GGUF file, or is cut off.", _AGAIN) from error
    shapes = {one.name: tuple(int(side) for side in reversed(one.shape)) for one in reader.tensors}
    types = {one.name: one.tensor_type.name for one in reader.tensors}
    return shapes, types, {one.name: int(one.n_bytes) for one in reader.tensors}
