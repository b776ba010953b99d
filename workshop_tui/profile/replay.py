"""A hand-in measured again here: which of its pictures, and what came out as a profile to be held beside it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings, check_settings
from workshop_tui.monitor.hardware import Hardware
from workshop_tui.profile.build import hardware_entry, measurement
from workshop_tui.profile.compare import settings_of
from workshop_tui.profile.hand_in import Profile
from workshop_tui.profile.models import model_entry, models_of


@dataclass(frozen=True)
class Replay:
    """What of a hand-in can be made again."""

    settings: tuple[Settings, ...]
    """Each once, in the hand-in's order."""
    refused: tuple[UserError, ...]
    """Why others cannot."""


def replay_of(profile: Profile, sweeps: Collection[str], preset: str | None, unit: int) -> Replay:
    """Return what of a hand-in can be made again: its pictures that ended well, alone, and out of no other.

    Args:
        profile: A stranger's, say.
        sweeps: Only runs of these; all where it is empty.
        preset: Only runs with the values of this preset of the hand-in; None for all.
        unit: The model's size unit, px.

    Raises:
        UserError: A sweep or the preset is none of the hand-in's.
    """
    named = {each.name: each for each in profile.presets}
    if preset is not None and preset not in named:
        raise UserError(f"--preset: the hand-in has no '{preset[:40]}'.", f"It has: {', '.join(named) or 'none'}.")
    kept = named[preset].read() if preset is not None else None
    known = dict.fromkeys(run.sweep for run in profile.measurements if run.sweep)
    for sweep in sweeps:
        if sweep not in known:
            raise UserError(f"--sweep: the hand-in has no '{sweep[:40]}'.", f"It has: {', '.join(known) or 'none'}.")
    wanted = dict.fromkeys(
        settings_of(run)
        for run in profile.measurements
        if run.outcome == "ok" and not run.rework and run.batch == 1 and (not sweeps or run.sweep in sweeps)
    )
    if kept:
        wanted = [settings for settings in wanted if kept.over(settings) == settings]
    fit: list[Settings] = []
    refused: list[UserError] = []
    for settings in wanted:
        try:
            fit.append(check_settings(settings, unit))
        except UserError as error:
            refused.append(error)
    return Replay(tuple(fit), tuple(refused))


def replayed(profile: Profile, learner: str, runs: Sequence[Run], hardware: Hardware) -> Profile:
    """Return a profile of what was measured here, to be compared with the one that was replayed.

    Args:
        profile: What was replayed.
        learner: Who did it.
        runs: What was made.
        hardware: This machine.
    """
    models = models_of(runs)
    software: dict[str, str] = {"python": hardware.python}
    for run in runs:
        software |= run.software
    return msgspec.structs.replace(
        profile,
        learner=learner,
        practice=all(model.practice for model in models),
        hardware=hardware_entry(hardware),
        software={name: version for name, version in software.items() if name in profile.software},
        models=tuple(model_entry(model) for model in models),
        good_settings=(),
        measurements=tuple(measurement(run) for run in runs),
    )
