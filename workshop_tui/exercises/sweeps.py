"""Exercises of kind `sweeps`: series of pictures with one setting changed, and what was seen in each."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.exercises.part import Part
from workshop_tui.generation.hub_layout import hub_id
from workshop_tui.generation.models import BUILT_IN, absolute, file_part, size_unit
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import ModelInfo, Origin, Rework, Run
from workshop_tui.generation.settings import Settings, check_settings, with_next_seeds
from workshop_tui.generation.sweep import AXES, cells, checked_axis, equal_forwards
from workshop_tui.lesson.exercise import Exercise, Field

PRACTICE_SIZE = 512
"""Side in px of the built-in model's pictures where the lesson names no size: seconds a picture on a laptop."""


def parts(exercise: Exercise) -> list[Part]:
    """Return one part a sweep; the fields are the exercise's, each asked once a sweep."""
    return [
        Part(exercise, sweep.id, sweep.title, exercise.observations, sweep, hints=exercise.hints)
        for sweep in exercise.sweeps
    ]


class Setup(msgspec.Struct, frozen=True):
    """What a sweep is run with: the lesson's words, or what the learner made of them."""

    settings: Settings
    """What is not varied."""
    values: tuple[str, ...]
    """The varied setting's values."""
    equal_forwards: bool = False
    """Where samplers are varied: each has the steps that make as many forwards, not as many steps as the others."""
    own_seeds: bool = False
    """In a series of prompts: each has a seed of its own, counted up from the settings', not one for all."""


def lesson_setup(part: Part, model: str) -> Setup:
    """Return what a part is run with as the lesson asks for it.

    Args:
        part: Without a sweep there are no values: the learner makes picture after picture.
        model: The built-in one gets smaller pictures where the lesson names no size.
    """
    settings = part.exercise.base_settings
    if model == BUILT_IN and not part.exercise.size:
        settings = msgspec.structs.replace(settings, width=PRACTICE_SIZE, height=PRACTICE_SIZE)
    for name, value in _start(part, model).items():
        settings = msgspec.structs.replace(settings, **AXES[name].read(str(value)))
    own_seeds = part.scenario is not None and part.scenario.seeds == "each"
    return Setup(settings, part.sweep.axis.values if part.sweep else (), own_seeds=own_seeds)


def _start(part: Part, model: str) -> dict[str, str | int | float]:
    """Return the settings of a scenario's bad state; empty for any other part."""
    if part.scenario is None:
        return {}
    return part.scenario.start if model == BUILT_IN else part.scenario.start | part.scenario.start_flux


def check_setup(part: Part, setup: Setup, model: str) -> None:
    """Refuse what the model cannot run.

    Raises:
        UserError: Names the setting, the value, and what is allowed.
    """
    if part.sweep:
        asked_settings(part, setup, model)
    else:
        check_settings(setup.settings, size_unit(model))


def asked_settings(part: Part, setup: Setup, model: str) -> list[Settings]:
    """Return the settings of each picture that a sweep asks for, in the order of its values.

    Raises:
        UserError: A value is wrong, or does not fit the model.
    """
    assert part.sweep is not None
    asked = cells(setup.settings, [checked_axis(part.sweep.vary, setup.values)], size_unit(model))
    if setup.equal_forwards:
        return [equal_forwards(settings, setup.settings) for settings in asked]
    if setup.own_seeds:
        seeds = [each.seed for each in with_next_seeds(setup.settings, len(asked))]
        return [msgspec.structs.replace(each, seed=seed) for each, seed in zip(asked, seeds, strict=True)]
    return asked


def setup_key(lesson_id: str, part: Part, model: str) -> str:
    """Return the name under which a notebook keeps what a learner made of a part's setup."""
    return f"setup:{lesson_id}:{part.exercise.id}:{part.id}:{model}"


def usable_setup(part: Part, kept: Setup | None, model: str) -> Setup:
    """Return what was kept, or the lesson's own where it does not fit (an older version kept it, say)."""
    if kept:
        try:
            check_setup(part, kept, model)
        except UserError:
            return lesson_setup(part, model)
        return kept
    return lesson_setup(part, model)


def handed_in_setup(part: Part, kept: Setup | None, model: str) -> Setup:
    """Return what makes the pictures that a hand-in counts: the learner's settings at the lesson's values.

    Args:
        part: Of a ladder or a scenario the learner's values are kept: nothing else is asked for there.
        kept: What the learner made of the part's setup, if anything.
        model: As `usable_setup` takes it.
    """
    if kept and part.sweep and part.is_given_sweep:
        kept = msgspec.structs.replace(kept, values=part.sweep.axis.values)
    return usable_setup(part, kept, model)


