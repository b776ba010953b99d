"""`workshop-tui class serve`, `status` and `stop`: the shared engine, for whoever runs it."""

import asyncio
import logging
import os
import pwd
import re
import shlex
import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from workshop_tui.cli.common import UserPath, json_option, say, say_json
from workshop_tui.config import WORKER_VARIABLES
from workshop_tui.engine import ask
from workshop_tui.engine.limits import Limits, usual_limits
from workshop_tui.engine.listen import check_path, group_id, hold, listen, usual_socket
from workshop_tui.errors import UserError
from workshop_tui.generation import protocol
from workshop_tui.generation.ending import stop_worker
from workshop_tui.generation.found_models import check_whole
from workshop_tui.generation.models import absolute, default_model
from workshop_tui.generation.pace import place_words
from workshop_tui.generation.settings import STEPS_RANGE
from workshop_tui.generation.worker_pid import is_program
from workshop_tui.paths import LearnerPaths, find_paths, learner_name
from workshop_tui.text import counted, plain

IDLE_SECONDS = 12 * 3600
"""A class's model stays loaded through breaks, where a learner's own leaves after ten minutes."""

USUAL = Limits()


def socket_option(function: Any) -> Any:
    """Add `--socket`: where the engine listens."""
    return click.option(
        "--socket",
        type=UserPath(readable=False),
        help="Where the engine listens. Default: the configuration's `engine`, else /run/workshop-tui/engine.sock for "
        "root, and a folder in /tmp for others.",
    )(function)


def find_socket(given: Path | None) -> Path:
    """Return the socket that is named, else the configuration's, else the usual one."""
    return given.absolute() if given else find_paths().engine or usual_socket()


@click.command()
@click.option("--model", metavar="MODEL", help="What makes all pictures. Default: as configured, else small-flux.")
@socket_option
@click.option("--group", metavar="GROUP", help="Whose members may use it. Default: nobody but you.")
@click.option("--instructor", "instructors", metavar="USER", multiple=True, help="May see everyone; repeatable.")
@click.option("--largest", type=click.IntRange(64), default=USUAL.side, show_default=True, help="Longer side, px.")
@click.option("--most-steps", type=click.IntRange(*STEPS_RANGE), default=USUAL.steps, show_default=True)
@click.option("--most-batch", type=click.IntRange(1), default=USUAL.batch, show_default=True)
@click.option(
    "--most-waiting",
    type=click.IntRange(1),
    default=USUAL.in_line,
    show_default=True,
    help="Pictures of one learner in line.",
)
@click.option(
    "--reloads/--no-reloads",
    default=None,
    help="Take settings and caps that load the model anew, while all wait; no caps with --replicas. Default: with "
    "small-flux only.",
)
@click.option(
    "--replicas",
    type=click.IntRange(1),
    help="So many copies of the model, on as many GPUs, by Ray: on the cluster of RAY_ADDRESS, else on this machine.",
)
@click.option("--gpus-each", type=click.FloatRange(0), help="GPUs of a replica. Default: 1 where there are any.")
@click.option(
    "--cpus-each",
    type=click.IntRange(1),
    help="Cores of a replica. Default: an equal share of this machine's; in a cluster of RAY_ADDRESS 1.",
)
def serve(
    model: str | None,
    socket: Path | None,
    group: str | None,
    instructors: tuple[str, ...],
    largest: int,
    most_steps: int,
    most_batch: int,
    most_waiting: int,
    reloads: bool | None,
    replicas: int | None,
    gpus_each: float | None,
    cpus_each: int | None,
) -> int:
    """Serve one loaded model to all learners of this machine, in turns, until stopped.

    Learners name its socket (--engine SOCKET, or `engine` in the site's configuration) and work as always; pictures are
    written under their own user. Nothing that was accepted is lost if this process or its worker dies: start it again.

    \b
    workshop-tui class serve --model black-forest-labs/FLUX.1-dev --group students
    workshop-tui class serve --model black-forest-labs/FLUX.1-dev --group students --replicas 4
    """
    from workshop_tui.engine.front import Front

    paths, listening = find_paths(), find_socket(socket)
    check_path(listening)
    gid = group_id(group) if group else None
    staff = frozenset(map(_user_id, instructors))
    model = absolute(model or default_model())
    check_whole(model)
    reloads = usual_limits(model).reloads if reloads is None else reloads
    limits = Limits(largest, most_steps, most_batch, most_waiting, reloads, own_process=replicas is None)
    place = paths.shared_engine(listening, _told(replicas, gpus_each, cpus_each))
    lock = hold(place.root)
    if not os.environ.get(WORKER_VARIABLES["idle"], "").strip():
        os.environ[WORKER_VARIABLES["idle"]] = str(IDLE_SECONDS)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    asyncio.run(_make_way(place))
    try:
        front = Front(place, paths.cache, model, limits, staff)
        asyncio.run(_serve(front, listening, gid, _greeting(model, listening, group, replicas)))
    finally:
        os.close(lock)
    return 0


async def _make_way(place: LearnerPaths) -> None:
    """End a worker that an engine killed earlier has left, where it is of another kind than is asked for now."""
    if not is_program(place.root, place.program):
        await stop_worker(place, False)


