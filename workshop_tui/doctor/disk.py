"""Room and permission in the folders that fill up."""

import os
import tempfile
from pathlib import Path

from workshop_tui.doctor.finding import Check, Finding, Place, fail, ok, warn

ASKED_GB = 50
"""Free space that the lesson's minimum asks for (Part 3, Storage)."""

_GB = 10**9
_LITTLE = 10**9
"""Bytes free below which a class's pictures and notes may not find room."""
_NOTHING = 50 * 10**6
_FEW_FILES = 1000


def existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that is there."""
    return next(one for one in (folder, *folder.parents) if one.exists())


def unwritable(folder: Path) -> str:
    """Return why nothing can be written into a folder, or made where it will be; empty where something can.

    A file is really made, and is gone at once: on network disks permission bits alone do not tell.
    """
    here = existing(folder)
    if not here.is_dir():
        return f"{here} is no folder"
    if here != folder:
        return "" if os.access(here, os.W_OK | os.X_OK) else f"{here} cannot be written by you"
    try:
        with tempfile.TemporaryFile(dir=here):
            return ""
    except OSError as error:
        return f"{here} cannot be written: {error.strerror}"


def free(folder: Path) -> tuple[int, int | None]:
    """Return the bytes and the files that still have room; None files where the disk has no limit of its own."""
    room = os.statvfs(existing(folder))
    return room.f_bavail * room.f_frsize, room.f_favail if room.f_files else None


def _room(folder: Path, asked: str = "") -> Finding:
    reason = unwritable(folder)
    if reason:
        return fail(f"{reason}.", "Choose another folder (WORKSHOP_TUI_HOME moves all state), or ask its owner.")
    left, files = free(folder)
    text = f"{left / _GB:,.1f} GB free, writable{asked}; {folder}"
    if left < _NOTHING or (files is not None and files < 10):
        return fail(f"the disk is full: {text}", "Free some space: workshop-tui clean shows what this program keeps.")
    if files is not None and files < _FEW_FILES:
        return warn(f"room for {files} more files only: {text}", "Remove files that nobody needs: df -i")
    if left < _LITTLE:
        return warn(f"little room: {text}", "Free some space: workshop-tui clean shows what this program keeps.")
    return ok(text)


def _state(place: Place) -> Finding:
    return _room(place.mine.root)


def _pictures(place: Place) -> Finding:
    pictures, root = place.mine.pictures, place.mine.root
    if existing(pictures).stat().st_dev == existing(root).stat().st_dev and not unwritable(pictures):
        return ok(f"on the same disk; {pictures}")
    return _room(pictures)


def _hub_cache(place: Place) -> Finding:
    from workshop_tui.generation.found_models import find_models
    from workshop_tui.generation.hub_layout import hub_cache
    from workshop_tui.generation.known_models import KNOWN_MODELS

    folder = hub_cache()
    if place.mine.engine:
        return ok(f"not needed: the shared engine has the models; {folder}")
    known = KNOWN_MODELS.get(place.model)
    here = known and any(model.name == known.name and model.whole for model in find_models().models)
    if unwritable(folder):
        if here:
            return ok(f"read only, as shared caches are; {folder}")
        return warn(
            f"{unwritable(folder)}: no model can be downloaded.",
            "Point HF_HOME at a folder of yours, or ask its owner.",
        )
    left = free(folder)[0]
    text = f"{left / _GB:,.1f} GB free; {folder}"
    if here:
        return ok(f"{text}; {place.model} is there already")
    if known and left < known.download_gb * _GB:
        return fail(
            f"{text}: {place.model} takes {known.download_gb:.0f} GB.",
            "Free some space, or point HF_HOME at a larger disk.",
        )
    if left < ASKED_GB * _GB:
        return warn(
            f"{text}: the lesson asks for {ASKED_GB} GB.",
            "That does for the practice model; FLUX.1 takes 34 GB. HF_HOME moves the hub's cache to another disk.",
        )
    return ok(f"{text}; the lesson asks for {ASKED_GB} GB")


CHECKS = (
    Check("state", "disk", "state folder", _state, needs_paths=True),
    Check("pictures", "disk", "pictures", _pictures, needs_paths=True),
    Check("hub-cache", "disk", "hub cache", _hub_cache, needs_paths=True),
)
