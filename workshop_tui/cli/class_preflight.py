"""`workshop-tui class preflight`: whether this machine carries a class."""

from pathlib import Path

import click

from workshop_tui.cli.class_serve import find_socket, socket_option
from workshop_tui.cli.common import json_option, open_notebook, profiles_option
from workshop_tui.cli.doctor import find_place, say_results
from workshop_tui.lesson.loader import DEFAULT_LESSON, open_lesson


@click.command()
@click.option("--learners", type=click.IntRange(1, 1000), default=25, show_default=True, metavar="N")
@click.option("--model", metavar="MODEL", help="What makes all pictures. Default: as configured, else small-flux.")
@click.option("--lesson", metavar="LESSON", help=f"A lesson's id or folder. Default: {DEFAULT_LESSON}.")
@click.option("--group", metavar="GROUP", help="Whose members shall use the engine.")
@socket_option
@profiles_option
@json_option
def preflight(
    learners: int,
    model: str | None,
    lesson: str | None,
    group: str | None,
    socket: Path | None,
    profiles: str | None,
    as_json: bool,
) -> int:
    """Look at this machine for a class that shares one model: memory, disk, permissions, and time for all.

    Nothing is changed. How long the first exercise takes for all rests on what you have measured here. Exit codes: 0
    nothing failed, 1 something did, 2 the request was wrong.

    \b
    workshop-tui class preflight --learners 25 --model black-forest-labs/FLUX.1-dev --group students
    """
    from workshop_tui.doctor.preflight import Class, preflight
    from workshop_tui.generation.model_shape import find_shape
    from workshop_tui.generation.models import default_model
    from workshop_tui.monitor.memory_now import look_at_memory
    from workshop_tui.paths import find_paths

    paths = find_paths(profiles)
    mine, model = paths.learner(), model or default_model()
    runs = []
    if mine.notebook.exists():
        with open_notebook(mine) as notebook:
            runs = notebook.runs()
    shape = find_shape(model)
    plan = Class(
        learners=learners,
        shape=shape,
        model=model,
        lesson=open_lesson(lesson or DEFAULT_LESSON),
        hand_ins=paths.hand_ins,
        socket=find_socket(socket),
        group=group,
        place=find_place(None, profiles),
        memory=look_at_memory(Path.home()),
        runs=[run for run in runs if run.model and run.model.name == shape.name],
    )
    return say_results(preflight(plan), as_json, learners=learners, model=model)
