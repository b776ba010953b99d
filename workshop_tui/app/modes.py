"""The modes: which screen each number opens, and the keys for it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.binding import Binding

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


def _key(number: int, mode: str, label: str, tooltip: str, shown: str | None = None) -> Binding:
    action = f"switch_mode('{mode}')"
    return Binding(str(number), action, label, id=mode, show=bool(shown), key_display=shown, tooltip=tooltip)


MODE_KEYS = (
    _key(1, "class", "modes", "Class: lesson and clock", "{class}-{profile}"),
    _key(2, "lab", "Lab", "Lab: run, watch, note"),
    _key(3, "monitor", "Monitor", "Monitor: GPU and machine"),
    _key(4, "troubleshoot", "Troubleshoot", "Troubleshoot: what helps"),
    _key(5, "profile", "Profile", "Profile: the hand-in"),
    _key(6, "instructor", "Class", "Instructor: who is where"),
)
