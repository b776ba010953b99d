"""One picture on the whole screen, with what it was made with, where it lies and how to fetch it."""

import asyncio
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from workshop_tui.app.run_words import made_with
from workshop_tui.app.widgets.picture import PictureView
from workshop_tui.errors import WorkshopError
from workshop_tui.generation.record import Run
from workshop_tui.scp import fetch_line
from workshop_tui.text import plain


class PictureScreen(ModalScreen[None]):
    """Shows one picture.

    Args:
        path: The file.
        run: How it was made.
    """

    BINDINGS = [Binding("escape,z,q,enter", "dismiss", "Close")]

    def __init__(self, path: Path, run: Run) -> None:
        super().__init__()
        self._path = path
        self._run = run

    def compose(self) -> ComposeResult:
        view = PictureView()
        view.source = self._path
        yield view
        if self._run.outcome != "ok":
            yield Static(Content.styled(plain(f"{self._run.outcome}: {self._run.reason}"), "$text-error"))
        yield Static(Content(plain(made_with(self._run))))
        yield Static(Content(plain(f"{self._path}   Esc closes")), id="where")

    def on_mount(self) -> None:
        self.run_worker(self._say_how_to_fetch(), exit_on_error=False)

    async def _say_how_to_fetch(self) -> None:
        try:  # it reads the configuration, which may lie on a slow disk
            line = await asyncio.to_thread(fetch_line, self._path)
        except WorkshopError:
            return
        if line:
            self.query_one("#where", Static).update(Content(plain(f"{line}\nEsc closes", keep_newlines=True)))
