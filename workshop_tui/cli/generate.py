"""`workshop-tui generate` and `workshop-tui sweep`."""

import functools
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from workshop_tui.cli.common import (
    device_option,
    engine_option,
    json_option,
    learner_option,
    open_notebook,
    say,
    say_json,
)
from workshop_tui.cli.making import Stopped, failed, make
from workshop_tui.cli.showing import check_folder, check_target, describe, show_run
from workshop_tui.errors import UserError
from workshop_tui.files import write_atomic
from workshop_tui.generation import table
from workshop_tui.generation.contact_sheet import contact_sheet, frames
from workshop_tui.generation.models import default_model, size_unit
from workshop_tui.generation.presets import Presets
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import Run
from workshop_tui.generation.samplers import DEFAULT_SAMPLER, SAMPLERS
from workshop_tui.generation.settings import Settings, check_settings, random_seed
from workshop_tui.generation.sizes import RATIOS, parse_size
from workshop_tui.generation.sweep import AXES, Axis, cells, parse_axis
from workshop_tui.paths import LearnerPaths, Paths, find_paths

MOST_CELLS = 10_000

RESULTS_FILE = "results.csv"
SHEET_FILE = "sheet.png"

MOST_SHOWN = 100
"""Pictures on a contact sheet; it is drawn in memory, and has 4,016 px a side then."""


