"""What the commands around a hand-in share: which lesson, whose notebook, and the files kept up to date."""

import contextlib
import difflib
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from workshop_tui.cli.common import known_learner, learner_option, open_notebook, profiles_option
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.lesson.last import last_lesson
from workshop_tui.lesson.loader import DEFAULT_LESSON, open_lesson
from workshop_tui.lesson.model import Lesson
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import LearnerPaths, find_paths
from workshop_tui.profile.gather import update_hand_in
from workshop_tui.profile.place import hand_in_place
from workshop_tui.text import BYTE_ORDER_MARK, plain

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Work:
    """One learner's work on one lesson, opened for one command."""

    lesson: Lesson
    learner: LearnerPaths
    notebook: Notebook

    @property
    def folder(self) -> Path:
        """Where this lesson's hand-in lies."""
        return hand_in_place(self.learner.hand_in, self.lesson.id)

    def hand_in(self) -> None:
        """Write the hand-in as the notebook has it now, and say what was moved aside.

        Raises:
            WorkshopError: It cannot be written; what was asked for is in the notebook all the same.
        """
        try:
            notices = update_hand_in(self.notebook, self.lesson, self.learner, datetime.now(UTC))
        except WorkshopError as error:
            error.message += " The notebook has the change; only the hand-in is not up to date."
            raise
        for notice in notices:
            click.echo(plain(notice), err=True)


def work_options(function: Function) -> Function:
    """Add `--lesson`, `--learner` and `--profiles`."""
    lesson = click.option(
        "--lesson",
        metavar="ID",
        help=f"Which lesson. Default: the one of your last class, else {DEFAULT_LESSON}.",
    )
    return lesson(learner_option(profiles_option(function)))


@contextlib.contextmanager
def open_work(lesson: str | None, learner: str | None, profiles: str | None, *, reads: bool = False) -> Generator[Work]:
    """Open a learner's work on a lesson.

    Args:
        lesson: An id or a folder; None for the last class's, else `DEFAULT_LESSON`.
        learner: Whose; None for the default.
        profiles: Where hand-ins go; None for the default.
        reads: Nothing is going to be written: a learner who is named must be there.

    Raises:
        UserError: There is no such lesson or learner, or the notebook is refused.
        WorkshopError: The notebook cannot be opened.
    """
    mine = known_learner(learner, profiles) if reads else find_paths(profiles).learner(learner)
    opened = open_lesson(lesson) if lesson is not None else last_lesson(mine.root)
    with open_notebook(mine) as notebook:
        yield Work(opened, mine, notebook)


def stdin_text(longest: int) -> str:
    """Return what stands on stdin, without the line break at its end.

    Args:
        longest: Characters; what is longer than this is not read to its end.

    Raises:
        UserError: It is not UTF-8.
    """
    data = sys.stdin.buffer.read(4 * (longest + 2))
    try:
        return data.decode().removeprefix(BYTE_ORDER_MARK).rstrip("\r\n")
    except UnicodeDecodeError as error:
        is_rest = len(data) - error.start < 4 and error.reason == "unexpected end of data"
        if is_rest and len(data) == 4 * (longest + 2):  # cut off here, in the middle of a letter
            return data[: error.start].decode()
        raise UserError(f"stdin is not UTF-8 text at byte {error.start + 1}.", "Convert it first.") from None


def unknown_name(what: str, name: str, known: list[str]) -> UserError:
    """Return the error for a name that is not in a lesson, with the one that may be meant."""
    near = difflib.get_close_matches(name.lower(), known, n=1)
    guess = f"Did you mean '{near[0]}'? " if near else ""
    return UserError(f"There is no {what} '{name}' here.", f"{guess}Known: {', '.join(known) or 'none'}.")
