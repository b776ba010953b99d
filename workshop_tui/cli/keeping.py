"""What the program keeps on this machine: found, measured, and removed whole or not at all."""

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from workshop_tui.cli.asking import lessons_of
from workshop_tui.cli.common import open_notebook
from workshop_tui.engine.listen import is_held
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.files import cannot_write, private_folder
from workshop_tui.generation.processes import running
from workshop_tui.generation.spool import Spool
from workshop_tui.generation.worker_pid import worker_pid
from workshop_tui.monitor.host import resident_bytes
from workshop_tui.notebook.run_table import SHORT
from workshop_tui.paths import LearnerPaths, Paths
from workshop_tui.profile.hand_in import REPORT_HTML, REPORT_MD
from workshop_tui.profile.place import picture_place
from workshop_tui.profile.plots import NAMES as PLOTS
from workshop_tui.text import counted

Kind = Literal["worker", "pictures", "cache", "log", "state", "hand-in"]

OPTIONS: dict[Kind, str] = {
    "worker": "--workers",
    "pictures": "--pictures",
    "cache": "--caches",
    "log": "--logs",
    "state": "--all",
    "hand-in": "--all, asks for it by name",
}
"""What removes each kind."""

_FRESH_SECONDS = 60.0
"""A picture lies there before its run is written down: one this young is nobody's yet, and stays."""

_REMOVING = ".removing-"

_TABLES = ("optimization-profile*.toml*", "troubleshooting-checklist*.toml*", "runs.csv")
_HAND_IN = (*_TABLES, "sheet-*.png", REPORT_MD, REPORT_HTML, *PLOTS)
"""What the program writes into a hand-in's folder, also what it moved aside there."""

_LOCK_SECONDS = 2.0
"""How long a stopped worker's lock may outlast it: threads in the middle of a picture hold it to their end."""


@dataclass(frozen=True)
class Kept:
    """One thing that is kept."""

    kind: Kind
    text: str
    size: int
    """Bytes on disk; of a worker in memory."""
    learner: LearnerPaths | None = None
    """Whose; None for what all learners of this account share."""
    paths: tuple[Path, ...] = ()
    """What goes with it."""
    pid: int | None = None
    """Of a worker that is ended by its process alone: another account's, or one whose learner is not known."""
    engine: Path | None = None
    """The folder of the shared engine that it belongs to; of one that runs it stays."""

    @property
    def option(self) -> str:
        """What removes it: what is a shared engine's is no one learner's."""
        return OPTIONS[self.kind] + (" --everyone" if self.engine else "")


def learners(paths: Paths) -> list[LearnerPaths]:
    """Return all learners of this account that have left something, by the names of their folders."""
    home, hand_ins = paths.data / "learners", paths.hand_ins
    folders = {entry.name for entry in home.iterdir() if _is_learner(entry)} if home.is_dir() else set[str]()
    with contextlib.suppress(OSError):  # none yet, or a shared folder that may not be looked into
        folders |= {entry.name for entry in hand_ins.iterdir() if _is_our_hand_in(entry)}
    anybody = paths.learner("anybody")
    return [
        msgspec.structs.replace(
            anybody,
            name=folder,
            root=home / folder,
            hand_in=paths.hand_ins / folder,
            log=paths.log / f"worker-{folder}.log",
        )
        for folder in sorted(folders)
    ]


def kept(paths: Paths, whose: Sequence[LearnerPaths]) -> list[Kept]:
    """Return what is kept for some learners, and what all of them share; the largest first."""
    found = [*_shared(paths)]
    for learner in whose:
        found += _of(learner)
    return sorted(found, key=lambda one: -one.size)


def of_others(whose: Sequence[LearnerPaths]) -> list[Kept]:
    """Return the workers on this machine that are none of these learners', whatever account they run under.

    Shared engines are left: `class stop` ends those, and their workers with them.
    """
    own = {str(learner.root.absolute()) for learner in whose}
    return [
        Kept("worker", f"worker {each.pid} of {each.user}", round(each.rss_mib * 2**20), pid=each.pid)
        for each in running()
        if each.kind == "worker" and each.folder not in own and Path(each.folder).parent.name == "learners"
    ]


