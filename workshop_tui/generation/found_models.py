"""Finds the FLUX.1 models that lie on this machine, whole or half downloaded. Only reads: caches may be shared."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from workshop_tui.config import load_config
from workshop_tui.errors import UserError
from workshop_tui.generation.bases import find_base
from workshop_tui.generation.checkpoint import NotFluxError, read_checkpoint
from workshop_tui.generation.hub_layout import find_snapshot, hub_cache, hub_id, snapshot_of
from workshop_tui.generation.known_models import KNOWN_MODELS, family_of
from workshop_tui.generation.model_files import check_folder, read_index, read_json, trouble_in
from workshop_tui.generation.models import BUILT_IN, FILE_ENDINGS, absolute, as_file, check_name, names_file
from workshop_tui.text import plain

_GIVE = (
    "Give the folder that holds the model's model_index.json, or a .safetensors or .gguf file. Those on this machine, "
    "with where they lie: workshop-tui model list --json"
)


@dataclass(frozen=True)
class FoundModel:
    """One model on this machine."""

    name: str
    """What `--model` takes: a hub id where a cache holds it, else its folder or file."""
    kind: Literal["built-in", "hub", "folder", "file"]
    family: str
    """`FLUX.1 [dev]` and so on; empty where that cannot be told yet."""
    folder: Path | None = None
    """None for the built-in model, which is built where it is needed; of a file the file itself."""
    size: int = 0
    """Bytes on disk, of half a download as well."""
    parameters: dict[str, int] | None = None
    """By component; None where it is not whole."""
    trouble: str = ""
    """What is missing or wrong; empty where it is whole."""
    quantization: str = ""
    """`Q4_1` and so on of a GGUF file."""
    stored: int = 0
    """Bytes of a GGUF file's transformer, which stays as it is in memory."""
    base: str = ""
    """Of a file: which model lends the other parts."""

    @property
    def whole(self) -> bool:
        """Whether it can be loaded."""
        return not self.trouble


@dataclass(frozen=True)
class Found:
    """What a search has come to."""

    models: tuple[FoundModel, ...]
    """The built-in one first, then by place and name."""
    unread: tuple[str, ...] = ()
    """Folders that could not be looked at, and why; one sentence each."""
    missing: tuple[str, ...] = ()
    """Of these sentences those on folders that are not there."""


def find_models(hub: Path | None = None, folders: Sequence[Path] | None = None) -> Found:
    """Find the built-in model, what the hub's cache holds, and what lies in the configured folders.

    Reads JSON and headers only: milliseconds for each model.

    Args:
        hub: The hub's cache; None takes this user's.
        folders: Each a diffusers folder, a folder of such folders, or a cache in the hub's layout; None takes the
            configuration's `model_folders`.

    Raises:
        UserError: The configuration is wrong.
    """
    hub = hub_cache() if hub is None else hub
    folders = load_config().model_folders if folders is None else folders
    models = {BUILT_IN: FoundModel(BUILT_IN, "built-in", BUILT_IN)}
    unread: list[str] = []
    missing: list[str] = []
    for place in (hub, *folders):
        try:
            for model in _models_in(place, unread, everything=place != hub):
                known = models.get(model.name)
                if known is None or (model.whole and not known.whole):
                    models[model.name] = model
        except FileNotFoundError:
            if place != hub:
                missing.append(f"{place} is not there.")
                unread.append(missing[-1])
        except OSError as error:
            unread.append(f"{place} cannot be read: {error.strerror}.")
    return Found(tuple(models.values()), tuple(unread), tuple(missing))


def check_model(model: str) -> None:
    """Refuse a model that is not on this machine, before a worker is started for it; milliseconds.

    Not for a shared engine, which has models of its own: `models.check_name` serves there.

    Args:
        model: As `--model` takes it.

    Raises:
        UserError: It is no model's name, a hub model that lies whole in no cache, or a file that is damaged, holds
            something else, or for which the other parts are not here.
    """
    check_name(model)
    file = as_file(model)
    if file is not None:
        path, base = file
        find_base(read_checkpoint(path), base)
    elif model != BUILT_IN and not Path(model).expanduser().is_dir():
        find_snapshot(model)


def check_whole(model: str) -> None:
    """Refuse what `check_model` refuses, and a folder that holds no whole FLUX.1; milliseconds.

    Args:
        model: As `--model` takes it.

    Raises:
        UserError: Says what is missing or wrong.
    """
    check_model(model)
    if model != BUILT_IN and (folder := Path(absolute(model))).is_dir():
        check_folder(folder)


