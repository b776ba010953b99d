"""Writes the hand-in after changes, at most once in a while."""

import asyncio
from collections.abc import Awaitable, Callable

from workshop_tui.errors import WorkshopError

WRITE_SECONDS = 1.0
"""The hand-in is written at most this often."""


class HandInWriter:
    """Turns many changes into few writes; the last change is always written.

    Args:
        write: Brings the files up to date; returns sentences for the learner.
        on_notice: Called with each of them.
        on_error: Called where the files could not be written.
    """

    def __init__(
        self,
        write: Callable[[], Awaitable[list[str]]],
        on_notice: Callable[[str], None],
        on_error: Callable[[WorkshopError], None],
    ) -> None:
        self._write = write
        self._on_notice = on_notice
        self._on_error = on_error
        self._unwritten = False
        self._writing: asyncio.Task[None] | None = None

    def changed(self) -> None:
        """Write soon."""
        self._unwritten = True
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._after_a_while())

    async def close(self) -> None:
        """Write now, for the last time."""
        if self._writing:
            self._writing.cancel()
        await self._now()

    async def _after_a_while(self) -> None:
        while self._unwritten:
            self._unwritten = False
            await asyncio.sleep(WRITE_SECONDS)
            await self._now()

    async def _now(self) -> None:
        try:
            for notice in await self._write():
                self._on_notice(notice)
        except WorkshopError as error:
            self._on_error(error)
