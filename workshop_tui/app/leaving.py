"""Leaving in order, also when the terminal goes, or somebody ends the program. No Textual here."""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import TYPE_CHECKING

from workshop_tui.app.book import Work
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.desk import Desk

LEAVE_SECONDS = 3.0
"""How long a terminal that has gone may hold up leaving."""


def leave_on_signals(leave: Callable[[int], Awaitable[None]]) -> None:
    """Have a dropped connection (SIGHUP) and SIGTERM write everything down first.

    On SIGHUP Textual would die without a word, and writing to a terminal that has gone can block the loop for ever: a
    thread ends the process then.

    Args:
        leave: Called on the running loop with the signal's number; after SIGHUP the process ends when it returns.
    """
    loop = asyncio.get_running_loop()

    async def leave_on(number: int) -> None:
        await leave(number)
        if number == signal.SIGHUP:
            os._exit(128 + number)

    def handle(number: int, _frame: FrameType | None) -> None:
        # Runs between two instructions of the loop, whatever that is doing.
        watchdog = threading.Timer(LEAVE_SECONDS, os._exit, (128 + number,))
        watchdog.daemon = True
        watchdog.start()
        asyncio.run_coroutine_threadsafe(leave_on(number), loop)

    for name in (signal.SIGHUP, signal.SIGTERM):
        with contextlib.suppress(ValueError):  # not on the main thread
            signal.signal(name, handle)


NOT_SAVED = "The last of what you wrote could not be saved. workshop-tui doctor looks at disk and folders.\n"


def farewell(desk: "Desk", work: Work, how: Callable[[], str]) -> str:
    """Return what is said last: what goes on without the learner, and where the hand-in lies.

    Args:
        desk: The learner's, closed or not.
        work: What the worker does.
        how: Returns how paused pictures go on, `h in the Lab`; asked where some are.
    """
    waiting = desk.pictures.count_in_line()
    pictures = "picture continues" if waiting == 1 else f"{waiting} pictures continue"
    goes_on = f"Your {pictures}; run workshop-tui to return.\n" if waiting else ""
    if waiting and work.activity == "lost":
        goes_on = f"{waiting} of your pictures wait for a worker; run workshop-tui to go on with them.\n"
    if waiting and (work.pausing or work.activity == "paused"):
        goes_on = f"{waiting} of your pictures wait, paused: {how()} goes on.\n"
    return f"{goes_on}Hand-in: {plain(str(desk.hand_in.folder))}"
