"""`workshop-tui runs`: the notebook's runs from the command line."""

import contextlib
import os
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from workshop_tui.cli.asking import ask_first, lessons_of
from workshop_tui.cli.common import (
    WholeLines,
    json_option,
    known_learner,
    learner_option,
    open_notebook,
    profiles_option,
    say,
    say_json,
)
from workshop_tui.cli.run_lines import full, heading, row
from workshop_tui.cli.runs_compare import compare
from workshop_tui.cli.runs_plot import plot
from workshop_tui.cli.showing import describe
from workshop_tui.errors import UserError
from workshop_tui.generation import table
from workshop_tui.generation.record import Run
from workshop_tui.generation.spool import Spool
from workshop_tui.lesson.last import last_lesson
from workshop_tui.lesson.loader import open_lesson
from workshop_tui.lesson.model import Lesson
from workshop_tui.notebook.counting import runs_words
from workshop_tui.notebook.run_table import SHORT
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import LearnerPaths
from workshop_tui.scp import UNKNOWN_HOST, fetch_line, over_ssh, scp_line
from workshop_tui.text import counted, plain

LISTED = 20
"""Runs that a list shows where no number is given: one screenful."""


@click.group(cls=WholeLines)
def runs() -> None:
    """List, show, open, plot and delete the pictures that were made, and what was measured.

    RUN is a run's id, or as much of its beginning as no other run shares.
    """


runs.add_command(compare)
runs.add_command(plot)


@runs.command("list")
@click.option("--lesson", metavar="ID", help="Only runs of this lesson.")
@click.option("--exercise", metavar="ID", help="Only runs of this exercise.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    help=f"How many at most, 0 for all.  [default: {LISTED}; all with --json and --csv]",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print a table for spreadsheets, as `runs.csv` of a hand-in.")
@learner_option
@json_option
def list_(
    lesson: str | None, exercise: str | None, limit: int | None, as_csv: bool, learner: str | None, as_json: bool
) -> None:
    """List runs, the newest first.

    `gone` behind the seconds means that the picture's file was deleted; what was measured is kept.

    \b
    workshop-tui runs list --exercise parameters --limit 5
    workshop-tui runs list --csv > runs.csv
    """
    if as_csv and as_json:
        raise UserError("--csv and --json: only one of both can be printed.", "Give one of them.")
    mine = known_learner(learner)
    with open_notebook(mine) as notebook:
        found = notebook.runs(lesson=lesson, exercise=exercise)[::-1]
    most = limit if limit is not None else None if as_csv or as_json else LISTED
    shown = found[: most or None]
    if as_json:
        say_json({"total": len(found), "runs": [_as_json(run, mine) for run in shown]})
    elif as_csv:
        from workshop_tui.profile.export import COLUMNS, run_row

        rows = ({**run_row(run), "lesson": run.origin.lesson} for run in shown)
        click.echo(table.as_csv(rows, (*COLUMNS, "lesson")), nl=False)
    else:
        _list(shown, mine)
        if len(shown) < len(found):
            whose = " ".join(filter(None, (lesson, exercise))) or "all lessons and commands"
            say(f"{len(shown)} of {runs_words(found, f'of {whose}')}; --limit 0 lists all.")


def _list(shown: Sequence[Run], mine: LearnerPaths) -> None:
    if not shown:
        say('No such runs. Make one: workshop-tui generate "A lighthouse at dusk"')
        return
    columns = shutil.get_terminal_size().columns
    last = ""
    for run in shown:
        if heading(run) != last:
            last = heading(run)
            say(last)
        say(row(run, mine.pictures, columns))


@runs.command()
@click.argument("run_id", metavar="RUN")
@learner_option
@json_option
def show(run_id: str, learner: str | None, as_json: bool) -> None:
    """Show all that is known of a run, where its picture lies, and how to fetch it."""
    mine = known_learner(learner)
    with open_notebook(mine) as notebook:
        run = notebook.find_run(run_id)
        rests = _rests_on(notebook, [run]).get(run.run_id, [])
    picture = mine.pictures / run.picture if run.picture else None
    if as_json:
        course = run.usage.course if run.usage else None
        say_json(
            {
                **_as_json(run, mine),
                "course": course,
                "rests_on_it": rests,
                "fetch": fetch_line(picture, mine.root) if picture else "",
            }
        )
        return
    for line in full(run, rests):
        say(line)
    if picture is None:
        say("Picture   none")
    elif not picture.is_file():
        say(f"Picture   is gone: {picture}")
    else:
        say(f"Picture   {picture}")
        if line := fetch_line(picture, mine.root):
            say(f"Fetch it  {line}{_host_hint(line, ' ' * 10)}")


@runs.command("open")
@click.argument("run_id", metavar="RUN")
@learner_option
def open_(run_id: str, learner: str | None) -> None:
    """Open a run's picture in the desktop's viewer.

    Over SSH, or where there is no desktop, it says where the picture lies and how to fetch it instead.
    """
    mine = known_learner(learner)
    with open_notebook(mine) as notebook:
        run = notebook.find_run(run_id)
    picture = _picture(run, mine)
    if not _has_desktop() or click.launch(str(picture)) != 0:
        say(str(picture))
        line = fetch_line(picture, mine.root) or scp_line(picture, UNKNOWN_HOST)
        say(f"To see it on your computer, there:\n{line}{_host_hint(line)}")


