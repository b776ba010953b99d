"""Looks at a model folder before anything is loaded: is it FLUX, is it whole, how large is it?

Only JSON and the headers of safetensors files are read, so this takes milliseconds for any size.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, cast

from workshop_tui.errors import UserError
from workshop_tui.generation.tensors import check_blocks, count, read_tensors

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


def check_folder(folder: Path, without: Collection[str] = ()) -> dict[str, int]:
    """Check that a folder holds a whole FLUX.1 pipeline in safetensors.

    Args:
        folder: A diffusers folder.
        without: Components that come from elsewhere and need not be there.

    Returns:
        The number of parameters by component with weights.

    Raises:
        UserError: Names the file and what is wrong with it.
    """
    try:
        return _check_folder(folder, without)
    except OSError as error:  # a folder in it that may not be entered
        raise UserError(
            f"model: {error.filename or folder} cannot be read: {error.strerror}.", "Check its permissions."
        ) from error


def _check_folder(folder: Path, without: Collection[str]) -> dict[str, int]:
    read_index(folder)
    for component in COMPONENTS:
        if component not in without and not (folder / component).is_dir():
            raise UserError(f"model: {folder} lacks the folder '{component}'.", "Download or copy the model again.")
    _need(folder / "scheduler" / "scheduler_config.json")
    _need(folder / "tokenizer" / "tokenizer.json", folder / "tokenizer" / "vocab.json")
    _need(folder / "tokenizer_2" / "tokenizer.json", folder / "tokenizer_2" / "spiece.model")
    parameters: dict[str, int] = {}
    for component, stem in WEIGHTS.items():
        if component in without:
            continue
        config = read_json(folder / component / "config.json")
        tensors = {path: read_tensors(path) for path in weight_files(folder / component, stem)}
        _check_listed(folder / component / f"{stem}.safetensors.index.json", tensors)
        check_blocks(folder / component, component, config, [name for part in tensors.values() for name in part])
        parameters[component] = sum(count(part) for part in tensors.values())
    return parameters


def trouble_in(folder: Path, error: UserError) -> str:
    """Return what is wrong with a folder in words that stand beside its name: without its path."""
    text = error.message.removeprefix("model: ").replace(f"{folder}/", "").replace(f"{folder} is a", "it is a")
    return text.rstrip(".").replace(str(folder), "it")


def _check_listed(index: Path, tensors: Mapping[Path, Mapping[str, Any]]) -> None:
    """Refuse weights in parts where a part lacks what the index says it holds."""
    if len(tensors) == 1 and next(iter(tensors)).name == index.name.removesuffix(".index.json"):
        return
    found = {(path.name, name) for path, part in tensors.items() for name in part}
    lost = sorted(
        name for name, file in read_json(index)["weight_map"].items() if (Path(str(file)).name, name) not in found
    )
    if lost:
        raise UserError(
            f"model: {index.parent} lacks {len(lost)} tensor(s) that its index lists: {lost[0]}.",
            "Download or copy that folder again.",
        )


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
        kind = ".".join(map(str, cast("list[Any]", entry))) if isinstance(entry, list) else entry
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
    except (ValueError, RecursionError) as error:
        raise UserError(f"model: {path} is not JSON: {error}.", again) from None
    if not isinstance(content, dict):
        raise UserError(f"model: {path} holds no JSON object.", again)
    return cast("dict[str, Any]", content)


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
        names = sorted(set(map(str, cast("dict[str, Any]", listed).values()))) if isinstance(listed, dict) else []
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
