"""The two kinds of failure that a person is told about.

Every message says what happened and where; `hint` says what to do next. Commands print both on
stderr and leave with `exit_code`; the app shows them as a notice. Neither ever shows a traceback.
"""

from pathlib import Path


class WorkshopError(Exception):
    """Something that went wrong on this side: a full disk, a lost worker.

    Args:
        message: What happened and where (file, key, value), in one sentence.
        hint: What the person can do about it, or an empty string.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class UserError(WorkshopError):
    """Something that the person asked for and that cannot be done as asked."""

    exit_code = 2


def log_defect(folder: Path) -> Path:
    """Append the traceback of the exception that is being handled to `workshop-tui.log`.

    Args:
        folder: Where logs lie; made where it is missing.

    Returns:
        The log's path, also where it could not be written.
    """
    import contextlib
    import datetime
    import traceback

    path = folder / "workshop-tui.log"
    now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{now}\n{traceback.format_exc()}\n")
    return path