@runs.command()
@click.argument("run_ids", metavar="RUN...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Also runs that the hand-in gives as evidence.")
@learner_option
@profiles_option
def delete(run_ids: tuple[str, ...], yes: bool, force: bool, learner: str | None, profiles: str | None) -> None:
    """Delete runs: what was measured and the picture.

    A run by which something in the hand-in is shown stays, unless --force is given: a checklist line, a value found
    best, a scenario, a limit. The hand-in is written anew, without the runs.
    """
    mine = known_learner(learner, profiles)
    with open_notebook(mine) as notebook:
        found = list({run.run_id: run for run in map(notebook.find_run, run_ids)}.values())
        rests = _rests_on(notebook, found)
        if rests and not force:
            faults = [
                f"Run {run_id[:SHORT]} is evidence in the hand-in: {', '.join(why)}." for run_id, why in rests.items()
            ]
            raise UserError("\n".join(faults), "Nothing was deleted. Take it back there first, or give --force.")
        if not yes:
            _tell(notebook, found, rests)
        ask_first(f"Delete {'this run' if len(found) == 1 else f'these {len(found)} runs'}, with pictures?", yes)
        notebook.remove_runs([run.run_id for run in found])
        _remove_files(found, mine)
        _renew_hand_in(notebook, mine, found)
    say(f"{counted(len(found), 'run')} deleted.")


def _tell(notebook: Notebook, found: Sequence[Run], rests: dict[str, list[str]]) -> None:
    from workshop_tui.profile.evidence import answered

    answers = answered(notebook, found)
    for run in found:
        say(f"{run.run_id[:SHORT]}  {describe(run)}")
        for why in rests.get(run.run_id, []):
            say(f"              evidence in the hand-in: {why}")
        if run.run_id in answers:
            say(f"              your answers on {answers[run.run_id]} were written with it")


def _rests_on(notebook: Notebook, found: Sequence[Run]) -> dict[str, list[str]]:
    from workshop_tui.profile.evidence import evidence

    known = evidence(notebook, lessons_of(notebook))
    return {run.run_id: known[run.run_id] for run in found if run.run_id in known}


def _remove_files(found: Sequence[Run], mine: LearnerPaths) -> None:
    spool = Spool(mine.spool)
    for run in found:
        spool.remove(run.run_id)  # otherwise one that was never acknowledged would come back
        if run.picture:
            try:
                (mine.pictures / run.picture).unlink(missing_ok=True)
            except OSError as error:
                click.echo(plain(f"{mine.pictures / run.picture} stays: {error.strerror}."), err=True)


def _renew_hand_in(notebook: Notebook, mine: LearnerPaths, deleted: Sequence[Run]) -> None:
    """Write each lesson's hand-in anew where there is one, and all it shows without some runs."""
    from workshop_tui.cli.hand_in import Work
    from workshop_tui.profile.package import take_out_runs, write_package
    from workshop_tui.profile.place import hand_in_place, hand_ins_in
    from workshop_tui.profile.sheets import write_sheets

    for folder in hand_ins_in(mine.hand_in):
        is_reported = take_out_runs(folder, [run.run_id for run in deleted])
        lesson = _lesson_of(folder, mine)
        if lesson is None or hand_in_place(mine.hand_in, lesson.id) != folder:  # gone, or a copy that the learner made
            continue
        if is_reported:
            write_package(folder, notebook, lesson, mine, datetime.now(UTC))
        else:
            Work(lesson, mine, notebook).hand_in()
            write_sheets(folder, lesson, notebook.runs(lesson=lesson.id), mine.pictures)


def _lesson_of(folder: Path, mine: LearnerPaths) -> Lesson | None:
    """Return the lesson that a hand-in is for; None where that is not on this machine any more."""
    from workshop_tui.profile.place import lesson_in

    lesson_id = lesson_in(folder)
    with contextlib.suppress(UserError):
        last = last_lesson(mine.root)
        if lesson_id == last.id:  # it may lie where lessons are not looked for
            return last
    with contextlib.suppress(UserError):
        return open_lesson(lesson_id) if lesson_id else None
    return None


def _picture(run: Run, mine: LearnerPaths) -> Path:
    if not run.picture:
        raise UserError(f"Run {run.run_id[:SHORT]} has no picture: {run.outcome}.", run.reason)
    picture = mine.pictures / run.picture
    if not picture.is_file():
        raise UserError(
            f"The picture is gone: {picture}.", f"Its settings are kept: workshop-tui runs show {run.run_id[:SHORT]}"
        )
    return picture


def _host_hint(line: str, indent: str = "") -> str:
    if f"{UNKNOWN_HOST}:" not in line:
        return ""
    return f"\n{indent}({UNKNOWN_HOST}: what you write after ssh; `connect` in the configuration fills it in)"


def _has_desktop() -> bool:
    if over_ssh():
        return False
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _as_json(run: Run, mine: LearnerPaths) -> dict[str, Any]:
    picture = mine.pictures / run.picture if run.picture else None
    return {
        **table.as_json(run),
        "lesson": run.origin.lesson,
        "exercise": run.origin.exercise,
        "sweep": run.origin.sweep,
        "picture": str(picture or ""),
        "picture_gone": picture is not None and not picture.is_file(),
    }
