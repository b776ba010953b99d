"""The two kinds of failure that a person is told about.

Every message says what happened and where; `hint` says what to do next. Commands print both on
stderr and leave with `exit_code`; the app shows them as a notice. Neither ever shows a traceback.
"""


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
