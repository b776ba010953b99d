"""Downloads a FLUX.1 model from the Hugging Face hub into the hub's own cache, when a person asked for it.

The only place that downloads. huggingface_hub itself keeps nothing of a file whose download was stopped (it takes
a fresh temporary file each time), so the large files are fetched here through its `http_get` into a file that is named
by their content, and go on where they stopped; the hub's own snapshot then finds them in its cache.
"""

import contextlib
import fcntl
import hashlib
import importlib
import os
import shutil
import socket
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.files import cannot_write
from workshop_tui.generation.hub_errors import told, unreachable
from workshop_tui.generation.hub_layout import hub_cache
from workshop_tui.generation.model_files import MODEL_FILES, read_index
from workshop_tui.text import slug

PATTERNS = ("model_index.json", *(f"{component}/{file}" for component, file in MODEL_FILES))
"""What is fetched of a repository: no pickles, no code, no second copy as a single file."""

AT_ONCE = 4
"""Files in work at a time: the weights of FLUX.1 lie in seven."""

OnBytes = Callable[[int], None]
"""Gets the number of bytes of all files that are there."""


@dataclass(frozen=True)
class RemoteFile:
    """One file of a repository."""

    path: str
    size: int
    """Bytes."""
    content: str
    """SHA-256 of a large file, by which the cache names it; empty for a small one."""


@dataclass(frozen=True)
class Offer:
    """What the hub says of a model, and how much of it is here."""

    name: str
    commit: str
    licence: str
    """The hub's short name for it; empty where it names none."""
    gated: bool
    files: tuple[RemoteFile, ...]
    """What is fetched."""
    without: tuple[str, ...] = ()
    """Components that are not."""

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(file.size for file in self.files)

    @property
    def here(self) -> int:
        """Bytes that an earlier download has left."""
        return sum(min(file.size, _bytes_here(self.name, self.commit, file)) for file in self.files)

    @property
    def disk_free(self) -> int:
        """Free bytes of the disk on which the cache lies or will lie."""
        folder = hub_cache()
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        return shutil.disk_usage(folder).free


def ask_hub(name: str, without: tuple[str, ...] = ()) -> Offer:
    """Ask what a model consists of.

    Args:
        name: The hub id.
        without: Components that shall not be fetched.

    Raises:
        UserError: The hub has no such model, or no access is given.
        WorkshopError: The hub cannot be reached.
    """
    with _explained(name):
        _check_reachable(name)
        info = _hub().HfApi().model_info(name, files_metadata=True, timeout=20)
    files = tuple(
        RemoteFile(entry.rfilename, entry.size or 0, entry.lfs.sha256 if entry.lfs else "")
        for entry in info.siblings or ()
        if any(fnmatch(entry.rfilename, pattern) for pattern in PATTERNS)
        and entry.rfilename.partition("/")[0] not in without
    )
    if not any(file.path == "model_index.json" for file in files):
        raise UserError(f"model: '{name}' on the hub is no diffusers model.", "It must hold a model_index.json.")
    card: Any = info.card_data or {}
    licence = str(card.get("license_name") or card.get("license") or "")
    return Offer(name, info.sha or "main", licence, bool(info.gated), files, without)


def download(offer: Offer, on_bytes: OnBytes) -> Path:
    """Fetch what is not here yet; a file that was begun goes on where it stopped.

    Args:
        offer: What to fetch.
        on_bytes: Called often, from several threads.

    Returns:
        The snapshot's folder.

    Raises:
        UserError: Access is refused, or it is another family: then nothing large was fetched.
        WorkshopError: The hub was lost, or the disk cannot be written.
    """
    hub = _hub()
    hub.utils.disable_progress_bars()
    with _explained(offer.name):
        index = Path(hub.hf_hub_download(offer.name, "model_index.json", revision=offer.commit))
        read_index(index.parent)
        progress = _Progress(offer, on_bytes)
        pool = ThreadPoolExecutor(AT_ONCE, "download")
        try:
            large = {file.content: file for file in offer.files if file.content}
            for part in as_completed(pool.submit(_fetch, offer, file, progress) for file in large.values()):
                part.result()
        finally:
            progress.stopped = True
            pool.shutdown(wait=False, cancel_futures=True)
        kept_away = [f"{component}/*" for component in offer.without]
        folder = Path(
            hub.snapshot_download(offer.name, allow_patterns=list(PATTERNS), ignore_patterns=kept_away or None)
        )
        on_bytes(offer.size)
        return folder


