"""The hand-in at a glance: what of the assignment is done, what is found, and what is still to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workshop_tui.profile.assignment import Item, assignment
from workshop_tui.profile.build import Gap, build_checklist, build_profile, lacking
from workshop_tui.profile.findings import Findings
from workshop_tui.profile.summary import summary_rows


@dataclass(frozen=True)
class Overview:
    """A hand-in as it stands."""

    items: tuple[Item, ...]
    """The lesson's assignment."""
    rows: tuple[tuple[str, Sequence[str]], ...]
    """What each row is about, and what it says, a line or several."""
    gaps: tuple[Gap, ...]
    """What is still to do; empty where it is complete."""


def overview(found: Findings, now: datetime) -> Overview:
    """Return a hand-in at a glance.

    Args:
        found: What the notebook holds.
        now: When.
    """
    profile, checklist = build_profile(found, now), build_checklist(found, now)
    return Overview(
        tuple(assignment(found, profile, checklist)),
        tuple(summary_rows(profile, checklist, found.hardware)),
        tuple(gap for gaps in lacking(found).values() for gap in gaps),
    )
