"""Ready-made settings, a TOML file each: what a learner names instead of numbers. Some ship, others are their own."""

import contextlib
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.files import cannot_write, private_folder, write_atomic
from workshop_tui.generation.fields import FIELDS, said, struct_fields
from workshop_tui.generation.settings import Settings, check_settings
from workshop_tui.paths import LearnerPaths, shipped
from workshop_tui.text import is_unsafe, plain

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
LONGEST_TEXT = 200
"""Characters of a label or a note."""


NOT_KEPT = frozenset({"prompt", "seed", "walk_to", "walk"})
"""Fields of `Settings` that stay the learner's: which picture is made, and not how."""

_TEXTS = ("name", "label", "note")


def is_name(text: str) -> bool:
    """Tell whether a preset can be called that."""
    return _NAME.fullmatch(text) is not None


@dataclass(frozen=True)
class Preset:
    """Settings under a name; what it does not hold stays as it is."""

    name: str
    """What is typed: the file's name without its ending."""
    label: str
    note: str
    """What it is good for, in one sentence."""
    values: Mapping[str, Any]
    """By the names of `Settings`' fields, any but `NOT_KEPT`."""

    @classmethod
    def of(cls, name: str, label: str, note: str, settings: Settings, without: Collection[str] = ()) -> Self:
        """Return a preset of some settings: steps and guidance, and what else is not the default.

        Args:
            name: What it is called.
            label: What lists call it.
            note: What it is good for.
            settings: Whose.
            without: Fields that are left out.
        """
        default = msgspec.structs.asdict(Settings(""))
        kept = {
            field: value
            for field, value in msgspec.structs.asdict(settings).items()
            if field in ("num_inference_steps", "guidance_scale") or value != default[field]
        }
        return cls(name, label, note, {f: v for f, v in kept.items() if f not in NOT_KEPT.union(without)})

    @property
    def settings(self) -> Settings:
        """The values, and defaults beside them; the prompt is none."""
        return self.over(Settings("x"))

    @property
    def steps(self) -> int | None:
        """Denoising steps; None where it leaves them as they are."""
        return self.values.get("num_inference_steps")

    @property
    def words(self) -> str:
        """What it sets: `12 steps, guidance 3.5`."""
        return ", ".join(said(self.settings, self.held).values()) or "nothing"

    @property
    def held(self) -> list[str]:
        """The lines of a form that it fills in."""
        return [name for name in FIELDS if not struct_fields(name).isdisjoint(self.values)]

    def over(self, settings: Settings) -> Settings:
        """Return settings with this preset's values in place of their own."""
        return msgspec.structs.replace(settings, **self.values)


