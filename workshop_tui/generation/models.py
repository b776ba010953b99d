"""What is known about a model before it is loaded."""

import re
from pathlib import Path

from workshop_tui.config import load_config
from workshop_tui.errors import UserError
from workshop_tui.generation.sizes import SMALLEST_UNIT
from workshop_tui.text import plain

BUILT_IN = "small-flux"
"""The name of the model that ships with the program."""

BUILT_IN_UNIT = 32
"""The built-in model's size unit, px: its autoencoder shrinks 16 times, and patches are 2 latents wide."""


HUB_ID = re.compile(r"(?![.-])[\w.-]{1,96}/(?![.-])[\w.-]{1,96}", re.ASCII)
"""`OWNER/NAME`, as the hub allows it."""


def default_model() -> str:
    """Return the model to use where none is named: the configuration's, else the built-in one."""
    return load_config().model or BUILT_IN


def size_unit(model: str) -> int:
    """Return the size unit of a model that is not loaded yet, px; a loaded one may ask for a multiple."""
    return BUILT_IN_UNIT if model == BUILT_IN else SMALLEST_UNIT


def check_name(model: str) -> None:
    """Refuse a name that can be no model, before a worker is started for it. Looks at names and paths only.

    Raises:
        UserError: It is neither the built-in model's name, nor a folder that is there, nor a hub id.
    """
    try:
        path = Path(model).expanduser()
        if model == BUILT_IN or (model and path.is_dir()):
            return
        is_file = path.is_file()
    except PermissionError as error:
        raise UserError(f"model: {plain(model)} cannot be read: {error.strerror}.", "Check its permissions.") from None
    except (OSError, ValueError, RuntimeError):  # too long, a zero byte, or no such home
        is_file = False
    if is_file:
        raise UserError(
            f"model: {plain(model)} is a single file; a diffusers folder is needed.",
            "Give the folder that holds model_index.json, or a hub id such as black-forest-labs/FLUX.1-schnell.",
        )
    if not HUB_ID.fullmatch(model):
        raise UserError(
            f"model: there is no folder '{plain(model[:200])}'.",
            f"Give {BUILT_IN}, a diffusers folder, or a hub id such as black-forest-labs/FLUX.1-schnell. "
            "What is on this machine: workshop-tui model list",
        )


def absolute(model: str) -> str:
    """Return a model's name so that it means the same in every folder: the worker was started in another one."""
    if model == BUILT_IN:
        return model
    try:
        path = Path(model).expanduser()
        local = model[:1] in ("~", ".") or path.exists()
    except (OSError, ValueError, RuntimeError):  # no such home, or nothing that could be a path
        return model
    return str(path.absolute()) if local else model


def label(model: str) -> str:
    """Return what screens call a model that is asked for."""
    return f"practice model {BUILT_IN} (built in)" if model == BUILT_IN else model
