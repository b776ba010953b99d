"""`workshop-tui worker`: the background process that makes the pictures."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from workshop_tui.cli.common import WholeLines, json_option, learner_option, say, say_json
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation import protocol
from workshop_tui.generation.ending import stop_worker
from workshop_tui.generation.line import Line
from workshop_tui.generation.link import SHARED, attach, open_own
from workshop_tui.generation.protocol import Message
from workshop_tui.generation.spool import Spool
from workshop_tui.generation.worker_pid import worker_pid
from workshop_tui.paths import LearnerPaths, find_paths

Answer = TypeVar("Answer", bound=Message)

STATUS_SECONDS = 5.0
"""How long a worker may take to answer `status`; imports can hold the interpreter for seconds."""

ANSWER_SECONDS = 60.0
"""How long a worker may take to do as told; it gives memory back only when an import that goes on has ended."""


@click.group(cls=WholeLines)
def worker() -> None:
    """See, pause, free or stop the background worker that makes the pictures.

    It starts by itself when pictures are asked for, outlives the terminal, and leaves after 15 minutes with nothing
    to do and nobody attached.
    """


@worker.command()
@click.option("--all", "all_", is_flag=True, help="All workers and shared engines of this machine that you may see.")
@learner_option
@json_option
def status(all_: bool, learner: str | None, as_json: bool) -> None:
    """Say whether the worker runs, and what it does."""
    if all_:
        _say_all(as_json)
        return
    mine = find_paths().learner(learner)
    found = asyncio.run(_status(mine))
    if as_json:
        say_json(found)
        return
    if not found["running"]:
        kept = f" {_pictures(found['waiting'])} in line for its next start." if found["waiting"] else ""
        say(f"No worker runs for {mine.name}.{kept}")
    elif not found["answers"]:
        say(f"Worker {found['pid']} does not answer. End it, its work is kept: workshop-tui worker stop")
    else:
        model = f", {found['model']} loaded" if found["model"] else ", no model loaded"
        say(f"Worker {found['pid']}: {found['activity']}{model}, {found['rss_mib']:,.0f} MiB of memory.")
        say(f"{_pictures(found['waiting'])} in line." if found["waiting"] else "Nothing in line.")
        if found["activity"] == "paused":
            say("It begins nothing until told to go on: workshop-tui worker resume")
    if found["unfetched"]:
        say(f"{_pictures(found['unfetched'])} finished, and fetched into the notebook when the class is opened.")
    say(f"Log: {mine.log}")
    if mine.engine:
        say(f"The class uses the shared engine {mine.engine}; all this is about a worker of your own.")


@worker.command()
@learner_option
@json_option
def free(learner: str | None, as_json: bool) -> None:
    """Give the memory of the loaded model back, without ending the worker.

    What the lesson calls clearing the cache between sessions: the model, the prompts encoded before and what the
    allocator keeps. Refused while a picture is being made; the next picture loads the model again.
    """
    paths = find_paths()
    mine = paths.learner(learner)
    if mine.engine:
        raise UserError(SHARED.format(mine.engine), "Ask whoever runs it.")
    freed = asyncio.run(_asked(mine, paths.cache, protocol.Free(), protocol.Freed))
    if as_json:
        say_json(msgspec.to_builtins(freed or protocol.Freed()) | {"was_running": freed is not None})
    else:
        say(freed.words if freed else f"No worker runs for {mine.name}: there is nothing to free.")


@worker.command()
@learner_option
@json_option
def pause(learner: str | None, as_json: bool) -> None:
    """Let the worker finish its picture and begin no other, until `worker resume`.

    What is asked for meanwhile waits in line. The loaded model leaves the GPU after its idle time, as it always does.
    """
    _pause(True, learner, as_json)


@worker.command()
@learner_option
@json_option
def resume(learner: str | None, as_json: bool) -> None:
    """Let a paused worker go on."""
    _pause(False, learner, as_json)


def _say_all(as_json: bool) -> None:
    from workshop_tui.generation.processes import running

    found = running()
    if as_json:
        say_json({"processes": found})
        return
    rows = [
        f"{each.kind:6} {each.pid:>8} {each.user:12} {each.began[:16]} {each.rss_mib:>6,.0f} MiB  {each.folder}"
        for each in found
    ]
    say("\n".join(rows) or "No worker and no shared engine runs.")
    if found:
        say("`workshop-tui clean --workers` ends yours, --all-accounts (root) all; `class stop` a shared engine.")


def _pause(on: bool, learner: str | None, as_json: bool) -> None:
    paths = find_paths()
    mine = paths.learner(learner)
    if mine.engine:
        raise UserError(f"The engine {mine.engine} is shared: others wait for it too.", "Ask whoever runs it.")
    state = asyncio.run(_asked(mine, paths.cache, protocol.Pause(on), protocol.State))
    waiting = len(state.waiting) if state else 0
    if as_json:
        say_json({"was_running": state is not None, "paused": on and state is not None, "waiting": waiting})
    elif state is None:
        say(f"No worker runs for {mine.name}: there is nothing to {'pause' if on else 'resume'}.")
    elif on:
        work = "The picture in work is finished first. " if state.activity == "working" else ""
        say(f"The worker is paused. {work}To go on: workshop-tui worker resume")
    else:
        say(f"The worker goes on. {_pictures(waiting)} in line." if waiting else "The worker goes on.")


@worker.command()
@click.option("--drop", is_flag=True, help="Forget the pictures in line; otherwise they go on at the next start.")
@learner_option
@json_option
def stop(drop: bool, learner: str | None, as_json: bool) -> None:
    """End the worker; one that hangs is killed. Finished pictures are kept in any case."""
    mine = find_paths().learner(learner)
    pid, how = asyncio.run(stop_worker(mine, drop))
    line = Line(Spool(mine.spool))
    if drop:
        line.drop()
    kept = len(line.run_ids)
    if as_json:
        say_json({"was_running": how != "none", "how": how, "pid": pid, "waiting": kept})
        return
    say({"none": "No worker was running.", "killed": f"Worker {pid} was killed."}.get(how, f"Worker {pid} has left."))
    if kept:
        say(f"{_pictures(kept)} kept; the work goes on at its next start. `worker stop --drop` forgets it.")


async def _status(learner: LearnerPaths) -> dict[str, Any]:
    spool = Spool(learner.spool)
    pid = worker_pid(learner.root)
    found: dict[str, Any] = {
        "running": pid is not None,
        "answers": False,
        "pid": pid,
        "activity": "",
        "model": "",
        "rss_mib": None,
        "waiting": len(spool.load_queue()),
        "unfetched": len(spool.run_ids),
    }
    with contextlib.suppress(ConnectionError, WorkshopError):
        link = await open_own(learner.socket, STATUS_SECONDS)
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


async def _asked(learner: LearnerPaths, cache: Path, message: Message, answer: type[Answer]) -> Answer | None:
    """Return what a worker answers; None where none runs."""
    try:
        link = await attach(learner, cache, start=False)
    except ConnectionError:
        return None
    try:
        await link.send(message)
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                said, _ = await link.receive()
                if isinstance(said, answer):
                    return said
                if isinstance(said, protocol.Refused):
                    raise UserError(said.message, said.hint)
    except TimeoutError as error:
        raise WorkshopError(f"The worker does not answer within {ANSWER_SECONDS:.0f} s.") from error
    except ConnectionError as error:
        raise WorkshopError("The worker has gone, and its memory with it.") from error
    finally:
        link.close()


def _pictures(count: int) -> str:
    return "1 picture is" if count == 1 else f"{count} pictures are"
