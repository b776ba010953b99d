"""The SQLite file under a notebook, and how it is written.

Every write is one immediate transaction: a deferred one fails with 'database is locked' as soon as two
writers meet. The rollback journal serves, not WAL, because homes on GPU boxes are often NFS.
"""

import contextlib
import sqlite3
from collections.abc import Generator
from pathlib import Path
from typing import Any

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.files import cannot_write, private_folder
from workshop_tui.notebook.sqlite_errors import BUSY_SECONDS, explained
from workshop_tui.notebook.tables import SCHEMA, VERSIONS
from workshop_tui.text import plain_start

_OF_SQLITE = (sqlite3.Error, UnicodeDecodeError)


class NotOwnerError(WorkshopError):
    """Another terminal of this learner writes the answers."""


class Database:
    """One file, used by one thread at a time.

    Args:
        path: The SQLite file; made with its folder where missing.

    Raises:
        UserError: It is from a newer version, or no notebook.
        WorkshopError: It cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._token = ""
        """The random name of the terminal that this is, where it has claimed the notebook."""
        private_folder(path.parent)
        try:
            self._database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        except _OF_SQLITE as error:
            raise explained(self.path, error) from error
        try:
            self._database.execute("PRAGMA synchronous = FULL")
            self._upgrade()
            path.chmod(0o600)
        except BaseException as error:
            self._database.close()
            if isinstance(error, _OF_SQLITE):
                raise explained(self.path, error) from error
            if isinstance(error, OSError):
                raise cannot_write(path, error) from error
            raise

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
                            "Another terminal of yours writes the answers now.",
                            "Take over in this one to write here.",
                        )
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
        except UnicodeEncodeError as error:
            raise _no_text(error) from error
        except _OF_SQLITE as error:
            raise explained(self.path, error) from error

    def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return self._database.execute(query, values).fetchall()
        except UnicodeEncodeError as error:
            raise _no_text(error) from error
        except _OF_SQLITE as error:
            raise explained(self.path, error) from error

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


def _no_text(error: UnicodeEncodeError) -> UserError:
    """Return what a person is told of bytes that a terminal of another encoding has sent."""
    wrong = plain_start(error.object[error.start : error.end], 80)
    return UserError(f"'{wrong}' is no UTF-8 text.", "Set the terminal to UTF-8.")
