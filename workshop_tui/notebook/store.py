"""The notebook: one SQLite file a learner."""

import contextlib
import os
import socket
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.notebook.database import NotOwnerError as NotOwnerError
from workshop_tui.notebook.entries import CHECK_STATES, TICK_STATES, Check, Observation, Tick, is_own_id
from workshop_tui.notebook.run_table import RunTable
from workshop_tui.text import plain

OWNER_SECONDS = 90.0
"""A terminal that has not been heard of for this long has lost the notebook."""

LONGEST_TEXT = 20_000
"""Characters of one answer or note."""

T = TypeVar("T")


class Notebook(RunTable):
    """One learner's notebook, used by one thread at a time.

    Args:
        path: The SQLite file; made with its folder where missing.
        pictures: Where the runs' pictures go.

    Raises:
        UserError: It is from a newer version, or no notebook.
        WorkshopError: It cannot be read or written.
    """

    def close(self) -> None:
        """Give the notebook up to the next terminal and close the file."""
        if self._token:
            with contextlib.suppress(WorkshopError), self._writing(owned=False) as database:
                database.execute("DELETE FROM owner WHERE token = ?", (self._token,))
        self._database.close()

    # Answers

    def observe(self, lesson: str, observation: Observation) -> None:
        """Keep an answer; an empty one takes it back.

        Raises:
            UserError: It is too long.
        """
        value = _kept("The answer", observation.value)
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
        """Keep one line of the checklist with its ticks.

        Raises:
            UserError: A state is unknown, a text too long, or an own item has no title.
        """
        self.change_check(lesson, check.problem, lambda _: check)

    def change_check(self, lesson: str, problem: str, change: Callable[[Check], Check]) -> None:
        """Change one line of the checklist as it stands by now; nobody else writes meanwhile.

        Raises:
            UserError: A state is unknown, a text too long, or an own item has no title, or was deleted.
        """
        with self._writing() as database:
            check = change(self.checks(lesson).get(problem, Check(problem)))
            if is_own_id(problem) and not check.own:
                raise UserError(f"{problem} is not there any more: it was deleted meanwhile.")
            self._put_check(database, lesson, check)

    def _put_check(self, database: sqlite3.Connection, lesson: str, check: Check) -> None:
        for state, known in [(check.state, CHECK_STATES), *((tick.state, TICK_STATES) for tick in check.ticks)]:
            if state not in known:
                raise UserError(f"'{state}' is no state.", f"Choose one of: {', '.join(known)}.")
        note, title = _kept("The note", check.note), _kept("The title", check.title)
        if check.own and not title.strip():
            raise UserError("The title is empty.", "Write in a few words what it is about.")
        key = (lesson, check.problem)
        ticks = [
            (*key, tick.solution, tick.state, _kept("The note", tick.note), tick.run_id, place)
            for place, tick in enumerate(check.ticks)
        ]
        database.execute(
            "REPLACE INTO checklist VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*key, check.state, note, check.run_id, _now(), check.own, title),
        )
        database.execute("DELETE FROM ticks WHERE lesson = ? AND problem = ?", key)
        database.executemany("INSERT INTO ticks VALUES (?, ?, ?, ?, ?, ?, ?)", ticks)

    def delete_check(self, lesson: str, problem: str) -> None:
        """Forget a line of the checklist, ticks and all."""
        with self._writing() as database:
            for table in ("checklist", "ticks"):
                database.execute(f"DELETE FROM {table} WHERE lesson = ? AND problem = ?", (lesson, problem))

    def checks(self, lesson: str) -> dict[str, Check]:
        """Return the checklist's lines that the learner has touched, and own items, by problem."""
        ticks: dict[str, list[Tick]] = {}
        for row in self._rows(
            "SELECT problem, solution, state, note, run_id FROM ticks WHERE lesson = ? ORDER BY problem, place", lesson
        ):
            ticks.setdefault(row[0], []).append(Tick(*row[1:]))
        rows = self._rows("SELECT problem, state, note, run_id, own, title FROM checklist WHERE lesson = ?", lesson)
        return {row[0]: Check(*row[:4], ticks=tuple(ticks.get(row[0], ())), own=row[4], title=row[5]) for row in rows}

    def set_improvement(self, lesson: str, place: int, text: str) -> None:
        """Keep one of the three areas for improvement, `place` 1 to 3.

        Raises:
            UserError: It is too long, or the place is another.
        """
        if place not in (1, 2, 3):
            raise UserError(f"There is no area for improvement number {place}.", "They are numbered 1 to 3.")
        with self._writing() as database:
            database.execute(
                "REPLACE INTO improvements VALUES (?, ?, ?, ?)", (lesson, place, _kept("The text", text), _now())
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
        text = _kept("The note", text)
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
        with contextlib.suppress(msgspec.MsgspecError, RecursionError):  # of a version that knew other fields
            return msgspec.json.decode(rows[0][0], type=kind)
        return None

    def version(self) -> int:
        """Return a number that changes when another connection, a command say, has written."""
        return self._rows("PRAGMA data_version")[0][0]

    # One terminal writes

    def holder(self) -> int | None:
        """Return the process of the living terminal that holds the notebook, or None where none does."""
        rows = self._rows("SELECT host, pid, seen FROM owner")
        return rows[0][1] if rows and _holds(*rows[0]) else None

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
            if row and row[0] != token and not take_over and _holds(*row[1:]):
                return False
            database.execute("REPLACE INTO owner VALUES (1, ?, ?, ?, ?)", (token, host, os.getpid(), time.time()))
        return True


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _holds(host: Any, pid: Any, seen: Any) -> bool:
    if not isinstance(pid, int) or not isinstance(seen, float):  # in a damaged file they may be anything
        return False
    gone = host == socket.gethostname() and not _lives(pid)
    return not gone and time.time() - seen < OWNER_SECONDS


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # it is another user's
        pass
    return True


def _kept(what: str, text: str) -> str:
    r"""Return a text as it is kept: what could steer a terminal, from which it is read again, as `\xNN`.

    Raises:
        UserError: It is too long, or no UTF-8.
    """
    if len(text) > LONGEST_TEXT:
        raise UserError(f"{what} has {len(text):,} characters; at most {LONGEST_TEXT:,} are kept.", "Shorten it.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UserError(
            f"{what} is not UTF-8 text at character {error.start + 1}.",
            "Set the terminal to UTF-8, then write it again.",
        ) from None
    return plain(text.replace("\r\n", "\n").replace("\r", "\n"), keep_newlines=True)
