"""What a hand-in is made from. Whoever only reads the notebook need not import what makes one of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from workshop_tui.generation.presets import Preset
    from workshop_tui.generation.record import Run
    from workshop_tui.lesson.model import Lesson
    from workshop_tui.monitor.hardware import Hardware
    from workshop_tui.notebook.entries import Check, Observation
    from workshop_tui.profile.hand_in import ScenarioEntry


class Findings(msgspec.Struct, frozen=True):
    """What the notebook holds of one learner and lesson."""

    learner: str
    lesson: Lesson
    runs: Sequence[Run]
    """Runs of this lesson's exercises and those that the checklist cites, oldest first."""
    observations: list[Observation]
    checks: dict[str, Check]
    improvements: dict[int, str]
    minutes: dict[str, float]
    """Minutes spent, by section id."""
    hardware: Hardware | None
    """None while it has not been looked at."""
    notes: dict[str, str]
    """Notes on sections and pages, by id."""
    presets: Sequence[Preset] = ()
    """The learner's own."""
    scenarios: Sequence[ScenarioEntry] = ()
    """Those that something was made for."""
    suggested: Sequence[int] = ()
    """Which areas for improvement are the program's suggestions, unchanged."""
    corrections: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    """What the learner corrected of the hardware."""
