"""Finished runs that no notebook holds yet, and jobs that are not finished yet, as files that survive any death.

    spool/queue.json             what was accepted and has not ended
    spool/<run id>.source        the picture that a run in the queue refines
    spool/<run id>/run.json      a run that has ended
    spool/<run id>/picture.png   its picture

A run appears by one rename, so that a reader sees all of it or nothing.
"""

import contextlib
import re
import shutil
from collections.abc import Container, Iterator
from pathlib import Path

import msgspec

from workshop_tui.errors import WorkshopError
from workshop_tui.files import cannot_write, write_atomic
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import Run

_RUN_ID = re.compile(r"[0-9a-f]{32}")


class Waiting(msgspec.Struct, frozen=True):
    """An accepted picture that has not ended."""

    item: Item
    job_id: str
    model: str
    device: str
    queued: float
    """Unix time of acceptance, s."""
    attempts: int = 0
    """How often a worker began it; more than one means that a worker died over it."""
    batch: int = 1
    cap: float | None = None
    previews: bool = False


def is_run_id(text: str) -> bool:
    """Tell whether a text is a run id, and so safe as a file name."""
    return _RUN_ID.fullmatch(text) is not None


class Spool:
    """The spool of one learner. Only one worker writes to it at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def _queue_file(self) -> Path:
        return self.folder / "queue.json"

    def is_empty(self) -> bool:
        """Tell whether there is neither unfinished work nor a run that nobody fetched."""
        return not self._queue_file.exists() and next(self._run_folders(), None) is None

    def load_queue(self) -> list[Waiting]:
        """Return what was accepted and has not ended; a damaged file is moved aside and counts as empty.

        Raises:
            WorkshopError: It may not be read.
        """
        try:
            return msgspec.json.decode(self._queue_file.read_bytes(), type=list[Waiting])
        except FileNotFoundError:
            return []
        except (msgspec.MsgspecError, RecursionError):
            with contextlib.suppress(OSError):
                self._queue_file.replace(self._queue_file.with_suffix(".unreadable"))
            return []
        except OSError as error:
            raise WorkshopError(
                f"Cannot read {self._queue_file}: {error.strerror}.", "Check the folder and its permissions."
            ) from error

    def save_queue(self, queue: list[Waiting]) -> None:
        """Write the queue down.

        Raises:
            WorkshopError: The disk is full or the folder cannot be written.
        """
        if queue:
            self._check_home()
            write_atomic(self._queue_file, msgspec.json.encode(queue), mode=0o600)
            return
        try:
            self._queue_file.unlink(missing_ok=True)
        except OSError as error:
            raise cannot_write(self._queue_file, error) from error

    def save_source(self, run_id: str, picture: bytes) -> None:
        """Keep the picture that a run refines.

        Raises:
            WorkshopError: The disk is full or the folder cannot be written.
        """
        self._check_home()
        write_atomic(self._source_file(run_id), picture, mode=0o600)

    def source(self, run_id: str) -> bytes:
        """Return the picture that a run refines; empty where it is gone."""
        try:
            return self._source_file(run_id).read_bytes()
        except OSError:
            return b""

    def forget_sources(self, needed: Container[str]) -> None:
        """Remove the pictures that no run in the queue refines any more."""
        for path in self.folder.glob("*.source"):
            if path.stem not in needed:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _source_file(self, run_id: str) -> Path:
        return self.folder / f"{run_id}.source"

    def holds(self, run_id: str) -> bool:
        """Tell whether a run has ended and is not acknowledged yet."""
        return is_run_id(run_id) and (self.folder / run_id).is_dir()

    def add(self, run: Run, picture: bytes | None) -> None:
        """Store a run that has ended; storing it twice changes nothing.

        Raises:
            WorkshopError: The disk is full or the folder cannot be written; nothing is left behind.
        """
        final = self.folder / run.run_id
        if final.exists():
            return
        self._check_home()
        temporary = self.folder / f".{run.run_id}.tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            if picture is not None:
                write_atomic(temporary / "picture.png", picture, mode=0o600)
            write_atomic(temporary / "run.json", msgspec.json.encode(run), mode=0o600)
            temporary.rename(final)
        except OSError as error:
            raise cannot_write(final, error) from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    @property
    def run_ids(self) -> tuple[str, ...]:
        """The runs that have ended and are not acknowledged, in no order; nothing of them is read."""
        return tuple(folder.name for folder in self._run_folders())

    def runs(self) -> Iterator[tuple[Run, bytes]]:
        """Yield each run with its picture (or b""), oldest first; unreadable ones are moved aside."""
        found: list[tuple[Run, Path]] = []
        for folder in self._run_folders():
            run = None
            try:
                run = msgspec.json.decode((folder / "run.json").read_bytes(), type=Run)
            except (FileNotFoundError, msgspec.MsgspecError, RecursionError):
                pass
            except OSError:  # the next look may do better
                continue
            if run and run.run_id == folder.name:
                found.append((run, folder))
            else:
                with contextlib.suppress(OSError):
                    folder.rename(folder.with_name(f"unreadable-{folder.name}"))
        for run, folder in sorted(found, key=lambda pair: pair[0].started):
            with contextlib.suppress(FileNotFoundError):  # acknowledged meanwhile
                picture = folder / "picture.png"
                yield run, picture.read_bytes() if run.picture else b""

    def remove(self, run_id: str) -> None:
        """Forget a run that is in the notebook."""
        if is_run_id(run_id):
            shutil.rmtree(self.folder / run_id, ignore_errors=True)

    def _check_home(self) -> None:
        # Someone removed the learner's state: made again by the way, it would be open to others and half empty.
        if not self.folder.parent.is_dir():
            raise WorkshopError(f"The folder {self.folder.parent} is gone.", "Start again: it is made anew.")

    def _run_folders(self) -> Iterator[Path]:
        if self.folder.is_dir():
            yield from (entry for entry in self.folder.iterdir() if is_run_id(entry.name))
