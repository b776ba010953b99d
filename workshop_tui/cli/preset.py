"""`workshop-tui preset`: list, show, save and delete steps and guidance under a name."""

from dataclasses import dataclass
from typing import Any

import click
import msgspec

from workshop_tui.cli.common import json_option, learner_option, open_notebook, say, say_json
from workshop_tui.errors import UserError
from workshop_tui.generation.presets import Preset, Presets
from workshop_tui.generation.settings import Settings
from workshop_tui.paths import find_paths


@click.group()
def preset() -> None:
    """Presets: steps and guidance under a name. Three ship with the program, others are your own.

    generate, sweep and promote take them with --preset NAME.
    """


@preset.command("list")
@learner_option
@json_option
def list_(learner: str | None, as_json: bool) -> None:
    """List all presets, the fewest steps first."""
    presets = _presets(learner)
    found = presets.all().values()
    if as_json:
        say_json({"presets": [_as_json(presets, each) for each in found]})
        return
    for each in found:
        own = "" if presets.is_shipped(each.name) else "  (your own)"
        head = f"{each.name:16} {each.num_inference_steps:>3} steps, guidance {each.guidance_scale:<4g} "
        room = max(20, 80 - len(head) - len(own))
        say(head + (each.label if len(each.label) <= room else f"{each.label[: room - 1]}…") + own)


@preset.command()
@click.argument("name")
@learner_option
@json_option
def show(name: str, learner: str | None, as_json: bool) -> None:
    """Show one preset."""
    presets = _presets(learner)
    found = presets.find(name)
    if as_json:
        say_json(_as_json(presets, found))
        return
    say(f"{found.name}: {found.label}" + ("" if presets.is_shipped(name) else " (your own)"))
    say(f"{found.num_inference_steps} steps, guidance {found.guidance_scale:g}")
    if found.note:
        say(found.note)


@preset.command()
@click.argument("name")
@click.option("--from", "run_id", metavar="RUN", help="Take both from a run: its id, or the beginning of it.")
@click.option("--steps", type=int, help="Denoising steps, 1 to 100.")
@click.option("--guidance", type=float, help="Guidance scale, 1 to 20.  [default: 3.5]")
@click.option("--label", metavar="TEXT", help="What lists call it. Default: the name in words.")
@click.option("--note", metavar="TEXT", help="What it is good for.")
@learner_option
@json_option
def save(
    name: str,
    run_id: str | None,
    steps: int | None,
    guidance: float | None,
    label: str | None,
    note: str | None,
    learner: str | None,
    as_json: bool,
) -> None:
    """Keep steps and guidance under NAME, in place of an earlier preset of yours.

    \b
    workshop-tui preset save my-portraits --steps 20 --guidance 2.5
    workshop-tui preset save my-portraits --from 3f2a --note "skin stays natural"
    """
    presets = _presets(learner)
    chosen = _from_run(run_id, learner) if run_id is not None else None
    if chosen and (steps is not None or guidance is not None):
        raise UserError("--from: the run has steps and guidance already.", "Give --from, or --steps and --guidance.")
    if chosen is None:
        if steps is None:
            raise UserError("--steps is missing.", "Give --steps N and --guidance G, or --from RUN.")
        default = Settings("").guidance_scale
        chosen = _Chosen(steps, default if guidance is None else guidance, "")
    words = presets.label(name) if label is None else label
    new = Preset(name, words, chosen.note if note is None else note, chosen.steps, chosen.guidance)
    path = presets.save(new)
    if as_json:
        say_json({**_as_json(presets, new), "file": str(path)})
    else:
        say(f"{name}: {new.num_inference_steps} steps, guidance {new.guidance_scale:g}, kept in {path}")


@preset.command()
@click.argument("name")
@learner_option
def delete(name: str, learner: str | None) -> None:
    """Remove a preset of your own."""
    _presets(learner).delete(name)
    say(f"{name}: removed")


@dataclass(frozen=True)
class _Chosen:
    steps: int
    guidance: float
    note: str


def _presets(learner: str | None) -> Presets:
    return Presets.of(find_paths().learner(learner))


def _from_run(run_id: str, learner: str | None) -> _Chosen:
    with open_notebook(find_paths().learner(learner)) as notebook:
        run = notebook.find_run(run_id)
    return _Chosen(run.settings.num_inference_steps, run.settings.guidance_scale, f"From run {run.run_id[:12]}.")


def _as_json(presets: Presets, found: Preset) -> dict[str, Any]:
    return {**msgspec.structs.asdict(found), "shipped": presets.is_shipped(found.name)}
