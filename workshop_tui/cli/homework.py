"""`workshop-tui homework`: by command, and one after the other, what `r` makes in the Lab."""

import math
import time
from pathlib import Path

import click

from workshop_tui.cli.common import json_option, say, say_json
from workshop_tui.cli.hand_in import Work, open_work, work_options
from workshop_tui.cli.limits import probe_line, search
from workshop_tui.cli.making import Stopped, failed, make
from workshop_tui.cli.showing import ending
from workshop_tui.errors import WorkshopError
from workshop_tui.exercises.homework import Chore, chores
from workshop_tui.exercises.limits import open_hunt, result
from workshop_tui.exercises.registry import all_parts
from workshop_tui.exercises.sweeps import Setup, cell_name, handed_in_setup, job_for, setup_key
from workshop_tui.generation.found_models import check_whole
from workshop_tui.generation.hunt import BUDGET_MINUTES, check_minutes
from workshop_tui.generation.models import LAST_MODEL_KEY, default_model, label
from workshop_tui.generation.record import Run
from workshop_tui.monitor.memory_now import look_at_memory
from workshop_tui.paths import find_paths


@click.command()
@work_options
@click.option("--model", metavar="MODEL", help="As generate has it. Default: the one of the class.")
@click.option("--budget", type=float, metavar="MIN", help="Minutes to take; what would take longer waits.")
@click.option("--list", "only_list", is_flag=True, help="Say what is lacking and how long it takes; make nothing.")
@json_option
def homework(
    lesson: str | None,
    learner: str | None,
    profiles: str | None,
    model: str | None,
    budget: float | None,
    only_list: bool,
    as_json: bool,
) -> int:
    """Make what the lesson's exercises still lack: pictures of sweeps, rungs of the ladder, limits to be looked for.

    With the settings that you have chosen in the Lab, else the lesson's; of a sweep the lesson's values, which the
    hand-in counts. Ctrl+c stops; the same command goes on from there. What is made is in the Lab and in the hand-in as
    if it had been made in class. Scenarios, ratings and what you saw stay yours to do; with a shared engine the limits
    too. With --json it lists, and makes nothing.

    \b
    workshop-tui homework --list
    workshop-tui homework --budget 30
    """
    if budget is not None:
        check_minutes(budget)
    end = math.inf if budget is None else time.monotonic() + budget * 60
    with open_work(lesson, learner, profiles, reads=only_list or as_json) as work:
        model = model or default_model(work.notebook.kept(LAST_MODEL_KEY, str))
        if not work.learner.engine:  # a shared engine has models of its own
            check_whole(model)
        known = work.notebook.runs(lesson=work.lesson.id)
        found = chores(work.lesson, _setups(work, model), model, known, work.learner.engine)
        if work.learner.engine and any(part.search and not part.exercise.optional for part in all_parts(work.lesson)):
            click.echo(
                "Limits are left out: they are looked for on one's own machine, not on a shared engine.", err=True
            )
        if as_json:
            listed = [_as_json(chore, chore.seconds(known, model)) for chore in found]
            say_json({"lesson": work.lesson.id, "model": model, "homework": listed})
            return 0
        if found:
            say(f"With {label(model)}:")
        for chore in found:
            say(chore.words(chore.seconds(known, model)))
        if not found:
            say("Nothing is lacking that the program can make by itself.")
        if only_list or not found:
            return 0
        say("")
        code = 0
        try:
            for chore in found:
                code = max(code, _done(work, chore, model, end))
        finally:
            work.hand_in()
        return code


def _done(work: Work, chore: Chore, model: str, end: float) -> int:
    """Make what a part lacks, if the time allows; return the exit code for it.

    Raises:
        Stopped: After ctrl+c.
    """
    seconds = chore.seconds(work.notebook.runs(lesson=work.lesson.id), model)
    if time.monotonic() + (seconds or 0.0) >= end:
        say(f"Left for another time: {chore.part.title} would not end in time (--budget gives more).")
        return 0
    try:
        return _searched(work, chore, model, end) if chore.part.search else _made(work, chore, model, end)
    except Stopped:
        if time.monotonic() < end:
            raise
        say("The time is over; the same command goes on from here.")
        return 0
    except WorkshopError as error:  # the others may go well
        say(f"{chore.part.title}: {error}")
        return error.exit_code


def _setups(work: Work, model: str) -> dict[str, Setup]:
    setups: dict[str, Setup] = {}
    for part in all_parts(work.lesson):
        kept = work.notebook.kept(setup_key(work.lesson.id, part, model), Setup)
        setups[part.name] = handed_in_setup(part, kept, model)
    return setups


def _searched(work: Work, chore: Chore, model: str, end: float) -> int:
    memory, minutes = look_at_memory(Path.home()), min(BUDGET_MINUTES, (end - time.monotonic()) / 60)
    hunt = open_hunt(work.lesson.id, chore.part, chore.setup.settings, model, memory, chore.runs, minutes)
    search(hunt, find_paths(), work.learner, work.notebook, lambda probe: say(probe_line(probe)))
    if hunt.stopped == "stopped":
        raise Stopped("Stopped; the same command goes on from here.")
    if hunt.found.probes:
        say(result(hunt.found, hunt.steps))
    if hunt.stopped:
        say(f"Left for another time: {chore.part.title} was not looked for to its end; the same command goes on.")
    return 0


def _made(work: Work, chore: Chore, model: str, end: float) -> int:
    left = None if math.isinf(end) else end - time.monotonic()
    job = job_for(work.lesson.id, chore.part, chore.cells, model)

    def tell(run: Run) -> None:
        say(f"{cell_name(chore.part, run.settings):28} {ending(run)}")

    return failed(make(job, find_paths(), work.learner, work.notebook, tell, seconds=left))


def _as_json(chore: Chore, seconds: float | None) -> dict[str, object]:
    return {
        "exercise": chore.part.exercise.id,
        "part": chore.part.id,
        "search": chore.part.search,
        "pictures": chore.lacking,
        "predicted_seconds": seconds,
    }
