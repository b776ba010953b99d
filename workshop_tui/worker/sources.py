"""Finds a model on this machine by name: the built-in one, a folder, or a hub model in a cache. Downloads nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workshop_tui.generation.found_models import find_snapshot
from workshop_tui.generation.hub_layout import hub_id
from workshop_tui.generation.models import BUILT_IN, check_name
from workshop_tui.models.small_flux import VERSION, ensure_small_flux

SMALL_FLUX_LABEL = "small-flux (built in)"

OnLoad = Callable[[str, float | None], None]
"""Gets what is done, in a few words, and how much of it is done (0 to 1)."""


@dataclass(frozen=True)
class Source:
    """A model's folder on this machine."""

    folder: Path
    kind: Literal["built-in", "hub", "folder"]
    label: str
    """What screens and hand-ins call it; never a path, which would show a home folder."""
    revision: str = ""


def find_model(name: str, cache: Path, on_progress: OnLoad) -> Source:
    """Return the folder of a model; the built-in one is built where that is needed.

    Args:
        name: `small-flux`, a folder, or a hub id such as `black-forest-labs/FLUX.1-schnell`.
        cache: The program's cache folder, for the built-in model.
        on_progress: Told what is built.

    Raises:
        UserError: There is no such model on this machine; the hint says how to get it.
        WorkshopError: The cache cannot be written.
    """
    name = name.strip()
    check_name(name)
    if name == BUILT_IN:
        return Source(ensure_small_flux(cache, on_progress), "built-in", SMALL_FLUX_LABEL, VERSION)
    path = Path(name).expanduser()
    if path.is_dir():
        snapshot = hub_id(path.absolute())
        if snapshot:  # the same model by another name: runs made with either belong together
            return Source(path, "hub", *snapshot)
        return Source(path, "folder", path.resolve().name)
    folder = find_snapshot(name)
    return Source(folder, "hub", name, folder.name)
