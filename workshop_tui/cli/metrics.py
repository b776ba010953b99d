"""`workshop-tui metrics`: the lesson's metrics over all runs of a learner."""

import textwrap

import click

from workshop_tui.cli.asking import lessons_of
from workshop_tui.cli.common import json_option, known_learner, learner_option, open_notebook, say, say_json


@click.command()
@learner_option
@json_option
def metrics(learner: str | None, as_json: bool) -> None:
    """Show seconds an image, memory, energy, consistency and error rates, by model, placement and settings.

    Runs that are meant to fail are left out: tries of a search for a limit, and those of a scenario. Of pictures made
    again with the same settings and seed it says how far they lie apart: that is drift, not quality. n/a is null in
    JSON.
    """
    from workshop_tui.exercises import metrics as reckoning
    from workshop_tui.exercises.registry import unplanned

    mine = known_learner(learner)
    with open_notebook(mine) as notebook:
        lessons, runs = lessons_of(notebook), notebook.runs()
        observations = [each for lesson in lessons for each in notebook.observations(lesson)]
    for name, lesson in lessons.items():
        if lesson:
            planned = {run.run_id for run in runs if run.origin.lesson == name}
            planned -= {run.run_id for run in unplanned(lesson, runs)}
            runs = [run for run in runs if run.run_id not in planned]
    found = reckoning.metrics([run for run in runs if not run.origin.is_try], observations, mine.pictures)
    if as_json:
        say_json(found)
        return
    for line in reckoning.summary_lines(found, "all lessons' and commands'"):
        say("\n".join(textwrap.wrap(line, 80)))
    for heading, groups in reckoning.by_model(found):
        say(f"\n{heading}")
        for group in groups:
            say("\n".join(textwrap.wrap(group.settings, 80, initial_indent="  ", subsequent_indent="  ")))
            told = "; ".join(reckoning.group_parts(group))
            say("\n".join(textwrap.wrap(told, 80, initial_indent="    ", subsequent_indent="    ")))