def _is_learner(entry: Path) -> bool:
    return entry.is_dir() and not entry.name.startswith(".")


def _is_our_hand_in(entry: Path) -> bool:
    """Say whether a folder holds a hand-in of this account: learners of others may hand in at the same place."""
    with contextlib.suppress(OSError):
        return _is_learner(entry) and entry.stat().st_uid == os.getuid() and bool(_hand_in(entry))
    return False


def _of(learner: LearnerPaths) -> Iterator[Kept]:
    pid = worker_pid(learner.root)
    if pid is not None:
        yield Kept("worker", f"worker {pid}", resident_bytes(pid), learner)
    loose, bound, why = _pictures(learner)
    if loose:
        yield Kept("pictures", f"{counted(len(loose), 'picture')}, no evidence", _size(*loose), learner, tuple(loose))
    if bound:
        yield Kept("state", f"{counted(len(bound), 'picture')}, {why}", _size(*bound), learner)
    if learner.root.is_dir():
        text = f"notebook, answers and settings{_unfinished([learner.spool])}"
        rest = _size(learner.root) - _size(*loose, *bound)
        yield Kept("state", text, rest, learner, (learner.root,))
    if hand_in := _hand_in(learner.hand_in):
        yield Kept("hand-in", f"hand-in {learner.hand_in}", _size(*hand_in), learner, hand_in)
    logs = tuple(log for log in (learner.log, learner.log.with_suffix(".old.log")) if log.is_file())
    if logs:
        yield Kept("log", "the worker's log", _size(*logs), learner, logs)


def _hand_in(folder: Path) -> tuple[Path, ...]:
    """Return what a learner's hand-ins consist of: the first lesson's, and further lessons' in folders below.

    A folder goes whole, but only its hand-in's files where something else lies there too.
    """
    if not (folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)):  # none, or another account's
        return ()
    written = _written(folder)
    mine = written if any(map(_is_toml, written)) else ()
    for below in sorted(folder.iterdir()):
        if below.is_dir() and not below.is_symlink() and any(_is_toml(file) for file in _written(below)):
            files = _written(below)
            mine += (below,) if len(files) == len(list(below.iterdir())) else files
    if mine and set(mine) == set(folder.iterdir()):
        return (folder,)
    return mine


def _written(folder: Path) -> tuple[Path, ...]:
    files = tuple(file for name in _HAND_IN for file in folder.glob(name) if file.is_file())
    pictures = picture_place(folder, "").parent
    chosen = tuple(pictures.glob("[0-9a-f]" * SHORT + ".png")) if not pictures.is_symlink() else ()
    return files + ((pictures,) if chosen and set(chosen) == set(pictures.iterdir()) else chosen)


def _is_toml(file: Path) -> bool:
    return ".toml" in file.name  # with a report or runs.csv alone a folder may be anybody's


def _shared(paths: Paths) -> Iterator[Kept]:
    models = paths.cache / "models"
    linked = models.is_symlink()  # to a place of somebody's choice: the link is ours, what lies there may not be
    for folder in (paths.cache,) if linked else (models, paths.cache):
        for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
            if entry != models or linked:
                what = "practice model" if entry.name.startswith("small-flux") else "cache"
                yield Kept("cache", f"{what} {entry.name}", _size(entry), paths=(entry,))
    log = paths.log / "workshop-tui.log"
    if log.is_file():
        yield Kept("log", "the program's log", _size(log), paths=(log,))
    engines = paths.data / "engines"
    for folder in sorted(engines.glob("*")):
        if not is_held(folder):
            waiting = _unfinished(sorted(folder.glob("learners/*/spool")))
            text = f"line and pictures of a shared engine, {folder.name}{waiting}"
            yield Kept("state", text, _size(folder), paths=(folder,), engine=folder)
    for log in sorted(paths.log.glob("engine-*.log")):
        folder = engines / log.name.removeprefix("engine-").partition(".")[0]
        if not is_held(folder):
            yield Kept("log", f"the log of a shared engine, {log.name}", _size(log), paths=(log,), engine=folder)
    for entry in sorted((paths.data / "learners").glob(f"{_REMOVING}*")):
        yield Kept("cache", f"left over by a removal that was cut off: {entry.name}", _size(entry), paths=(entry,))


