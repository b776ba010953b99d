"""`workshop-tui sweep`."""

import math
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from workshop_tui.cli.asking import ask_first
from workshop_tui.cli.common import UserPath, check_count, open_notebook, repeats_option, say, say_json, say_wrapped
from workshop_tui.cli.drifting import drift_lines, drifts
from workshop_tui.cli.forewarn import forewarn
from workshop_tui.cli.making import Stopped, failed, make
from workshop_tui.cli.settings_options import SettingsCommand, settings_options
from workshop_tui.cli.showing import ending, notes
from workshop_tui.cli.sweep_folder import Result, SweepFolder
from workshop_tui.cli.sweep_summary import lines, summarize
from workshop_tui.errors import UserError
from workshop_tui.exercises.sweeps import is_model
from workshop_tui.generation import table
from workshop_tui.generation.models import BUILT_IN, default_model, size_unit
from workshop_tui.generation.pace import duration, predict
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings, check_settings
from workshop_tui.generation.sweep import AXES, Axis, cells, cost_order, loading_of, parse_axis
from workshop_tui.generation.sweep import equal_forwards as at_equal_forwards
from workshop_tui.paths import find_paths
from workshop_tui.text import plain

MANY = 100
"""Pictures above which it is asked before they are made."""


@click.command(cls=SettingsCommand)
@click.option(
    "--vary",
    "varied",
    multiple=True,
    required=True,
    metavar="NAME=VALUE,VALUE",
    help=f"An axis: {', '.join(AXES)}. Steps, guidance and seed take ranges of whole numbers too: 1..10 is 1 to 10, "
    "10..50..10 every tenth. Prompts have bars between them: 'prompt=a king | a queen'. "
    "Give it again for a second axis.",
)
@settings_options
@click.option("--out", type=UserPath(file_okay=False), required=True, help="Folder for the results.")
@click.option("--force", is_flag=True, help="Write into a folder that holds results; files of the same name go.")
@click.option("--skip-made", is_flag=True, help="Take what your notebook has already with the same settings and model.")
@click.option("--equal-forwards", is_flag=True, help="Samplers: steps for as many forwards each, not as many steps.")
@repeats_option
@click.option("--yes", is_flag=True, help=f"Agree beforehand to more than {MANY} pictures.")
def sweep(
    settings: Settings,
    varied: tuple[str, ...],
    model: str | None,
    device: str,
    engine: str | None,
    learner: str | None,
    as_json: bool,
    batch: int,
    cap: float | None,
    out: Path,
    force: bool,
    skip_made: bool,
    equal_forwards: bool,
    repeats: int,
    yes: bool,
) -> int:
    """Make a series of pictures of PROMPT with settings varied.

    Each line tells the picture, the seconds and the peak of memory; all else is in results.csv and in `runs show`.

    Into the folder --out go the pictures, results.csv with a row a run, and, where there are two pictures or more,
    the contact sheet sheet.png. A folder that holds results already is refused without --force. The cheapest pictures
    are made first; the results keep the order asked for. A picture that fails does not end the sweep. Ctrl+c stops,
    and keeps what is made.

    With --repeats, a picture that loaded the model or encoded the prompt is a warm-up and not counted; where precision,
    placement, quantization or speed vary, each has its rounds by itself. Two values are said to differ only where the
    ranges of their seconds do not overlap.

    \b
    workshop-tui sweep "A lighthouse at dusk" --vary steps=10,25,50 --size 512x512 --out lighthouse
    workshop-tui sweep "A lighthouse at dusk" --vary seed=1..10 --out seeds
    workshop-tui sweep "A lighthouse at dusk" --vary sampler=euler,heun --repeats 5 --out samplers
    """
    if skip_made and repeats > 1:
        raise UserError("--skip-made: repeats are compared only where all are made now.", "Leave one of the two out.")
    axes = [parse_axis(text) for text in varied]
    names = {axis.name for axis in axes}
    if equal_forwards and ("sampler" not in names or "steps" in names):
        raise UserError("--equal-forwards: it is for samplers that are varied, and sets their steps.", "Leave it out.")
    paths = find_paths(engine=engine)
    mine = paths.learner(learner)
    folder = SweepFolder(out, axes, mine.pictures)
    folder.check(force=force)
    model = model or default_model()
    asked = _cells(settings, axes, model, repeats)
    if equal_forwards:
        asked = [at_equal_forwards(cell, settings) for cell in asked]
    forewarn(settings, model)

    with open_notebook(mine) as notebook:
        known = [run for run in notebook.runs() if run.model and is_model(run.model, model)]
        there = _made(asked, known, mine.pictures) if skip_made else {}
        order = [cell for cell in cost_order(asked) if cell not in there]
        line = _Line(asked, _in_rounds(asked, order, repeats))
        seconds = line.predicted(known, model)
        _forecast(line, len(there), seconds, repeats)
        if line.total > MANY:
            ask_first(f"Make {line.total:,} pictures, {duration(seconds)}?", yes)
        for cell, run in there.items():  # only now: with what is refused nothing is written
            _tell(folder.add(cell, 1, run, from_notebook=True), repeats, as_json)
        if there:
            folder.write_table()
        owed = seconds is None

        def on_run(run: Run) -> None:
            nonlocal owed
            result = folder.add(*line.end(run), run)
            folder.write_table()
            _tell(result, repeats, as_json)
            took = line.predicted([run], model) if owed and line.left else None
            if took is not None:  # the first that is ok tells
                owed = False
                _say_aside(f"The other {len(line.left)}: {duration(took)}.")

        def make_now(items: Sequence[Item], on_run: Callable[[Run], None] | None = None) -> list[Run]:
            job = Job(uuid.uuid4().hex, tuple(items), model, device, batch=batch, cap=cap)
            return make(job, paths, mine, notebook, on_run, before=line.done, total=line.total)

        warm_up: Run | None = None
        stopped = False
        try:
            if repeats > 1:
                [run] = make_now(line.left[:1])
                if run.seconds.is_warm_up:
                    warm_up = run
                    line.ask_again(run)
                    if not as_json:
                        say(f"{'(warm-up, not counted)':40} {ending(run)}")
                else:
                    on_run(run)
            if line.left:
                make_now(line.left, on_run)
        except Stopped:  # what is there is worth as much
            stopped = True
        known = notebook.runs()
    sheet = folder.write_sheet()
    results = folder.results
    runs = [result.run for result in results]
    summary = summarize(asked, axes, results) if repeats > 1 and results else None
    if as_json:
        say_json(
            {
                "out": str(folder.out),
                "vary": {axis.name: axis.values for axis in axes},
                "forwards": line.forwards,
                "predicted_seconds": seconds,
                "runs": [result.json for result in results],
                "warm_up": warm_up and table.as_json(warm_up),
                "summary": summary,
                "drift": drifts(runs, known, mine.pictures),
                "sheet": sheet and str(sheet),
            }
        )
    else:
        for text in lines(summary) if summary else ():
            say(text)
        for text in dict.fromkeys((*notes(runs), *drift_lines(runs, known, mine.pictures))):  # of repeats once
            say_wrapped(text)
        for path in ([folder.table] if results else []) + ([sheet] if sheet else []):
            say(str(path))
    if stopped:
        made = sum(run.outcome == "ok" for run in runs)
        raise Stopped(f"Stopped; {made} of {line.total + len(there)} made.")
    _tell_failures(runs)
    return failed(runs)


