"""Where a walk goes on: the shipped lesson with small pictures of few steps, in a home of its own."""

import contextlib
import shutil
from pathlib import Path

import psutil

from workshop_tui.generation.worker_pid import worker_pid
from workshop_tui.paths import find_paths, shipped

SMALLER = {
    'values = [10, 25, 50]': 'values = [1, 2, 3]',
    'values = [1, 100]': 'values = [1, 3]',
    'values = ["512x512", "768x768", "1024x1024"]': 'values = ["64x64", "128x64", "128x128"]',
    'values = ["256x256", "1536x512", "1536x1536"]': 'values = ["64x64", "128x64", "128x128"]',
    'ladder = [4, 8, 12, 20, 28, 50]': 'ladder = [1, 2, 3]',
    'seed = 42\n': 'seed = 42\nsize = "64x64"\nsteps = 2\n',
    'size = "1024x1024"': 'size = "128x128"',
    'size = "768x768"': 'size = "128x128"',
    'size = "512x512"': 'size = "64x64"',
    'size = "384x384"': 'size = "64x64"',
    'steps = 100': 'steps = 4',
    'steps = 12 ': 'steps = 2 ',
    'steps = [35, 45]': 'steps = [2, 3]',
}  # fmt: skip


def small_lesson(folder: Path) -> Path:
    """Copy the shipped lesson, with pictures that take a fraction of a second.

    Args:
        folder: Where the copy goes; it must not be there yet.
    """
    shutil.copytree(shipped("lessons") / "flux-deep-dive", folder)
    file = folder / "lesson.toml"
    text = file.read_text()
    for printed, smaller in SMALLER.items():
        assert printed in text, f"the lesson no longer has: {printed}"
        text = text.replace(printed, smaller)
    file.write_text(text)
    return folder


def end_workers() -> None:
    """End the workers of all learners of this home, and leave no socket behind."""
    paths = find_paths()
    for root in (paths.data / "learners").glob("*"):
        if pid := worker_pid(root):
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                process.kill()
                process.wait(10)
