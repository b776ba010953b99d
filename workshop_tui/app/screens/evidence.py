"""Which run shows something: how it is told in a line, asked for, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from workshop_tui.app.run_words import circumstances, settings_first
from workshop_tui.app.screens.ask import ChoiceScreen, keep_or_ask
from workshop_tui.exercises.registry import all_parts
from workshop_tui.exercises.trials import TRIALS, trials
from workshop_tui.generation.record import Run
from workshop_tui.text import plain

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp

NEWEST = 12
"""Runs that are offered as evidence."""


def run_told(app: WorkshopApp, run_id: str) -> str:
    """Return a run in a line: what it was made for, what tells it apart, how long it took, how it ended."""
    run = next((run for run in app.book.runs if run.run_id == run_id), None)
    if run is None:
        return run_id[:8]
    parts = [*all_parts(app.lesson), *(trial.part for trial in trials(app.lesson, app.model))]
    owner = next((part for part in parts if part.owns(run.origin)), None)
    made_for = f" for {run.origin.exercise} {run.origin.sweep}" if run.origin.exercise else ""
    made_for = " for the checklist" if run.origin.exercise == TRIALS else made_for
    varied = owner.sweep.vary if owner and owner.sweep else ""
    words = f'"{run.settings.prompt}"' if varied == "prompt" else settings_first(run, varied)
    return plain(
        f"{run_id[:8]}{made_for}: {', '.join([words, f'{run.seconds.making:.1f} s', run.outcome, *circumstances(run)])}"
    )


async def ask_for_run(app: WorkshopApp, likely: Sequence[Run], none: str) -> str | None:
    """Ask which run shows something.

    Args:
        app: Whose runs.
        likely: Offered first, the last of them before all others.
        none: What the answer is called that names no run.

    Returns:
        A run's id, an empty text for none, or None where the learner thinks better of it.
    """
    whole = [run for run in app.book.runs if not run.origin.is_try]
    others = [run for run in whole[-NEWEST:] if run not in likely]
    choices = [(run.run_id, run_told(app, run.run_id)) for run in (*reversed(likely), *reversed(others))]
    question = ChoiceScreen("Which run shows it?", [*choices, ("", none)], choices[0][0] if choices else "")
    return await app.push_screen_wait(question)


async def choose_evidence(app: WorkshopApp, item: str, likely: Sequence[Run] = ()) -> None:
    """Ask which run shows a line of the checklist, and keep it.

    Args:
        app: Whose checklist.
        item: The line's id.
        likely: As `ask_for_run` takes them.
    """
    run_id = await ask_for_run(app, likely, "None")
    if run_id is not None:
        what = f"the run {run_id[:8]}" if run_id else "that no run shows it"
        change = app.desk.change_check
        await keep_or_ask(app, what, lambda: change(item, lambda check: msgspec.structs.replace(check, run_id=run_id)))
