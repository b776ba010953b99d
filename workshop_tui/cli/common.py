"""What several commands share: whose notebook, printing, and JSON."""

import contextlib
import os
import re
import sys
import textwrap
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from workshop_tui.errors import UserError
from workshop_tui.paths import LearnerPaths, find_paths
from workshop_tui.text import plain, plain_start

if TYPE_CHECKING:
    from workshop_tui.notebook.store import Notebook

Function = TypeVar("Function", bound=Callable[..., Any])


class WholeLines(click.Group):
    """A group that says of each of its commands the whole first sentence, in as many lines as it takes."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        known = [(name, self.commands[name]) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(sys.maxsize)) for name, command in known])


class UserPath(click.Path):
    """A path that a person types: `~` is a home also where the shell leaves it, as in `--out=~/results`.

    Args:
        checks: As `click.Path` takes them.
    """

    def __init__(self, **checks: bool) -> None:
        super().__init__(path_type=Path, **checks)

    def convert(self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a `Path`; a home that is not there is a usage error."""
        try:
            path = Path(value).expanduser()
        except RuntimeError:  # ~somebody who has no home here
            self.fail(plain(f"'{value}' names a home that is not there; write the whole path."), param, ctx)
        return super().convert(path, param, ctx)


def learner_option(function: Function) -> Function:
    """Add `--learner`."""
    return click.option(
        "--learner", metavar="NAME", help="Whose notebook. Default: $WORKSHOP_TUI_LEARNER, else the login name."
    )(function)


def json_option(function: Function) -> Function:
    """Add `--json`, as the parameter `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object for programs to read.")(function)


def profiles_option(function: Function) -> Function:
    """Add `--profiles`."""
    return click.option(
        "--profiles",
        metavar="DIR",
        help="Where hand-ins go. Default: the configuration's, else profiles/ of a checkout or the data folder.",
    )(function)


def device_option(function: Function) -> Function:
    """Add `--device`; what can be none is refused before a worker is asked, what is not there by the worker."""

    def check(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
        if value and not re.fullmatch(r"cuda(:\d{1,3})?|mps|cpu", value):
            raise UserError(f"--device: '{value[:40]}' is unknown.", "Choose cuda, cuda:N, mps or cpu.")
        return value

    text = "cuda, cuda:N, mps or cpu. Default: the best there is."
    return click.option("--device", default="", metavar="NAME", callback=check, help=text)(function)


def repeats_option(function: Function) -> Function:
    """Add `--repeats`."""
    text = "Make each picture N times, round after round, and compare how long it took; 5 is a good number."
    return click.option("--repeats", type=click.IntRange(min=1), default=1, metavar="N", help=text)(function)


def force_option(function: Function) -> Function:
    """Add `--force`, for a command that writes pictures to `--out`."""
    return click.option("--force", is_flag=True, help="Write --out also where there is such a file; it goes.")(function)


MOST_PICTURES = 10_000
"""That one command makes, repeats included."""


def check_count(count: int, option: str) -> None:
    """Refuse more pictures than one command makes.

    Raises:
        UserError: Names the option that asked for so many.
    """
    if count > MOST_PICTURES:
        raise UserError(f"{option}: {count:,} pictures are too many.", f"At most {MOST_PICTURES:,} at once.")


LONGEST_LINE = 1000
"""Characters of a line about what stands in a stranger's file."""


def say_left_out(why: str) -> None:
    """Tell beside the output why something of a stranger's file is left out."""
    click.echo(f"Left out: {plain_start(why, LONGEST_LINE)}", err=True)


def engine_option(function: Function) -> Function:
    """Add `--engine`."""
    return click.option(
        "--engine", metavar="SOCKET", help="A shared engine's socket, instead of a worker of your own."
    )(function)


def known_learner(name: str | None, profiles: str | None = None) -> LearnerPaths:
    """Return whose notebook a command reads that writes nothing; `profiles` as `find_paths` takes it.

    Raises:
        UserError: One was named who has no notebook: a slip of the finger shall not make one.
    """
    learner = find_paths(profiles).learner(name)
    if name is not None and not learner.notebook.exists():
        raise UserError(
            f"Nothing is there of {plain_start(learner.name, 80)}.", "Who has a notebook: workshop-tui clean"
        )
    return learner


@contextlib.contextmanager
def open_notebook(learner: LearnerPaths) -> Generator["Notebook"]:
    """Open a learner's notebook for one command."""
    from workshop_tui.notebook.store import Notebook  # not for the class, which has to be on the screen first

    notebook = Notebook(learner.notebook, learner.pictures)
    try:
        yield notebook
    finally:
        notebook.close()


def say(text: str) -> None:
    """Print text that may come from a file or from somebody else."""
    click.echo(plain(text, keep_newlines=True))


def say_wrapped(text: str) -> None:
    """Print a sentence in lines of 80 columns."""
    say("\n".join(textwrap.wrap(text, 80, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)))


def say_json(value: Any) -> None:
    """Print one JSON object, structs in it as objects; JSON escapes every control character."""
    import json

    click.echo(json.dumps(value, indent=2, default=msgspec.to_builtins))
