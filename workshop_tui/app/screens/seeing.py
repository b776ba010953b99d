"""The check before the first rating in a terminal: can a difference be seen here, and if not, where else?"""

import asyncio
from pathlib import Path
from typing import cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import var
from textual.screen import ModalScreen
from textual.widgets import Static

from workshop_tui.app.key_table import key_of, keys
from workshop_tui.app.screens.copy_out import copy_out
from workshop_tui.app.widgets.key_line import KeyLine
from workshop_tui.app.widgets.picture import PictureView
from workshop_tui.errors import WorkshopError
from workshop_tui.exercises.seeing import Seeing
from workshop_tui.generation.crop import Crop
from workshop_tui.scp import fetch_line, own_port, serve_line, tunnel_line
from workshop_tui.text import plain

QUESTION = "Can you see a difference? The same part of two of these pictures, at 2x."


class SeeingScreen(ModalScreen[Seeing | None]):
    """Shows a crop of two pictures and asks; Esc answers None.

    Args:
        first: A picture.
        second: One that differs from it.
        root: The learner's folder.
    """

    CSS = """
    SeeingScreen { background: $background; }
    #seeing-two { height: 1fr; }
    #seeing-two PictureView { margin: 0 1; }
    #seeing-ways { height: 1fr; display: none; }
    SeeingScreen.-ways #seeing-two { display: none; }
    SeeingScreen.-ways #seeing-ways { display: block; }
    """

    BINDINGS = keys(
        "seeing",
        Binding("y", "answer('yes')", "Yes", id="yes", tooltip="There is a difference: rate in this terminal"),
        Binding("n", "ways", "No", tooltip="There is none: show other ways to look at the pictures"),
        Binding("enter", "answer('no')", "Rate here all the same", id="here", tooltip="Each rating says so"),
        Binding("e", "answer('elsewhere')", "I look at them elsewhere", id="elsewhere", tooltip="Each rating says so"),
        Binding("c", "copy", "Copy", tooltip="The line that copies the pictures to your own computer"),
        Binding("escape,q", "dismiss(None)", "Not now", id="leave", tooltip="Rate later"),
    )

    ways: var[bool] = var(False, init=False)
    """Whether the other ways to look at pictures stand there in place of the two."""

    def __init__(self, first: Path, second: Path, root: Path) -> None:
        super().__init__()
        self._two = (first, second)
        self._root = root

    def compose(self) -> ComposeResult:
        yield Static(Content.styled(QUESTION, "bold"), id="seeing-question")
        with Horizontal(id="seeing-two"):
            for path in self._two:
                view = PictureView()
                view.source, view.crop = path, Crop.around(0.5, 0.5, 0.5, 0.5)
                yield view
        yield Static(id="seeing-ways")
        yield KeyLine()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer each answer where it is one."""
        if action == "ways" or parameters == ("yes",):
            return not self.ways
        return self.ways if action in ("answer", "copy") else True

    def watch_ways(self) -> None:
        self.set_class(self.ways, "-ways")
        self.refresh_bindings()

    def action_answer(self, seeing: str) -> None:
        self.dismiss(cast("Seeing", seeing))

    def action_copy(self) -> None:
        copy_out(self.app, self._two[0].parent, self._root, folder=True)

    async def action_ways(self) -> None:
        """Show how to see more than this terminal shows."""
        question = "Three ways to see the pictures as they are. Come back here to rate them."
        self.query_one("#seeing-question", Static).update(Content.styled(question, "bold"))
        self.ways = True
        # It reads the configuration, which may lie on a slow disk.
        lines = await asyncio.to_thread(_ways, self._two[0].parent, self._root)
        self.query_one("#seeing-ways", Static).update(Content(plain(lines, keep_newlines=True)))


def _ways(folder: Path, root: Path) -> str:
    """Return how a browser shows the pictures of a folder, and how they are copied."""
    port = own_port()
    try:
        tunnel, copy = tunnel_line(port, root), fetch_line(folder, root, folder=True)
    except WorkshopError as error:
        return str(error)
    there = f"On your own computer:\n{tunnel}\nThen open there: " if tunnel else "Then open: "
    copied = f"Copied to your own computer, by this line there:\n{copy}" if copy else f"They lie in {folder}"
    return (
        f"\nDrawn by the terminal itself, where it can: leave the class with {key_of('app.quit')}, then\n"
        "workshop-tui class --pictures auto (or kitty, or sixel)\n\n"
        f"In a browser. On this machine, in a second terminal:\n{serve_line(folder, port)}\n"
        f"{there}http://127.0.0.1:{port}/\n"
        "While the first line runs, other users of this machine can see them too; ctrl+c ends it.\n\n"
        f"{copied}\n\n{key_of('seeing.elsewhere')} then names each picture's file while you rate."
    )
