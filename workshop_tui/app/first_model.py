"""Which model makes the pictures where nobody has named one; everything here may wait for disk and driver."""

from collections.abc import Sequence
from pathlib import Path

from workshop_tui.errors import UserError
from workshop_tui.generation.fit import Fit, choose_model, fit
from workshop_tui.generation.found_models import FoundModel, check_whole, find_models
from workshop_tui.generation.models import BUILT_IN, label
from workshop_tui.monitor.memory_now import look_at_memory
from workshop_tui.text import plain


def first_model(asked: str | None, last: str | None) -> tuple[str, str]:
    """Return the model to begin with, and why where nobody has named it.

    Args:
        asked: By option or configuration.
        last: Of the last sitting; it is taken again where it still lies whole on this machine; else why not is told.
    """
    if asked:
        return asked, ""
    trouble = ""
    try:
        if last:
            check_whole(last)
            return last, ""
    except UserError as error:
        trouble = f"Your last model cannot be taken: {error.message.removeprefix('model: ')} "
    memory = look_at_memory(Path.home())
    try:
        model, why = choose_model(find_models().models, memory)
    except UserError as error:  # the configuration was changed a moment ago; the built-in model needs none
        model, why = choose_model((), memory)[0], error.message
    return model, trouble + why


def fits_now(model: str) -> bool:
    """Tell whether a model can be loaded ahead without taking memory that somebody needs."""
    return model == BUILT_IN or any(found.name == model and how.how == "gpu" for found, how in to_choose_from())


def to_choose_from() -> list[tuple[FoundModel, Fit]]:
    """Return the models of this machine and how each fits."""
    memory = look_at_memory(Path.home())
    return [(model, fit(model, memory)) for model in find_models().models]


QUESTION = "Which model? workshop-tui model get fetches others."


def choices(found: Sequence[tuple[FoundModel, Fit]]) -> list[tuple[str, str]]:
    """Return models by name, with what a learner is told of each: how it fits, or what is wrong with it."""
    return [
        (model.name, plain(f"{label(model.name)}: {how.words if model.whole else model.trouble}"))
        for model, how in found
    ]
