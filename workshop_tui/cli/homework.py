"""`workshop-tui homework`: by command, and one after the other, what `r` makes in the Lab."""

import math
import time
from pathlib import Path

import click

from workshop_tui.cli.common import json_option, say, say_json
from workshop_tui.cli.hand_in import Work, open_work, work_options
from workshop_tui.cli.limits import probe_line, probes
from workshop_tui.cli.making import Stopped, failed, make
from workshop_tui.cli.showing import ending
from workshop_tui.errors import UserError
from workshop_tui.exercises.homework import Chore, chores
from workshop_tui.exercises.limits import check_own_worker, open_hunt, result
from workshop_tui.exercises.registry import all_parts
from workshop_tui.exercises.sweeps import Setup, cell_name, job_for, setup_key, usable_setup
from workshop_tui.generation.hunt import BUDGET_MINUTES
from workshop_tui.generation.models import default_model
from workshop_tui.generation.record import Run
from workshop_tui.monitor.memory_now import look_at_memory
from workshop_tui.paths import find_paths


@click.command()
@work_options
@click.option(
    "--model", metavar="MODEL", help="small-flux (built in), a folder, a file or a hub id; as generate has it."
)
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

    With the settings that you have chosen in the Lab, else the lesson's. Ctrl+c stops; the same command goes on from
    there. What is made is in the Lab and in the hand-in as if it had been made in class. Scenarios, ratings and what
    you saw stay yours to do.

    \b
    workshop-tui homework --list
    workshop-tui homework --budget 30
    """
    if budget is not None and not (budget > 0 and math.isfinite(budget)):
        raise UserError(f"--budget: {budget:g} is no number of minutes.", "Give minutes above 0, such as 30.")
    model = model or default_model()
    end = math.inf if budget is None else time.monotonic() + budget * 60
    with open_work(lesson, learner, profiles) as work:
        found = chores(work.lesson, _setups(work, model), model, work.notebook.runs(lesson=work.lesson.id))
        if as_json:
            say_json({"lesson": work.lesson.id, "model": model, "homework": [_as_json(chore) for chore in found]})
        else:
            for chore in found:
                say(chore.words)
            if not found:
                say("Nothing is lacking that the program can make by itself.")
        if only_list or as_json or not found:
            return 0
        say("")
        runs: list[Run] = []
        try:
            for chore in found:
                if chore.seconds is not None and time.monotonic() + chore.seconds > end:
                    say(f"Stopped before {chore.part.title}: it would not end in time (--budget gives more).")
                    break
                runs += _do(work, chore, model, end)
        finally:
            work.hand_in()
        return failed(runs)


def _setups(work: Work, model: str) -> dict[str, Setup]:
    setups: dict[str, Setup] = {}
    for part in all_parts(work.lesson):
        kept = work.notebook.kept(setup_key(work.lesson.id, part, model), Setup)
        setups[part.name] = usable_setup(part, kept, model)
    return setups


def _do(work: Work, chore: Chore, model: str, end: float) -> list[Run]:
    """Make what a part lacks; return the pictures' runs, none of a search.

    Raises:
        Stopped: After ctrl+c.
    """
    part, paths = chore.part, find_paths()
    left = end - time.monotonic()
    if part.search:
        check_own_worker(work.learner.engine)
        memory, minutes = look_at_memory(Path.home()), min(BUDGET_MINUTES, left / 60)
        hunt = open_hunt(work.lesson.id, part, chore.setup.settings, model, memory, chore.runs, minutes)
        for probe in probes(hunt, paths, work.learner, work.notebook):
            say(probe_line(probe))
        if hunt.stopped == "stopped":
            raise Stopped("Stopped; the same command goes on from here.")
        say(result(hunt.found, chore.setup.settings.num_inference_steps))
        return []
    job = job_for(work.lesson.id, part, chore.cells, model)

    def tell(run: Run) -> None:
        say(f"{cell_name(part, run.settings):28} {ending(run)}")

    return make(job, paths, work.learner, work.notebook, tell, seconds=None if math.isinf(left) else left)


def _as_json(chore: Chore) -> dict[str, object]:
    return {
        "exercise": chore.part.exercise.id,
        "part": chore.part.id,
        "search": chore.part.search,
        "pictures": chore.lacking,
        "predicted_seconds": chore.seconds,
    }
