"""The notebook: one SQLite file a learner.

Every write is one immediate transaction: a deferred one fails with 'database is locked' as soon as two
writers meet. The rollback journal serves, not WAL, because homes on GPU boxes are often NFS.
"""

import contextlib
import os
import socket
import sqlite3
import time
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.files import cannot_write, private_folder, write_atomic
from workshop_tui.generation.record import Run
from workshop_tui.notebook.entries import CHECK_STATES, Check, Observation
from workshop_tui.notebook.sqlite_errors import BUSY_SECONDS, explained
from workshop_tui.notebook.tables import SCHEMA, VERSIONS

OWNER_SECONDS = 90.0
"""A terminal that has not been heard of for this long has lost the notebook."""

LONGEST_TEXT = 20_000
"""Characters of one answer or note."""

T = TypeVar("T")


class NotOwnerError(WorkshopError):
    """Another terminal of this learner writes the answers."""


class Notebook:
    """One learner's notebook, used by one thread at a time.

    Args:
        path: The SQLite file; made with its folder where missing.
        pictures: Where the runs' pictures go.

    Raises:
        UserError: It is from a newer version, or no notebook.
        WorkshopError: It cannot be read or written.
    """

    def __init__(self, path: Path, pictures: Path) -> None:
        self.path = path
        self.pictures = pictures
        self._token = ""
        private_folder(path.parent)
        try:
            self._database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise explained(self.path, error) from error
        try:
            self._database.execute("PRAGMA synchronous = FULL")
            self._upgrade()
            path.chmod(0o600)
        except BaseException as error:
            self._database.close()
            if isinstance(error, sqlite3.Error):
                raise explained(self.path, error) from error
            if isinstance(error, OSError):
                raise cannot_write(path, error) from error
            raise

    def close(self) -> None:
        """Give the notebook up to the next terminal and close the file."""
        if self._token:
            with contextlib.suppress(WorkshopError), self._writing(owned=False) as database:
                database.execute("DELETE FROM owner WHERE token = ?", (self._token,))
        self._database.close()

    # Runs

    def add_run(self, run: Run, picture: bytes = b"") -> Run:
        """Write a finished run down, its picture first; adding it again changes nothing.

        Args:
            run: As the worker measured it.
            picture: PNG, or empty.

        Returns:
            The run as stored: `picture` names the file below `pictures`.

        Raises:
            WorkshopError: The disk is full, or a folder cannot be written.
        """
        stored = msgspec.structs.replace(run, picture=f"{run.run_id[:12]}.png" if picture else "")
        file = self.pictures / stored.picture
        if picture and not file.exists():
            write_atomic(file, picture)
        with self._writing(owned=False) as database:
            database.execute(
                "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id) DO NOTHING",
                (
                    run.run_id,
                    run.job_id,
                    run.started,
                    run.origin.lesson,
                    run.origin.exercise,
                    run.origin.sweep,
                    run.outcome,
                    msgspec.json.encode(stored).decode(),
                ),
            )
        return stored

    def runs(self, *, lesson: str | None = None, exercise: str | None = None, sweep: str | None = None) -> list[Run]:
        """Return the runs, oldest first, of one lesson, exercise or sweep where one is named."""
        wanted = {"lesson": lesson, "exercise": exercise, "sweep": sweep}
        named = {column: value for column, value in wanted.items() if value is not None}
        where = " AND ".join(f"{column} = ?" for column in named) or "1"
        rows = self._rows(f"SELECT record FROM runs WHERE {where} ORDER BY started, rowid", *named.values())
        return [self._read_run(row[0]) for row in rows]

    def find_run(self, run_id: str) -> Run:
        """Return the run whose id begins as given.

        Raises:
            UserError: None does, or several do.
        """
        escaped = run_id.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        rows = self._rows("SELECT record FROM runs WHERE run_id LIKE ? ESCAPE '\\' LIMIT 2", f"{escaped}%")
        if len(rows) != 1 or not run_id:
            problem = "Several runs begin" if len(rows) > 1 else "No run begins"
            raise UserError(f"{problem} with '{run_id}'.", "Give more of its id; `profile export` lists all runs.")
        return self._read_run(rows[0][0])

    # Answers

    def observe(self, lesson: str, observation: Observation) -> None:
        """Keep an answer; an empty one takes it back.

        Raises:
            UserError: It is too long.
        """
        value = _fits("The answer", observation.value)
        key = (lesson, observation.exercise, observation.sweep, observation.field)
        with self._writing() as database:
            if value.strip():
                database.execute("REPLACE INTO observations VALUES (?, ?, ?, ?, ?, ?)", (*key, value, _now()))
            else:
                database.execute(
                    "DELETE FROM observations WHERE lesson = ? AND exercise = ? AND sweep = ? AND field = ?", key
                )

    def observations(self, lesson: str) -> list[Observation]:
        """Return a lesson's answers, by exercise, sweep and field."""
        rows = self._rows(
            "SELECT exercise, sweep, field, value FROM observations WHERE lesson = ? ORDER BY exercise, sweep, field",
            lesson,
        )
        return [Observation(*row) for row in rows]

    def set_check(self, lesson: str, check: Check) -> None:
        """Keep the state of one line of the checklist.

        Raises:
            UserError: The state is unknown or the note too long.
        """
        if check.state not in CHECK_STATES:
            raise UserError(f"'{check.state}' is no state.", f"Choose one of: {', '.join(CHECK_STATES)}.")
        note = _fits("The note", check.note)
        with self._writing() as database:
            database.execute(
                "REPLACE INTO checklist VALUES (?, ?, ?, ?, ?, ?)",
                (lesson, check.problem, check.state, note, check.run_id, _now()),
            )

    def checks(self, lesson: str) -> dict[str, Check]:
        """Return the checklist's lines that the learner has touched, by problem."""
        rows = self._rows("SELECT problem, state, note, run_id FROM checklist WHERE lesson = ?", lesson)
        return {row[0]: Check(*row) for row in rows}

    def set_improvement(self, lesson: str, place: int, text: str) -> None:
        """Keep one of the three areas for improvement, `place` 1 to 3.

        Raises:
            UserError: It is too long, or the place is another.
        """
        if place not in (1, 2, 3):
            raise UserError(f"There is no area for improvement number {place}.", "They are numbered 1 to 3.")
        with self._writing() as database:
            database.execute(
                "REPLACE INTO improvements VALUES (?, ?, ?, ?)", (lesson, place, _fits("The text", text), _now())
            )

    def improvements(self, lesson: str) -> dict[int, str]:
        """Return the areas for improvement that are written, by place."""
        rows = self._rows("SELECT place, text FROM improvements WHERE lesson = ? AND trim(text) != ''", lesson)
        return dict(rows)

    def set_note(self, lesson: str, section: str, text: str) -> None:
        """Keep the note on a section or page; an empty one takes it back.

        Raises:
            UserError: It is too long.
        """
        text = _fits("The note", text)
        with self._writing() as database:
            if text.strip():
                database.execute("REPLACE INTO notes VALUES (?, ?, ?, ?)", (lesson, section, text, _now()))
            else:
                database.execute("DELETE FROM notes WHERE lesson = ? AND section = ?", (lesson, section))

    def notes(self, lesson: str) -> dict[str, str]:
        """Return the notes that are written, by section or page."""
        return dict(self._rows("SELECT section, text FROM notes WHERE lesson = ?", lesson))

    # What the program keeps for the learner: the clock, changed sweeps, choices

    def keep(self, key: str, value: Any) -> None:
        """Keep a value under a name: a `msgspec.Struct`, or anything else that JSON can hold."""
        with self._writing() as database:
            database.execute("REPLACE INTO kept VALUES (?, ?)", (key, msgspec.json.encode(value).decode()))

    def kept(self, key: str, kind: type[T]) -> T | None:
        """Return what was kept under a name, or None where there is nothing that is still a `kind`."""
        rows = self._rows("SELECT value FROM kept WHERE key = ?", key)
        if not rows:
            return None
        with contextlib.suppress(msgspec.MsgspecError):  # kept by a version that knew other fields
            return msgspec.json.decode(rows[0][0], type=kind)
        return None

    def version(self) -> int:
        """Return a number that changes when another connection, a command say, has written."""
        return self._rows("PRAGMA data_version")[0][0]

    # One terminal writes

    def claim(self, token: str, *, take_over: bool = False) -> bool:
        """Become the terminal that writes the answers; call it again now and then to stay it.

        Args:
            token: This terminal's own random name.
            take_over: Take it from a terminal that lives.

        Returns:
            False where another living terminal holds it; writing answers then raises `NotOwnerError`.
        """
        self._token = token
        host = socket.gethostname()
        with self._writing(owned=False) as database:
            row = database.execute("SELECT token, host, pid, seen FROM owner").fetchone()
            if row and row[0] != token and not take_over:
                gone = row[1] == host and not _lives(row[2])
                if not gone and time.time() - row[3] < OWNER_SECONDS:
                    return False
            database.execute("REPLACE INTO owner VALUES (1, ?, ?, ?, ?)", (token, host, os.getpid(), time.time()))
        return True

    # Inside

    @contextlib.contextmanager
    def _writing(self, *, owned: bool = True) -> Generator[sqlite3.Connection]:
        """Hold one immediate transaction; with `owned`, only the terminal that claimed the notebook may."""
        try:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                if owned and self._token:
                    row = self._database.execute("SELECT token FROM owner").fetchone()
                    if row is None or row[0] != self._token:
                        raise NotOwnerError(
                            "Another terminal of yours writes the answers now.", "Take over with ctrl+t to write here."
                        )
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise explained(self.path, error) from error

    def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise explained(self.path, error) from error

    def _read_run(self, record: str) -> Run:
        try:
            return msgspec.json.decode(record, type=Run)
        except msgspec.MsgspecError as error:
            raise UserError(
                f"The notebook {self.path} holds a run that cannot be read ({error}).",
                f"Move it aside, pictures stay: mv {self.path} {self.path}.damaged",
            ) from error

    def _upgrade(self) -> None:
        with self._writing(owned=False) as database:
            found = database.execute("PRAGMA user_version").fetchone()[0]
            if found > SCHEMA:
                raise UserError(
                    f"The notebook {self.path} is of version {found}; this program knows {SCHEMA}.",
                    "Update workshop-tui; the notebook was left as it is.",
                )
            for statement in ";".join(VERSIONS[found:]).split(";"):
                if statement.strip():
                    database.execute(statement)
            if found < SCHEMA:
                database.execute(f"PRAGMA user_version = {SCHEMA}")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _fits(what: str, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise UserError(f"{what} has {len(text):,} characters; at most {LONGEST_TEXT:,} are kept.", "Shorten it.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UserError(
            f"{what} is not UTF-8 text at character {error.start + 1}.",
            "Set the terminal to UTF-8, then write it again.",
        ) from None
    return text
