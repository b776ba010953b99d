"""`workshop-tui serve`: the class in a browser, for a terminal that cannot show pictures."""

import asyncio
import contextlib
import errno
import importlib.util
import os
import socket
import stat
import sys

import click

from workshop_tui.cli.class_ import DRAWING, open_, setting_of
from workshop_tui.cli.common import say
from workshop_tui.config import load_config
from workshop_tui.errors import UserError
from workshop_tui.paths import LearnerPaths, find_paths
from workshop_tui.scp import browser_port, tunnel_line

LOOPBACK = "127.0.0.1"


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Default: one that is yours by your user id. 0: any that is free."
)
@click.option("--host", default=LOOPBACK, show_default=True, help="No other is taken.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[CLASS OPTIONS]...")
def serve(port: int | None, host: str, options: tuple[str, ...]) -> int:
    """Follow a class in a browser, where the terminal shows pictures badly or not at all.

    Prints the address to open, and where you sit over SSH the line that brings it to your computer. CLASS OPTIONS are
    those of `workshop-tui class open`, a lesson among them. Ends with ctrl+c; everything is saved as you type.

    \b
    workshop-tui serve --schedule "fit 150"
    """
    if importlib.util.find_spec("textual_serve") is None:
        raise UserError(
            "The class in a browser needs textual-serve, which is not installed.",
            "Install it: pip install textual-serve (the extra workshop-tui[serve] has it).",
        )
    if host not in (LOOPBACK, "localhost"):
        raise UserError(
            f"--host: '{host[:80]}' would open your class, with what it may do on this machine, to a whole network.",
            f"It listens at {LOOPBACK} alone; `ssh -L` brings that to another computer.",
        )
    learner = _checked(options)
    _check_output()
    with _listen(browser_port() if port is None else port) as listening:
        _serve(listening, options, learner)
    return 0


def _serve(listening: socket.socket, options: tuple[str, ...], learner: LearnerPaths) -> None:
    from workshop_tui.browser.door import Door
    from workshop_tui.browser.server import ClassServer

    door = Door(listening.getsockname()[1])
    server = ClassServer([sys.executable, "-m", "workshop_tui", "class", "open", *options], door, find_paths().log)
    say(_greeting(door.address, tunnel_line(door.port, learner.root)))
    sys.stdout.flush()
    asyncio.run(server.serve_until_stopped(listening))
    with contextlib.suppress(OSError):  # the terminal may have gone
        say("The browser view has ended. What was written is kept, and pictures in work go on.")


def _greeting(address: str, tunnel: str) -> str:
    over = f"On your own computer, in a terminal that stays open:\n  {tunnel}\nThen open there:" if tunnel else "Open:"
    return (
        f"{over}\n  {address}\n"
        "Whoever has this address has your class: give it to nobody. A new start has a new one. ctrl+c ends it."
    )


def _checked(options: tuple[str, ...]) -> LearnerPaths:
    """Refuse here what the class would refuse in the tab; return whose class it is.

    Raises:
        UserError: A value of `class open` is wrong.
        click.UsageError: So is an option.
    """
    wanted = open_.make_context("class open", list(options)).params
    pictures = {name: wanted.pop(name) for name in DRAWING}["pictures"]
    if wanted.pop("as_lines"):
        raise UserError("--plain: the class as lines is for a terminal.", "Run it there: workshop-tui class --plain")
    if pictures in ("kitty", "sixel"):
        raise UserError(f"--pictures: there are no {pictures} graphics in the browser.", "Choose half or off.")
    return setting_of(load_config(), **wanted).learner


def _check_output() -> None:
    """Refuse to write the token where other users can read it.

    Raises:
        UserError: The output is a file that is open to them.
    """
    found = os.fstat(sys.stdout.fileno())
    if stat.S_ISREG(found.st_mode) and found.st_mode & 0o077:
        raise UserError(
            "The output is a file that other users of this machine may read: the address in it would let them in.",
            "Make it yours alone first: umask 077, and another file name.",
        )


def _listen(port: int) -> socket.socket:
    """Return a socket that listens at a port of this machine's own address: who comes early waits.

    Raises:
        UserError: It is taken, or not a user's to take.
    """
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port))
        listening.listen()
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            why = f"--port: {port} is taken; another program listens there, perhaps a `workshop-tui serve` of yours."
        elif error.errno == errno.EACCES:
            why = f"--port: {port} is for root alone."
        else:
            raise
        raise UserError(why, "Choose another, or any that is free: workshop-tui serve --port 0") from None
    return listening