def _unfinished(folders: Sequence[Path]) -> str:
    """Say what waits in spools; empty where nothing does."""
    spools = [Spool(folder) for folder in folders]
    if all(spool.is_empty() for spool in spools):
        return ""
    made = sum(len(spool.run_ids) for spool in spools)
    waiting = sum(len(spool.load_queue()) for spool in spools)
    return f"; {counted(made, 'picture')} not fetched yet, {waiting} in line"


def _pictures(learner: LearnerPaths) -> tuple[list[Path], list[Path], str]:
    """Return the pictures whose runs are no evidence, the others, and why those stay."""
    from workshop_tui.profile.evidence import evidence

    if not learner.pictures.is_dir():
        return [], [], ""
    files = {file.name: file for file in sorted(learner.pictures.iterdir()) if file.is_file()}
    kept_names: set[str] = set()
    known: set[str] = set()
    if learner.notebook.is_file():
        try:
            with open_notebook(learner) as notebook:
                rests = evidence(notebook, lessons_of(notebook))
                runs = notebook.runs()
        except WorkshopError:
            return [], list(files.values()), "which stay because the notebook cannot be read"
        kept_names = {run.picture for run in runs if run.run_id in rests}
        known = {run.picture for run in runs}
    now = time.time()
    loose = [
        file
        for name, file in files.items()
        if name not in kept_names and (name in known or now - file.stat().st_mtime > _FRESH_SECONDS)
    ]
    return loose, [files[name] for name in sorted(kept_names & files.keys())], "evidence in the hand-in"


def check_closed(whose: Sequence[LearnerPaths]) -> None:
    """Refuse to touch the state of a learner whose class is open: what is written there would be lost unseen.

    Raises:
        UserError: Names the process.
    """
    for learner in whose:
        pid = None
        if learner.notebook.is_file():
            with contextlib.suppress(WorkshopError), open_notebook(learner) as notebook:  # damaged: nobody can use it
                pid = notebook.holder()
        if pid is not None:
            raise UserError(
                f"A class of {learner.name} is open in another terminal (process {pid}).",
                "Leave it with q first. Nothing was removed.",
            )


def remove_state(learner: LearnerPaths) -> None:
    """Remove notebook, pictures, spool and presets of a learner whose worker was stopped; at once, by one rename.

    Raises:
        WorkshopError: It cannot be, or the worker has been started again: nothing was removed.
    """
    with _no_worker(learner):
        aside = learner.root.with_name(f"{_REMOVING}{learner.root.name}-{os.getpid()}")
        try:
            learner.root.rename(aside)
        except FileNotFoundError:
            return
        except OSError as error:
            raise cannot_write(learner.root, error) from error
        remove((aside,))


def remove(paths: Sequence[Path]) -> None:
    """Remove files and folders; what is gone already is fine.

    Raises:
        WorkshopError: One cannot be removed.
    """
    for path in paths:
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise WorkshopError(
                f"Cannot remove {error.filename or path}: {error.strerror}.", f"The rest stays; look at {path}"
            ) from error


@contextlib.contextmanager
def _no_worker(learner: LearnerPaths) -> Generator[None]:
    """Hold the lock that a worker takes when it starts, so that none begins in what is being removed."""
    private_folder(learner.socket.parent)
    lock = learner.socket.with_suffix(".lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + _LOCK_SECONDS
        while not _locked(descriptor):
            if time.monotonic() > deadline:
                raise WorkshopError(
                    f"A worker of {learner.name} has been started again; its learner's work was not removed.",
                    "Close what asks for pictures, then try again.",
                )
            time.sleep(0.05)
        yield
        for path in (learner.socket, lock):
            path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _size(*paths: Path) -> int:
    """Return the bytes of files, and of all files below folders; links count as nothing."""
    total = 0
    for path in paths:
        for file in path.rglob("*") if path.is_dir() and not path.is_symlink() else (path,):
            with contextlib.suppress(OSError):
                total += file.stat().st_size if file.is_file() and not file.is_symlink() else 0
    return total