@contextlib.contextmanager
def only_one(name: str, cache: Path) -> Generator[None]:
    """Hold the lock of a model's download.

    Args:
        name: The hub id.
        cache: The program's cache folder.

    Raises:
        UserError: Another process of this user holds it; the message has its id.
        WorkshopError: The lock cannot be made.
    """
    path = cache / "downloads" / f"{slug(name)}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.read(lock, 20).decode("ascii", "replace").strip()
            raise UserError(
                f"model: '{name}' is being downloaded already, by process {pid}.", "Let it go on, or end it there."
            ) from None
        os.truncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        yield
    finally:
        os.close(lock)


class _Progress:
    """Counts the bytes of all files."""

    def __init__(self, offer: Offer, on_bytes: OnBytes) -> None:
        self._here = {file.path: min(file.size, _bytes_here(offer.name, offer.commit, file)) for file in offer.files}
        self._on_bytes = on_bytes
        self.stopped = False
        """Whether the other files shall end too, because one has failed."""

    def bar(self, path: str) -> type[Any]:
        """Return what the hub's client shall report one file's bytes to, in place of a bar."""
        progress = self

        class Bar:
            def __init__(self, *_: object, initial: int = 0, **__: object) -> None:
                self._count = initial

            def __enter__(self) -> Self:
                return self

            def __exit__(self, *_: object) -> None:
                pass

            def update(self, count: int) -> None:
                if progress.stopped:
                    raise _StoppedError
                self._count += count
                progress._here[path] = self._count
                progress._on_bytes(sum(progress._here.values()))

        return Bar


class _StoppedError(Exception):
    """Another file has failed."""


def _fetch(offer: Offer, file: RemoteFile, progress: _Progress) -> None:
    """Fetch one large file into the cache's blobs, where the hub's own client finds it."""
    target = _blobs(offer.name) / file.content
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = _part(target)
    http_get = importlib.import_module("huggingface_hub.file_download").http_get
    with part.open("ab") as open_file:
        try:
            fcntl.flock(open_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(
                f"model: somebody else is downloading '{offer.name}' into {target.parent}.", "Wait until they are done."
            ) from None
        http_get(
            _hub().hf_hub_url(offer.name, file.path, revision=offer.commit),
            open_file,
            resume_size=open_file.seek(0, os.SEEK_END),
            headers=_hub().utils.build_hf_headers(),
            expected_size=file.size,
            tqdm_class=progress.bar(file.path),
        )
    with part.open("rb") as whole:
        if hashlib.file_digest(whole, "sha256").hexdigest() != file.content:
            part.unlink()
            raise WorkshopError(f"model: {file.path} of '{offer.name}' came damaged.", "Give the same command again.")
    part.replace(target)


def _hub() -> Any:
    # Untyped on purpose: much of what it offers has unknown types. Imported late: it takes 0.3 s.
    return importlib.import_module("huggingface_hub")


def _blobs(name: str) -> Path:
    return hub_cache() / f"models--{name.replace('/', '--')}" / "blobs"


def _part(target: Path) -> Path:
    return target.with_name(f"{target.name}.workshop-tui.incomplete")


def _bytes_here(name: str, commit: str, file: RemoteFile) -> int:
    places: Iterable[Path] = (_blobs(name).parent / "snapshots" / commit / file.path,)
    if file.content:
        target = _blobs(name) / file.content
        places = (target, _part(target))
    for place in places:
        with contextlib.suppress(OSError):
            return place.stat().st_size
    return 0


@contextlib.contextmanager
def _explained(name: str) -> Generator[None]:
    """Turn what the hub's client raises into what a person can act on."""
    try:
        yield
    except Exception as error:
        explained = told(name, error)
        if explained is None:
            raise
        raise explained from error


def _check_reachable(name: str) -> None:
    """Refuse at once where there is no network: the hub's client would try for half a minute."""
    from huggingface_hub import constants

    if getproxies():
        return  # a proxy may reach what this machine itself cannot
    address = urlsplit(constants.ENDPOINT)
    try:
        port = address.port or (80 if address.scheme == "http" else 443)
        socket.create_connection((address.hostname or "", port), timeout=5).close()
    except OSError as error:
        raise unreachable(name) from error
