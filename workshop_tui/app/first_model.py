"""Which model makes the pictures where nobody has named one; everything here may wait for disk and driver."""

from pathlib import Path

from workshop_tui.errors import UserError
from workshop_tui.generation.fit import Fit, choose_model, fit
from workshop_tui.generation.found_models import FoundModel, check_model, find_models
from workshop_tui.monitor.memory_now import look_at_memory


def what_fits() -> tuple[str, str]:
    """Return a model of this machine that fits its free memory now, and why it was taken."""
    try:
        return choose_model(find_models().models, look_at_memory(Path.home()))
    except UserError as error:  # the configuration was changed a moment ago: the built-in model needs none
        name, _ = choose_model((), look_at_memory(Path.home()))
        return name, error.message


def still_there(model: str | None) -> str:
    """Return the model of last time if it is on this machine, else an empty string."""
    try:
        if model:
            check_model(model)
    except UserError:
        return ""
    return model or ""


def to_choose_from() -> list[tuple[FoundModel, Fit]]:
    """Return the models of this machine and how each fits."""
    memory = look_at_memory(Path.home())
    return [(model, fit(model, memory)) for model in find_models().models]
