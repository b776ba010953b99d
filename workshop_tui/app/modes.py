"""The modes: which screen each number opens."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen


def _later(module: str, name: str) -> Callable[[], Screen[Any]]:
    """Return what makes a mode's screen; its module is imported when the mode is first opened."""

    def make() -> Screen[Any]:
        return getattr(importlib.import_module(f"workshop_tui.app.screens.{module}"), name)()

    return make


MODES: dict[str, str | Callable[[], Screen[Any]]] = {
    "lab": _later("lab", "LabScreen"),
    "monitor": _later("monitor", "MonitorScreen"),
    "troubleshoot": _later("troubleshoot", "TroubleshootScreen"),
    "profile": _later("profile", "ProfileScreen"),
    "instructor": _later("instructor", "InstructorScreen"),
}
"""All but the class, in the order of their numbers; the last one is for instructors."""
