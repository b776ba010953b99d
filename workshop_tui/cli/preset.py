"""`workshop-tui preset`: list, show, save and delete settings under a name."""

import functools
from typing import Any

import click
import msgspec

from workshop_tui.cli.common import WholeLines, json_option, known_learner, learner_option, open_notebook, say, say_json
from workshop_tui.errors import UserError
from workshop_tui.generation.fields import FIELDS, struct_fields
from workshop_tui.generation.presets import NOT_KEPT, Preset, Presets
from workshop_tui.generation.settings import Settings
from workshop_tui.paths import find_paths


@click.group(cls=WholeLines)
def preset() -> None:
    """Presets: settings under a name. Some ship with the program, others are your own.

    A preset may hold every setting but prompt, seed and walk; what it does not hold stays as it is.

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
        head = f"{each.name:16} {each.words}"
        if each.label.lower() != presets.label(each.name).lower():
            head += f"  {each.label}"
        room = 80 - len(own)
        say((head if len(head) <= room else f"{head[: room - 1]}…") + own)


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
    say(found.words)
    if found.note:
        say(found.note)


@preset.command()
@click.argument("name")
@click.option("--from", "run_id", metavar="RUN", help="Take all from a run: its id, or the beginning of it.")
@click.option("--steps", type=int, help="Denoising steps, 1 to 100.")
@click.option("--guidance", type=float, help="Guidance scale, 1 to 20.  [default: 3.5]")
@click.option(
    "--set",
    "others",
    metavar="SETTING=VALUE",
    multiple=True,
    help="Any other setting; may be given again: --set size=768x768 --set placement=model-offload.",
)
@click.option("--label", metavar="TEXT", help="What lists call it. Default: the name in words.")
@click.option("--note", metavar="TEXT", help="What it is good for.")
@learner_option
@json_option
def save(
    name: str,
    run_id: str | None,
    steps: int | None,
    guidance: float | None,
    others: tuple[str, ...],
    label: str | None,
    note: str | None,
    learner: str | None,
    as_json: bool,
) -> None:
    """Keep settings under NAME, in place of an earlier preset of yours.

    \b
    workshop-tui preset save my-portraits --steps 20 --guidance 2.5
    workshop-tui preset save my-portraits --from 3f2a --note "skin stays natural"
    """
    presets = _presets(learner)
    if run_id is not None and (steps is not None or guidance is not None or others):
        raise UserError("--from: the run has all settings already.", "Give --from, or --steps and the others.")
    if run_id is not None:
        settings, said = _from_run(run_id, learner)
    elif steps is None:
        raise UserError("--steps is missing.", "Give --steps N and what else it shall hold, or --from RUN.")
    else:
        settings = Settings("", steps) if guidance is None else Settings("", steps, guidance)
        settings, said = functools.reduce(_with, others, settings), ""
    words = presets.label(name) if label is None else label
    new = Preset.of(name, words, said if note is None else note, settings)
    path = presets.save(new)
    if as_json:
        say_json({**_as_json(presets, new), "file": str(path)})
    else:
        say(f"{name}: {new.words}, kept in {path}")


@preset.command()
@click.argument("name")
@learner_option
def delete(name: str, learner: str | None) -> None:
    """Remove a preset of your own."""
    _presets(learner).delete(name)
    say(f"{name}: removed")


def _presets(learner: str | None) -> Presets:
    return Presets.of(find_paths().learner(learner))


def _with(settings: Settings, text: str) -> Settings:
    """Return settings with one changed, as `--set` says it."""
    name, equals, value = text.partition("=")
    field = FIELDS.get(name.strip().lower())
    if not equals or field is None or not NOT_KEPT.isdisjoint(struct_fields(field.name)):
        known = [name for name in FIELDS if NOT_KEPT.isdisjoint(struct_fields(name))]
        raise UserError(f"--set: '{text[:60]}' is no setting of a preset.", f"Known: {', '.join(known)}.")
    try:
        return msgspec.structs.replace(settings, **field.read(value.strip()))
    except ValueError:
        raise UserError(f"--set: {field.name}: '{value[:40]}' is no value for it.") from None


def _from_run(run_id: str, learner: str | None) -> tuple[Settings, str]:
    with open_notebook(known_learner(learner)) as notebook:
        run = notebook.find_run(run_id)
    return run.settings, f"From run {run.run_id[:12]}."


def _as_json(presets: Presets, found: Preset) -> dict[str, Any]:
    texts = {"name": found.name, "label": found.label, "note": found.note}
    return {**texts, **found.values, "shipped": presets.is_shipped(found.name)}