class _Line:
    """The pictures of a sweep that are to be made, in the order of making.

    Args:
        asked: The sweep's cells.
        places: Cell and repeat of each picture.
    """

    def __init__(self, asked: Sequence[Settings], places: Sequence[tuple[int, int]]) -> None:
        self.left = [Item(uuid.uuid4().hex, asked[cell]) for cell, _ in places]
        self.total = len(self.left)
        self.forwards = sum(item.forwards for item in self.left)
        self._places = {item.run_id: place for item, place in zip(self.left, places, strict=True)}

    @property
    def done(self) -> int:
        """Pictures that ended and count."""
        return self.total - len(self.left)

    def end(self, run: Run) -> tuple[int, int]:
        """Take a run off the line; return its cell and repeat."""
        self.left = [item for item in self.left if item.run_id != run.run_id]
        return self._places[run.run_id]

    def ask_again(self, run: Run) -> None:
        """Put a new picture into the place of the first in line, which was the given run."""
        again = Item(uuid.uuid4().hex, run.settings)
        self._places[again.run_id] = self._places.pop(run.run_id)
        self.left[0] = again

    def predicted(self, runs: Sequence[Run], model: str) -> float | None:
        """Return the seconds that the rest will take, by those runs of the same model; None where they do not tell."""
        return predict(self.left, runs, practice=model == BUILT_IN)


def _cells(settings: Settings, axes: list[Axis], model: str, repeats: int) -> list[Settings]:
    check_count(math.prod(len(axis.values) for axis in axes) * repeats, "vary")
    return cells(check_settings(settings, size_unit(model)), axes, size_unit(model))


def _in_rounds(asked: Sequence[Settings], order: Sequence[int], repeats: int) -> list[tuple[int, int]]:
    """Return cell and repeat of each picture: round after round, but of one way to load the model after the other.

    A round that loaded it again and again would leave no run that counts.
    """
    ways = dict.fromkeys(loading_of(asked[cell]) for cell in order)
    rounds = range(1, repeats + 1)
    return [(cell, repeat) for way in ways for repeat in rounds for cell in order if loading_of(asked[cell]) == way]


def _made(asked: Sequence[Settings], known: Sequence[Run], pictures: Path) -> dict[int, Run]:
    """Return the newest run of each cell that was made before and whose picture is still there."""
    newest = {
        run.settings: run
        for run in known
        if run.outcome == "ok" and run.rework is None and run.picture and (pictures / run.picture).is_file()
    }
    return {cell: newest[wanted] for cell, wanted in enumerate(asked) if wanted in newest}


def _forecast(line: _Line, there: int, seconds: float | None, repeats: int) -> None:
    """Say on stderr what is going to be done."""
    count = line.total
    if not count:
        _say_aside(f"Nothing to make: your notebook has all {there}.")
        return
    pictures = f"{count:,} picture{'s' * (count > 1)}" + (f" ({there} more are in your notebook)" if there else "")
    time = "time known after the first" if seconds is None else f"{duration(seconds)} by your own runs, without loading"
    warm_up = "; a warm-up comes on top where one is needed" if repeats > 1 else ""
    _say_aside(f"{pictures}, {line.forwards:,} forward{'s' * (line.forwards > 1)} (NFE): {time}{warm_up}.")


def _tell(result: Result, repeats: int, as_json: bool) -> None:
    if as_json:
        return
    name = result.picture or "(no picture)"
    if repeats > 1:
        name = f"{result.repeat}/{repeats} {name}"
    say(f"{name:40} {ending(result.run)}{', from your notebook' if result.from_notebook else ''}")


def _tell_failures(runs: Sequence[Run]) -> None:
    wrong: Counter[Any] = Counter(run.outcome for run in runs if run.outcome != "ok")
    if wrong:
        what = ", ".join(f"{number} {outcome}" for outcome, number in wrong.items())
        _say_aside(f"{wrong.total()} of {len(runs)} pictures were not made: {what}.")


def _say_aside(text: str) -> None:
    click.echo(plain(text), err=True)
