"""`workshop-tui runs plot`."""

from pathlib import Path

import click

from workshop_tui.cli.common import UserPath, known_learner, learner_option, open_notebook, say
from workshop_tui.cli.showing import check_target
from workshop_tui.files import write_atomic


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option(
    "--out",
    type=UserPath(dir_okay=False),
    required=True,
    help="The PNG to write.",
)
@learner_option
def plot(run_id: str, out: Path, learner: str | None) -> None:
    """Draw memory, power and load of a run over its phases.

    \b
    workshop-tui runs plot 3f2a --out run.png
    """
    check_target(out)
    with open_notebook(known_learner(learner)) as notebook:
        run = notebook.find_run(run_id)
    from workshop_tui.profile.run_plot import run_plot

    write_atomic(out, run_plot(run))
    say(str(out.absolute()))
