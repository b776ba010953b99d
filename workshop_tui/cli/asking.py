"""Asking before something is removed, and the lessons that say what must not be."""

import sys

import click

from workshop_tui.errors import UserError
from workshop_tui.lesson.loader import open_lesson
from workshop_tui.lesson.model import Lesson
from workshop_tui.notebook.store import Notebook
from workshop_tui.text import plain


def ask_first(question: str, yes: bool) -> None:
    """Go on only where the person agrees.

    Args:
        question: What will be done.
        yes: It was agreed to on the command line.

    Raises:
        UserError: Nobody is there to be asked.
        click.Abort: The answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UserError("Nobody can be asked here: input is no terminal.", "Give --yes to agree beforehand.")
    click.confirm(plain(question), abort=True, err=True)  # stdout may be a program's to read


def lessons_of(notebook: Notebook) -> dict[str, Lesson | None]:
    """Return the lessons of a notebook's runs by id; None for one that is not on this machine any more."""
    found: dict[str, Lesson | None] = {}
    for name in {run.origin.lesson for run in notebook.runs()} - {""}:
        try:
            found[name] = open_lesson(name)
        except UserError:
            found[name] = None
    return found
