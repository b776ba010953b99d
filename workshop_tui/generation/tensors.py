"""Reads what safetensors files say of themselves: names and shapes, and whether every byte is there."""

import json
import math
import re
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from workshop_tui.errors import UserError

LARGEST_HEADER = 100 * 2**20
"""Bytes; safetensors itself allows no larger header."""

_AGAIN = "Download or copy that file again."

_BLOCKS: dict[str, tuple[tuple[str, str], ...]] = {
    "transformer": (
        (r"transformer_blocks\.(\d+)\.(.+)", "num_layers"),
        (r"single_transformer_blocks\.(\d+)\.(.+)", "num_single_layers"),
    ),
    "text_encoder": ((r"(?:text_model\.)?encoder\.layers\.(\d+)\.(.+)", "num_hidden_layers"),),
    # T5's first block alone holds the relative positions.
    "text_encoder_2": ((r"encoder\.block\.(\d+)\.((?!.*relative_attention_bias).+)", "num_layers"),),
}
"""By component: the tensors of equal blocks (number, rest of the name), and the configuration's key for how many."""


def read_tensors(path: Path) -> dict[str, tuple[int, ...]]:
    """Return a safetensors file's tensors, name to shape, after checking that no byte is missing.

    The format: 8 bytes of header length, a JSON header with each tensor's shape and place, then the data
    (github.com/huggingface/safetensors, README).

    Raises:
        UserError: It cannot be read, is damaged, or is cut off.
    """
    damaged = f"model: {path} is damaged"
    size, length, header = 0, 0, None
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            header = json.loads(file.read(length)) if 0 < length <= min(LARGEST_HEADER, size) else None
    except OSError as error:
        raise UserError(f"model: {path} cannot be read: {error.strerror}.", "Check its permissions.") from error
    except (ValueError, RecursionError):
        pass
    if not isinstance(header, dict):
        raise UserError(f"{damaged}: it is no safetensors file.", _AGAIN)
    entries = {name: entry for name, entry in cast("dict[str, Any]", header).items() if name != "__metadata__"}
    try:
        needed = 8 + length + max((int(entry["data_offsets"][1]) for entry in entries.values()), default=0)
        tensors = {name: tuple(int(side) for side in entry["shape"]) for name, entry in entries.items()}
    except (KeyError, TypeError, ValueError, IndexError, OverflowError):
        raise UserError(f"{damaged}: its header cannot be read.", _AGAIN) from None
    if size < needed:
        raise UserError(f"{damaged}: it has {size:,} of {needed:,} bytes.", _AGAIN)
    return tensors


def count(tensors: Mapping[str, tuple[int, ...]]) -> int:
    """Return the number of parameters."""
    return sum(math.prod(shape) for shape in tensors.values())


def check_blocks(folder: Path, component: str, config: Mapping[str, Any], names: Iterable[str]) -> None:
    """Refuse weights in which a block is missing, surplus, or lacks what the other blocks have.

    Args:
        folder: The component's, for the message.
        component: Its name in the pipeline.
        config: Its `config.json`.
        names: Its tensors.

    Raises:
        UserError: Names the first tensor or block.
    """
    names = list(names)
    for pattern, key in _BLOCKS.get(component, ()):
        blocks: dict[int, dict[str, str]] = {}
        for name in names:
            if found := re.fullmatch(pattern, name):
                blocks.setdefault(int(found[1]), {})[found[2]] = name
        stated = config.get(key)
        if isinstance(stated, int) and sorted(blocks) != list(range(min(stated, len(blocks) + 1))):
            raise UserError(
                f"model: {folder} holds {len(blocks)} of the {stated} blocks that {key} in its config.json states.",
                "Download or copy that folder again; weights and config.json must belong together.",
            )
        every = {rest for block in blocks.values() for rest in block}
        lost = [(number, rest) for number, block in sorted(blocks.items()) for rest in sorted(every - set(block))]
        if lost:
            number, rest = lost[0]
            raise UserError(
                f"model: {folder} lacks {len(lost)} tensor(s): {rest} of block {number}.",
                "Download or copy that folder again; weights and config.json must belong together.",
            )
