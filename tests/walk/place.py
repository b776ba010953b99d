"""Where a walk goes on: the shipped lesson with small pictures of few steps, in a home of its own."""

import contextlib
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import psutil

from workshop_tui.generation.worker_pid import worker_pid
from workshop_tui.paths import find_paths, shipped
from workshop_tui.text import is_unsafe

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

MARK, MARKED = "Q7", "[red]Q7[/]"
"""What stands in all texts of the lesson: were it taken as markup, the mark would stand alone."""
_BARE = re.compile(rf"(?<!\]){MARK}(?!\[)")
"""The mark without what stands on both sides of it; a line may end between it and one of them."""
_STEERING = "\\u001b[2J\\u202e漢e\u0301[@click=app.quit]x[/]"
"""As TOML writes it; too long for a short name."""
_TEXT = re.compile(r'\b(title|label|text|goal|symptoms|problem|technique|objective|course) = "')


def small_lesson(folder: Path) -> Path:
    """Copy the shipped lesson, with pictures that take a fraction of a second, and texts as a stranger may write them.

    Args:
        folder: Where the copy goes; it must not be there yet.
    """
    shutil.copytree(shipped("lessons") / "flux-deep-dive", folder)
    file = folder / "lesson.toml"
    text = file.read_text()
    for printed, smaller in SMALLER.items():
        assert printed in text, f"the lesson no longer has: {printed}"
        text = text.replace(printed, smaller)
    text = _TEXT.sub(lambda found: f"{found[0]}{MARKED}{_STEERING} ", text)
    text = re.sub(r'\bshort = "', f'short = "{MARKED}', text)
    file.write_text(text.replace('hints = ["', f'hints = ["{MARKED} '))
    for page in folder.glob("*.md"):
        page.write_text(page.read_text().replace("\n## ", f"\n## {MARKED}\x1b]52;c;QUJD\x07 \u202e "))
    return folder


def steering_or_swallowed(lines: Iterable[str]) -> str:
    """Return the first line of a screen in which a text of somebody else is more than text; else nothing.

    Args:
        lines: As they stand on the screen.
    """
    for line in lines:
        if any(is_unsafe(char) for char in line) or _BARE.search(line):
            return line
    return ""


def end_workers() -> None:
    """End the workers of all learners of this home, and leave no socket behind."""
    paths = find_paths()
    for root in (paths.data / "learners").glob("*"):
        if pid := worker_pid(root):
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                process.kill()
                process.wait(10)
