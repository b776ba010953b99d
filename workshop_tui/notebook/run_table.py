"""The notebook's runs and their pictures."""

from collections.abc import Collection
from pathlib import Path

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.files import write_atomic
from workshop_tui.generation.record import Run
from workshop_tui.generation.spool import is_run_id
from workshop_tui.notebook.database import Database
from workshop_tui.notebook.sqlite_errors import move_aside
from workshop_tui.text import plain, plain_start

SHORT = 12
"""Digits of a run's id that name its picture, and that people are shown."""

_MOST_CANDIDATES = 6


class RunTable(Database):
    """The runs of a notebook.

    Args:
        path: The SQLite file.
        pictures: Where the runs' pictures go.
    """

    def __init__(self, path: Path, pictures: Path) -> None:
        self.pictures = pictures
        super().__init__(path)

    def add_run(self, run: Run, picture: bytes = b"") -> Run:
        """Write a finished run down, its picture first; adding it again changes nothing.

        Args:
            run: As the worker measured it.
            picture: PNG, or empty; a try's is not kept.

        Returns:
            The run as stored: `picture` names the file below `pictures`.

        Raises:
            UserError: Its id is none: an engine sent it, and its picture's file is named after it.
            WorkshopError: The disk is full, or a folder cannot be written.
        """
        if not is_run_id(run.run_id):
            raise UserError(f"'{plain_start(run.run_id, 40)}' is no run's id.", "Ask whoever runs the engine.")
        picture = b"" if run.origin.is_try else picture
        stored = msgspec.structs.replace(run, picture=f"{run.run_id[:SHORT]}.png" if picture else "")
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
        rows = self._rows(
            "SELECT run_id, record FROM runs WHERE run_id LIKE ? ESCAPE '\\' ORDER BY started DESC LIMIT ?",
            f"{escaped}%",
            _MOST_CANDIDATES + 1,
        )
        if not rows:
            raise UserError(f"No run begins with '{run_id}'.", "`workshop-tui runs list` lists all runs.")
        if len(rows) > 1 or not run_id:
            shown = [row[0][: max(SHORT, len(run_id) + 4)] for row in rows[:_MOST_CANDIDATES]]
            more = ", and more" if len(rows) > _MOST_CANDIDATES else ""
            raise UserError(
                f"Several runs begin with '{run_id}': {', '.join(shown)}{more}.",
                "Give more of its id; `workshop-tui runs list` lists all runs.",
            )
        return self._read_run(rows[0][1])

    def remove_runs(self, run_ids: Collection[str]) -> None:
        """Forget runs, all or none of them; what cites one in a checklist cites none afterwards. Pictures stay."""
        marks = ", ".join("?" * len(run_ids))
        with self._writing(owned=False) as database:
            database.execute(f"DELETE FROM runs WHERE run_id IN ({marks})", tuple(run_ids))
            for table in ("checklist", "ticks"):
                database.execute(f"UPDATE {table} SET run_id = '' WHERE run_id IN ({marks})", tuple(run_ids))

    def citations(self) -> list[tuple[str, str, str]]:
        """Return lesson, problem and run of each checklist line or tick that cites a run, of all lessons."""
        rows = self._rows(
            "SELECT lesson, problem, run_id FROM checklist WHERE run_id != '' UNION "
            "SELECT lesson, problem, run_id FROM ticks WHERE run_id != '' ORDER BY lesson, problem, run_id"
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def _read_run(self, record: str) -> Run:
        try:
            return msgspec.json.decode(record, type=Run)
        except (msgspec.MsgspecError, RecursionError, TypeError) as error:  # in a damaged file it may be no text
            raise UserError(
                f"The notebook {self.path} holds a run that cannot be read ({plain(str(error))}).",
                move_aside(self.path),
            ) from error
