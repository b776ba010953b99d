"""What a part of the Lab is run with: as it was kept, and changed by the learner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from workshop_tui.app.key_table import key_of
from workshop_tui.app.screens.setup import SetupScreen
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Setup, lesson_setup, made_the_other_way, setup_key, usable_setup
from workshop_tui.generation.presets import Presets

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


async def kept_setup(app: WorkshopApp, part: Part) -> Setup:
    """Return what a part is run with; where what was kept does not fit any more, say so."""
    kept = await app.desk.kept(_key(app, part), Setup)
    setup = usable_setup(part, kept, app.model)
    if kept and setup != kept:
        app.notify("What you had set does not fit any more: the lesson's own settings are back.")
    return setup


async def changed_in_form(app: WorkshopApp, part: Part, setup: Setup, first: str) -> Setup | None:
    """Open the form; return what the learner made of a setup, and keep it, or None where nothing changed.

    Args:
        app: The app.
        part: Which.
        setup: What it is run with now.
        first: The form's line to begin with.
    """
    learner = app.learner
    default, presets = lesson_setup(part, app.model), Presets.of(learner)
    form = SetupScreen(part, setup, default, app.model, presets, first, shared=bool(learner.engine))
    changed = await app.push_screen_wait(form)
    if changed is None:
        return None
    # How pictures are held together is no line of the form; the lesson's values bring the lesson's way back.
    is_reset = (changed.settings, changed.values) == (default.settings, default.values)
    same = (changed.settings, changed.values) == (setup.settings, setup.values)
    way = default if is_reset and not same else setup
    changed = msgspec.structs.replace(changed, equal_forwards=way.equal_forwards, own_seeds=way.own_seeds)
    return await _kept(app, part, changed) if changed != setup else None


async def the_other_way(app: WorkshopApp, part: Part, setup: Setup) -> Setup | None:
    """Return a sampler sweep's setup with equal forwards, a series' with a seed each, or back, and keep it."""
    changed = made_the_other_way(part, setup)
    if changed is None:
        app.notify(
            f"{key_of('lab.way')} is for a sweep of samplers (equal steps or forwards) and a series of prompts (seeds)."
        )
        return None
    return await _kept(app, part, changed)


async def _kept(app: WorkshopApp, part: Part, setup: Setup) -> Setup:
    await app.desk.keep(_key(app, part), setup)
    return setup


def _key(app: WorkshopApp, part: Part) -> str:
    return setup_key(app.lesson.id, part, app.model)
