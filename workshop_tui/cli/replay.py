"""`workshop-tui profile replay`."""

import uuid
from pathlib import Path

import click

from workshop_tui.cli.asking import ask_first
from workshop_tui.cli.common import (
    LONGEST_LINE,
    UserPath,
    check_count,
    device_option,
    engine_option,
    json_option,
    learner_option,
    open_notebook,
    repeats_option,
    say,
    say_json,
    say_left_out,
    say_wrapped,
)
from workshop_tui.cli.comparing import comparison_json, comparison_lines
from workshop_tui.cli.making import Stopped, failed, make
from workshop_tui.errors import UserError
from workshop_tui.generation.models import BUILT_IN, default_model, size_unit
from workshop_tui.generation.pace import duration, predict
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import Run
from workshop_tui.paths import find_paths
from workshop_tui.profile.build import hardware_entry
from workshop_tui.profile.check import read_profile
from workshop_tui.profile.compare import compare_profiles
from workshop_tui.profile.gather import look_at_hardware
from workshop_tui.profile.replay import other_versions, replay_of, replayed, same_pictures
from workshop_tui.profile.summary import machine_words, model_words
from workshop_tui.text import counted, plain

MOST_TOLD = 10
"""Reasons why something of a stranger's cannot be made again."""


@click.command()
@click.argument("path", metavar="FILE|DIR", type=UserPath())
@click.option("--sweep", "sweeps", multiple=True, metavar="NAME", help="Only this one's pictures; more may be given.")
@click.option("--preset", metavar="NAME", help="Only pictures with the values of this preset of the hand-in.")
@repeats_option
@click.option("--model", metavar="MODEL", help="As for `generate`; never taken from the hand-in.")
@click.option("--yes", is_flag=True, help="Agree beforehand.")
@device_option
@engine_option
@learner_option
@json_option
def replay(
    path: Path,
    sweeps: tuple[str, ...],
    preset: str | None,
    repeats: int,
    model: str | None,
    yes: bool,
    device: str,
    engine: str | None,
    learner: str | None,
    as_json: bool,
) -> int:
    """Measure a hand-in's pictures again on this machine, and compare times, memory and the pictures themselves.

    It may come from anybody: which model made its pictures is said, but yours makes them again, and only after a
    question. The pictures come into your notebook as runs of no exercise. Ctrl+c stops, and compares what is made.
    """
    theirs = read_profile(path, say_left_out)
    paths = find_paths(engine=engine)
    mine = paths.learner(learner)
    model = model or default_model()
    found = replay_of(theirs, sweeps, preset, size_unit(model))
    why = list(dict.fromkeys(str(error) for error in found.refused))
    for error in why[:MOST_TOLD]:
        say_left_out(error)
    if len(why) > MOST_TOLD:
        click.echo(f"Left out for {len(why) - MOST_TOLD} more reasons.", err=True)
    if not found.settings:
        why_not = f"None of its pictures was made with '{preset}'." if preset else "It has no picture that ended well."
        raise UserError(f"{path}: there is nothing in it to be made again.", why_not)
    check_count(repeats * len(found.settings), "--repeats")
    items = [Item(uuid.uuid4().hex, settings) for _ in range(repeats) for settings in found.settings]
    hardware = look_at_hardware(mine.root)
    runs: list[Run] = []
    with open_notebook(mine) as notebook:
        seconds = predict(items, notebook.runs(), practice=model == BUILT_IN)
        for line in (
            f"Recorded with: {'; '.join(map(model_words, theirs.models)) or 'nothing'}",
            f"           on: {'; '.join(machine_words(theirs.hardware))}",
            f"Now with:      {model}",
            f"     on:       {'; '.join(machine_words(hardware_entry(hardware)))}",
            f"Software:      {'; '.join(other_versions(theirs)) or 'the same versions'}",
        ):
            click.echo(plain(line)[:LONGEST_LINE], err=True)
        ask_first(f"Make {counted(len(items), 'picture')}, {duration(seconds)}?", yes)
        job = Job(uuid.uuid4().hex, tuple(items), model, device)
        stopped: Stopped | None = None
        try:
            make(job, paths, mine, notebook, runs.append)
        except Stopped as error:  # what is there can be compared
            stopped = error
    profiles = [theirs, replayed(theirs, mine.name, runs, hardware)]
    compared, places = compare_profiles(profiles), [str(path), "measured now"]
    folder = path if path.is_dir() else None
    pictures = same_pictures(theirs, folder, runs, mine.pictures)
    if as_json:
        say_json({**comparison_json(compared, profiles, places), "pictures": pictures})
    else:
        for line in comparison_lines(compared, profiles, places):
            say(line)
        for each in pictures:
            say_wrapped(each.words)
        for run in runs:
            if run.outcome != "ok":
                say_wrapped(f"{run.settings.words}: {run.outcome}: {run.reason}")
    if stopped:
        raise stopped
    return failed(runs)
