"""What is known about a model before it is loaded."""

import re
from pathlib import Path, PurePath

from workshop_tui.config import load_config
from workshop_tui.errors import UserError
from workshop_tui.generation.sizes import BUILT_IN_UNIT, SMALLEST_UNIT
from workshop_tui.text import plain

BUILT_IN = "small-flux"
"""The name of the model that ships with the program."""

FILE_ENDINGS = (".safetensors", ".gguf")
"""Of single files with a transformer."""
PICKLES = (".ckpt", ".pt", ".pth", ".bin", ".pkl")

HUB_ID = re.compile(r"(?![.-])[\w.-]{1,96}/(?![.-])[\w.-]{1,96}", re.ASCII)
"""`OWNER/NAME`, as the hub allows it."""


LAST_MODEL_KEY = "model"
"""Under this a notebook keeps the model that the class was last held with."""


def default_model(last: str | None = None) -> str:
    """Return the model to use where none is named: the configuration's, else the last one's, else the built-in."""
    return load_config().model or last or BUILT_IN


def size_unit(model: str) -> int:
    """Return the size unit of a model that is not loaded yet, px; a loaded one may ask for a multiple."""
    return BUILT_IN_UNIT if model == BUILT_IN else SMALLEST_UNIT


def as_file(model: str) -> tuple[Path, str] | None:
    """Return the file of a model named as `FILE` or `FILE@BASE`, and the base; None where no file is named so.

    Looks at paths only. Whatever its ending, a file that is there is returned: `check_name` refuses others.
    """
    named, at, base = model.rpartition("@")
    for name, rest in ((model, ""), (named, base)) if at and base else ((model, ""),):
        try:
            path = Path(name).expanduser()
            if name and path.is_file():
                return path, rest
        except (OSError, ValueError, RuntimeError):  # not ours to read, too long, a zero byte, or no such home
            continue
    return None


def check_name(model: str) -> None:
    """Refuse a name that can be no model, before a worker is started for it. Looks at names and paths only.

    Raises:
        UserError: It is neither the built-in model's name, nor a folder or a file that is there, nor a hub id.
    """
    file = as_file(model)
    if file is not None:
        _check_file(*file)
        return
    try:
        if model == BUILT_IN or (model and Path(model).expanduser().is_dir()):
            return
    except PermissionError as error:
        raise UserError(f"model: {plain(model)} cannot be read: {error.strerror}.", "Check its permissions.") from None
    except (OSError, ValueError, RuntimeError):  # too long, a zero byte, or no such home
        pass
    if not HUB_ID.fullmatch(model):
        what = "file" if names_file(model) else "folder"
        raise UserError(
            f"model: there is no {what} '{plain(model[:200])}'.",
            f"Give {BUILT_IN}, a diffusers folder, a .safetensors or .gguf file of a FLUX.1 transformer, or a hub id "
            "such as black-forest-labs/FLUX.1-schnell. What is on this machine: workshop-tui model list",
        )


def _check_file(path: Path, base: str) -> None:
    ending = path.suffix.lower()
    if ending not in FILE_ENDINGS:
        pickle = ending in PICKLES
        raise UserError(
            f"model: {plain(str(path))} is {'a pickle, which can run code when it is opened' if pickle else 'no model'}"
            ".",
            "Use a copy as .safetensors or .gguf."
            if pickle
            else "Give a .safetensors or .gguf file of a FLUX.1 "
            "transformer, or the folder that holds a model_index.json.",
        )
    if base and (base == BUILT_IN or as_file(base) is not None):
        raise UserError(
            f"model: '{plain(base)}' is no folder with the other parts of a model.",
            "After @ give a diffusers folder or a hub id, such as black-forest-labs/FLUX.1-dev.",
        )
    if base:
        check_name(base)


def absolute(model: str) -> str:
    """Return a model's name so that it means the same in every folder: the worker was started in another one."""
    if model == BUILT_IN:
        return model
    file = as_file(model)
    if file is not None:
        path, base = file
        return f"{path.absolute()}{base and '@' + absolute(base)}"
    try:
        path = Path(model).expanduser()
        local = model[:1] in ("~", ".") or path.exists()
    except (OSError, ValueError, RuntimeError):  # no such home, or nothing that could be a path
        return model
    return str(path.absolute()) if local else model


def label(model: str) -> str:
    """Return what screens call a model that is asked for; of a file its own name."""
    if model == BUILT_IN:
        return f"practice model {BUILT_IN} (built in)"
    return PurePath(file_part(model)).name if names_file(model) else model


def names_file(model: str) -> bool:
    """Tell whether a name is meant for a file, there or not, by its ending alone."""
    return PurePath(file_part(model)).suffix.lower() in FILE_ENDINGS


def file_part(model: str) -> str:
    """Return `FILE` of `FILE` or `FILE@BASE`, by its ending alone: the folders before it may have an @, too."""
    parts = model.split("@")
    names = ("@".join(parts[:count]) for count in range(1, len(parts) + 1))
    return next((name for name in names if PurePath(name).suffix.lower() in FILE_ENDINGS), model)
