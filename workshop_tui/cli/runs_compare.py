"""`workshop-tui runs compare`: figures of two to four pictures side by side, and what they do not say."""

import click

from workshop_tui.cli.common import (
    json_option,
    known_learner,
    learner_option,
    open_notebook,
    say,
    say_json,
    say_wrapped,
)
from workshop_tui.cli.showing import describe
from workshop_tui.errors import UserError
from workshop_tui.exercises.compare import MOST, drift_words, figures, likeness_words, meaning
from workshop_tui.generation.picture_statistics import likeness
from workshop_tui.notebook.run_table import SHORT


@click.command()
@click.argument("run_ids", metavar="RUN RUN [RUN [RUN]]", nargs=-1)
@learner_option
@json_option
def compare(run_ids: tuple[str, ...], learner: str | None, as_json: bool) -> None:
    """Hold two to four pictures against each other: sharpness, drift from the first, how alike they all are.

    \b
    workshop-tui runs compare 3f2a 91c0
    """
    if not 2 <= len(run_ids) <= MOST:
        raise UserError(f"{len(run_ids)} runs are named.", f"Name 2 to {MOST}; `workshop-tui runs list` shows them.")
    mine = known_learner(learner)
    with open_notebook(mine) as notebook:
        runs = [notebook.find_run(run_id) for run_id in run_ids]
    found = figures(runs, mine.pictures)
    alike = likeness([mine.pictures / run.picture for run in runs])
    if as_json:
        say_json({"pictures": found, "likeness": alike})
        return
    for run, each, away in zip(runs, found, drift_words(found), strict=True):
        say_wrapped(f"{run.run_id[:SHORT]}  {describe(run)}")
        say(f"  sharpness {each.sharpness:.1f}{away and f'; {away}'}")
    if alike:
        say(likeness_words(alike))
    for text in meaning(found, alike):
        say_wrapped(text)
