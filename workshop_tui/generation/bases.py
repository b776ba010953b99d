"""Finds what a file with a transformer alone lacks: text encoders, tokenizers, autoencoder and scheduler.

All of these but the scheduler's settings are the same in FLUX.1 [dev] and [schnell], so that a folder or snapshot of
either serves; it need not hold a transformer itself.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from workshop_tui.errors import UserError
from workshop_tui.generation.checkpoint import Checkpoint
from workshop_tui.generation.flux_tensors import Sizes
from workshop_tui.generation.hub_layout import find_snapshot, hub_id, places, snapshot_of
from workshop_tui.generation.model_files import check_folder, read_json

TRANSFORMER = ("transformer",)
"""The component that a file holds."""
CONFIGS = Path(__file__).parents[1] / "models" / "configs"
"""The configurations of [dev] and [schnell], a folder each, as their publisher has them."""


@dataclass(frozen=True)
class Base:
    """A folder with everything but the transformer."""

    folder: Path
    name: str
    """A hub id, or the folder's own name."""
    parameters: dict[str, int]
    """By component, without the transformer."""
    widths: tuple[int, int, int]
    """Of a T5 token, of CLIP's pooled output, and of a picture's token."""
    transformer: dict[str, Any]
    """The configuration of its own transformer; empty where it has none."""

    def suits(self, sizes: Sizes) -> bool:
        """Tell whether a transformer of these sizes can work with it."""
        return self.widths == (sizes.text_width, sizes.pooled_width, sizes.channels) and self.axes(sizes) is not None

    def axes(self, sizes: Sizes) -> tuple[int, ...] | None:
        """Return how a head's width is shared among the three position axes; None where nothing tells.

        No file with tensors says so. FLUX.1's own is known; otherwise the base's transformer must have such heads.
        """
        for config in (shipped_config(sizes.guided, "transformer"), self.transformer):
            axes = config.get("axes_dims_rope")
            if not isinstance(axes, list):
                continue
            shares = cast("list[Any]", axes)
            if all(isinstance(share, int) for share in shares) and sum(shares) == sizes.head:
                return tuple(shares)
        return None

    def same_family(self, sizes: Sizes) -> bool:
        """Tell whether its scheduler is meant for such a transformer: [dev] and [schnell] differ in that."""
        return self.transformer.get("guidance_embeds") is sizes.guided


def shipped_config(guided: bool, component: str) -> dict[str, Any]:
    """Return the configuration of a component of FLUX.1 [dev] (guided) or [schnell]."""
    return read_json(config_folder(guided) / component / "config.json")


def config_folder(guided: bool) -> Path:
    """Return the folder with the configurations of FLUX.1 [dev] (guided) or [schnell]."""
    return CONFIGS / ("flux-dev" if guided else "flux-schnell")


def find_base(checkpoint: Checkpoint, named: str = "") -> Base:
    """Return what serves a file: what was named, else the first that suits, one of the same family before others.

    Args:
        checkpoint: The file.
        named: A diffusers folder or a hub id; empty to look beside the file, in the hub's cache, and in the configured
            folders.

    Raises:
        UserError: What was named is not whole or does not suit, or there is none; the hint says how to get one.
    """
    if named:
        path = Path(named).expanduser()
        base = read_base(path if path.is_dir() else find_snapshot(named, TRANSFORMER))
        if not base.suits(checkpoint.sizes):
            raise UserError(f"model: {_mismatch(checkpoint, base)}.", "Name a folder of the model that it was made of.")
        return base
    bases = list(_bases(checkpoint.path.absolute().parent))
    suitable = [base for base in bases if base.suits(checkpoint.sizes)]
    if suitable:
        return min(suitable, key=lambda base: not base.same_family(checkpoint.sizes))
    known = f" ({'; '.join(_mismatch(checkpoint, base) for base in bases[:2])})" if bases else ""
    raise UserError(
        f"model: {checkpoint.path} holds the transformer alone, and no FLUX.1 folder with the other parts (text "
        f"encoders, tokenizers, autoencoder) is on this machine{known}.",
        "Get them: workshop-tui model get black-forest-labs/FLUX.1-schnell --without-transformer. Or name a folder: "
        f"--model {shlex.quote(f'{checkpoint.path}@FOLDER')}",
    )


def read_base(folder: Path) -> Base:
    """Return what a folder offers.

    Raises:
        UserError: It lacks something other than a transformer.
    """
    parameters = check_folder(folder, TRANSFORMER)
    t5, clip, vae = (read_json(folder / part / "config.json") for part in ("text_encoder_2", "text_encoder", "vae"))
    own = folder / "transformer" / "config.json"
    latents: Any = vae.get("latent_channels")
    return Base(
        folder=folder,
        name=(hub_id(folder.absolute()) or (folder.absolute().name,))[0],
        parameters=parameters,
        widths=(
            t5.get("d_model", 0),
            clip.get("hidden_size", 0),
            4 * latents if isinstance(latents, int) else 0,  # a token is a patch of 2 x 2 latents
        ),
        transformer=read_json(own) if own.is_file() else {},
    )


def _bases(beside: Path) -> Iterator[Base]:
    seen: set[Path] = set()
    for root in (beside, *(root for place in places() for root in (place, place / "hub"))):
        for folder in _pipelines(root):
            if folder in seen:
                continue
            seen.add(folder)
            try:
                yield read_base(folder)
            except UserError:
                continue  # half a download: `model list` tells


def _pipelines(place: Path) -> Iterator[Path]:
    """Yield the diffusers folders in a place: itself, those in it, and the snapshots of a cache."""
    try:
        entries = [place, *sorted(entry for entry in place.iterdir() if entry.is_dir())]
    except OSError:
        return  # not there, or not ours to read
    for entry in entries:
        folder = snapshot_of(entry) or entry if entry.name.startswith("models--") else entry
        try:
            if (folder / "model_index.json").is_file():
                yield folder
        except OSError:
            continue


def _mismatch(checkpoint: Checkpoint, base: Base) -> str:
    sizes = checkpoint.sizes
    ours = (sizes.text_width, sizes.pooled_width, sizes.channels)
    names = ("T5 tokens", "CLIP's output", "picture tokens")
    for what, wide, has in zip(names, ours, base.widths, strict=True):
        if wide != has:
            return f"{base.name} does not suit {checkpoint.path.name}: {what} are {has} wide, and {wide} are needed"
    return f"{base.name} does not suit {checkpoint.path.name}: its transformer has other heads"
