"""The program as a person types it: processes of their own, with all state in a folder of the tests'."""

import os
import subprocess
import sys

PROGRAM = [sys.executable, "-m", "workshop_tui"]
SMALL = ["--size", "128x128", "--seed", "42", "--device", "cpu"]


def environment(folder):
    kept = {key: value for key, value in os.environ.items() if not key.startswith("WORKSHOP_TUI_")}
    return kept | {"WORKSHOP_TUI_HOME": str(folder), "WORKSHOP_TUI_LEARNER": "ada"}


def run(folder, *arguments):
    """Run it to its end."""
    return subprocess.run([*PROGRAM, *arguments], env=environment(folder), capture_output=True, text=True, timeout=120)


def start(folder, *arguments):
    """Start it; what it says is read with `communicate`."""
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
