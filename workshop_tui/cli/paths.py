"""`workshop-tui paths`."""

import click

from workshop_tui.cli.common import json_option, learner_option, profiles_option, say, say_json
from workshop_tui.lesson.loader import own_lessons
from workshop_tui.paths import find_paths, shipped


@click.command()
@learner_option
@profiles_option
@json_option
def paths(learner: str | None, profiles: str | None, as_json: bool) -> None:
    """Show where everything lies; nothing is made.

    WORKSHOP_TUI_HOME moves all state below one folder, WORKSHOP_TUI_PROFILES the hand-ins.
    """
    found = find_paths(profiles)
    mine = found.learner(learner)
    rows = {
        "learner": mine.name,
        "notebook": str(mine.notebook),
        "pictures": str(mine.pictures),
        "hand-in": str(mine.hand_in),
        "spool": str(mine.spool),
        "worker socket": str(mine.socket),
        "worker log": str(mine.log),
        "cache": str(found.cache),
        "data": str(found.data),
        "lessons": str(shipped("lessons")),
        "own lessons": str(own_lessons()),
        "presets": str(shipped("presets")),
    }
    if as_json:
        say_json({name.replace(" ", "_").replace("-", "_"): value for name, value in rows.items()})
        return
    for name, value in rows.items():
        say(f"{'shipped lessons' if name == 'lessons' else name:15} {value}")
