"""What is asked of a shared engine beside pictures: the class as it stands, its clock, and its end."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.link import Link, open_shared
from workshop_tui.generation.protocol import Message

LEAVING_SECONDS = 15.0
"""How long an engine that shall end at once may take."""

Answer = TypeVar("Answer", bound=Message)


async def open_engine(socket: Path, learner: str = "") -> Link:
    """Connect to a shared engine.

    Raises:
        UserError: None answers there.
    """
    try:
        return await open_shared(socket, learner)
    except ConnectionError as error:
        raise UserError(
            f"No shared engine answers at {socket}.", "Start one: workshop-tui class serve; or name it: --socket PATH"
        ) from error


async def board(link: Link, on_clock: Callable[[protocol.ClassClock], None] = lambda _: None) -> protocol.Board:
    """Return the class as it stands.

    Args:
        link: To the engine.
        on_clock: Called with the class's clock, where the engine has told it meanwhile.

    Raises:
        UserError: The engine shows it to others only.
        WorkshopError: It does not answer.
    """
    return await _answer(link, protocol.AskBoard(), protocol.Board, on_clock)


async def set_clock(link: Link, asked: protocol.SetClock) -> protocol.ClassClock:
    """Set the class's clock.

    Raises:
        UserError: The engine takes it from others only, or there is no such section.
        WorkshopError: It does not answer.
    """
    # On connecting the clock comes as it was before; behind a state there is only the one that is set now.
    await _answer(link, protocol.Ask(), protocol.State)
    return await _answer(link, asked, protocol.ClassClock)


async def end(link: Link, *, now: bool, on_wait: Callable[[], None] = lambda: None) -> None:
    """End a shared engine, and return when it has gone.

    Args:
        link: To it.
        now: Do not wait for the pictures in the making.
        on_wait: Called once where it waits for some.

    Raises:
        UserError: It is not yours to end.
        WorkshopError: It does not end.
    """
    try:
        await link.send(protocol.Stop(now))
        if not now:
            await link.send(protocol.Ask())
        told = now
        async with asyncio.timeout(LEAVING_SECONDS if now else None):
            while True:
                said = (await link.receive())[0]
                _refuse(said)
                if not told and isinstance(said, protocol.State) and said.engine_activity == "working":
                    told = True
                    on_wait()
    except ConnectionError:
        pass  # it has gone
    except TimeoutError as error:
        raise WorkshopError(f"The shared engine does not end within {LEAVING_SECONDS:.0f} s.") from error


async def _answer(
    link: Link,
    asked: Message,
    kind: type[Answer],
    on_clock: Callable[[protocol.ClassClock], None] = lambda _: None,
) -> Answer:
    try:
        await link.send(asked)
        async with asyncio.timeout(protocol.SILENCE_SECONDS):
            while not isinstance(said := (await link.receive())[0], kind):
                _refuse(said)
                if isinstance(said, protocol.ClassClock):
                    on_clock(said)
            return said
    except (ConnectionError, TimeoutError) as error:
        raise WorkshopError("The shared engine does not answer.", "See it: workshop-tui class status") from error


def _refuse(said: protocol.AnyMessage) -> None:
    if isinstance(said, protocol.Refused):
        raise UserError(said.message, said.hint)
