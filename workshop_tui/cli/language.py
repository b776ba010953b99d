"""In which language a lesson is read: `--lang`, else what the configuration says, else as it was written."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from workshop_tui.config import load_config
from workshop_tui.lesson.languages import checked_language

Function = TypeVar("Function", bound=Callable[..., Any])


def lang_option(function: Function) -> Function:
    """Add `--lang`."""
    return click.option(
        "--lang",
        metavar="TAG",
        help="The lesson's language where it is translated, such as de. Default: the configuration's, "
        "$WORKSHOP_TUI_LANG, else as it was written.",
    )(function)


def wanted_language(given: str | None) -> str | None:
    """Return the language to read in; None for the lesson as it was written, which `--lang ""` asks for.

    Raises:
        UserError: It is no language.
    """
    if given is not None:
        return checked_language(given, "--lang") if given.strip() else None
    lang = load_config().lang
    return checked_language(lang, "lang in the configuration") if lang else None
