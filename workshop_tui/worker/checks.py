"""Looks at a model folder before anything is loaded: is it FLUX, is it whole, how large is it?

Only JSON and the headers of safetensors files are read, so this takes milliseconds for any size.
"""

import json
import math
import struct
from pathlib import Path
from typing import Any

from workshop_tui.errors import UserError

PIPELINE = "FluxPipeline"

COMPONENTS: dict[str, tuple[str, ...]] = {
    "scheduler": ("diffusers.FlowMatchEulerDiscreteScheduler",),
    "tokenizer": ("transformers.CLIPTokenizer", "transformers.CLIPTokenizerFast"),
    "tokenizer_2": ("transformers.T5Tokenizer", "transformers.T5TokenizerFast"),
    "text_encoder": ("transformers.CLIPTextModel",),
    "text_encoder_2": ("transformers.T5EncoderModel",),
    "transformer": ("diffusers.FluxTransformer2DModel",),
    "vae": ("diffusers.AutoencoderKL",),
}
"""What a FLUX.1 pipeline is made of, and the classes that may be loaded; a model's own code is never run."""

WEIGHTS: dict[str, str] = {
    "text_encoder": "model",
    "text_encoder_2": "model",
    "transformer": "diffusion_pytorch_model",
    "vae": "diffusion_pytorch_model",
}
"""The components with weights and what their files are called, without ending."""

MODEL_FILES: tuple[tuple[str, str], ...] = (
    *((component, "*.json") for component in COMPONENTS),
    *((component, file) for component in ("tokenizer", "tokenizer_2") for file in ("*.txt", "*.model")),
    *((component, f"{stem}*.safetensors") for component, stem in WEIGHTS.items()),
)
"""What is fetched from the hub, as (component, pattern): never a pickle, never code."""

LARGEST_HEADER = 100 * 2**20
"""Bytes; safetensors itself allows no larger header."""


def check_folder(folder: Path) -> dict[str, int]:
    """Check that a folder holds a whole FLUX.1 pipeline in safetensors.

    Returns:
        The number of parameters by component with weights.

    Raises:
        UserError: Names the file and what is wrong with it.
    """
    read_index(folder)
    for component in COMPONENTS:
        if not (folder / component).is_dir():
            raise UserError(f"model: {folder} lacks the folder '{component}'.", "Download or copy the model again.")
    _need(folder / "scheduler" / "scheduler_config.json")
    _need(folder / "tokenizer" / "tokenizer.json", folder / "tokenizer" / "vocab.json")
    _need(folder / "tokenizer_2" / "tokenizer.json", folder / "tokenizer_2" / "spiece.model")
    parameters: dict[str, int] = {}
    for component, stem in WEIGHTS.items():
        _need(folder / component / "config.json")
        parameters[component] = sum(_count_parameters(path) for path in weight_files(folder / component, stem))
    return parameters


def read_index(folder: Path) -> dict[str, Any]:
    """Return a folder's `model_index.json` if it describes a FLUX.1 pipeline of known classes.

    Raises:
        UserError: There is none, it is another family, or a component is of an unknown class.
    """
    path = folder / "model_index.json"
    index = read_json(path, f"model: {folder} holds no model_index.json, so it is no diffusers model.")
    family = index.get("_class_name")
    if family != PIPELINE:
        raise UserError(
            f"model: {folder} is a {family}, not a {PIPELINE}.", "Choose a FLUX.1 model, or the built-in small-flux."
        )
    for component, known in COMPONENTS.items():
        entry = index.get(component)
        kind = ".".join(map(str, entry)) if isinstance(entry, list) else entry
        if kind not in known:
            found = f"is '{kind}'" if kind else "is missing"
            raise UserError(
                f"model: in {path} the {component} {found}; only {known[0]} is loaded.",
                "Choose a FLUX.1 model without parts of its own.",
            )
    return index


def read_json(path: Path, missing: str = "") -> dict[str, Any]:
    """Return the object in a JSON file.

    Raises:
        UserError: It is missing (with `missing` as the message), unreadable, or no JSON object.
    """
    again = "Download or copy the model again."
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UserError(missing or f"model: {path} is missing.", again) from None
    except OSError as error:
        raise UserError(f"model: {path} cannot be read: {error.strerror}.", "Check its permissions.") from error
    except ValueError as error:
        raise UserError(f"model: {path} is not JSON: {error}.", again) from None
    if not isinstance(content, dict):
        raise UserError(f"model: {path} holds no JSON object.", again)
    return content


def weight_files(folder: Path, stem: str) -> list[Path]:
    """Return a component's safetensors files: one, or the parts that its index lists.

    Raises:
        UserError: There are none, a part is missing, or there are only pickled weights.
    """
    single, index = folder / f"{stem}.safetensors", folder / f"{stem}.safetensors.index.json"
    if single.is_file():
        return [single]
    if index.is_file():
        listed = read_json(index).get("weight_map")
        names = sorted({str(name) for name in listed.values()}) if isinstance(listed, dict) else []
        files = [folder / Path(name).name for name in names]
        for path in files:
            _need(path)
        if files:
            return files
        raise UserError(f"model: {index} lists no files.", "Download or copy the model again.")
    pickled = sorted(path.name for ending in ("*.bin", "*.pt", "*.pth", "*.ckpt") for path in folder.glob(ending))
    if pickled:
        raise UserError(
            f"model: {folder} has its weights as {pickled[0]} only, which can run code when it is opened.",
            "Use a copy with .safetensors files.",
        )
    raise UserError(f"model: {single} is missing.", "Download or copy the model again.")


def _need(*paths: Path) -> None:
    if not any(path.is_file() for path in paths):
        raise UserError(f"model: {paths[0]} is missing.", "Download or copy the model again.")


def _count_parameters(path: Path) -> int:
    """Return the number of parameters in a safetensors file after checking that no byte is missing.

    The format: 8 bytes of header length, a JSON header with each tensor's shape and place, then the data
    (github.com/huggingface/safetensors, README).
    """
    damaged = f"model: {path} is damaged"
    again = "Download or copy that file again."
    size, length, header = 0, 0, None
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            header = json.loads(file.read(length)) if 0 < length <= min(LARGEST_HEADER, size) else None
    except OSError as error:
        raise UserError(f"model: {path} cannot be read: {error.strerror}.", "Check its permissions.") from error
    except ValueError:
        pass
    if not isinstance(header, dict):
        raise UserError(f"{damaged}: it is no safetensors file.", again)
    try:
        tensors = [entry for name, entry in header.items() if name != "__metadata__"]
        needed = 8 + length + max((int(entry["data_offsets"][1]) for entry in tensors), default=0)
        parameters = sum(math.prod(entry["shape"]) for entry in tensors)
    except (KeyError, TypeError, ValueError, IndexError):
        raise UserError(f"{damaged}: its header cannot be read.", again) from None
    if size < needed:
        raise UserError(f"{damaged}: it has {size:,} of {needed:,} bytes.", again)
    return parameters