@dataclass(frozen=True)
class Presets:
    """The presets that a learner can name."""

    shipped: Path
    """The folder of those that ship with the program; they cannot be changed."""
    own: Path
    """The learner's own folder; it may be missing."""

    @staticmethod
    def label(name: str) -> str:
        """Return what lists call a preset whose learner says nothing else: its name in words."""
        return name.replace("-", " ").capitalize()

    @classmethod
    def of(cls, learner: LearnerPaths) -> Self:
        """Return the shipped presets and a learner's own."""
        return cls(shipped("presets"), learner.presets)

    def all(self) -> dict[str, Preset]:
        """Return all presets by name, the fewest steps first.

        Raises:
            UserError: A file cannot be read; the message names file, key and value.
        """
        paths = [path for folder in (self.own, self.shipped) for path in folder.glob("*.toml") if is_name(path.stem)]
        found = {path.stem: _read(path) for path in sorted(paths) if path.parent == self._folder(path.stem)}
        return dict(sorted(found.items(), key=lambda pair: pair[1].settings.num_inference_steps))

    def mine(self) -> list[Preset]:
        """Return the learner's own presets by name; those that cannot be read are left out."""
        found: list[Preset] = []
        for path in sorted(self.own.glob("*.toml")):
            with contextlib.suppress(UserError):
                found += [_read(path)] if is_name(path.stem) else []
        return [preset for preset in found if not self.is_shipped(preset.name)]

    def find(self, name: str) -> Preset:
        """Return one preset; a damaged file of another name does no harm.

        Raises:
            UserError: There is none of this name, or its file cannot be read.
        """
        path = self._folder(name) / f"{name}.toml" if is_name(name) else None
        if path is None or not path.exists():
            files = [path for folder in (self.shipped, self.own) for path in sorted(folder.glob("*.toml"))]
            known = ", ".join(dict.fromkeys(path.stem for path in files))
            raise UserError(f"preset: there is no '{name[:60]}'.", f"Known: {known or 'none'}.")
        return _read(path)

    def is_shipped(self, name: str) -> bool:
        """Tell whether a preset came with the program."""
        return (self.shipped / f"{name}.toml").exists()

    def check(self, preset: Preset) -> None:
        """Refuse what cannot be saved.

        Raises:
            UserError: The name is none or a shipped preset's, or a value is out of range.
        """
        self._need_own(preset.name)
        _check(preset)

    def save(self, preset: Preset) -> Path:
        """Keep a preset of the learner's own, in place of an earlier one of the same name.

        Raises:
            UserError: As `check`.
            WorkshopError: It cannot be written.
        """
        import tomli_w

        self.check(preset)
        private_folder(self.own.parent)  # the learner's state, which others may not enter, also where this comes first
        path = self.own / f"{preset.name}.toml"
        write_atomic(path, tomli_w.dumps({"label": preset.label, "note": preset.note, **preset.values}))
        return path

    def delete(self, name: str) -> None:
        """Remove a preset of the learner's own, also one that cannot be read.

        Raises:
            UserError: There is none of this name, or it ships with the program.
            WorkshopError: It cannot be removed.
        """
        self._need_own(name)
        path = self.own / f"{name}.toml"
        try:
            path.unlink()
        except FileNotFoundError:
            raise UserError(f"preset: you have none called '{name}'.", "See: workshop-tui preset list") from None
        except OSError as error:
            raise cannot_write(path, error) from error

    def _folder(self, name: str) -> Path:
        return self.shipped if self.is_shipped(name) else self.own

    def _need_own(self, name: str) -> None:
        if not is_name(name):
            raise UserError(
                f"preset: '{name[:60]}' is no name.",
                "Use small letters, digits and '-', at most 40, a letter or digit first: my-portraits.",
            )
        if self.is_shipped(name):
            raise UserError(
                f"preset: '{name}' ships with the program and cannot be changed.", "Take another name for your own."
            )


def _read(path: Path) -> Preset:
    mend = f"Mend the file, or remove it: workshop-tui preset delete {path.stem}"
    try:
        return preset_of(path.stem, tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except UserError as error:
        raise UserError(f"The preset {path}: {error.message}", error.hint or mend) from None
    except (OSError, ValueError, RecursionError) as error:  # no UTF-8, no TOML and no Preset are ValueErrors all three
        raise UserError(f"The preset {path} cannot be read: {error}.", mend) from error


def preset_of(name: str, data: Mapping[str, Any]) -> Preset:
    """Return a preset as a file or somebody's hand-in has it.

    Args:
        name: What it is called.
        data: `label`, `note`, and values by the names of `Settings`' fields.

    Raises:
        UserError: A value is out of range, or a text cannot be shown.
        ValueError: A key is unknown, or a value has a wrong type.
    """
    values = dict(data)
    texts = msgspec.convert({key: values.pop(key) for key in _TEXTS if key in values}, _Texts)
    _check_keys(values)
    read = msgspec.convert({"prompt": "x", **values}, Settings)
    if texts.name not in ("", name):
        raise UserError(f"name: '{texts.name}' is not the file's name.")
    preset = Preset(name, texts.label, texts.note, {key: getattr(read, key) for key in values})
    _check(preset)
    return preset


def _check_keys(values: Mapping[str, Any]) -> None:
    known = [key for key in msgspec.structs.asdict(Settings("")) if key not in NOT_KEPT]
    for key in values.keys() - known:
        what = f"{plain(key)[:40]} = {plain(str(values[key]))[:40]}"
        raise ValueError(f"'{what}': a preset has no such key; known are {', '.join([*_TEXTS, *known])}")


class _Texts(msgspec.Struct, frozen=True):
    """What a preset's file holds beside settings."""

    label: str
    note: str = ""
    name: str = ""
    """Earlier versions wrote it."""


def _check(preset: Preset) -> None:
    check_settings(preset.settings)
    for key, text in (("label", preset.label), ("note", preset.note)):
        if len(text) > LONGEST_TEXT:
            raise UserError(f"{key}: {len(text)} characters; at most {LONGEST_TEXT} are kept.", "Shorten it.")
        if any(is_unsafe(char) for char in text):
            raise UserError(
                f"{key}: '{plain(text)}' holds characters that cannot be shown.", "Write one line without them."
            )
