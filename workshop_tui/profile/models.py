"""What a hand-in says of the models that made its pictures."""

from collections.abc import Sequence
from pathlib import PurePath

from workshop_tui.generation.record import ModelInfo, Run
from workshop_tui.profile.hand_in import ModelEntry
from workshop_tui.profile.private import without_places


def models_of(runs: Sequence[Run]) -> list[ModelInfo]:
    """Return the models that made some runs, each once."""
    return list(dict.fromkeys(run.model for run in runs if run.model is not None))


def model_entry(model: ModelInfo) -> ModelEntry:
    """Return what a hand-in says of a model."""
    return ModelEntry(
        name=model_name(model),
        family=model.family,
        source=model.source,
        practice=model.practice,
        parameters=model.parameters,
        revision=model.revision,
    )


def model_name(model: ModelInfo | None) -> str:
    """Return what a hand-in calls a model: of a folder only its own name."""
    if model is None:
        return ""
    if model.source == "folder":
        return PurePath(model.name).name
    # A hub id is public, whatever this machine is called.
    return without_places(model.name) if model.source == "file" else model.name
