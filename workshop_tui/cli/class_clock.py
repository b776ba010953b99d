"""`workshop-tui class clock`: the instructor's clock, which learners' apps may follow."""

import asyncio
import time
from pathlib import Path

import click

from workshop_tui.cli.class_serve import find_socket, open_engine, socket_option
from workshop_tui.cli.common import say
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.pace import duration


@click.group()
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
    """Go to a section, by its NUMBER in the lesson, and let the clock run from its beginning."""
    _set(socket, protocol.SetClock(running=True, number=number))


def clock_words(now: protocol.ClassClock) -> str:
    """Return where the class is: `section 3, running, 40 s of it gone`."""
    spent = now.spent(time.time())
    return f"section {now.number}, {'running' if now.running else 'paused'}, {duration(spent)} of it gone"


def _set(socket: Path | None, asked: protocol.SetClock) -> None:
    found = asyncio.run(_ask(find_socket(socket), asked))
    say(f"The class is in {clock_words(found)}.")


async def _ask(socket: Path, asked: protocol.SetClock) -> protocol.ClassClock:
    link = await open_engine(socket)
    asked_at = time.time()
    try:
        await link.send(asked)
        async with asyncio.timeout(protocol.SILENCE_SECONDS):
            while True:
                said, _ = await link.receive()
                # On connecting the clock comes as it was before.
                if isinstance(said, protocol.ClassClock) and said.at >= asked_at and said.running == asked.running:
                    return said
                if isinstance(said, protocol.Refused):
                    raise UserError(said.message, said.hint)
    except (ConnectionError, TimeoutError) as error:
        raise WorkshopError(f"The shared engine {socket} does not answer.") from error
    finally:
        link.close()
