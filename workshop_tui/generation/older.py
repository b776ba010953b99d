"""A worker that an update left running: it makes way for one of this version, and nothing of its work is lost."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from workshop_tui import __version__
from workshop_tui.errors import UserError
from workshop_tui.generation import protocol

LOOK_SECONDS = 1.0
"""Between two looks at whether its picture is done."""

LEAVING_SECONDS = 10.0
"""How long it may take to leave."""


class OtherVersion(UserError):
    """An engine speaks another protocol.

    Args:
        welcome: How it greeted; None where that could not be read.
    """

    def __init__(self, welcome: protocol.Welcome | None = None) -> None:
        super().__init__(
            "A worker of another version of workshop-tui is running.",
            "End it, then try again, its work is kept: workshop-tui worker stop",
        )
        self.welcome = welcome

    @property
    def older(self) -> bool:
        """Whether this program takes its work over: it speaks an older protocol, or the same as another program."""
        return self.welcome is not None and self.welcome.protocol <= protocol.PROTOCOL


async def make_way(socket: Path, welcome: protocol.Welcome, say: Callable[[str], None]) -> None:
    """End an older worker when the picture in its work, if one is, has ended. It keeps what waits on disk.

    Args:
        socket: Where it listens.
        welcome: How it greeted.
        say: Told in one sentence what happens.
    """
    first = welcome.state.waiting[:1]
    name = f"A worker of another workshop-tui ({welcome.program}) is running"
    if welcome.state.activity == "working":
        say(f"{name}: its picture is finished first. To end it now: workshop-tui worker stop")
    else:
        say(f"{name}: it is ended, and a new one goes on with its work.")
    state = welcome.state
    with contextlib.suppress(ConnectionError, TimeoutError, protocol.ProtocolError, OSError):
        while state.activity == "working" and state.waiting[:1] == first:
            await asyncio.sleep(LOOK_SECONDS)
            state = await _ask(socket, welcome.protocol, stop=False)
        await _ask(socket, welcome.protocol, stop=True)
        async with asyncio.timeout(LEAVING_SECONDS):
            while True:  # until nobody listens any more
                await asyncio.sleep(0.05)
                await _ask(socket, welcome.protocol, stop=False)


async def _ask(socket: Path, version: int, *, stop: bool) -> protocol.State:
    """Greet a worker in its own protocol, and tell it to leave; these messages are the same in all of them."""
    reader, writer = await asyncio.open_unix_connection(socket)
    try:
        writer.write(protocol.encode(protocol.Hello(version, __version__)))
        message, _ = await asyncio.wait_for(protocol.read_frame(reader), protocol.SILENCE_SECONDS)
        if not isinstance(message, protocol.Welcome):
            raise ConnectionResetError("no greeting")
        if stop:
            writer.write(protocol.encode(protocol.Stop()))
            async with asyncio.timeout(LEAVING_SECONDS):
                # It first sends what nobody has fetched; to one that hangs up meanwhile it does not listen any more.
                while await reader.read(2**20):
                    pass
        return message.state
    finally:
        writer.close()
