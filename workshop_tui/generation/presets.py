"""Ready-made settings, a TOML file each: what a learner names instead of numbers."""

import tomllib
from pathlib import Path

import msgspec

from workshop_tui.errors import UserError


class Preset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Steps and guidance under a name; prompt, seed and size stay the learner's."""

    name: str
    """What is typed: the file's name without its ending."""
    label: str
    note: str
    """What it is good for, in one sentence."""
    num_inference_steps: int
    guidance_scale: float


def load_presets(folder: Path) -> dict[str, Preset]:
    """Return the presets of a folder by name, the fewest steps first.

    Raises:
        UserError: A file cannot be read; the message names file, key and value.
    """
    found: list[Preset] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Preset))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise UserError(f"The preset {path} cannot be read: {error}.", "Mend the file, or remove it.") from error
    return {preset.name: preset for preset in sorted(found, key=lambda preset: preset.num_inference_steps)}


def find_preset(folder: Path, name: str) -> Preset:
    """Return one preset.

    Raises:
        UserError: There is none of this name; the message names those there are.
    """
    presets = load_presets(folder)
    if name not in presets:
        raise UserError(f"preset: there is no '{name}'.", f"Known: {', '.join(presets) or 'none'}.")
    return presets[name]
