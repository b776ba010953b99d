"""Lines out, lines in."""

import asyncio
import contextlib
import shutil
import textwrap
import threading
from collections.abc import Callable
from typing import TextIO

from workshop_tui.errors import UserError
from workshop_tui.text import BYTE_ORDER_MARK, plain


class Console:
    """A dialogue over two streams; what is said while a question stands does not end up in the middle of it.

    Args:
        answers: What is typed, or a file of answers.
        out: Where everything is said.
    """

    def __init__(self, answers: TextIO, out: TextIO) -> None:
        self._answers, self._out = answers, out
        self.is_live = answers.isatty()
        """Whether somebody types, and can be asked again."""
        self.code = 0
        """The exit code of what could not be understood (2) or carried out (1, of which one is enough)."""
        self._question = ""
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._over = False
        self.on_end: Callable[[], None] = lambda: None
        """Called when the reading is ended from outside."""

    def open(self) -> None:
        """Begin to read; a thread of its own waits for the lines, and holds nothing up when the program ends."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), name="answers", daemon=True).start()

    def end(self) -> None:
        """Read nothing further: whoever waits for a line is told that there is none."""
        self._over = True
        self._lines.put_nowait(None)
        self.on_end()

    def say(self, text: str = "", *, wrapped: bool = True) -> None:
        """Print text, which may come from a file or from somebody else; a line to be copied is not wrapped."""
        lead = "\n" if self._question else ""
        text = plain(text, keep_newlines=True)
        if wrapped and self._out.isatty():
            columns = shutil.get_terminal_size().columns
            text = "\n".join(_wrapped(line, columns) for line in text.split("\n"))
        self._write(f"{lead}{text}\n{self._question}")

    def complain(self, text: str, code: int = UserError.exit_code) -> None:
        """Say that something was not understood or could not be done, and whose fault it is: an exit code."""
        self.code = min(self.code or code, code)
        self.say(text)

    async def ask(self, question: str, until: asyncio.Event | None = None) -> str | None:
        """Return the next line without its end.

        Args:
            question: Stands before what is typed.
            until: Ends the waiting as well.

        Returns:
            None where there is no further line, or the event came first.
        """
        if self._over:
            return None
        self._question = plain(question)
        self._write(self._question)
        reading = asyncio.ensure_future(self._lines.get())
        waits = [reading, asyncio.ensure_future(until.wait())] if until else [reading]
        line = None
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            line = reading.result() if reading.done() else None
        finally:
            if line is None and self._question:
                self._write("\n")
            self._question = ""
            for waiting in waits:
                waiting.cancel()
        if line is None:
            self._over = self._over or reading.done()
        elif not self.is_live:
            self._write(f"{plain(line)}\n")  # a terminal has shown what was typed already
        return line

    @property
    def is_over(self) -> bool:
        """Whether there is no further line."""
        return self._over

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            try:
                for number, line in enumerate(self._answers):
                    text = line.rstrip("\r\n")
                    text = text if number else text.removeprefix(BYTE_ORDER_MARK)
                    loop.call_soon_threadsafe(self._lines.put_nowait, text)
            except (OSError, ValueError):  # the terminal has gone
                pass
            loop.call_soon_threadsafe(self._lines.put_nowait, None)

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except (OSError, ValueError):  # the reader has left, or the terminal
            if not self._over:
                self.end()


def _wrapped(line: str, columns: int) -> str:
    """Wrap a line between words; paths stay whole, to be copied."""
    indent = " " * (len(line) - len(line.lstrip()))
    wrap = textwrap.TextWrapper(
        columns, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
    return line if len(line) <= columns else wrap.fill(line)
