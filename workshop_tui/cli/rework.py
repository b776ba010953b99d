"""`workshop-tui promote` and `workshop-tui refine`: pictures made out of earlier ones."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from workshop_tui.cli.common import (
    UserPath,
    device_option,
    engine_option,
    force_option,
    json_option,
    learner_option,
    open_notebook,
)
from workshop_tui.cli.making import failed, make
from workshop_tui.cli.showing import check_pictures, show_runs
from workshop_tui.errors import UserError
from workshop_tui.exercises.sweeps import is_model
from workshop_tui.generation.models import BUILT_IN, default_model
from workshop_tui.generation.presets import Presets
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import Run
from workshop_tui.generation.rework import (
    DEFAULT_SCALE,
    DEFAULT_STRENGTH,
    FINAL_PRESET,
    final_item,
    read_source,
    refined_item,
    scaled_size,
)
from workshop_tui.generation.sizes import parse_size
from workshop_tui.paths import LearnerPaths, find_paths
from workshop_tui.text import plain


def _shared_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add RUN and the options that both commands take."""
    for option in reversed(
        (
            click.argument("run_id", metavar="RUN"),
            click.option("--steps", type=int, help="Denoising steps, 1 to 100."),
            click.option(
                "--model", metavar="MODEL", help="Where the model lies, if it is a folder. Always the run's own model."
            ),
            device_option,
            click.option("--out", type=UserPath(dir_okay=False), help="Write the picture here too, as PNG."),
            force_option,
            engine_option,
            learner_option,
            json_option,
        )
    ):
        function = option(function)
    return function


@click.command()
@_shared_options
@click.option(
    "--preset", metavar="NAME", help=f"Take the steps of a preset, and nothing else of it.  [default: {FINAL_PRESET}]"
)
def promote(run_id: str, steps: int | None, preset: str | None, learner: str | None, **how: Any) -> int:
    """Make a preview final: the same prompt, seed, size, guidance and sampler with more steps.

    RUN is a run's id, or the beginning of it: `workshop-tui runs list` lists them.

    \b
    workshop-tui promote 3f2a --preset maximum-quality --out final.png
    """
    if steps is not None and preset is not None:
        raise UserError("--preset: the steps are given already.", "Give --steps or --preset.")

    def ask(run: Run, mine: LearnerPaths) -> tuple[Item, bytes]:
        if steps is not None:
            return final_item(run, steps), b""
        chosen = Presets.of(mine).find(FINAL_PRESET if preset is None else preset)
        if chosen.steps is None:
            raise UserError(f"--preset: {chosen.name} says nothing of steps.", "Give --steps, or another preset.")
        return final_item(run, chosen.steps), b""

    return _rework(run_id, ask, learner, **how)


@click.command()
@_shared_options
@click.option(
    "--scale", type=float, help=f"How much larger; the nearest size that fits the model.  [default: {DEFAULT_SCALE:g}]"
)
@click.option("--size", help="The larger size instead, WxH in px.")
@click.option(
    "--strength",
    type=float,
    default=DEFAULT_STRENGTH,
    show_default=True,
    help="0.05 to 0.95: the share of the steps that are made again. Little keeps the picture, much changes it.",
)
def refine(
    run_id: str,
    steps: int | None,
    scale: float | None,
    size: str | None,
    strength: float,
    learner: str | None,
    **how: Any,
) -> int:
    """Enlarge a picture, then denoise it part of the way again: new detail on the same composition.

    Start small, upscale if needed. The picture of RUN (its id, or the beginning of it) is enlarged (Lanczos), partly
    covered with noise, and the last steps are made again: 10 of 28 with strength 0.35. --steps is what the strength is
    a share of; default: the run's own.

    \b
    workshop-tui refine 3f2a --scale 2 --strength 0.35 --out large.png
    """
    if scale is not None and size:
        raise UserError("--size: a scale is given already.", "Give --scale or --size.")

    def ask(run: Run, mine: LearnerPaths) -> tuple[Item, bytes]:
        factor = DEFAULT_SCALE if scale is None else scale
        target = parse_size(size) if size else scaled_size(run, factor)
        item = refined_item(run, target, strength, steps)
        exact = (run.settings.width * factor, run.settings.height * factor)
        if not size and target != exact:
            text = f"Made as {item.settings.size}: {exact[0]:g}x{exact[1]:g} is brought to what the model can make."
            click.echo(plain(text), err=True)
        return item, read_source(run, mine.pictures)

    return _rework(run_id, ask, learner, **how)


def _rework(
    run_id: str,
    ask: Callable[[Run, LearnerPaths], tuple[Item, bytes]],
    learner: str | None,
    model: str | None,
    device: str,
    out: Path | None,
    force: bool,
    engine: str | None,
    as_json: bool,
) -> int:
    if out:
        check_pictures(out, 1, force=force)
    paths = find_paths(engine=engine)
    mine = paths.learner(learner)
    with open_notebook(mine) as notebook:
        run = notebook.find_run(run_id)
        item, source = ask(run, mine)
        job = Job(uuid.uuid4().hex, (item,), _model_of(run, model), device)
        [made] = make(job, paths, mine, notebook, source=source)
        known = notebook.runs()
    show_runs([made], known, mine, out, as_json)
    return failed([made])


def _model_of(run: Run, given: str | None) -> str:
    """Return the model that made a run, as an engine is asked for it."""
    assert run.model is not None  # it has a picture
    asked = given or {"built-in": BUILT_IN, "hub": run.model.name}.get(run.model.source) or default_model()
    if not is_model(run.model, asked):
        raise UserError(
            f"model: run {run.run_id[:12]} was made with {run.model.name}, not with {asked}.",
            "Another model makes another picture of the same seed: give --model with the one that made it.",
        )
    return asked
