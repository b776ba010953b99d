"""`workshop-tui generate`."""

import uuid
from pathlib import Path

import click

from workshop_tui.cli.common import UserPath, force_option, open_notebook
from workshop_tui.cli.forewarn import forewarn
from workshop_tui.cli.making import failed, make
from workshop_tui.cli.settings_options import SettingsCommand, settings_options
from workshop_tui.cli.showing import check_pictures, show_runs
from workshop_tui.generation.models import default_model, size_unit
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.settings import Settings, check_settings, with_next_seeds
from workshop_tui.paths import find_paths


@click.command(cls=SettingsCommand)
@settings_options
@click.option(
    "--out",
    type=UserPath(dir_okay=False),
    help="Write the picture here too, as PNG; of a batch NAME-1.png and so on.",
)
@force_option
def generate(
    settings: Settings,
    model: str | None,
    device: str,
    engine: str | None,
    learner: str | None,
    as_json: bool,
    batch: int,
    cap: float | None,
    out: Path | None,
    force: bool,
) -> int:
    """Make a picture of PROMPT, or with --batch several: of this seed and the ones after it.

    \b
    workshop-tui generate "A lighthouse at dusk" --steps 10 --size 512x512 --out lighthouse.png
    workshop-tui generate "A lighthouse at dusk" --seed random --batch 3
    workshop-tui generate "A lighthouse at dusk" --negative "people" --true-cfg 3
    """
    if out:
        check_pictures(out, batch, force=force)
    paths = find_paths(engine=engine)
    mine = paths.learner(learner)
    model = model or default_model()
    check_settings(settings, size_unit(model))
    items = tuple(Item(uuid.uuid4().hex, each) for each in with_next_seeds(settings, batch))
    forewarn(settings, model)
    with open_notebook(mine) as notebook:
        runs = make(Job(uuid.uuid4().hex, items, model, device, batch=batch, cap=cap), paths, mine, notebook)
        known = notebook.runs()
    show_runs(runs, known, mine, out, as_json)
    return failed(runs)
