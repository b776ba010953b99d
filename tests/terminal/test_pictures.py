"""Pictures as a terminal's own graphics: what the program really sends to a terminal that was named by hand."""

import base64
import contextlib
import fcntl
import io
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time

import pytest
from PIL import Image

from tests.terminal.conftest import PROGRAM
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import find_paths

COLUMNS, ROWS, CELL = 80, 24, (10, 20)


@pytest.fixture
def picture(home, make_run, monkeypatch):
    """A run of Exercise 1 with a picture: red above, blue below, between them what no two pixels share."""
    mine = find_paths().learner("ada")
    made = Image.new("RGB", (512, 512), "red")
    made.paste("blue", (0, 256, 512, 512))
    made.paste(Image.effect_noise((512, 64), 100), (0, 224))
    file = io.BytesIO()
    made.save(file, "PNG")
    notebook = Notebook(mine.notebook, mine.pictures)
    notebook.add_run(make_run(), file.getvalue())
    notebook.close()


class Bare:
    """A terminal that answers no question and keeps all that it is sent."""

    def __init__(self, *arguments, **environment):
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, COLUMNS * CELL[0], ROWS * CELL[1]))
        kept = {key: value for key, value in os.environ.items() if key not in ("TMUX", "STY", "COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [str(PROGRAM), "class", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**kept, "TERM": "xterm-kitty", "COLORTERM": "truecolor", **environment},
            preexec_fn=lambda: (os.setsid(), fcntl.ioctl(0, termios.TIOCSCTTY, 0)),
        )
        os.close(slave)
        self._sent = bytearray()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with contextlib.suppress(OSError):
            while data := os.read(self._master, 65536):
                self._sent += data

    @property
    def sent(self):
        return bytes(self._sent)

    def type(self, keys):
        for key in keys:
            os.write(self._master, key.encode())
            time.sleep(0.3)

    def wait_for(self, pattern, since=0, seconds=60):
        """Wait until something that fits was sent after so many bytes; return how many there are now."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if re.search(pattern, self.sent[since:], re.DOTALL):
                return len(self.sent)
            time.sleep(0.1)
        raise AssertionError(f"{pattern} was not sent: {self.sent[since:][-3000:]!r}")

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


@pytest.fixture
def bare(picture, home):
    opened = []

    def open_(*arguments, **environment):
        opened.append(Bare(*arguments, WORKSHOP_TUI_HOME=str(home), WORKSHOP_TUI_LEARNER="ada", **environment))
        opened[-1].wait_for(rb"Enter")
        opened[-1].type("\r2")
        opened[-1].wait_for(rb"Generation time")
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


def test_kitty_gets_the_picture_itself_and_p_goes_back_to_blocks(bare):
    terminal = bare("--pictures", "kitty")
    terminal.wait_for(rb"\x1b_Ga=p,[^\x1b]*U=1")
    [first] = re.findall(rb"\x1b_Gi=(\d+),m=\d,f=100[^;]*;", terminal.sent)[:1]
    chunks = re.findall(rb"\x1b_Gi=" + first + rb",m=\d,[^;]*;([^\x1b]*)\x1b\\", terminal.sent)
    shown = Image.open(io.BytesIO(base64.b64decode(b"".join(chunks)))).convert("RGB")
    assert shown.width == shown.height > 100
    assert (shown.getpixel((5, 5)), shown.getpixel((5, shown.height - 5))) == ((255, 0, 0), (0, 0, 255))
    assert "▀".encode() not in terminal.sent
    before = len(terminal.sent)
    terminal.type("P")
    terminal.wait_for("▀".encode(), before)


def test_sixel_is_drawn_too_and_remembered_for_this_terminal_which_is_asked_nothing(bare):
    bare("--pictures", "sixel").wait_for(rb"\x1bP[\d;]*q.{200,}\x1b\\")
    again = bare()
    again.wait_for(rb"\x1bP[\d;]*q.{200,}\x1b\\")
    before = again.sent.partition(b"\x1b[?1049h")[0]
    assert b"\x1b[c" not in before
    assert b"\x1b_G" not in again.sent


def test_a_terminal_that_says_nothing_gets_blocks_and_so_does_tmux(bare):
    bare("--pictures", "auto").wait_for("▀".encode())
    bare("--pictures", "auto", TMUX="/tmp/tmux-0/default,1,0").wait_for("▀".encode())


def test_pictures_can_be_left_out(bare):
    terminal = bare("--pictures", "off")
    terminal.wait_for(rb"Pictures are off")
    assert "▀".encode() not in terminal.sent


def test_it_is_a_learner_s_first_command(home):
    terminal = Bare("--pictures", "half", WORKSHOP_TUI_HOME=str(home / "new"), WORKSHOP_TUI_LEARNER="bea")
    terminal.wait_for(rb"Enter")
    terminal.close()
    assert b"is open to other users" not in terminal.sent
