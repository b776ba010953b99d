"""The worker, and the places where it meets the learner's work."""

import asyncio
import sqlite3
from contextlib import closing

from workshop_tui.doctor.disk import unwritable
from workshop_tui.doctor.finding import Check, Finding, Place, fail, ok
from workshop_tui.errors import WorkshopError
from workshop_tui.files import private_folder
from workshop_tui.generation.link import Link, open_own
from workshop_tui.generation.worker_pid import worker_pid
from workshop_tui.notebook.sqlite_errors import explained, move_aside
from workshop_tui.notebook.tables import SCHEMA

_GREETING_SECONDS = 3.0
"""Less than the doctor's patience; imports can hold a worker's interpreter for seconds."""


def _worker(place: Place) -> Finding:
    mine = place.mine
    pid = None if mine.engine else worker_pid(mine.root)
    try:
        welcome = asyncio.run(_greet(place))
    except ConnectionError:
        if mine.engine:
            return fail(f"the shared engine {mine.engine} does not run.", "Ask whoever keeps it, or unset `engine`.")
        return ok("not running; it starts when pictures are asked for")
    except WorkshopError as error:
        return fail(f"worker {pid or ''}: {error.message}".replace(" :", ":"), error.hint)
    return ok(f"{'the shared engine' if mine.engine else f'worker {pid}'} runs and answers: {welcome}")


async def _greet(place: Place) -> str:
    mine = place.mine
    if mine.engine:
        link = await Link.open(mine.engine, mine.name, _GREETING_SECONDS)
    else:
        link = await open_own(mine.socket, _GREETING_SECONDS)
    state = link.welcome.state
    link.close()
    return f"{state.activity}, {state.model or 'no model'} loaded"


def _socket_folder(place: Place) -> Finding:
    folder = place.mine.socket.parent
    if not folder.exists() and not folder.is_symlink():
        return ok(f"made when it is needed; {folder}")
    private_folder(folder)
    return ok(f"yours alone; {folder}")


def _notebook(place: Place) -> Finding:
    path = place.mine.notebook
    if not path.exists():
        return ok(f"none yet; {path}")
    private_folder(path.parent)
    try:
        # Without `c` nothing is made; a write that was cut off is rolled back here as by any other reader.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=2)) as database:
            [version] = database.execute("PRAGMA user_version").fetchone()
            [state] = database.execute("PRAGMA quick_check(1)").fetchone()
            if version > SCHEMA:
                return fail(
                    f"it is of version {version}; this program knows {SCHEMA}; {path}",
                    "Update workshop-tui; the notebook was left as it is.",
                )
            if state != "ok":
                return fail(f"it is damaged ({state}); {path}", move_aside(path))
            [runs] = database.execute("SELECT count(*) FROM runs").fetchone() if version else [0]
    except sqlite3.Error as error:
        raise explained(path, error) from error
    return ok(f"opens, {runs} run{'' if runs == 1 else 's'} in it; {path}")


def _hand_in(place: Place) -> Finding:
    folder = place.mine.hand_in
    reason = unwritable(folder)
    if reason:
        return fail(f"{reason}.", "Choose another: WORKSHOP_TUI_PROFILES, --profiles, or `hand_in_folder`.")
    return ok(f"writable; {folder}" if folder.exists() else f"made with the first answer; {folder}")


CHECKS = (
    Check("worker", "worker", "worker", _worker, needs_paths=True),
    Check("socket", "worker", "socket's folder", _socket_folder, needs_paths=True),
    Check("notebook", "worker", "notebook", _notebook, needs_paths=True),
    Check("hand-in", "worker", "hand-in folder", _hand_in, needs_paths=True),
)
