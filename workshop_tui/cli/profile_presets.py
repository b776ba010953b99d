"""`workshop-tui profile presets`."""

from pathlib import Path

import click

from workshop_tui.cli.common import UserPath, json_option, learner_option, say, say_json, say_left_out
from workshop_tui.errors import UserError
from workshop_tui.generation.presets import Preset, Presets
from workshop_tui.paths import find_paths
from workshop_tui.profile.check import read_profile
from workshop_tui.text import listed


@click.command()
@click.argument("path", metavar="FILE|DIR", type=UserPath())
@click.option("--take", "names", multiple=True, metavar="NAME", help="Keep this one as your own; may be given again.")
@click.option("--force", is_flag=True, help="Also in place of a preset of yours with the same name.")
@learner_option
@json_option
def presets(path: Path, names: tuple[str, ...], force: bool, learner: str | None, as_json: bool) -> None:
    """Show the presets of a hand-in, or take some as your own: then the Lab and every command know them.

    \b
    workshop-tui profile presets hand-in/ --take balanced
    """
    found: dict[str, Preset] = {}
    for entry in read_profile(path, say_left_out).presets:
        try:
            found[entry.name] = entry.read()
        except UserError as error:
            if entry.name in names:
                raise
            say_left_out(str(error))
    mine = Presets.of(find_paths().learner(learner))
    taken = [_asked(found, name) for name in dict.fromkeys(names)]
    own = {preset.name for preset in mine.mine()}
    for preset in taken:
        mine.check(preset)
        if preset.name in own and not force:
            raise UserError(
                f"preset: you have a '{preset.name}' already.", "Nothing was taken. --force replaces yours."
            )
    for preset in taken:
        mine.save(preset)
    if as_json:
        kept = [preset.name for preset in taken]
        say_json({"presets": [{"name": p.name, "note": p.note, **p.values} for p in found.values()], "taken": kept})
        return
    for preset in taken or found.values():
        said = f"{preset.name}: {preset.words}{', kept' if taken else ''}"
        say(f"{said}. {preset.note}" if preset.note else said)
    if not found:
        say("No presets in this hand-in.")


def _asked(found: dict[str, Preset], name: str) -> Preset:
    if name not in found:
        raise UserError(f"--take: the hand-in has no '{name[:40]}'.", f"It has: {listed(found)}.")
    return found[name]
