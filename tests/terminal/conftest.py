"""The installed program in a real terminal: tmux types and reads the screen."""

import os
import shutil
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("workshop-tui")


class Terminal:
    """One tmux session with the program in it."""

    def __init__(self, home: Path, size: str, term: str) -> None:
        self.name = f"workshop-test-{uuid.uuid4().hex[:8]}"
        self._home = home
        self._width, self._height = size.split("x")
        self._term = term

    def start(self, *arguments: str) -> None:
        """Open a window and run the program in it."""
        command = f"{PROGRAM} {' '.join(arguments)}; echo left with $?; sleep 600"
        subprocess.run(
            [
                *("tmux", "new-session", "-d", "-s", self.name, "-x", self._width, "-y", self._height),
                *("-e", f"WORKSHOP_TUI_HOME={self._home}", "-e", "WORKSHOP_TUI_LEARNER=ada"),
                *("sh", "-c", f"unset COLUMNS LINES; TERM={self._term}; {command}"),
            ],
            check=True,
        )

    def type(self, *keys: str) -> None:
        """Press keys by tmux's names."""
        for key in keys:
            subprocess.run(["tmux", "send-keys", "-t", self.name, key], check=True)
            # What comes at once with Esc is another key: Alt and that one.
            time.sleep(0.6 if key == "Escape" else 0.1)

    def write(self, text: str) -> None:
        """Type text."""
        subprocess.run(["tmux", "send-keys", "-t", self.name, "-l", text], check=True)
        time.sleep(0.2)

    @property
    def screen(self) -> str:
        """What stands on the screen."""
        shown = subprocess.run(["tmux", "capture-pane", "-p", "-t", self.name], capture_output=True, text=True)
        return shown.stdout

    def wait_for(self, text: str, seconds: float = 60) -> str:
        """Wait until a text stands on the screen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if text in self.screen:
                return self.screen
            time.sleep(0.1)
        raise AssertionError(f"'{text}' did not appear within {seconds} s:\n{self.screen}")

    def resize(self, width: int, height: int) -> None:
        """Make the window another size."""
        subprocess.run(["tmux", "resize-window", "-t", self.name, "-x", str(width), "-y", str(height)], check=True)

    def program_pid(self) -> int:
        """Return the process id of the program itself."""
        pane = subprocess.run(
            ["tmux", "display-message", "-p", "-t", self.name, "#{pane_pid}"],
            capture_output=True,
            text=True,
            check=True,
        )
        children = subprocess.run(["pgrep", "-P", pane.stdout.strip()], capture_output=True, text=True, check=True)
        return int(children.stdout.split()[0])

    def close(self) -> None:
        """Close the window, as a dropped connection does."""
        subprocess.run(["tmux", "kill-session", "-t", self.name], capture_output=True)


@pytest.fixture
def terminals(home):
    """Open terminals; all are closed at the end, and the worker is stopped."""
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed")
    opened: list[Terminal] = []

    def open_(*arguments: str, size: str = "80x24", term: str = "xterm-256color") -> Terminal:
        terminal = Terminal(home, size, term)
        opened.append(terminal)
        terminal.start(*arguments)
        return terminal

    yield open_
    for terminal in opened:
        terminal.close()
    subprocess.run([PROGRAM, "worker", "stop", "--drop"], env=os.environ, capture_output=True, timeout=60)
