"""`workshop-tui runs compare`: figures of two to four pictures side by side, and what they do not say."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from workshop_tui.cli.common import json_option, learner_option, open_notebook, say, say_json
from workshop_tui.cli.showing import describe, say_wrapped
from workshop_tui.errors import UserError
from workshop_tui.generation.drift import VISIBLE, Drift, drift
from workshop_tui.generation.picture_statistics import Likeness, likeness, sharpness
from workshop_tui.generation.record import Run
from workshop_tui.notebook.run_table import SHORT
from workshop_tui.paths import find_paths

MOST = 4


class Figures(msgspec.Struct, frozen=True):
    """Of one picture."""

    run_id: str
    settings: str
    sharpness: float
    """Levels of 255."""
    drift: Drift | None
    """From the first picture; None for that itself, and for one of another size."""


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
    mine = find_paths().learner(learner)
    with open_notebook(mine) as notebook:
        runs = [notebook.find_run(run_id) for run_id in run_ids]
    pictures = [mine.pictures / run.picture for run in runs]
    figures = _figures(runs, pictures)
    alike = likeness(pictures)
    if as_json:
        say_json({"pictures": figures, "likeness": alike})
        return
    for run, found in zip(runs, figures, strict=True):
        say_wrapped(f"{run.run_id[:SHORT]}  {describe(run)}")
        told = f"  sharpness {found.sharpness:.1f}"
        if found.drift:
            told += f"; from the first {found.drift.levels}, {found.drift.area}"
        elif run is not runs[0]:
            told += "; no drift: it has another size than the first"
        say(told)
    if alike:
        say(f"Palettes are {alike.palette:.0%} apart, textures {alike.texture:.0%}, on average over all pairs.")
    for text in _meaning(figures, alike):
        say_wrapped(text)


def _figures(runs: Sequence[Run], pictures: Sequence[Path]) -> list[Figures]:
    found: list[Figures] = []
    for place, (run, picture) in enumerate(zip(runs, pictures, strict=True)):
        sharp = sharpness(picture) if run.picture else None
        if sharp is None:
            raise UserError(f"Run {run.run_id[:SHORT]} has no picture that can be read: {run.outcome}.", f"{picture}")
        away = drift(pictures[0], picture) if place else None
        found.append(Figures(run.run_id, run.settings.words, round(sharp, 2), away))
    return found


def _meaning(figures: Sequence[Figures], alike: Likeness | None) -> list[str]:
    """Return what the figures mean, and what they do not."""
    said = ["Sharpness is the strength of the finest detail. Noise and hatching are sharp too: compare one style only."]
    if any(each.drift for each in figures):
        said.append(f"Drift says how different, not how much worse; pixels count that differ by more than {VISIBLE}.")
    if alike:
        said.append("Palettes and textures say how far a style holds the pictures together, not what they show.")
    return said
