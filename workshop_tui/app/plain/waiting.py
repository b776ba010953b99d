"""Waiting for what takes long: told when asked, stopped when wanted, left alone when there is better to do."""

from collections.abc import Awaitable, Callable

from workshop_tui.app.plain.sitting import Sitting
from workshop_tui.text import plain


async def wait_for(
    sitting: Sitting, *, goes_on: Callable[[], bool], progress: Callable[[], str], stop: Callable[[], Awaitable[None]]
) -> None:
    """Wait until something has ended, or the learner goes on meanwhile.

    Args:
        sitting: Whose.
        goes_on: Tells whether it has not ended; may say what is worth saying by itself.
        progress: Returns how far it is, in a line; said at Enter.
        stop: Stops it.
    """
    console = sitting.console
    if console.is_live and goes_on():
        console.say("Enter says how far it is, stop stops it, on goes on meanwhile.")
    paused = False
    while goes_on() and not console.is_over:
        if sitting.work.activity == "paused" and not paused:
            console.say("The worker is paused: workshop-tui worker resume goes on.")
        paused = sitting.work.activity == "paused"
        sitting.changed.clear()
        if not console.is_live:  # a file's next line is for what comes after it
            await sitting.changed.wait()
            continue
        line = await console.ask("", sitting.changed)
        if line is None:
            continue
        if line.strip().lower() == "stop":
            await stop()
            console.say("It stops: the step that is in work must end first.")
        elif line.strip().lower() == "on":
            return
        elif line.strip():
            console.complain(f"'{plain(line)[:40]}' is not known here: Enter, stop or on.")
        else:
            console.say(progress())
