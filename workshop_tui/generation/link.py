"""One connection to an engine, and the start of a learner's worker where none runs."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from workshop_tui import __version__
from workshop_tui.config import VARIABLES, Settled, settle
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.files import private_folder
from workshop_tui.generation import protocol
from workshop_tui.generation.older import OtherVersion, make_way
from workshop_tui.generation.protocol import AnyMessage, Message
from workshop_tui.paths import LearnerPaths, checkout
from workshop_tui.text import plain

START_SECONDS = 30.0
"""A worker's socket stands within this time, also on a busy machine; it imports nothing heavy before."""

ENGINE_SECONDS = 60.0
"""A shared engine that was lost is waited for this long: whoever runs it starts it anew."""

ANEW_SECONDS = 5.0
"""A worker that starts itself anew is back within this time."""

SHARED = "The engine {} is shared: its model is not yours to free."
"""What a learner is told who wants its memory back."""

LARGEST_LOG = 8 * 2**20
"""Bytes; a larger log is put aside when the next worker starts."""


class Link:
    """One connection to an engine, greeted."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, welcome: protocol.Welcome) -> None:
        self._reader = reader
        self._writer = writer
        self.welcome = welcome

    @classmethod
    async def open(cls, socket: Path, learner: str = "", patience: float = protocol.SILENCE_SECONDS) -> Self:
        """Connect and greet.

        Args:
            socket: Where the engine listens.
            learner: Whose pictures; a shared engine asks for it.
            patience: Seconds until an engine that does not greet counts as hung.

        Raises:
            ConnectionError: Nobody listens there.
            WorkshopError: It does not answer, or the socket cannot be used.
            UserError: The engine refuses this client, because it is of another version.
        """
        try:
            reader, writer = await asyncio.open_unix_connection(socket)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise ConnectionRefusedError("no worker runs") from error
        except PermissionError as error:
            raise UserError(
                f"The engine's socket {socket} is not open to you.", "Ask whoever runs it to add you to its group."
            ) from error
        except ConnectionError:
            raise
        except OSError as error:
            raise WorkshopError(
                f"The worker's socket {socket} cannot be used: {error.strerror or error}.", f"Remove it: rm -r {socket}"
            ) from error
        try:
            writer.write(protocol.encode(protocol.Hello(protocol.PROTOCOL, __version__, learner)))
            welcome, _ = await asyncio.wait_for(protocol.read_frame(reader), patience)
            if isinstance(welcome, protocol.Refused):
                raise UserError(welcome.message, welcome.hint)
            if not isinstance(welcome, protocol.Welcome):
                raise OtherVersion
            if welcome.protocol != protocol.PROTOCOL:
                raise OtherVersion(welcome)
            return cls(reader, writer, welcome)
        except BaseException as error:
            writer.close()
            if isinstance(error, TimeoutError):
                raise WorkshopError(
                    f"The worker does not answer within {patience:.0f} s.",
                    "End it, unfinished pictures are kept: workshop-tui worker stop",
                ) from error
            if isinstance(error, protocol.ProtocolError):
                raise OtherVersion from error
            if isinstance(error, OSError) and not isinstance(error, ConnectionError):  # too many callers at once
                raise ConnectionRefusedError("the engine has no room for another connection now") from error
            raise

    async def send(self, message: Message, payload: bytes = b"") -> None:
        """Send one message and what belongs to it.

        Raises:
            ConnectionError: The engine has gone.
            ProtocolError: The message is larger than a frame may be.
        """
        self._writer.write(protocol.encode(message, payload))
        await self._writer.drain()

    async def receive(self) -> tuple[AnyMessage, bytes]:
        """Return the next message and its payload.

        Raises:
            ConnectionError: The engine has gone.
            ProtocolError: It sent what is no message.
        """
        return await protocol.read_frame(self._reader)

    def close(self) -> None:
        """Hang up; the engine goes on."""
        self._writer.close()


async def attach(
    learner: LearnerPaths,
    cache: Path,
    *,
    start: bool = True,
    expected: bool = False,
    say: Callable[[str], None] = lambda _text: None,
) -> Link:
    """Connect to a learner's engine: the shared one that is set, else a worker of their own, started where none runs.

    A worker of an older version makes way first, when its picture in work has ended.

    Args:
        learner: Whose.
        cache: The program's cache folder.
        start: Start one where none runs.
        expected: One that starts itself anew comes by itself; another is started only where it does not.
        say: Told in a sentence what takes long.

    Raises:
        ConnectionError: None runs and `start` is False.
        WorkshopError: It cannot be started, or died at once: the message names its log.
        UserError: It refuses this client.
    """
    if learner.engine:
        return await _attach_shared(learner.engine, learner.name, start, ENGINE_SECONDS if expected else 0.0)
    if not start:
        try:
            return await _open_own_version(learner.socket)
        except OtherVersion as other:
            if not other.welcome or not other.older:
                raise
            await make_way(learner.socket, other.welcome, say)
            raise ConnectionRefusedError("no worker runs") from other
    private_folder(learner.socket.parent)
    began = time.monotonic()
    process: subprocess.Popen[bytes] | None = None
    while True:
        try:
            return await _open_own_version(learner.socket)
        except ConnectionError:
            pass
        except OtherVersion as other:
            if not other.welcome or not other.older:
                raise
            if process is not None:
                raise UserError(
                    "workshop-tui was updated while this one ran.", "Leave it, and start it anew."
                ) from other
            await make_way(learner.socket, other.welcome, say)
            began, expected = time.monotonic(), False
        ended, waited = None if process is None else process.poll(), time.monotonic() - began
        if ended or waited > START_SECONDS:
            why = _last_word(learner.log) if ended else f"nothing answers within {START_SECONDS:.0f} s"
            raise WorkshopError(f"The worker did not start: {why}.", f"Its log: {learner.log}")
        # Exit code 0 means that another one held the lock: it will answer in a moment, or was on its way out.
        if (process is None or ended == 0) and not (expected and waited < ANEW_SECONDS):
            process = await asyncio.to_thread(start_worker, learner, cache)
        await asyncio.sleep(0.05)


def check_socket_folder(socket: Path) -> None:
    """Refuse a socket that somebody else may have put there: whoever answers on it is believed.

    Raises:
        UserError: Its folder is another user's, or open to others.
    """
    if os.path.lexists(socket.parent):
        private_folder(socket.parent)


async def open_own(socket: Path, patience: float = protocol.SILENCE_SECONDS) -> Link:
    """Connect to a learner's own worker, of any version that is understood.

    Raises:
        UserError: The socket's folder is not this user's alone.
        ConnectionError, WorkshopError: As `Link.open` does.
    """
    check_socket_folder(socket)
    return await Link.open(socket, patience=patience)


async def _open_own_version(socket: Path) -> Link:
    """Connect to a learner's own worker of this version.

    Raises:
        OtherVersion: Its program is not this one, also where it speaks the same protocol: an update has replaced the
            files from which it would import what it needs later.
    """
    link = await open_own(socket)
    if link.welcome.program != __version__:
        link.close()
        raise OtherVersion(link.welcome)
    return link


async def open_shared(engine: Path, learner: str = "") -> Link:
    """Connect to a shared engine.

    Raises:
        ConnectionError: None runs there.
        WorkshopError: It does not answer.
        UserError: It refuses this client, or is of another version.
    """
    try:
        return await Link.open(engine, learner)
    except OtherVersion as other:
        raise UserError(
            f"The shared engine {engine} is of another version of workshop-tui.",
            "Whoever runs it ends it where it runs (ctrl+c, or systemctl), and starts it anew.",
        ) from other


async def _attach_shared(engine: Path, learner: str, start: bool, patience: float) -> Link:
    """Connect to a shared engine; one that is expected back is waited for."""
    began = time.monotonic()
    while True:
        try:
            return await open_shared(engine, learner)
        except UserError:
            raise
        except (ConnectionError, WorkshopError) as error:
            if not start and isinstance(error, ConnectionError):
                raise
            if time.monotonic() - began > patience:
                raise WorkshopError(
                    f"The shared engine {engine} does not answer.",
                    "Ask whoever runs it, or take another one: --engine, or `engine` in the configuration.",
                ) from error
        await asyncio.sleep(0.2)


def start_worker(learner: LearnerPaths, cache: Path) -> subprocess.Popen[bytes]:
    """Start a learner's worker in a session of its own, so that it outlives the terminal.

    Blocks for some milliseconds. `subprocess` and not asyncio's own: its transport kills the child when
    the loop closes, and this child shall stay.

    Raises:
        WorkshopError: The process or its log cannot be made.
        UserError: The socket's folder is not this user's alone, or the configuration is wrong.
    """
    private_folder(learner.socket.parent)
    private_folder(learner.root)
    # -P: nothing in the folder that the learner happens to be in can stand in for a module.
    command = [sys.executable, "-P", "-m", *learner.program, "--state", str(learner.root.absolute())]
    command += ["--socket", str(learner.socket), "--cache", str(cache.absolute())]
    settled = settle()
    for option, seconds in settled.worker.items():
        command += [f"--{option}", str(seconds)]
    environment = {**os.environ, **_whole_paths(settled)}
    if root := checkout():  # found there also when it runs from a checkout that is not installed
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), environment.get("PYTHONPATH")]))
    try:
        learner.log.parent.mkdir(parents=True, exist_ok=True)
        if learner.log.exists() and learner.log.stat().st_size > LARGEST_LOG:
            learner.log.replace(learner.log.with_suffix(".old.log"))
        with learner.log.open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                env=environment,
            )
    except OSError as error:
        raise WorkshopError(
            f"The worker cannot be started: {error.strerror} ({error.filename}).", "Check the path and the disk."
        ) from error
    # Whoever looks for the process must not find the zombie that a child stays until its parent has asked for it.
    threading.Thread(target=process.wait, name="worker's end", daemon=True).start()
    return process


def _whole_paths(settled: Settled) -> dict[str, str]:
    """Return the environment's folders so that they mean the same to a worker, which runs in `/`."""
    whole: dict[str, str] = {}
    for name in ("WORKSHOP_TUI_HOME", "HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        value = os.environ.get(name, "~")
        if value[:1] not in ("", "~"):
            whole[name] = str(Path(value).absolute())
    if settled.sources.get("model_folders") == VARIABLES["model_folders"]:
        whole[VARIABLES["model_folders"]] = os.pathsep.join(map(str, settled.config.model_folders))
    return whole


def _last_word(log: Path) -> str:
    """Return the last line of a log, which says why a worker left at once."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4096))
            lines = file.read().decode(errors="replace").split("\n")
    except OSError:
        lines = []
    last = next((line for line in reversed(lines) if line.strip()), "it said nothing")
    return plain(last.partition(" root: ")[2] or last).rstrip(". ")
