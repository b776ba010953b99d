"""Asks what shall be made out of a picture, its final version or a larger one, and has it made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from workshop_tui.app.lab_state import rework_job
from workshop_tui.app.screens.ask import ChoiceScreen, LineScreen
from workshop_tui.app.screens.lab_questions import source_of
from workshop_tui.errors import UserError
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.presets import Presets
from workshop_tui.generation.protocol import Item
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
from workshop_tui.generation.rework_answers import (
    REFINED_LINE,
    SCALES,
    final_presets,
    read_final,
    read_refined,
    refine_question,
)
from workshop_tui.generation.settings import STEPS_RANGE
from workshop_tui.text import counted, plain

_OTHER = ":other"

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp

    MakeOut = Callable[[WorkshopApp, str, Run], Awaitable[None]]


async def rework(app: WorkshopApp, make: MakeOut, name: str, cell: Cell | None) -> None:
    """Make something out of a row's picture, or say why nothing can be.

    Args:
        app: Whose screen asks.
        make: `make_final` or `make_refined`.
        name: What the screen calls the picture, `#2`.
        cell: The row; None for none.

    Raises:
        WorkshopError: As `make` does.
    """
    run = source_of(app, cell)
    if run:
        await make(app, name, run)


async def make_final(app: WorkshopApp, name: str, run: Run) -> None:
    """Make a preview final, with as many steps as the learner says.

    Args:
        app: Whose screen asks.
        name: What the screen calls the picture, `#2`.
        run: How it was made.

    Raises:
        WorkshopError: A preset's file cannot be read, or the worker cannot be started or refuses.
    """
    item = await ask_final(app, name, run, Presets.of(app.learner))
    if item:
        await app.desk.pictures.make(rework_job(app.desk, item))


async def make_refined(app: WorkshopApp, name: str, run: Run) -> None:
    """Enlarge and refine a picture, to the size that the learner says.

    Args:
        app: Whose screen asks.
        name: What the screen calls the picture, `#2`.
        run: How it was made.

    Raises:
        WorkshopError: The picture is gone or was changed, or the worker cannot be started or refuses.
    """
    item = await ask_refined(app, name, run)
    if item:
        source = await asyncio.to_thread(read_source, run, app.learner.pictures)
        await app.desk.pictures.make(rework_job(app.desk, item), source)


async def ask_final(app: WorkshopApp, name: str, run: Run, presets: Presets) -> Item | None:
    """Ask with how many steps a preview shall be made final; None where the learner thinks better of it."""
    now = run.settings.num_inference_steps
    found = await asyncio.to_thread(presets.all)
    more = final_presets(run, found)
    choices = [(name, plain(f"{found[name].label}: {counted(steps, 'step')}")) for name, steps in more.items()]
    question = f"Make {name} final: the same picture with more than its {counted(now, 'step')}. How many?"
    answer = await app.push_screen_wait(
        ChoiceScreen(question, [*choices, (_OTHER, "Another number of steps")], FINAL_PRESET)
    )
    if answer is None:
        return None
    if answer != _OTHER:
        return final_item(run, more[answer])
    highest = STEPS_RANGE[1]
    line = LineScreen(f"Steps: {now + 1} to {highest}", "", lambda text: read_final(run, text))
    return read_final(run, line.value) if await app.push_screen_wait(line) else None


async def ask_refined(app: WorkshopApp, name: str, run: Run) -> Item | None:
    """Ask to what size a picture shall be refined; None where the learner thinks better of it."""
    choices: dict[str, tuple[Item, str]] = {}
    for scale in SCALES:
        try:
            item = refined_item(run, scaled_size(run, scale), DEFAULT_STRENGTH)
        except UserError:  # too large
            continue
        choices[f"{scale:g}"] = (item, f"{item.settings.size}, {scale:g} times as wide and high")
    question = f"{refine_question(name, run)} To which size?"
    texts = [(answer, text) for answer, (_, text) in choices.items()]
    answer = await app.push_screen_wait(ChoiceScreen(question, [*texts, (_OTHER, "Another size or strength")]))
    if answer is None:
        return None
    if answer != _OTHER:
        return choices[answer][0]
    line = LineScreen(
        f"{REFINED_LINE}:",
        f"{DEFAULT_SCALE:g} {DEFAULT_STRENGTH:g}",
        lambda text: read_refined(run, text),
    )
    return read_refined(run, line.value) if await app.push_screen_wait(line) else None
