"""Finished pictures that answer an equal request of another learner: a class asks for the same ones all the time."""

import contextlib
import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from workshop_tui.errors import WorkshopError
from workshop_tui.files import write_atomic
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.spool import Waiting

MOST = 500
"""Pictures that are kept; the oldest goes first."""

Key = tuple[Settings, str, str, int]


def key_of(waiting: Waiting) -> Key | None:
    """Return what makes two requests equal; None where a run is its learner's alone."""
    item = waiting.item
    if item.rework or waiting.cap is not None or item.origin.is_try or item.origin.model:
        return None
    return item.settings, waiting.model, waiting.device, waiting.batch


class Shares:
    """What was made since the engine started. A picture is given to each other learner once: repeats stay repeats.

    Args:
        folder: Keeps the pictures; what an earlier engine left there is removed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        self._runs: dict[str, tuple[Key, Run]] = {}
        self._by_key: dict[Key, list[str]] = {}
        self._given: dict[str, set[str]] = {}
        """Who has each run."""

    def __len__(self) -> int:
        return len(self._runs)

    def keep(self, waiting: Waiting, run: Run, picture: bytes, learner: str) -> None:
        """Keep a run that was made for a learner, where others may ask for the same; a full disk keeps none."""
        key = key_of(waiting)
        if key is None or run.outcome != "ok" or not picture:
            return
        name = uuid.uuid4().hex  # run ids are the learners' own choice
        try:
            write_atomic(self._file(name), picture, mode=0o600)
        except WorkshopError:
            return
        self._runs[name] = key, run
        self._by_key.setdefault(key, []).append(name)
        self._given[name] = {learner}
        while len(self._runs) > MOST:
            self._forget(next(iter(self._runs)))

    def find(self, waiting: Waiting, learner: str) -> tuple[Run, bytes] | None:
        """Return the answer to a request of a learner from what was made for others; None where there is none."""
        key = key_of(waiting)
        for name in tuple(self._by_key.get(key, ())) if key else ():
            if learner not in self._given[name]:
                with contextlib.suppress(OSError):
                    picture = self._file(name).read_bytes()
                    self._given[name].add(learner)
                    return shared(self._runs[name][1], waiting), picture
                self._forget(name)
        return None

    def _forget(self, name: str) -> None:
        key, _ = self._runs.pop(name)
        self._by_key[key].remove(name)
        if not self._by_key[key]:
            del self._by_key[key]
        del self._given[name]
        with contextlib.suppress(OSError):
            self._file(name).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.png"


def shared(run: Run, waiting: Waiting) -> Run:
    """Return another learner's run as the answer to a request: the measurement stays, whose it was does not."""
    now = datetime.now(UTC)
    queue = max(0.0, now.timestamp() - waiting.queued)
    return msgspec.structs.replace(
        run,
        run_id=waiting.item.run_id,
        job_id=waiting.job_id,
        origin=waiting.item.origin,
        started=now.isoformat(timespec="milliseconds"),
        seconds=msgspec.structs.replace(run.seconds, queue=queue),
        shared=True,
    )
