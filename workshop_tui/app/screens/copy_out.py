"""`y`: the line that brings a file onto the learner's own computer, sent to their clipboard and shown."""

import asyncio
import os
from pathlib import Path
from typing import Any

from rich.cells import chop_cells
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from workshop_tui.app.key_table import key_of, keys, with_keys
from workshop_tui.app.screens.ask import LineScreen
from workshop_tui.app.widgets.key_line import KeyLine
from workshop_tui.config import load_config
from workshop_tui.errors import WorkshopError
from workshop_tui.scp import UNKNOWN_HOST, fetch_line, guess, is_to_be_asked, remember, remembered
from workshop_tui.text import plain

QUESTION = (
    "What did you type after ssh to connect? [user@]host[:port]\n"
    "This machine knows only the address that it has itself: behind a router, a jump host or a forwarded port "
    "yours is another one. It is asked once; {line.cancel} leaves HOST in the line."
)

HOW_TO_MARK = (
    "Nothing to paste? Not every terminal takes it, and tmux only with: set -g set-clipboard on. Then mark the line "
    "with the mouse, Shift held (Option in macOS), or in tmux in its copy mode (prefix and [); take out the line break "
    "where it is broken."
)


class CopyScreen(ModalScreen[None]):
    """Shows how a file is fetched; where that is not known yet, it asks for the address first.

    Args:
        path: The file or folder.
        root: The learner's folder.
        folder: Whether it is a folder.
    """

    DEFAULT_CSS = """
    CopyScreen { background: $background; }
    CopyScreen VerticalScroll Static { margin-bottom: 1; }
    """

    BINDINGS = keys(
        "copy",
        Binding("escape,q,y", "dismiss", "Close", tooltip="Back to where you were"),
        Binding("c", "address", "Change the address", tooltip="Say anew what you type after ssh to connect"),
    )

    def __init__(self, path: Path, root: Path, *, folder: bool = False) -> None:
        super().__init__()
        self._path = path
        self._root = root
        self._folder = folder
        self._sent = ""

    def compose(self) -> ComposeResult:
        # No frame: what is marked with the mouse would hold its sides.
        with VerticalScroll():
            yield Static(id="copy-head")
            yield Static(id="copy-line")
            yield Static(id="copy-said")
        yield KeyLine()

    @work
    async def on_mount(self) -> None:
        try:  # it reads files, which may lie on a slow disk
            if await asyncio.to_thread(is_to_be_asked, self._root):
                await self._ask()
        except WorkshopError as error:
            self.notify(plain(str(error)), severity="error", markup=False)
        await self._show()

    @work
    async def action_address(self) -> None:
        try:
            connect = (await asyncio.to_thread(load_config)).connect
            if connect:
                self.notify(f"{connect} is set by `connect` in the configuration.", markup=False)
                return
            await self._ask()
        except WorkshopError as error:
            self.notify(plain(str(error)), severity="error", markup=False)
        await self._show()

    async def _ask(self) -> None:
        known = await asyncio.to_thread(remembered, self._root)
        question, likely = with_keys(QUESTION), known or guess(os.environ)
        screen = LineScreen(question, likely, lambda text: remember(self._root, text.strip()))
        if not await self.app.push_screen_wait(screen) and known is None:
            remember(self._root, "")

    async def _show(self) -> None:
        try:
            line = await asyncio.to_thread(fetch_line, self._path, self._root, folder=self._folder)
        except WorkshopError as error:
            line = ""
            self.notify(plain(str(error)), severity="error", markup=False)
        if not self.children:  # the app was left meanwhile
            return
        self._sent = line or plain(str(self._path))
        self.app.copy_to_clipboard(self._sent)
        self.notify("Sent to your terminal, as what is copied.")
        what = "folder" if self._folder else "file"
        head, said = (
            f"The {what} lies on this machine; {key_of('copy.address')} makes a line for another computer:",
            [HOW_TO_MARK],
        )
        if line:
            head = "On your own computer, in any shell there (PowerShell too):"
            said.insert(0, f"The {what} lies in {plain(str(self._path.parent))}/\n")
        if f"{UNKNOWN_HOST}:" in line:
            said.insert(0, f"{UNKNOWN_HOST} is what you type after ssh: {key_of('copy.address')} says it.")
        self.query_one("#copy-head", Static).update(Content.styled(head, "bold"))
        self.query_one("#copy-said", Static).update(Content("\n".join(said)))
        self._draw_line()

    def on_resize(self) -> None:
        self._draw_line()

    def _draw_line(self) -> None:
        """Break the line where the screen ends and nowhere else: it is whole again without the line breaks."""
        rows = chop_cells(self._sent, max(1, self.size.width))
        self.query_one("#copy-line", Static).update(Content.styled("\n".join(rows), "$text-accent"))


def copy_out(app: App[Any], path: Path, root: Path, *, folder: bool = False) -> None:
    """Copy the line that fetches a file, and show it; see `CopyScreen`."""
    app.push_screen(CopyScreen(path, root, folder=folder))
