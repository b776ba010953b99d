"""Runs a terminal program on a pseudo-terminal and waits for what it paints, as a person on SSH meets it."""

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


@dataclass(frozen=True)
class Painted:
    """How long a program took until something stood on the screen."""

    wall: float
    """s"""
    cpu: float
    """s of the process itself; other programs on the machine do not count."""


def until_painted(
    command: list[str], environment: dict[str, str], wanted: list[str], size: tuple[int, int] = (80, 24)
) -> list[Painted]:
    """Start a program, wait until it has painted some texts one after the other, and end it.

    Raises:
        RuntimeError: It ended, or did not paint them for 30 s.
    """
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, {**environment, "TERM": "xterm-256color"})
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    seen, painted = b"", list[Painted]()
    try:
        while time.perf_counter() - began < 30:
            if not select.select([terminal], [], [], 0.1)[0]:
                continue
            try:
                chunk = os.read(terminal, 65536)
            except OSError as error:
                raise RuntimeError(f"{command[0]} has ended: {seen.decode(errors='replace')[-500:]}") from error
            for question, answer in _ANSWERS.items():
                if question in chunk:
                    os.write(terminal, answer)
            seen += chunk
            while wanted[len(painted)].encode() in _CONTROL.sub(b"", seen):
                times = psutil.Process(pid).cpu_times()
                painted.append(Painted(time.perf_counter() - began, times.user + times.system))
                if len(painted) == len(wanted):
                    return painted
        raise RuntimeError(f"{command[0]} has not painted '{wanted[len(painted)]}'")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
