"""A worker's process, from its arguments to its last word: that of one learner, and the one that drives a cluster.

The socket stands before anything heavy is imported, so that a client is answered at once.
"""

import argparse
import asyncio
import contextlib
import fcntl
import logging
import math
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from workshop_tui.errors import WorkshopError
from workshop_tui.files import private_folder
from workshop_tui.generation.worker_pid import NAME, WorkerFile, write_worker_file
from workshop_tui.worker.cap import lift_cap
from workshop_tui.worker.crew import Makers
from workshop_tui.worker.server import Server
from workshop_tui.worker.watchdog import STALL_SECONDS

LEASE_SECONDS = 15 * 60.0
IDLE_WEIGHTS_SECONDS = 10 * 60.0
NICENESS = 5
"""Below the app's priority, so that keys are answered while a picture is made."""


def arguments(module: str, description: str | None) -> argparse.ArgumentParser:
    """Return the parser of what every worker is told; a program may add to it.

    Args:
        module: As in `python -m MODULE`.
        description: What it does.
    """
    parser = argparse.ArgumentParser(prog=module, description=description)
    parser.add_argument("--state", type=Path, required=True, help="the learner's state folder")
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--lease", type=_seconds, default=LEASE_SECONDS, help="seconds")
    parser.add_argument("--idle", type=_seconds, default=IDLE_WEIGHTS_SECONDS, help="seconds until idle weights go")
    parser.add_argument("--stall", type=_seconds, default=STALL_SECONDS, help="seconds until a picture counts as hung")
    parser.add_argument("--paused", action="store_true", help="begin nothing until told to")
    return parser


def run(options: argparse.Namespace, makers: Makers, at_end: Callable[[], None] = lambda: None) -> NoReturn:
    """Serve until the lease ends, then leave; exit at once where this learner's worker runs already.

    Args:
        options: Of `arguments`.
        makers: Returns what makes the pictures.
        at_end: Called before the process ends, or starts itself anew.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    code, restart = 1, False
    try:
        private_folder(options.socket.parent)
        # The lock, not the socket file, says whether a worker lives: a killed worker leaves its socket behind.
        lock = os.open(options.socket.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            logging.info("another worker of this learner runs already")
            sys.exit(0)
        restart = _run(options, makers)
        code = 0
    except WorkshopError as error:
        logging.error("%s %s", error.message, error.hint)
    except MemoryError:
        lift_cap()
        logging.exception("the worker ran out of memory")
        restart = True
    except Exception:
        logging.exception("the worker failed")
    else:
        logging.info("worker %d %s", os.getpid(), "starts itself anew" if restart else "leaves")
    at_end()
    if restart:
        _start_anew(options.paused)
    # The engine's thread may be in the middle of a picture; nothing of it is worth waiting for.
    _flush()
    os._exit(code)


def _run(options: argparse.Namespace, makers: Makers) -> bool:
    logging.info("worker %d starts", os.getpid())
    os.nice(max(0, NICENESS - os.nice(0)))
    identity = options.state / NAME
    try:
        write_worker_file(options.state, WorkerFile(os.getpid()))
    except WorkshopError as error:  # a full disk: whoever asks for a picture is told
        logging.error("%s %s", error.message, error.hint)
    try:
        return asyncio.run(_serve(options, makers))
    finally:
        with contextlib.suppress(OSError):
            identity.unlink(missing_ok=True)


async def _serve(options: argparse.Namespace, makers: Makers) -> bool:
    server = Server(options.state, makers, options.lease, options.idle, options.stall, options.paused)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, server.stop)
    try:
        return await server.serve(options.socket)
    finally:
        options.paused = server.paused


def _start_anew(paused: bool) -> NoReturn:
    """Replace this process by a fresh one: that ends a load or decode, and frees all memory."""
    _flush()
    lift_cap()  # a limit outlives the program that set it
    arguments = [argument for argument in sys.orig_argv[1:] if argument != "--paused"]
    for entry in list(Path("/dev/fd").iterdir()):
        # A driver's file that stayed open would keep the GPU's memory taken; Python's own are closed anyway.
        with contextlib.suppress(OSError):
            os.set_inheritable(int(entry.name), int(entry.name) < 3)
    try:
        os.execv(sys.executable, [sys.executable, *arguments, *(["--paused"] if paused else [])])
    except OSError:
        logging.exception("the worker cannot start itself anew")
        os._exit(1)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()


def _seconds(text: str) -> float:
    value = float(text)
    if not (value > 0 and math.isfinite(value)):
        raise ValueError(text)
    return value
