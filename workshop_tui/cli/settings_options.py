"""The options that say what pictures are made with, how many at a time, and on what."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click
import msgspec

from workshop_tui.cli.common import device_option, engine_option, json_option, learner_option
from workshop_tui.generation.choices import PLACEMENTS, PRECISIONS, QUANTIZATIONS, SPEEDS
from workshop_tui.generation.fields import RANGES, read_field
from workshop_tui.generation.presets import Presets
from workshop_tui.generation.samplers import DEFAULT_SAMPLER, SAMPLERS
from workshop_tui.generation.settings import LARGEST_BATCH, Settings
from workshop_tui.paths import find_paths

USUAL_TRUE_CFG = 4.0
"""What a negative prompt is given where no true CFG is asked for; without any it would do nothing."""

HELP: Mapping[str, str] = {
    "steps": f"Denoising steps, {RANGES['steps']}.  [default: 28]",
    "guidance": f"Guidance scale, {RANGES['guidance']}; FLUX.1 [schnell] ignores it.  [default: 3.5]",
    "seed": f"{RANGES['seed']}.  [default: 0]",
    "size": f"{RANGES['size']}.  [default: 1024x1024]",
    "sampler": f"One of: {', '.join(SAMPLERS)}.  [default: {DEFAULT_SAMPLER}]",
    "precision": f"One of: {', '.join(PRECISIONS)}.",
    "placement": f"Where the model lies: {', '.join(PLACEMENTS)}.",
    "quantization": f"One of: {', '.join(QUANTIZATIONS)}.  [default: none]",
    "speed": f"One of: {', '.join(SPEEDS)}.  [default: exact]",
    "negative": f"What the picture shall not show. Takes two forwards a step, with --true-cfg {USUAL_TRUE_CFG:g}.",
    "true-cfg": f"Classifier-free guidance by a second forward, {RANGES['true-cfg']}; 1 is off.",
    "walk-to": "A second seed, for --walk.",
    "walk": f"How far from the seed's noise to that of --walk-to, {RANGES['walk']}.",
    "block-cache": "Skip blocks that change by less than this share, such as 0.1; 0 is off.",
    "tiled": "yes: decode in tiles from the start, in less memory; no: only where memory is short.",
}
"""By the name of the setting; the same names as in the Lab's form."""


METAVARS: Mapping[str, str] = {
    "steps": "N",
    "guidance": "X",
    "seed": "N",
    "size": "WxH",
    "negative": "TEXT",
    "true-cfg": "X",
    "walk-to": "SEED",
    "walk": "X",
    "block-cache": "X",
    "tiled": "yes|no",
}
"""What `--help` calls a setting's value; the others' are names."""

SECTIONS: Mapping[str, Sequence[str | None]] = {
    "The picture": (
        *("preset", "steps", "guidance", "seed", "size"),
        *("sampler", "negative", "true_cfg", "walk_to", "walk"),
    ),
    "How it is computed": (
        *("model", "device", "precision", "placement", "quantization", "speed"),
        *("block_cache", "tiled", "batch", "cap", "engine"),
    ),
    "Further": ("learner", "as_json"),
}
"""Of `--help`, and the options in each; a command's own options come before them."""


class SettingsCommand(click.Command):
    """A command that takes the settings; `--help` shows them in sections, so that one is found among so many."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections."""
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        shared = {name for names in SECTIONS.values() for name in names}
        own = [option.name for option in options if option.name not in shared]
        for title, names in {"Options": own, **SECTIONS}.items():
            found = sorted((each for each in options if each.name in names), key=lambda each: names.index(each.name))
            rows = [row for row in (option.get_help_record(ctx) for option in found) if row]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def settings_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add PROMPT and the options that make up the settings; the function gets them as `settings`.

    It gets `model`, `device`, `engine`, `learner`, `as_json`, `batch` and `cap` too.
    """

    @functools.wraps(function)
    def with_settings(**options: Any) -> int:
        asked = {name: options.pop(name.replace("-", "_")) for name in HELP}
        settings = _read_settings(options.pop("prompt"), options.pop("preset"), asked, options["learner"])
        return function(settings=settings, **options)

    decorated: Callable[..., int] = with_settings
    for option in reversed(
        (
            click.argument("prompt"),
            click.option(
                "--preset",
                metavar="NAME",
                help="Settings by name, such as fast-preview (preset list has all); options beside it win.",
            ),
            *(click.option(f"--{name}", metavar=METAVARS.get(name, "NAME"), help=text) for name, text in HELP.items()),
            click.option(
                "--batch",
                type=click.IntRange(1, LARGEST_BATCH),
                default=1,
                metavar="N",
                help="Pictures at a time; split where memory does not suffice.",
            ),
            click.option(
                "--cap",
                type=float,
                metavar="GIB",
                help="Simulate a machine with this much memory: the worker starts anew under a real limit.",
            ),
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


def _read_settings(prompt: str, preset: str | None, asked: Mapping[str, str | None], learner: str | None) -> Settings:
    """Return the settings: the defaults, over them the preset, over it what was asked for.

    Raises:
        UserError: There is no such preset, or a value cannot be read.
    """
    base = Settings(prompt)
    if preset is not None:
        base = Presets.of(find_paths().learner(learner)).find(preset).over(base)
    changes: dict[str, Any] = {}
    for name, text in asked.items():
        if text is not None:
            changes |= read_field(name, text)
    settings = msgspec.structs.replace(base, **changes)
    if settings.negative_prompt and asked["true-cfg"] is None and not settings.has_true_cfg:
        return msgspec.structs.replace(settings, true_cfg_scale=USUAL_TRUE_CFG)
    return settings
