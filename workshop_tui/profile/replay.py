"""A hand-in measured again here: which of its pictures, and what came out as a profile to be held beside it."""

import platform
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import msgspec

from workshop_tui.errors import UserError
from workshop_tui.generation.drift import VISIBLE, Drift, drift
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings, check_settings
from workshop_tui.generation.spool import is_run_id
from workshop_tui.monitor.hardware import Hardware
from workshop_tui.profile.build import hardware_entry, measurement
from workshop_tui.profile.compare import settings_of
from workshop_tui.profile.hand_in import Measurement, Profile
from workshop_tui.profile.models import model_entry, models_of
from workshop_tui.profile.place import picture_place
from workshop_tui.text import listed

LARGEST_PICTURE = 64 * 1024 * 1024
"""Bytes of a stranger's picture that is opened; a PNG of 4096x4096 px in noise has 50 million."""


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
        raise UserError(f"--preset: the hand-in has no '{preset[:40]}'.", f"It has: {listed(named)}.")
    kept = named[preset].read() if preset is not None else None
    known = dict.fromkeys(run.sweep for run in profile.measurements if run.sweep)
    for sweep in sweeps:
        if sweep not in known:
            raise UserError(f"--sweep: the hand-in has no '{sweep[:40]}'.", f"It has: {listed(known)}.")
    wanted = dict.fromkeys(
        settings_of(run)
        for run in profile.measurements
        if run.outcome == "ok" and run.is_plain and (not sweeps or run.sweep in sweeps)
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


def other_versions(profile: Profile) -> list[str]:
    """Return the packages that have another version here than a hand-in says, `torch 2.12.0 there, 2.13.0 here`."""
    told: list[str] = []
    for name, version in profile.software.items():
        if name == "cuda":  # of PyTorch's build, and no package
            continue
        if name == "python":
            here = platform.python_version()
        else:
            try:
                here = metadata.version(name)
            except (metadata.PackageNotFoundError, ValueError):  # a stranger's word may be no name at all
                here = "none"
        if here != version:
            told.append(f"{name} {version} there, {here} here")
    return told


class SamePicture(msgspec.Struct, frozen=True):
    """How a picture that was made again lies beside the recorded one."""

    settings: Settings
    same: bool | None
    """Whether they are equal to the pixel; None where the hand-in does not say what its picture was."""
    drift: Drift | None
    """Of another one, where the hand-in's folder has the recorded picture."""

    @property
    def words(self) -> str:
        """One sentence."""
        what = f"{self.settings.words}, seed {self.settings.seed}"
        if self.same is None:
            return f"{what}: the hand-in does not say what its picture was."
        if self.same:
            return f"{what}: the same picture, to the pixel."
        if self.drift is None:
            return f"{what}: another picture; the recorded one is not at hand to be compared."
        return f"{what}: another picture, {self.drift.levels} away; {self.drift.area} by more than {VISIBLE}."


def same_pictures(profile: Profile, folder: Path | None, runs: Sequence[Run], pictures: Path) -> list[SamePicture]:
    """Compare pictures that were made again with the recorded ones, each settings once.

    Args:
        profile: What was replayed; a stranger's.
        folder: Its folder; None where a file alone was named. Of its files only pictures are read.
        runs: What was made.
        pictures: Where the pictures of those lie.
    """
    recorded: dict[Settings, list[Measurement]] = {}
    for each in profile.measurements:
        recorded.setdefault(settings_of(each), []).append(each)
    made = {run.settings: run for run in reversed(runs) if run.outcome == "ok"}
    found: list[SamePicture] = []
    for settings, run in reversed(made.items()):
        theirs = [each for each in recorded.get(settings, []) if each.pixels_sha256]
        same = any(each.pixels_sha256 == run.pixels_sha256 for each in theirs) if theirs else None
        away = None
        if same is False and folder:
            files = [picture_place(folder, each.run_id) for each in theirs if is_run_id(each.run_id)]
            away = next((drift(pictures / run.picture, file) for file in files if _is_readable(file)), None)
        found.append(SamePicture(settings, same, away))
    return found


def _is_readable(file: Path) -> bool:
    """Tell whether a stranger's file may be opened as a picture: a plain one in a plain folder, of a picture's size."""
    try:
        status = file.lstat()
    except OSError:
        return False
    return not file.parent.is_symlink() and stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST_PICTURE
