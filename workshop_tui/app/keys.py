"""Keys in the order in which they were pressed: each has had its effect before the next is looked at.

What is pasted comes the same way, and as text: a field would pass escape sequences in it on to the terminal.

Textual hands all keys of one burst (a slow line, a fast typist) to the widget that had the focus when they came in:
after `Enter` into a field the next letters would be taken as commands.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import Any

from textual.app import App
from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump

from workshop_tui.text import plain

LONGEST_SECONDS = 1.0
"""A widget that takes longer is not waited for."""

SLICE_SECONDS = 0.05
"""How often is looked whether the widget is still there."""

ROUNDS = 3
"""How often what a key has set off is waited for: its action, what that posted, and where the focus went."""


class KeysInOrder(App[Any]):
    """An app that takes one key after the other, from when it is told to."""

    _held: list[Event] | None = None
    """Keys that came before; None from then on."""
    _line: deque[Event]
    _taking: asyncio.Task[None] | None = None

    async def on_event(self, event: Event) -> None:
        """Take a key, or put it in line while the one before is at work."""
        if isinstance(event, Paste) and not event.is_forwarded:
            event = Paste(_harmless(event.text))
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._held is not None:
            self._held.append(event)
        elif self._taking and not self._taking.done():
            self._line.append(event)
        else:
            self._line = deque()
            await super().on_event(event)
            if not self._is_text(event):
                self._taking = asyncio.create_task(self._take_the_rest())

    def hold_keys(self) -> None:
        """Keep keys waiting: what they act on is not there yet."""
        self._held = []

    def take_held_keys(self) -> None:
        """Take the keys that waited, and all that come."""
        held, self._held = self._held or [], None
        for event in held:
            self.post_message(event)

    async def _take_the_rest(self) -> None:
        await self._had_its_effect()
        while self._line:
            event = self._line.popleft()
            await super().on_event(event)
            if not self._line or not self._is_text(event):
                await self._had_its_effect()

    def _is_text(self, event: Event) -> bool:
        """Tell whether a key is typed into a field: those stay in order by themselves."""
        if isinstance(event, Key) and not event.is_printable:
            return False
        from textual.widgets import Input, TextArea  # the first paint shows neither

        return isinstance(self.focused, Input | TextArea)

    async def _had_its_effect(self) -> None:
        for _ in range(ROUNDS):
            for pump in (self.focused or self.screen).ancestors_with_self:
                await _has_caught_up(pump)


async def _has_caught_up(pump: MessagePump) -> None:
    """Wait until a widget has handled what it has been sent so far."""
    done = asyncio.Event()
    if not pump.call_later(done.set):
        return
    for _ in range(round(LONGEST_SECONDS / SLICE_SECONDS)):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), SLICE_SECONDS)
        if done.is_set() or not pump.is_attached:
            return


def _harmless(text: str) -> str:
    """Return what a terminal has sent as text that steers none, with one kind of line break and without tabs."""
    return plain("\n".join(text.splitlines()).expandtabs(4), keep_newlines=True)
