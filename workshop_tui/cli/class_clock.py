"""`workshop-tui class clock`: the instructor's clock, which learners' apps may follow."""

import asyncio
import time
from pathlib import Path

import click

from workshop_tui.cli.class_serve import find_socket, socket_option
from workshop_tui.cli.common import WholeLines, say
from workshop_tui.engine import ask
from workshop_tui.generation import protocol


@click.group(cls=WholeLines)
def clock() -> None:
    """Set the clock of a class that shares an engine; learners' apps follow it if they wish.

    \b
    workshop-tui class clock section 3
    workshop-tui class clock pause
    """


@clock.command()
@socket_option
def start(socket: Path | None) -> None:
    """Let the clock run, from section 1 where it was never set."""
    _set(socket, protocol.SetClock(running=True))


@clock.command()
@socket_option
def pause(socket: Path | None) -> None:
    """Stop the clock where it is."""
    _set(socket, protocol.SetClock(running=False))


@clock.command()
@click.argument("number", type=click.IntRange(min=1))
@socket_option
def section(number: int, socket: Path | None) -> None:
    """Go to a section, by its NUMBER in the lesson, and let the clock run from its beginning.

    The shared engine knows no lesson: where a learner's has fewer sections, their clock stays and their app says so.
    """
    _set(socket, protocol.SetClock(running=True, number=number))


def _set(socket: Path | None, asked: protocol.SetClock) -> None:
    found = asyncio.run(_ask(find_socket(socket), asked))
    say(f"The class is in {found.words(time.time())}.")


async def _ask(socket: Path, asked: protocol.SetClock) -> protocol.ClassClock:
    link = await ask.open_engine(socket)
    try:
        return await ask.set_clock(link, asked)
    finally:
        link.close()
