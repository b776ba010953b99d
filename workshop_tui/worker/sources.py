"""Finds a model by name: the built-in one, a folder, or one on the Hugging Face hub."""

import io
import logging
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from urllib.request import getproxies

import huggingface_hub as hub
from huggingface_hub import constants
from huggingface_hub import errors as hub_errors
from tqdm.auto import tqdm

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.files import cannot_write
from workshop_tui.generation.model_files import MODEL_FILES, check_folder, read_index
from workshop_tui.models.small_flux import VERSION, ensure_small_flux

SMALL_FLUX = "small-flux"
SMALL_FLUX_LABEL = "small-flux (built in)"

OnLoad = Callable[[str, float | None], None]
"""Gets what is done, in a few words, and how much of it is done (0 to 1)."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """A model's folder on this machine."""

    folder: Path
    kind: Literal["built-in", "hub", "folder"]
    label: str
    """What screens and hand-ins call it; never a path, which would show a home folder."""
    revision: str = ""


def find_model(name: str, cache: Path, on_progress: OnLoad) -> Source:
    """Return the folder of a model; build or download it where that is needed.

    Args:
        name: `small-flux`, a folder, or a hub id such as `black-forest-labs/FLUX.1-schnell`.
        cache: The program's cache folder, for the built-in model. The hub has its own.
        on_progress: Told what is built or downloaded.

    Raises:
        UserError: There is no such model, or no access to it.
        WorkshopError: The hub cannot be reached, or something cannot be written.
    """
    name = name.strip()
    if name == SMALL_FLUX:
        return Source(ensure_small_flux(cache, on_progress), "built-in", SMALL_FLUX_LABEL, VERSION)
    path = Path(name).expanduser()
    if path.is_dir():
        return Source(path, "folder", path.resolve().name)
    if path.is_file():
        raise UserError(
            f"model: {name} is a single file; a diffusers folder is needed.",
            "Give the folder that holds model_index.json, or a hub id such as black-forest-labs/FLUX.1-schnell.",
        )
    if re.fullmatch(r"[\w.-]+/[\w.-]+", name) and not name.startswith("."):
        return _from_hub(name, on_progress)
    raise UserError(
        f"model: there is no folder '{name}'.",
        f"Give {SMALL_FLUX}, a diffusers folder, or a hub id such as black-forest-labs/FLUX.1-schnell.",
    )


def _from_hub(name: str, on_progress: OnLoad) -> Source:
    """Return a hub model's snapshot: the one in the local cache if it is complete, else download it."""
    on_progress(f"looking for {name}", None)
    folder = _cached(name)
    if folder is None:
        try:
            folder = _download(name, on_progress)
        except Exception as error:
            told = _hub_error(name, error)
            if told is None:
                raise
            raise told from error
    return Source(folder, "hub", name, folder.name)


def _cached(name: str) -> Path | None:
    """Return a complete snapshot without asking the network, or None: shared caches are often read-only."""
    try:
        folder = Path(hub.snapshot_download(name, local_files_only=True))
        check_folder(folder)
    except (OSError, WorkshopError) as error:
        _log.info("%s is not in the local cache: %s", name, error)
        return None
    return folder


def _download(name: str, on_progress: OnLoad) -> Path:
    _check_reachable(name)
    index_file = Path(hub.hf_hub_download(name, "model_index.json"))
    read_index(index_file.parent)  # refuses another family before anything large is fetched

    class Bar(tqdm):  # pyright: ignore[reportMissingTypeArgument]
        """Reports the bytes that all files together have, instead of drawing a bar."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._bytes = kwargs.get("unit") == "B"
            kwargs.pop("name", None)
            super().__init__(*args, **{**kwargs, "disable": False, "file": io.StringIO()})

        def display(self, *args: Any, **kwargs: Any) -> None:
            """Draw nothing."""

        def update(self, n: float | None = 1) -> bool | None:
            shown = super().update(n)
            if self._bytes and self.total:
                on_progress(
                    f"downloading {name} ({self.n / 1e9:.1f} of {self.total / 1e9:.1f} GB)", self.n / self.total
                )
            return shown

    patterns = ["model_index.json", *(f"{component}/{file}" for component, file in MODEL_FILES)]
    return Path(hub.snapshot_download(name, allow_patterns=patterns, tqdm_class=Bar))


def _check_reachable(name: str) -> None:
    """Refuse at once where there is no network: the hub's client would try for half a minute.

    Raises:
        WorkshopError: The hub does not answer.
    """
    if getproxies():
        return  # a proxy may reach what this machine itself cannot
    address = urlsplit(constants.ENDPOINT)
    try:
        port = address.port or (80 if address.scheme == "http" else 443)
        socket.create_connection((address.hostname or "", port), timeout=5).close()
    except OSError as error:
        raise _unreachable(name) from error


def _unreachable(name: str) -> WorkshopError:
    offline = "Unset HF_HUB_OFFLINE" if constants.is_offline_mode() else "Connect to the network"
    return WorkshopError(
        f"model: '{name}' is not whole on this machine, and the hub cannot be reached.",
        f"{offline}, give a folder, or use the built-in model: {SMALL_FLUX}.",
    )


def _hub_error(name: str, error: BaseException) -> WorkshopError | None:
    """Return what to tell a person about an error of the hub's client, or None where it is another kind of error."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    if isinstance(error, WorkshopError):
        return error
    if isinstance(error, hub_errors.GatedRepoError):
        return _gated(name)
    if isinstance(error, hub_errors.RepositoryNotFoundError):
        return UserError(
            f"model: the hub has no '{name}', or it is private.",
            "Check the spelling; for a private model log in first: hf auth login.",
        )
    if isinstance(error, hub_errors.RemoteEntryNotFoundError):
        return UserError(f"model: '{name}' on the hub is no diffusers model.", "It must hold a model_index.json.")
    if isinstance(error, hub_errors.HFValidationError):
        return UserError(f"model: '{name}' is no hub id.", "Write OWNER/NAME.")
    for link in chain:
        if isinstance(link, OSError) and link.errno is not None and link.filename:
            return cannot_write(Path(str(link.filename)), link)
    if isinstance(error, (OSError, hub_errors.LocalEntryNotFoundError)) or "httpx" in type(error).__module__:
        return _unreachable(name)
    return None


def _gated(name: str) -> UserError:
    page = f"https://huggingface.co/{name}"
    if hub.get_token():
        return UserError(f"model: your hub account has no access to '{name}' yet.", f"Accept its licence at {page}.")
    return UserError(
        f"model: '{name}' is gated, and no hub token is set.",
        f"Accept its licence at {page}, then log in: hf auth login (or set HF_TOKEN).",
    )