@dataclass(frozen=True)
class Cell:
    """One picture of a sweep."""

    settings: Settings
    run: Run | None
    """Its newest run with this model; None where it was never made."""
    past: bool = False
    """A record of its own, next to which the same settings may be made again."""
    rework: Rework | None = None
    """What it is made out of; such a picture is none of the sweep's."""
    left_out: bool = False
    """A smaller set was asked for without it, for want of time."""

    @property
    def done(self) -> bool:
        return self.run is not None and self.run.outcome == "ok"


def cell_name(part: Part, settings: Settings) -> str:
    """Return which picture of which part it is: `steps/25`."""
    return f"{part.id}/{AXES[part.sweep.vary if part.sweep else 'seed'].show(settings)}"


def sweep_cells(
    part: Part, setup: Setup, model: str, runs: Sequence[Run], left_out: Collection[str] = ()
) -> list[Cell]:
    """Return a sweep's cells with what the notebook has of them.

    Args:
        part: A part with a sweep.
        setup: What it is run with.
        model: As it is asked for; runs of other models do not count.
        runs: The sweep's runs, oldest first.
        left_out: Names of pictures that a smaller set went without, as `cell_name` makes them.

    Raises:
        UserError: A value is wrong, or does not fit the model.
    """
    newest: dict[Settings, Run] = {}
    for run in runs:
        # A stopped picture does not hide one that was made before.
        before = newest.get(run.settings)
        hidden = run.outcome != "ok" and before is not None and before.outcome == "ok"
        fits = run.model is None or is_model(run.model, model)
        if not hidden and fits and run.rework is None:
            newest[run.settings] = run
    asked = asked_settings(part, setup, model)
    return [Cell(settings, newest.get(settings), left_out=cell_name(part, settings) in left_out) for settings in asked]


_WAYS = {
    "sampler": ("equal_forwards", "equal steps", "equal forwards"),
    "prompt": ("own_seeds", "one seed", "a seed each"),
}
"""By what is varied: the `Setup` field that says what pictures have in common, its words where not set, and set."""


def ways(part: Part, setup: Setup) -> tuple[str, str] | None:
    """Return what a sweep's pictures have in common, and what they could have in its place; None where nothing."""
    way = _WAYS.get(part.sweep.vary) if part.sweep else None
    if way is None:
        return None
    field, unset, is_set = way
    return (is_set, unset) if getattr(setup, field) else (unset, is_set)


def made_the_other_way(part: Part, setup: Setup) -> Setup | None:
    """Return a setup with the other of its `ways`; None where there are none."""
    way = _WAYS.get(part.sweep.vary) if part.sweep else None
    return msgspec.structs.replace(setup, **{way[0]: not getattr(setup, way[0])}) if way else None


def is_model(made_with: ModelInfo, asked: str) -> bool:
    """Tell whether a run was made with the model that is asked for."""
    if asked == BUILT_IN or made_with.practice:
        return made_with.practice and asked == BUILT_IN
    folder, file, hub = _recorded_names(asked)
    if made_with.source == "folder":
        return made_with.name == folder
    if made_with.source == "file":  # after it stands how it is quantized
        return made_with.name == file or made_with.name.startswith(f"{file} (")
    return made_with.name == hub


@lru_cache(maxsize=32)  # asked for each run, at each of a picture's steps
def _recorded_names(asked: str) -> tuple[str, str, str]:
    """Return what a run calls a model that is asked for: as a folder, links followed, as a file, and from the hub."""
    path = Path(absolute(asked))
    snapshot = hub_id(path)  # a hub model named by its folder in a cache
    return path.resolve().name, Path(file_part(asked)).name, snapshot[0] if snapshot else asked.strip()


def job_for(
    lesson_id: str,
    part: Part,
    made: Sequence[Cell],
    model: str,
    *,
    again: bool = False,
    in_line: Collection[Settings] = (),
) -> Job:
    """Return the job that makes what a sweep still lacks.

    Args:
        lesson_id: For the runs' origin.
        part: A part with a sweep.
        made: Its cells.
        model: Which model makes them.
        again: Make those that are there, too.
        in_line: What is being made or waits already.

    Raises:
        UserError: Nothing is lacking.
    """
    items = tuple(
        Item(uuid.uuid4().hex, cell.settings, Origin(lesson_id, part.exercise.id, part.id, place))
        for place, cell in enumerate(made)
        if (again or not cell.done) and cell.settings not in in_line
    )
    if not items:
        raise UserError("All pictures of this sweep are there.")
    return Job(uuid.uuid4().hex, items, model)


def measured(field: Field, made: Sequence[Cell]) -> str:
    """Return what the program itself fills into a field: one value a finished cell, or an empty string."""
    runs = [cell.run for cell in made if cell.run is not None and cell.done]
    if field.measure == "seconds":
        return ", ".join(f"{run.seconds.making:.1f} s" for run in runs)
    if field.measure == "peak_memory_mib":
        return ", ".join("n/a" if run.peak_memory_mib is None else f"{run.peak_memory_mib:,.0f} MiB" for run in runs)
    return ""
