"""How long pictures will take, from those that were made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # lengths of time are told before the first paint
    from workshop_tui.generation.protocol import Item, Place
    from workshop_tui.generation.record import Run
    from workshop_tui.generation.settings import Settings

NEWEST = 12
"""Runs that are looked at; older ones may come from another placement or a busier machine."""


def predict(wanted: Iterable[Item], runs: Sequence[Run], *, practice: bool) -> float | None:
    """Return the seconds that some pictures will take together, loading not included.

    A run's time is taken as proportional to forwards and pixels while denoising, and to pixels otherwise: right
    within a factor of two between 512 and 1024 px, where attention grows faster than that.

    Args:
        wanted: What is asked for.
        runs: What was measured, oldest first.
        practice: Whether the built-in model will make them; the other model's runs do not count.

    Returns:
        Seconds, or None while no run of this model has been measured.
    """
    known = [
        run for run in runs if run.outcome == "ok" and run.forwards and run.model and run.model.practice == practice
    ][-NEWEST:]
    if not known:
        return None
    from statistics import median

    per_forward = median(run.seconds.denoise / run.forwards / _pixels(run.settings) for run in known)
    per_picture = median(run.seconds.decode / _pixels(run.settings) for run in known)
    return sum(_pixels(item.settings) * (item.forwards * per_forward + per_picture) for item in wanted)


def duration(seconds: float | None) -> str:
    """Return a length of time as people say it: `40 s`, `about 4 min`, `about 1 h 20 min`."""
    if seconds is None:
        return "time unknown yet"
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"about {minutes} min" if minutes < 90 else f"about {minutes // 60} h {minutes % 60} min"


def place_words(place: Place) -> str:
    """Return where a learner stands in the line of a shared engine: `after 3 of others, 40 s`."""
    if not place.ahead:
        return "next in line"
    when = f", {duration(place.seconds)}" if place.seconds is not None else ""
    return f"after {place.ahead} of others{when}"


def _pixels(settings: Settings) -> int:
    return settings.width * settings.height