def _settings_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add PROMPT and the options that make up the settings; the function gets them as `settings`."""

    @functools.wraps(function)
    def with_settings(**options: Any) -> int:
        asked = {
            name: options.pop(name) for name in ("prompt", "preset", "steps", "guidance", "seed", "size", "sampler")
        }
        return function(settings=_read_settings(**asked, learner=options["learner"]), **options)

    decorated: Callable[..., int] = with_settings
    for option in reversed(
        (
            click.argument("prompt"),
            click.option(
                "--preset",
                metavar="NAME",
                help="Steps and guidance by name: fast-preview, good-quality, maximum-quality, or one of your own.",
            ),
            click.option("--steps", type=int, help="Denoising steps, 1 to 100.  [default: 28]"),
            click.option("--guidance", type=float, help="Guidance scale, 1 to 20.  [default: 3.5]"),
            click.option("--seed", default="0", show_default=True, help="0 to 4294967295, or 'random'."),
            click.option(
                "--size", default="1024x1024", show_default=True, help=f"WxH in px, or a ratio: {', '.join(RATIOS)}."
            ),
            click.option(
                "--sampler", default=DEFAULT_SAMPLER, show_default=True, help=f"One of: {', '.join(SAMPLERS)}."
            ),
            click.option(
                "--model",
                metavar="MODEL",
                help="small-flux (built in), a diffusers folder or a hub id. Default: $WORKSHOP_TUI_MODEL.",
            ),
            device_option,
            engine_option,
            learner_option,
            json_option,
        )
    ):
        decorated = option(decorated)
    return decorated


@click.command()
@_settings_options
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the picture here too, as PNG.")
def generate(
    settings: Settings,
    model: str | None,
    device: str,
    engine: str | None,
    learner: str | None,
    as_json: bool,
    out: Path | None,
) -> int:
    """Make one picture of PROMPT.

    \b
    workshop-tui generate "A lighthouse at dusk" --steps 10 --size 512x512 --out lighthouse.png
    """
    if out:
        check_target(out)
    paths = find_paths(engine=engine)
    mine = paths.learner(learner)
    [run] = _run(settings, [], model, device, paths, mine)
    show_run(run, mine, out, as_json)
    return failed([run])


@click.command()
@click.option(
    "--vary",
    "varied",
    multiple=True,
    required=True,
    metavar="NAME=VALUE,VALUE",
    help=f"An axis: {', '.join(AXES)}. Give it again for a second axis.",
)
@_settings_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the results.")
@click.option("--force", is_flag=True, help="Write into a folder that holds results; files of the same name go.")
def sweep(
    settings: Settings,
    varied: tuple[str, ...],
    model: str | None,
    device: str,
    engine: str | None,
    learner: str | None,
    as_json: bool,
    out: Path,
    force: bool,
) -> int:
    """Make a series of pictures of PROMPT with settings varied.

    Into the folder --out go the pictures, results.csv with a row a run, and, where there are two pictures or more,
    the contact sheet sheet.png. A folder that holds results already is refused without --force. Ctrl+c stops, and
    keeps what is made.

    \b
    workshop-tui sweep "A lighthouse at dusk" --vary steps=10,25,50 --size 512x512 --out lighthouse
    """
    axes = [parse_axis(text) for text in varied]
    check_folder(out)
    if not force:
        _check_free(out)
    paths = find_paths(engine=engine)
    mine = paths.learner(learner)
    rows: list[dict[str, Any]] = []
    runs: list[Run] = []

    def on_run(run: Run) -> None:
        name = ""
        if run.picture:
            name = _cell_name(len(rows) + 1, axes, run.settings)
            write_atomic(out / name, (mine.pictures / run.picture).read_bytes())
        rows.append({**table.row(run), "picture": name})
        runs.append(run)
        write_atomic(out / RESULTS_FILE, table.as_csv(rows))
        if not as_json:
            say(f"{name or '(no picture)':40} {describe(run)}")

    stopped: Stopped | None = None
    try:
        _run(settings, axes, model, device, paths, mine, on_run)
    except Stopped as error:  # what is there is worth as much
        stopped = error
    sheet = _write_sheet(out, axes, runs, mine.pictures)
    if as_json:
        told = [{**table.as_json(run), "picture": row["picture"]} for run, row in zip(runs, rows, strict=True)]
        vary = {axis.name: axis.values for axis in axes}
        say_json({"out": str(out.absolute()), "vary": vary, "runs": told, "sheet": sheet and str(sheet)})
    else:
        for path in ([(out / RESULTS_FILE).absolute()] if rows else []) + ([sheet] if sheet else []):
            say(str(path))
    if stopped:
        raise stopped
    return failed(runs)


def _check_free(out: Path) -> None:
    for name in (RESULTS_FILE, SHEET_FILE):
        if (out / name).is_file():
            raise UserError(
                f"--out: {out.absolute()} holds a {name} already, which would be lost.",
                "Choose another folder, or give --force.",
            )


def _write_sheet(out: Path, axes: list[Axis], runs: list[Run], pictures: Path) -> Path | None:
    """Write the contact sheet of the runs that ended; None where they are too few, or too many to see anything."""
    shown = frames([run for run in runs if run.outcome != "cancelled"], [axis.name for axis in axes], pictures)
    if len(shown) > MOST_SHOWN or sum(frame.picture is not None for frame in shown) < 2:
        return None
    path = (out / SHEET_FILE).absolute()
    write_atomic(path, contact_sheet(shown, f"Sweep: {', '.join(AXES[axis.name].label.lower() for axis in axes)}"))
    return path


def _read_settings(
    prompt: str,
    preset: str | None,
    steps: int | None,
    guidance: float | None,
    seed: str,
    size: str,
    sampler: str,
    learner: str | None,
) -> Settings:
    width, height = parse_size(size)
    base = Settings(prompt)
    if preset is not None:
        chosen = Presets.of(find_paths().learner(learner)).find(preset)
        base = Settings(prompt, chosen.num_inference_steps, chosen.guidance_scale)
    if seed.strip().lower() == "random":
        number = random_seed()
    elif seed.strip().isdecimal() and len(seed.strip()) <= 20:
        number = int(seed)
    else:
        raise UserError(f"seed: '{seed}' is no seed.", "Give a whole number from 0 to 4294967295, or 'random'.")
    return Settings(
        prompt,
        base.num_inference_steps if steps is None else steps,
        base.guidance_scale if guidance is None else guidance,
        number,
        width,
        height,
        sampler.strip().lower(),
    )


def _run(
    settings: Settings,
    axes: list[Axis],
    model: str | None,
    device: str,
    paths: Paths,
    mine: LearnerPaths,
    on_run: Callable[[Run], None] | None = None,
) -> list[Run]:
    model = model or default_model()
    asked = cells(check_settings(settings, size_unit(model)), axes, size_unit(model))
    if len(asked) > MOST_CELLS:
        raise UserError(f"vary: {len(asked):,} pictures are too many.", f"At most {MOST_CELLS:,} at once.")
    job = Job(uuid.uuid4().hex, tuple(Item(uuid.uuid4().hex, cell) for cell in asked), model, device)
    with open_notebook(mine) as notebook:
        return make(job, paths, mine, notebook, on_run)


def _cell_name(place: int, axes: list[Axis], settings: Settings) -> str:
    values = "-".join(f"{axis.name}-{AXES[axis.name].show(settings)}" for axis in axes)
    return f"{place:03}-{values}.png"[:120]
