"""An engine's side of its connections: greeting clients, telling them news, hanging up."""

import asyncio
import contextlib
from collections.abc import Callable

from workshop_tui import __version__
from workshop_tui.generation import protocol
from workshop_tui.generation.protocol import Message

LARGEST_HELLO = 2**16
"""Bytes that are read of somebody who has not said who they are."""

GREETING_SECONDS = 10.0
"""How long a client may take to say who it is."""

MOST_UNREAD = 2 * protocol.LARGEST_PAYLOAD
"""Bytes that wait for a client which does not read, a stopped one say; with more it is cut off."""

FLUSH_SECONDS = 1.0
"""How long the last messages may take to be read when the worker leaves."""


def send(writer: asyncio.StreamWriter, message: Message, payload: bytes = b"") -> None:
    """Send to one client; one that has gone does not mind."""
    with contextlib.suppress(ConnectionError, RuntimeError):
        writer.write(protocol.encode(message, payload))


async def greeted(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, welcome: Callable[[protocol.Hello], protocol.Welcome]
) -> protocol.Hello | None:
    """Greet a client.

    Args:
        reader: The connection.
        writer: Of the same.
        welcome: Returns how to greet whoever says this.

    Returns:
        What it said of itself; None where it is of another version, which it has been told.

    Raises:
        ConnectionError: It has hung up.
        TimeoutError: It says nothing.
        ProtocolError: It sent what is no message.
    """
    said, _ = await asyncio.wait_for(protocol.read_frame(reader, LARGEST_HELLO, 0), GREETING_SECONDS)
    hello = said if isinstance(said, protocol.Hello) else protocol.Hello(0, "")
    send(writer, welcome(hello))
    if hello.protocol == protocol.PROTOCOL:
        return hello
    send(
        writer,
        protocol.Refused(
            f"The worker speaks protocol {protocol.PROTOCOL} (workshop-tui {__version__}).",
            "Stop it, then try again: workshop-tui worker stop",
        ),
    )
    return None


class Clients:
    """Who is greeted and hears the news.

    Args:
        most_unread: Bytes that may wait for one of them.
    """

    def __init__(self, most_unread: int = MOST_UNREAD) -> None:
        self._most_unread = most_unread
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._writers)

    def serving(self) -> None:
        """Remember the calling task, so that `close` waits for it."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def add(self, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)

    def discard(self, writer: asyncio.StreamWriter) -> None:
        self._writers.discard(writer)

    def tell(self, message: Message, payload: bytes = b"") -> None:
        """Send to all; one that does not read is cut off, and finds everything when it comes back."""
        for writer in self._writers:
            if writer.transport.get_write_buffer_size() > self._most_unread:
                writer.transport.abort()
            else:
                send(writer, message, payload)

    async def close(self) -> None:
        """Hang up once everything that was said has been read, or soon anyway.

        A client hangs up itself at the end of what it reads. What it writes until then is still taken: a write that
        fails would lose it what it has not read.
        """
        for writer in self._writers:
            with contextlib.suppress(OSError):  # it has gone
                writer.write_eof()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FLUSH_SECONDS)
        for writer in self._writers:
            writer.close()
