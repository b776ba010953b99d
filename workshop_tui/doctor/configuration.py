"""The site's file, the user's, and what the environment sets."""

import os
from collections.abc import Callable
from pathlib import Path

from workshop_tui.config import VARIABLES, WORKER_VARIABLES, read_config, read_environment, site_file, user_file
from workshop_tui.doctor.finding import Check, Finding, Place, fail, ok
from workshop_tui.text import plain


def _file(find: Callable[[], Path]) -> Callable[[Place], Finding]:
    def look(place: Place) -> Finding:
        path = find()
        found, faults = read_config(path)
        if faults:
            lost = "" if place.paths else " Until then disk, models and worker cannot be looked at."
            return fail(" ".join(faults), f"Mend {path}, or ask whoever keeps this machine.{lost}")
        if not path.exists():
            return ok(f"not there, which is fine; {path}")
        return ok(f"{', '.join(found) or 'nothing'} set; {path}")

    return look


def _environment(_place: Place) -> Finding:
    if faults := read_environment()[1]:
        return fail(" ".join(faults), "Mend the variable, or unset it.")
    names = ("WORKSHOP_TUI_HOME", "WORKSHOP_TUI_LEARNER", *VARIABLES.values(), *WORKER_VARIABLES.values())
    present = [name for name in names if os.environ.get(name)]
    return ok(plain(", ".join(f"{name}={os.environ[name]}" for name in present)) if present else "nothing set")


CHECKS = (
    Check("site-config", "configuration", "site's file", _file(site_file)),
    Check("user-config", "configuration", "your file", _file(user_file)),
    Check("environment", "configuration", "environment", _environment),
)
