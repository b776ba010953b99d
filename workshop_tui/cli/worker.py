"""`workshop-tui worker`: the background process that makes the pictures."""

import asyncio
import contextlib
import json
import os
import signal
import time
from typing import Any

import click
import psutil

from workshop_tui.cli.common import json_option, learner_option, say, say_json
from workshop_tui.errors import WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.client import Link
from workshop_tui.generation.spool import Spool
from workshop_tui.paths import LearnerPaths, find_paths

STOP_SECONDS = 5.0
"""How long a worker may take to leave before it is killed."""


@click.group()
def worker() -> None:
    """See or stop the background worker that makes the pictures.

    It starts by itself when pictures are asked for, outlives the terminal, and leaves after 15 minutes with nothing
    to do and nobody attached.
    """


@worker.command()
@learner_option
@json_option
def status(learner: str | None, as_json: bool) -> None:
    """Say whether the worker runs, and what it does."""
    mine = find_paths().learner(learner)
    found = asyncio.run(_status(mine))
    if as_json:
        say_json(found)
        return
    if not found["running"]:
        kept = f" {found['waiting']} pictures wait for its next start." if found["waiting"] else ""
        say(f"No worker runs for {mine.name}.{kept}")
    elif not found["answers"]:
        say(f"Worker {found['pid']} does not answer. End it, its work is kept: workshop-tui worker stop")
    else:
        model = f", {found['model']} loaded" if found["model"] else ", no model loaded"
        say(f"Worker {found['pid']}: {found['activity']}{model}, {found['rss_mib']:,.0f} MiB of memory.")
        say(f"{found['waiting']} pictures in line." if found["waiting"] else "Nothing in line.")
    if found["unfetched"]:
        say(f"{found['unfetched']} finished pictures are fetched into the notebook when the class is opened.")
    say(f"Log: {mine.log}")


@worker.command()
@click.option("--drop", is_flag=True, help="Forget the pictures in line; otherwise they go on at the next start.")
@learner_option
@json_option
def stop(drop: bool, learner: str | None, as_json: bool) -> None:
    """End the worker; one that hangs is killed. Finished pictures are kept in any case."""
    mine = find_paths().learner(learner)
    pid = worker_pid(mine)
    how = asyncio.run(_stop(mine, pid, drop))
    spool = Spool(mine.spool)
    if drop and how != "stopped":
        spool.save_queue([])
    kept = len(spool.load_queue())
    if as_json:
        say_json({"was_running": how != "none", "how": how, "pid": pid, "waiting": kept})
        return
    say({"none": "No worker was running.", "killed": f"Worker {pid} was killed."}.get(how, f"Worker {pid} has left."))
    if kept:
        say(f"{kept} pictures are kept and go on at its next start; `worker stop --drop` forgets them.")


def worker_pid(learner: LearnerPaths) -> int | None:
    """Return the process id of a learner's worker, or None where none runs on this machine."""
    try:
        pid = int(json.loads((learner.root / "worker.json").read_text())["pid"])
        command = psutil.Process(pid).cmdline()
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None
    return pid if "workshop_tui.worker" in command and str(learner.root) in command else None


async def _status(learner: LearnerPaths) -> dict[str, Any]:
    spool = Spool(learner.spool)
    pid = worker_pid(learner)
    found: dict[str, Any] = {
        "running": pid is not None,
        "answers": False,
        "pid": pid,
        "activity": "",
        "model": "",
        "rss_mib": None,
        "waiting": len(spool.load_queue()),
        "unfetched": sum(1 for _ in spool.runs()),
    }
    with contextlib.suppress(ConnectionError, WorkshopError):
        link = await Link.open(learner.socket)
        state = link.welcome.state
        link.close()
        found |= {
            "running": True,
            "answers": True,
            "pid": link.welcome.pid,
            "activity": state.activity,
            "model": state.model,
            "rss_mib": round(state.rss_mib, 1),
            "waiting": len(state.waiting),
        }
    return found


async def _stop(learner: LearnerPaths, pid: int | None, drop: bool) -> str:
    try:
        link = await Link.open(learner.socket)
        await link.send(protocol.Stop(drop))
        link.close()
        pid = link.welcome.pid
    except (ConnectionError, WorkshopError):
        if pid is None:
            return "none"
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    if not psutil.pid_exists(pid):
        return "stopped"
    os.kill(pid, signal.SIGKILL)
    return "killed"