async def _serve(front: Any, socket: Path, group: int | None, greeting: str) -> None:
    listener = await listen(socket, group, front.client)
    inode = socket.stat().st_ino
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, front.stop)
    say(greeting)
    sys.stdout.flush()
    try:
        await front.serve(listener)
    finally:
        # Of an engine that was started meanwhile on the same path the socket stays.
        if socket.exists() and socket.stat().st_ino == inode:
            socket.unlink()
    say("The shared engine has ended; what waits is kept for its next start.")


def _told(replicas: int | None, gpus_each: float | None, cpus_each: int | None) -> tuple[str, ...]:
    """Return what the worker of a cluster is told of its replicas; empty for an ordinary worker.

    Raises:
        UserError: Ray is not there, or would take anybody's code.
    """
    if replicas is None:
        for name, each in (("--gpus-each", gpus_each), ("--cpus-each", cpus_each)):
            if each is not None:
                raise UserError(f"{name}: there are no replicas to give them to.", "Add --replicas N.")
        return ()
    if gpus_each is not None and not (gpus_each <= 1 or gpus_each.is_integer()):
        raise UserError(f"--gpus-each: {gpus_each:g} is no share of a GPU.", "Give one up to 1, or a whole number.")
    if find_spec("ray") is None:
        raise UserError("--replicas: Ray is not installed here.", "pip install 'workshop-tui[cluster]'")
    mode = os.environ.get("RAY_AUTH_MODE", "token")
    if mode != "token":
        raise UserError(
            f"RAY_AUTH_MODE: with '{mode[:40]}' whoever reaches Ray can run any code on its machines.",
            "Unset it, or set it to `token` on each of them.",
        )
    address = os.environ.get("RAY_ADDRESS", "")
    if address and not re.fullmatch(r"[\w.\[\]:-]+:\d+", address):
        raise UserError(f"RAY_ADDRESS: '{plain(address)[:80]}' is no address of a head.", "Write HOST:PORT.")
    told = {"--address": address or None, "--gpus-each": gpus_each, "--cpus-each": cpus_each}
    each = (part for name, value in told.items() if value is not None for part in (name, str(value)))
    return ("--replicas", str(replicas), *each)


def _greeting(model: str, socket: Path, group: str | None, replicas: int | None) -> str:
    who = f"members of {group}" if group else f"only {pwd.getpwuid(os.getuid()).pw_name} (--group opens it to others)"
    many = f" by {counted(replicas, 'replica')} on Ray" if replicas else ""
    return (
        f"The shared engine serves {model}{many}. Open to: {who}.\n"
        f"Learners: workshop-tui class --engine {shlex.quote(str(socket))} --model {shlex.quote(model)}\n"
        f'or, for all, in the site\'s configuration: engine = "{socket}" and model = "{model}"\n'
        "See it: workshop-tui class status. End it: ctrl+c, or workshop-tui class stop."
    )


@click.command()
@socket_option
@json_option
def status(socket: Path | None, as_json: bool) -> None:
    """Say what the shared engine does: its line, your place in it, and to whoever runs it, everyone."""
    path = find_socket(socket)
    welcome, board = asyncio.run(_look(path))
    state = welcome.state
    if as_json:
        say_json({"socket": str(path), "welcome": welcome, "class": board})
        return
    at_once = {0: ", but no replica is there now", 1: ""}.get(state.at_once, f", {state.at_once} at a time")
    doing = "making pictures" if state.engine_activity == "working" else state.engine_activity or state.activity
    say(f"The shared engine {path} serves {welcome.serves}{at_once}: {doing}.")
    if board is not None:
        line = counted(board.waiting, "picture")
        say(f"{line} in line, {board.made} made, {board.shared} answered by somebody else's.")
        for each in board.members:
            say(f"  {each.learner}: {each.waiting} in line{', connected' if each.connected else ''}")
    if state.place:
        turns = f"; {state.place.learners} learners take turns" if state.place.learners > 1 else ""
        say(f"{len(state.waiting)} of yours in line, {place_words(state.place)}{turns}.")


@click.command()
@click.option("--now", is_flag=True, help="Do not wait for the pictures in the making; they are begun anew later.")
@socket_option
def stop(now: bool, socket: Path | None) -> None:
    """End the shared engine when the pictures in the making are done; what waits is kept for its next start."""
    path = find_socket(socket)
    asyncio.run(_stop(path, now))
    say("The shared engine has ended. What waits goes on at its next start: workshop-tui class serve")


async def _look(socket: Path) -> tuple[protocol.Welcome, protocol.Board | None]:
    link = await ask.open_engine(socket, learner_name())
    try:
        return link.welcome, await ask.board(link)
    except UserError:  # a learner: their own place is all there is
        return link.welcome, None
    finally:
        link.close()


async def _stop(socket: Path, now: bool) -> None:
    link = await ask.open_engine(socket)
    try:
        await ask.end(link, now=now, on_wait=lambda: say("It waits for the pictures in the making; --now does not."))
    finally:
        link.close()


def _user_id(name: str) -> int:
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        raise UserError(
            f"--instructor: there is no user '{name[:80]}' on this machine.", "Give a login name; `id -un` says yours."
        ) from None
