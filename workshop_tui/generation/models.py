"""What is known about a model before it is loaded."""

from pathlib import Path

from workshop_tui.config import load_config
from workshop_tui.generation.sizes import SMALLEST_UNIT

BUILT_IN = "small-flux"
"""The name of the model that ships with the program."""

BUILT_IN_UNIT = 32
"""The built-in model's size unit, px: its autoencoder shrinks 16 times, and patches are 2 latents wide."""


def default_model() -> str:
    """Return the model to use where none is named: the configuration's, else the built-in one."""
    return load_config().model or BUILT_IN


def size_unit(model: str) -> int:
    """Return the size unit of a model that is not loaded yet, px; a loaded one may ask for a multiple."""
    return BUILT_IN_UNIT if model == BUILT_IN else SMALLEST_UNIT


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
