"""The sizes inside a model that memory and time depend on, from its `config.json` files or as its publisher says."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.generation.bases import config_folder, find_base, shipped_config
from workshop_tui.generation.checkpoint import read_checkpoint
from workshop_tui.generation.flux_tensors import Sizes
from workshop_tui.generation.found_models import look_at
from workshop_tui.generation.hub_layout import find_snapshot, hub_id
from workshop_tui.generation.known_models import KNOWN_MODELS, LAYERS
from workshop_tui.generation.model_files import read_json
from workshop_tui.generation.models import BUILT_IN, as_file, check_name
from workshop_tui.generation.sizes import BUILT_IN_UNIT
from workshop_tui.text import plain

SCHNELL_TOKENS = 256
DEV_TOKENS = 512
"""T5 tokens that a prompt is padded to (the model cards of FLUX.1-schnell and FLUX.1-dev)."""


class ModelShape(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan needs to know of one model; the defaults are FLUX.1 [dev]'s."""

    name: str
    """What its runs call it."""
    family: str
    parameters: Mapping[str, int]
    """By component."""
    here: bool = True
    """Whether it lies whole on this machine."""
    to_get: str = ""
    """The hub id that is lacking where it does not."""
    quantization: str = ""
    """`Q4_1` and so on, where the transformer is a GGUF file."""
    stored: int = 0
    """Bytes of such a transformer, which stays as it is in memory."""
    width: int = 3072
    """Of a token in the transformer: heads times their width."""
    layers: tuple[int, int] = LAYERS
    """Double-stream and single-stream blocks."""
    text_tokens: int = DEV_TOKENS
    text_width: int = 4096
    """T5's `d_model`."""
    text_heads: int = 64
    """T5's."""
    vocabulary: int = 32_128
    """T5's."""
    unit: int = 16
    """px of a side that one token of the transformer covers."""
    decoder_channels: int = 256
    """Of the autoencoder's widest feature map at full size: its last block's input, `block_out_channels[1]`."""


SMALL_FLUX = ModelShape(
    name=f"{BUILT_IN} (built in)",
    family=f"{BUILT_IN}, the practice model",
    parameters={"text_encoder": 182_720, "text_encoder_2": 192_064, "transformer": 5_244_928, "vae": 1_670_603},
    width=192,
    layers=(2, 4),
    text_tokens=64,
    text_width=64,
    text_heads=4,
    vocabulary=1714,
    unit=BUILT_IN_UNIT,
    decoder_channels=16,
)
"""The built-in model, whose files need not be read for a plan."""


def find_shape(model: str) -> ModelShape:
    """Return a model's sizes: a whole one's from its files, a published FLUX.1 that is not here from what is known.

    Args:
        model: `small-flux`, a diffusers folder, a file, or a hub id.

    Raises:
        UserError: It is neither on this machine nor one of the published models, or a file of it is wrong.
    """
    check_name(model)
    if model == BUILT_IN:
        return SMALL_FLUX
    file = as_file(model)
    if file is not None:
        return _of_file(*file)
    path = Path(model).expanduser()
    if not path.is_dir():
        try:
            path = find_snapshot(model)
        except UserError as error:
            known = KNOWN_MODELS.get(model)
            if known is None:
                raise UserError(
                    error.message, f"{error.hint} Known without a download: {', '.join(KNOWN_MODELS)}."
                ) from None
            tokens = SCHNELL_TOKENS if "schnell" in model else DEV_TOKENS
            counts = {part: round(billions * 1e9) for part, billions in known.parameters.items()}
            return ModelShape(
                name=model, family=known.family, parameters=counts, here=False, to_get=model, text_tokens=tokens
            )
    found, hint = look_at(path)
    if found.parameters is None or found.folder is None:
        raise UserError(f"model: {found.folder}: {found.trouble}.", hint)
    snapshot = hub_id(found.folder.absolute())
    name = snapshot[0] if snapshot else found.folder.resolve().name
    return _read(found.folder, name, found.family, found.parameters)


def _of_file(path: Path, named: str) -> ModelShape:
    """Return the sizes of a file with what lends it the other parts; without any here, with FLUX.1's own."""
    checkpoint = read_checkpoint(path)
    to_get = ""
    try:
        base = find_base(checkpoint, named)
        folder, parameters = base.folder, base.parameters
    except UserError:
        folder, to_get = config_folder(checkpoint.sizes.guided), "black-forest-labs/FLUX.1-schnell"
        if named or shipped_config(checkpoint.sizes.guided, "text_encoder_2")["d_model"] != checkpoint.sizes.text_width:
            raise
        parameters = {part: round(billions * 1e9) for part, billions in KNOWN_MODELS[to_get].parameters.items()}
    parameters = {**parameters, "transformer": checkpoint.parameters}
    shape = _read(folder, checkpoint.label, checkpoint.family, parameters, checkpoint.sizes)
    return msgspec.structs.replace(
        shape, here=not to_get, to_get=to_get, stored=checkpoint.stored, quantization=checkpoint.quantization
    )


def _read(
    folder: Path, name: str, family: str, parameters: Mapping[str, int], sizes: Sizes | None = None
) -> ModelShape:
    transformer, t5, vae = (folder / part / "config.json" for part in ("transformer", "text_encoder_2", "vae"))
    channels: Any = read_json(vae).get("block_out_channels")
    if not isinstance(channels, list) or not channels or not all(map(_is_size, cast("list[Any]", channels))):
        raise UserError(f"model: {vae}: block_out_channels is {_shown(channels)}.", _AGAIN)
    widths = cast("list[int]", channels)
    guided = sizes.guided if sizes else read_json(transformer).get("guidance_embeds")
    heads = ("num_attention_heads", "attention_head_dim")
    blocks = (sizes.layers, sizes.single_layers) if sizes else None
    return ModelShape(
        name=name,
        family=family,
        parameters=parameters,
        width=sizes.width if sizes else math.prod(_size(transformer, key) for key in heads),
        layers=blocks or (_size(transformer, "num_layers"), _size(transformer, "num_single_layers")),
        text_tokens=_text_tokens(folder, bool(guided)),
        text_width=_size(t5, "d_model"),
        text_heads=_size(t5, "num_heads"),
        vocabulary=_size(t5, "vocab_size"),
        unit=2 ** len(widths),  # a block each halves the side but the last, and patches are two latents wide
        decoder_channels=widths[min(1, len(widths) - 1)],
    )


def _text_tokens(folder: Path, guided: bool) -> int:
    """Return how many tokens of text the transformer was trained to read, or fewer where the tokenizer cuts before."""
    trained = DEV_TOKENS if guided else SCHNELL_TOKENS
    tokenizer = folder / "tokenizer_2" / "tokenizer_config.json"
    limit: Any = read_json(tokenizer).get("model_max_length") if tokenizer.is_file() else None
    return min(trained, limit) if _is_size(limit) else trained


_AGAIN = "Whole numbers above 0 are needed. Download or copy the model again."


def _size(path: Path, key: str) -> int:
    value = read_json(path).get(key)
    if not _is_size(value):
        raise UserError(f"model: {path}: {key} is {_shown(value)}.", _AGAIN)
    return cast("int", value)


def _is_size(value: Any) -> bool:
    return type(value) is int and 0 < value < 2**24


def _shown(value: Any) -> str:
    return "missing" if value is None else f"'{plain(str(value))[:60]}'"
