"""Starts the worker of one learner: `python -m workshop_tui.worker`; clients start it, people need not.

The socket stands before anything heavy is imported, so that a client is answered at once.
"""

import argparse
import asyncio
import fcntl
import json
import logging
import os
import signal
import sys
from pathlib import Path

from workshop_tui.files import private_folder, write_atomic
from workshop_tui.generation.spool import Spool
from workshop_tui.worker.server import Server

LEASE_SECONDS = 15 * 60.0
IDLE_WEIGHTS_SECONDS = 10 * 60.0
NICENESS = 5
"""Below the app's priority, so that keys are answered while a picture is made."""


def main() -> None:
    """Serve until the lease ends, then leave; exit at once where this learner's worker runs already."""
    parser = argparse.ArgumentParser(prog="workshop_tui.worker", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="the learner's state folder")
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--lease", type=float, default=LEASE_SECONDS, help="seconds")
    parser.add_argument("--idle", type=float, default=IDLE_WEIGHTS_SECONDS, help="seconds until idle weights go")
    options = parser.parse_args()

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    private_folder(options.socket.parent)
    # The lock, not the socket file, says whether a worker lives: a killed worker leaves its socket behind.
    lock = os.open(options.socket.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        logging.info("another worker of this learner runs already")
        return
    logging.info("worker %d starts", os.getpid())
    os.nice(max(0, NICENESS - os.nice(0)))
    identity = options.state / "worker.json"
    write_atomic(identity, json.dumps({"pid": os.getpid()}), mode=0o600)
    restart, failed = False, True
    try:
        restart = asyncio.run(_serve(options))
        failed = False
    except Exception:
        logging.exception("the worker failed")
    finally:
        identity.unlink(missing_ok=True)
        logging.info("worker %d %s", os.getpid(), "starts itself anew" if restart else "leaves")
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        if restart:
            # Loading and decoding cannot be interrupted; replacing the process ends them and frees all memory.
            os.execv(sys.executable, [sys.executable, "-m", "workshop_tui.worker", *sys.argv[1:]])
        # The engine's thread may be in the middle of a picture; nothing of it is worth waiting for.
        os._exit(1 if failed else 0)


async def _serve(options: argparse.Namespace) -> bool:
    server = Server(Spool(options.state / "spool"), options.cache, options.lease, options.idle)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, server.stop)
    return await server.serve(options.socket)


if __name__ == "__main__":
    main()