def look_at(path: Path) -> tuple[FoundModel, str]:
    """Look at one folder or file as a worker would; a repository in the hub's layout stands for its snapshot.

    Args:
        path: The folder, or a file with a transformer, as `--model` takes it.

    Returns:
        What was found, and what to do where it is not whole.

    Raises:
        UserError: There is no such folder or file, or it is another kind of file.
    """
    file = as_file(str(path))
    if file is not None:
        check_name(str(path))
        return _found_file(*file)
    try:
        folder = path.expanduser().absolute()
        is_folder = folder.is_dir()
    except (OSError, ValueError, RuntimeError) as error:  # not ours to read, too long, a zero byte, or no such home
        raise UserError(f"model: {plain(str(path))} cannot be looked at: {str(error).rstrip('.')}.", _GIVE) from None
    if not is_folder:
        kind = "file" if names_file(str(path)) else "folder"
        raise UserError(f"model: there is no {kind} '{plain(str(path))}'.", _GIVE)
    folder = snapshot_of(folder) or folder
    snapshot = hub_id(folder)
    found = _found(str(folder), "hub" if snapshot else "folder", folder)
    hint = ""
    if not found.whole:
        try:
            check_folder(folder)
        except UserError as error:
            hint = error.hint
    return found, hint


def _models_in(place: Path, unread: list[str], *, everything: bool) -> Iterator[FoundModel]:
    """Yield what a folder holds; of a hub cache, which holds all kinds of models, only what is or shall be FLUX."""
    if (place / "model_index.json").is_file():
        snapshot = hub_id(place)
        yield _found(snapshot[0], "hub", place) if snapshot else _found(str(place), "folder", place)
        return
    if everything and (place / "hub").is_dir():  # somebody's HF_HOME
        yield from _models_in(place / "hub", unread, everything=False)
    if everything:
        yield from _files_in(place)
    for entry in sorted(place.iterdir()):
        owner, _, name = entry.name.removeprefix("models--").partition("--")
        model = None
        try:
            if entry.name.startswith("models--") and name:
                model = _in_repository(f"{owner}/{name}", entry)
            elif everything and (entry / "model_index.json").is_file():
                model = _found(str(entry), "folder", entry)
            elif everything and entry.is_dir() and entry.name != "hub":
                yield from _files_in(entry)
        except OSError as error:
            unread.append(f"{entry} cannot be read: {error.strerror}.")
        if model:
            yield model


def _files_in(folder: Path) -> Iterator[FoundModel]:
    """Yield the files with a FLUX.1 transformer, whole or not; other weights lie in such folders, too."""
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in FILE_ENDINGS and path.is_file():
            try:
                yield _found_file(path)[0]
            except NotFluxError:
                continue


def _found_file(path: Path, base: str = "") -> tuple[FoundModel, str]:
    """Look at one file, and say what to do where it cannot be used.

    Raises:
        NotFluxError: It holds something else.
    """
    name = f"{path.absolute()}{base and '@' + absolute(base)}"
    found = FoundModel(name, "file", "", path.absolute(), path.stat().st_size)
    try:
        checkpoint = read_checkpoint(path)
        found = replace(found, family=checkpoint.family, quantization=checkpoint.quantization, stored=checkpoint.stored)
        rest = find_base(checkpoint, base)
    except NotFluxError:
        raise
    except UserError as error:
        return replace(found, trouble=trouble_in(path, error)), error.hint
    return replace(found, base=rest.name, parameters={**rest.parameters, "transformer": checkpoint.parameters}), ""


def _in_repository(name: str, repository: Path) -> FoundModel | None:
    snapshot = snapshot_of(repository)
    if snapshot is None or not (snapshot / "model_index.json").is_file():
        known = KNOWN_MODELS.get(name)
        if known is None:
            return None
        return FoundModel(name, "hub", known.family, snapshot, _size(repository), trouble="only its folder is there")
    model = _found(name, "hub", snapshot)
    return None if model.trouble.startswith("it is a ") else model


def _found(name: str, kind: Literal["hub", "folder"], folder: Path) -> FoundModel:
    family, parameters, trouble = "", None, ""
    try:
        read_index(folder)
        if (folder / "transformer" / "config.json").is_file():
            family = family_of(read_json(folder / "transformer" / "config.json"))
        elif name in KNOWN_MODELS:
            family = KNOWN_MODELS[name].family
        parameters = check_folder(folder)
    except UserError as error:
        trouble = trouble_in(folder, error)
    except OSError as error:  # a folder in it that may not be entered
        trouble = f"{error.filename} cannot be read: {error.strerror}".replace(f"{folder}/", "")
    repository = folder.parent.parent if hub_id(folder) else folder
    return FoundModel(name, kind, family, folder, _size(repository), parameters, trouble)


def _size(folder: Path) -> int:
    """Return the bytes below a folder: of a repository its blobs, which the snapshots only link to."""
    total = 0
    for root in (folder / "blobs", folder):  # a copy of a repository may have no blobs
        for place, _, files in os.walk(root):
            for file in files:
                with contextlib.suppress(OSError):  # gone meanwhile, or a link that leads nowhere
                    total += Path(place, file).stat().st_size
        if total:
            break
    return total
