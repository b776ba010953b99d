"""Commands that are typed: found by their first letters, listed by `help`."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from workshop_tui.app.plain.console import Console
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.paths import LearnerPaths

T = TypeVar("T")

HELP, QUIT = ("help", "h", "?"), ("quit", "q", "exit")


class Back(Exception):
    """Leaves a menu."""


class Left(Exception):
    """Leaves a question, for the menu that it was asked in."""


class Leave(Exception):
    """Leaves the class.

    Args:
        learner: Whose notebook is opened after it.
    """

    def __init__(self, learner: LearnerPaths | None = None) -> None:
        super().__init__()
        self.learner = learner


@dataclass(frozen=True)
class Command:
    """What can be typed."""

    name: str
    does: str
    act: Callable[[str], Awaitable[None]]
    """Called with what stands behind the name."""
    takes: str = ""
    """What may stand there, for the help."""


async def converse(console: Console, where: Callable[[], str], commands: Sequence[Command], enter: Command) -> None:
    """Carry out what is typed, until a command raises `Back`.

    Args:
        console: Where.
        where: Returns what stands before a line.
        commands: What can be typed.
        enter: What an empty line does.

    Raises:
        Leave: The class is left; or there is no further line.
    """
    while True:
        line = await console.ask(f"{where()}> ")
        if line is None:
            raise Leave
        word = line.strip().lower()
        if word in QUIT:
            raise Leave
        try:
            if word in HELP:
                _help(console, commands, enter)
            else:
                command, rest = find(commands, line) if word else (enter, "")
                await command.act(rest)
        except Left:
            continue
        except Back:
            return
        except WorkshopError as error:
            console.complain(str(error), error.exit_code)


def number(text: str, count: int) -> int | None:
    """Return which of so many things a text names by its number, from 0; None where it is no such number."""
    return int(text) - 1 if text.isdecimal() and 1 <= int(text) <= count else None


def pick(things: Sequence[T], text: str, names: Callable[[T], Sequence[str]], what: str) -> int:
    """Return which of several things is named: by its number, one of its names, or the beginning of its last one.

    Args:
        things: In the order in which they are listed.
        text: What was typed.
        names: Returns what one can be called by, in lower case.
        what: `section: sections lists them`, for the error.

    Raises:
        UserError: None is, or several are.
    """
    wanted = text.strip().lower()
    if (place := number(wanted, len(things))) is not None:
        return place
    called = [names(each) for each in things]
    found = [place for place, each in enumerate(called) if wanted in each]
    found = found or [place for place, each in enumerate(called) if wanted and each[-1].startswith(wanted)]
    if len(found) != 1:
        noun, _, how = what.partition(": ")
        raise UserError(f"There is no one {noun} '{text[:40]}'.", f"Give its number: {how}.")
    return found[0]


WORDS = {"{lab.run}": "make", "{lab.blind}": "rate"}
"""What is typed for the actions that texts name by the ids of their keys."""


def with_words(text: str) -> str:
    """Return a text with what is typed in the place of each action that it names."""
    for action, word in WORDS.items():
        text = text.replace(action, word)
    return text


def find(commands: Sequence[Command], line: str) -> tuple[Command, str]:
    """Return the command that a line begins with, and the rest of it.

    Raises:
        UserError: None, or several.
    """
    word, _, rest = line.strip().partition(" ")
    named = [each for each in commands if each.name == word.lower()]
    found = named or [each for each in commands if each.name.startswith(word.lower())]
    if len(found) == 1:
        return found[0], rest.strip()
    if found:
        raise UserError(f"'{word[:40]}' is not enough to tell.", f"It begins {', '.join(each.name for each in found)}.")
    raise UserError(f"'{word[:40]}' is not known here.", "help lists what is.")


def _help(console: Console, commands: Sequence[Command], enter: Command) -> None:
    told = [("Enter", enter.does), *((f"{each.name} {each.takes}".rstrip(), each.does) for each in commands)]
    told.append((QUIT[0], "leaves; everything is kept, and pictures in work go on"))
    width = max(len(name) for name, _ in told)
    console.say("\n".join(f"{name:{width}}  {does}" for name, does in told))
    console.say("A command's first letters are enough.")
