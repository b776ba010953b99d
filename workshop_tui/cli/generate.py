"""`workshop-tui generate`, and the options that say what a picture is made with."""

import functools
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from workshop_tui.cli.common import device_option, engine_option, json_option, learner_option, open_notebook
from workshop_tui.cli.making import failed, make
from workshop_tui.cli.showing import check_target, show_run
from workshop_tui.errors import UserError
from workshop_tui.generation.models import default_model, size_unit
from workshop_tui.generation.presets import Presets
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.samplers import DEFAULT_SAMPLER, SAMPLERS
from workshop_tui.generation.settings import Settings, check_settings, random_seed
from workshop_tui.generation.sizes import RATIOS, parse_size
from workshop_tui.paths import find_paths


def settings_options(function: Callable[..., int]) -> Callable[..., int]:
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
                help="Settings by name, such as fast-preview (preset list has all); options beside it win.",
            ),
            click.option("--steps", type=int, help="Denoising steps, 1 to 100.  [default: 28]"),
            click.option("--guidance", type=float, help="Guidance scale, 1 to 20.  [default: 3.5]"),
            click.option("--seed", default="0", show_default=True, help="0 to 4294967295, or 'random'."),
            click.option("--size", help=f"WxH in px, or a ratio: {', '.join(RATIOS)}.  [default: 1024x1024]"),
            click.option("--sampler", help=f"One of: {', '.join(SAMPLERS)}.  [default: {DEFAULT_SAMPLER}]"),
            click.option(
                "--model",
                metavar="MODEL",
                help="small-flux (built in), a diffusers folder, a file or a hub id. Default: $WORKSHOP_TUI_MODEL.",
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
@settings_options
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
    model = model or default_model()
    item = Item(uuid.uuid4().hex, check_settings(settings, size_unit(model)))
    with open_notebook(mine) as notebook:
        [run] = make(Job(uuid.uuid4().hex, (item,), model, device), paths, mine, notebook)
    show_run(run, mine, out, as_json)
    return failed([run])


def _read_settings(
    prompt: str,
    preset: str | None,
    steps: int | None,
    guidance: float | None,
    seed: str,
    size: str | None,
    sampler: str | None,
    learner: str | None,
) -> Settings:
    base = Settings(prompt)
    if preset is not None:
        base = Presets.of(find_paths().learner(learner)).find(preset).over(base)
    width, height = (base.width, base.height) if size is None else parse_size(size)
    if seed.strip().lower() == "random":
        number = random_seed()
    elif seed.strip().isdecimal() and len(seed.strip()) <= 20:
        number = int(seed)
    else:
        raise UserError(f"seed: '{seed}' is no seed.", "Give a whole number from 0 to 4294967295, or 'random'.")
    return msgspec.structs.replace(
        base,
        num_inference_steps=base.num_inference_steps if steps is None else steps,
        guidance_scale=base.guidance_scale if guidance is None else guidance,
        seed=number,
        width=width,
        height=height,
        sampler=base.sampler if sampler is None else sampler.strip().lower(),
    )
