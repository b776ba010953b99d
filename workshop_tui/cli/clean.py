"""`workshop-tui clean`: what the program keeps on this machine, and its removal."""

import asyncio
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from workshop_tui.cli.asking import ask_first
from workshop_tui.cli.common import json_option, learner_option, profiles_option, say, say_json
from workshop_tui.cli.keeping import OPTIONS, Kept, Kind, check_closed, kept, learners, of_others, remove, remove_state
from workshop_tui.cli.staying import Stays, remove_empty, stays
from workshop_tui.engine.listen import is_held
from workshop_tui.errors import UserError
from workshop_tui.generation.known_models import size
from workshop_tui.generation.worker_pid import worker_pid
from workshop_tui.paths import LearnerPaths, find_paths
from workshop_tui.text import plain


@click.command()
@click.option("--pictures", is_flag=True, help="Remove pictures by which nothing in the hand-in is shown.")
@click.option("--caches", is_flag=True, help="Remove caches: what was compiled for speed is compiled anew when needed.")
@click.option("--logs", is_flag=True, help="Remove logs, but for those of workers that run.")
@click.option("--workers", is_flag=True, help="End workers; what they have in line stays and goes on later.")
@click.option("--all", "all_", is_flag=True, help="Remove all of that, and the notebook with all answers and pictures.")
@click.option("--everyone", is_flag=True, help="Of all learners of this account, and its engines that do not run.")
@click.option("--all-accounts", is_flag=True, help="With --workers, for root: the workers of all accounts.")
@click.option("--dry-run", is_flag=True, help="Only list what would go.")
@click.option("--yes", is_flag=True, help="Do not ask. Hand-ins stay then.")
@learner_option
@profiles_option
@json_option
def clean(
    pictures: bool,
    caches: bool,
    logs: bool,
    workers: bool,
    all_: bool,
    everyone: bool,
    all_accounts: bool,
    dry_run: bool,
    yes: bool,
    learner: str | None,
    profiles: str | None,
    as_json: bool,
) -> None:
    """List what the program keeps on this machine, by size, and remove what you name.

    Without an option nothing is removed. A run whose picture is removed stays in the notebook with its figures.
    Hand-ins go only with --all, after a question for each that names it; with --yes they stay. What a shared engine
    keeps, other learners' pictures too, goes only with --everyone.

    Left on purpose, whatever you name: your own lessons, your configuration, the hub's cache (other programs use it
    too), hand-ins to which you have not said yes, and the program itself. The list, and the end of --all, say where
    they lie.

    \b
    workshop-tui clean
    workshop-tui clean --pictures --caches --dry-run
    workshop-tui clean --all
    """
    if everyone and learner is not None:
        raise UserError("--everyone and --learner: one of both says whose things are meant.", "Give one of them.")
    if all_accounts and (not workers or os.getuid() != 0):
        raise UserError(
            "--all-accounts: it is for root, and for workers alone.", "sudo workshop-tui clean --workers --all-accounts"
        )
    named: dict[Kind, bool] = {"pictures": pictures, "cache": caches, "log": logs, "worker": workers}
    wanted: set[Kind] = {*OPTIONS} if all_ else {kind for kind, is_wanted in named.items() if is_wanted}
    paths = find_paths(profiles)
    whose = learners(paths) if everyone or not wanted else [paths.learner(learner)]
    if learner is not None:
        whose = [paths.learner(learner)]
    everything = kept(paths, whose) + (of_others(whose) if all_accounts else [])
    found = [one for one in everything if not wanted or (one.kind in wanted and (everyone or not one.engine))]
    if not wanted or dry_run:
        _list(found, stays(), bool(wanted), as_json)
        return
    if all_:
        check_closed(whose)
    for one in found if not (as_json and yes) else ():
        click.echo(plain(_line(one)), err=as_json)
    if found:
        verb = "End" if all(one.kind == "worker" for one in found) else "Remove"
        ask_first(f"{verb} {'this' if len(found) == 1 else 'all this'}?", yes)
    agreed = [one for one in found if one.kind != "hand-in" or _is_agreed(one, yes)]
    if all_:
        check_closed(whose)  # again: the questions took their time
    removed = _remove(agreed, whose if all_ else [])
    remove_empty(paths, whose if all_ else [])
    left = [Stays("hand-in", str(one.learner.hand_in)) for one in found if one.learner and one not in agreed]
    if all_:
        engines = [one for one in everything if one.engine and one not in found]
        left += [Stays("shared engine", str(path)) for one in engines for path in one.paths] + stays()
    if as_json:
        say_json({"removed": [_as_json(one) for one in removed], "left": left})
        return
    freed = size(sum(one.size for one in removed if one.kind != "worker"))
    say(f"Done: {freed} of the disk freed." if found else "There is nothing of that kind of yours.")
    _say_left(left)


def _list(found: Sequence[Kept], left: Sequence[Stays], would_go: bool, as_json: bool) -> None:
    if as_json:
        say_json({"would_go" if would_go else "kept": [_as_json(one) for one in found], "left": left})
        return
    for one in found:
        say(_line(one) + ("" if would_go else f"  [{one.option}]"))
    on_disk = size(sum(one.size for one in found if one.kind != "worker"))
    say(f"{on_disk} would go; nothing was removed." if would_go else f"{on_disk} in all. In [ ]: what removes it.")
    if not would_go:
        _say_left(left)


def _say_left(left: Sequence[Stays]) -> None:
    if left:
        say("Left on purpose:")
    for one in left:
        say(f"  {one.what:14} {one.path}")


def _line(one: Kept) -> str:
    whose = f"{one.learner.name}: " if one.learner else ""
    return f"{size(one.size):>9}  {whose}{one.text}{' (memory)' if one.kind == 'worker' else ''}"


def _as_json(one: Kept) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "what": one.text,
        "learner": one.learner.name if one.learner else None,
        "bytes": one.size,
        "option": one.option,
        "paths": [str(path) for path in one.paths],
    }


def _is_agreed(one: Kept, yes: bool) -> bool:
    """Ask for one hand-in by name: nothing brings it back."""
    if not yes and sys.stdin.isatty() and click.confirm(plain(f"Remove the {one.text} too?"), err=True):
        return True
    click.echo(plain(f"Kept: {one.text}"), err=True)
    return False


def _remove(found: Sequence[Kept], whole: Sequence[LearnerPaths]) -> list[Kept]:
    """Remove, workers first; `whole` are the learners whose state goes as one.

    What was started while the question stood there stays.
    """
    from workshop_tui.generation.ending import end_process, stop_worker

    removed: list[Kept] = []
    for one in found:
        if one.kind == "worker" and one.learner:
            asyncio.run(stop_worker(one.learner, False))
            removed.append(one)
        elif one.pid and one.pid in {each.pid for each in of_others([])}:  # still that process
            asyncio.run(end_process(one.pid))
            removed.append(one)
    for learner in whole:
        remove_state(learner)
    for one in found:
        if one.kind == "worker":
            continue
        if one.kind in ("state", "pictures") and one.learner in whole:
            removed.append(one)
            continue
        if one.kind == "log" and one.learner and worker_pid(one.learner.root) is not None:
            click.echo(plain(f"Kept: the log of {one.learner.name}'s worker, which runs."), err=True)
            continue
        if one.engine and is_held(one.engine):
            click.echo(plain(f"Kept: {one.text}, which runs."), err=True)
            continue
        remove(one.paths)  # of state that went as one there is nothing left
        removed.append(one)
    return removed
