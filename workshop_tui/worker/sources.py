"""Finds a model on this machine by name: the built-in one, a folder, a file, or a hub model in a cache.

Downloads nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workshop_tui.errors import UserError
from workshop_tui.generation.bases import TRANSFORMER, Base, find_base
from workshop_tui.generation.checkpoint import Checkpoint, read_checkpoint
from workshop_tui.generation.hub_layout import find_snapshot, hub_id
from workshop_tui.generation.model_files import check_folder
from workshop_tui.generation.models import BUILT_IN, as_file, check_name
from workshop_tui.generation.record import ModelSource
from workshop_tui.models.small_flux import FOLDER, check_small_flux

SMALL_FLUX_LABEL = "small-flux (built in)"

OnLoad = Callable[[str, float | None], None]
"""Gets what is done, in a few words, and how much of it is done (0 to 1)."""


@dataclass(frozen=True)
class Source:
    """Where a model's parts lie on this machine."""

    folder: Path
    """Of the whole model, or of all but its transformer where that is a file."""
    kind: ModelSource
    label: str
    """What screens and hand-ins call it; never a path, which would show a home folder."""
    revision: str = ""
    file: Checkpoint | None = None
    """The transformer, where it is a single file."""
    base: Base | None = None
    """What lends such a file the other parts."""

    @property
    def quantization(self) -> str:
        """How the file's own weights are quantized, `gguf Q4_1`; empty where they are not."""
        return f"gguf {self.file.quantization}" if self.file and self.file.quantization else ""

    def check(self) -> dict[str, int]:
        """Check that all parts are whole, by their headers.

        Returns:
            The number of parameters by component with weights.

        Raises:
            UserError: Names the file and what is wrong with it.
        """
        if self.file is None:
            return check_folder(self.folder)
        return {**check_folder(self.folder, TRANSFORMER), "transformer": self.file.parameters}

    def refuse_quantizing(self, quantization: str) -> None:
        """Refuse to quantize what is quantized in its file.

        Args:
            quantization: As the settings name it.

        Raises:
            UserError: The model is a GGUF file and the settings ask for a quantization of their own.
        """
        if self.file and self.quantization and quantization not in ("none", "auto"):
            raise UserError(
                f"quantization: {self.file.path.name} is quantized already ({self.file.quantization}), so it cannot "
                f"be loaded as {quantization}.",
                "Set quantization to none, or choose a model that is no GGUF file.",
            )


def find_model(name: str) -> Source:
    """Return where a model lies.

    Args:
        name: `small-flux`, a folder, a file (`FILE` or `FILE@BASE`), or a hub id such as
            `black-forest-labs/FLUX.1-schnell`.

    Raises:
        UserError: There is no such model on this machine; the hint says how to get it.
        WorkshopError: A file of the built-in model is missing or damaged.
    """
    name = name.strip()
    check_name(name)
    if name == BUILT_IN:
        return Source(FOLDER, "built-in", SMALL_FLUX_LABEL, check_small_flux())
    file = as_file(name)
    if file is not None:
        path, named = file
        checkpoint = read_checkpoint(path)
        base = find_base(checkpoint, named)
        return Source(base.folder, "file", checkpoint.label, file=checkpoint, base=base)
    path = Path(name).expanduser()
    if path.is_dir():
        snapshot = hub_id(path.absolute())
        if snapshot:  # the same model by another name: runs made with either belong together
            return Source(path, "hub", *snapshot)
        return Source(path, "folder", path.resolve().name)
    folder = find_snapshot(name)
    return Source(folder, "hub", name, folder.name)
