"""Runs a terminal program on a pseudo-terminal and measures it from outside, as a person on SSH meets it."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from dataclasses import dataclass

import psutil

_CONTROL = re.compile(rb"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b[\]P_].*?(?:\x07|\x1b\\)|\x1b.", re.S)
_ANSWERS = {b"\x1b[c": b"\x1b[?62;22c", b"\x1b[6n": b"\x1b[1;1R", b"\x1b[?u": b"\x1b[?0u"}
"""What a plain xterm answers when it is asked; a program that waits for it would look slow."""
_QUIET = 0.1
"""Seconds without a byte after which an answer to a key is over."""


@dataclass(frozen=True)
class Painted:
    """How long a program took until something stood on the screen."""

    wall: float
    """s"""
    cpu: float
    """s of the process itself; other programs on the machine do not count."""


@dataclass(frozen=True)
class Answered:
    """What a key press brought."""

    seconds: float
    """To the first byte."""
    bytes: int


@dataclass(frozen=True)
class Idle:
    """What a program does while nobody types."""

    bytes: float
    """A second."""
    cpu: float
    """Share of a core that the process itself takes."""


class Program(contextlib.AbstractContextManager["Program"]):
    """A program that has been started; it is killed at the end of the `with`.

    Args:
        command: What is run.
        environment: Its environment; TERM is an xterm's with 256 colours.
        size: Columns and rows.
    """

    def __init__(self, command: list[str], environment: dict[str, str], size: tuple[int, int] = (80, 24)) -> None:
        self._name = command[0]
        self._began = time.perf_counter()
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.execvpe(command[0], command, {**environment, "TERM": "xterm-256color"})
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self._process = psutil.Process(self._pid)
        self._seen = b""
        self._count = 0

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._terminal)

    def until(self, text: str, seconds: float = 60) -> Painted:
        """Wait until a text was painted since the last one that was waited for.

        Raises:
            RuntimeError: It was not, or the program has ended.
        """
        end = time.perf_counter() + seconds
        while text.encode() not in _CONTROL.sub(b"", self._seen):
            if time.perf_counter() > end:
                raise RuntimeError(f"{self._name} has not painted '{text}'")
            self._read(0.1)
        self._seen = b""
        return Painted(time.perf_counter() - self._began, self._cpu())

    def write(self, keys: bytes) -> None:
        """Type."""
        os.write(self._terminal, keys)

    def press(self, key: bytes) -> Answered:
        """Press a key and take in all that it brings."""
        self.rest(0.25)
        before, began = self._count, time.perf_counter()
        self.write(key)
        if not self._read(2.0):
            raise RuntimeError(f"{self._name} does not answer {key!r}")
        answered = time.perf_counter() - began
        while self._read(_QUIET):
            pass
        return Answered(answered, self._count - before)

    def rest(self, seconds: float) -> None:
        """Let it go on for a while."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._read(left)

    def idle(self, seconds: float) -> Idle:
        """Measure it while nobody types."""
        before, cpu, began = self._count, self._cpu(), time.perf_counter()
        self.rest(seconds)
        taken = time.perf_counter() - began
        return Idle((self._count - before) / taken, (self._cpu() - cpu) / taken)

    def memory(self) -> float:
        """Return the resident memory of the process itself, MiB."""
        return self._process.memory_info().rss / 2**20

    def _cpu(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system

    def _read(self, seconds: float) -> bool:
        if not select.select([self._terminal], [], [], max(0.0, seconds))[0]:
            return False
        try:
            chunk = os.read(self._terminal, 65536)
        except OSError as error:
            raise RuntimeError(f"{self._name} has ended: {self._seen.decode(errors='replace')[-500:]}") from error
        for question, answer in _ANSWERS.items():
            if question in chunk:
                os.write(self._terminal, answer)
        self._seen += chunk
        self._count += len(chunk)
        return True
