"""One picture on the whole screen, with what it was made with, where it lies and how to fetch it.

Half-blocks show few of its pixels: beside the whole then stands a part of it, each of its pixels a half-block.
"""

import asyncio
from pathlib import Path

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from workshop_tui.app.graphics import ASCII, HALF
from workshop_tui.app.key_table import HELP, keys
from workshop_tui.app.run_words import made_with
from workshop_tui.app.screens.copy_out import copy_out
from workshop_tui.app.widgets.key_line import KeyLine
from workshop_tui.app.widgets.picture import PictureView
from workshop_tui.errors import WorkshopError
from workshop_tui.generation.crop import Crop, crop_sides
from workshop_tui.generation.record import Run
from workshop_tui.scp import fetch_line
from workshop_tui.text import plain

WIDEST = 0.6
"""Share of the screen's width that the whole picture takes at most."""
STRIDE = 0.5
"""How far a key moves the part that is shown at 1:1, in shares of it."""


class PictureScreen(ModalScreen[None]):
    """Shows one picture; drawn in half-blocks, a part of it at 1:1 beside it.

    Args:
        path: The file.
        run: How it was made.
        root: The learner's folder.
    """

    BINDINGS = keys(
        "picture",
        Binding("escape,z,q,enter", "dismiss", "Close", tooltip="Back to where you were"),
        Binding("y", "copy", "Copy", tooltip="The line that copies it to your own computer"),
        Binding(
            "left,h",
            "move(-1, 0)",
            "Move 1:1",
            id="left",
            key_display="{left} {right} {up} {down}",
            tooltip="Move what is shown at 1:1 left",
        ),
        Binding("right,l", "move(1, 0)", "Move", id="right", show=False, tooltip="Move it right"),
        Binding("up,k", "move(0, -1)", "Move", id="up", show=False, tooltip="Move it up"),
        Binding("down,j", "move(0, 1)", "Move", id="down", show=False, tooltip="Move it down"),
        HELP,
    )

    def __init__(self, path: Path, run: Run, root: Path) -> None:
        super().__init__()
        self._root = root
        self._path = path
        self._run = run
        self._center = (0.43, 0.39)
        """Of what is shown at 1:1: there a portrait has an eye."""
        self._part_room = Size(1, 1)
        """Cells for it."""

    def compose(self) -> ComposeResult:
        with Horizontal():
            view = PictureView(id="whole")
            view.source = self._path
            yield view
            yield PictureView(id="part")
        if self._run.outcome != "ok":
            yield Static(Content.styled(plain(f"{self._run.outcome}: {self._run.reason}"), "$text-error"))
        yield Static(Content(plain(made_with(self._run))))
        yield Static(Content(plain(str(self._path))), id="where")
        yield KeyLine()

    def on_mount(self) -> None:
        if hasattr(self.app, "pictures"):
            self.watch(self.app, "pictures", self._arrange, init=False)
        self.run_worker(self._say_how_to_fetch(), exit_on_error=False)

    async def _say_how_to_fetch(self) -> None:
        try:  # it reads the configuration, which may lie on a slow disk
            line = await asyncio.to_thread(fetch_line, self._path, self._root)
        except WorkshopError:
            return
        if line:
            self.query_one("#where", Static).update(Content(plain(line)))

    @property
    def _is_beside(self) -> bool:
        """Whether a part stands beside the whole."""
        return getattr(self.app, "pictures", HALF) in (HALF, ASCII)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to move what stands beside the whole picture, where it does."""
        return self._is_beside if action == "move" else True

    def on_resize(self) -> None:
        self.call_after_refresh(self._arrange)  # the room is known when it has been laid out

    def _arrange(self) -> None:
        """Give the whole what it needs, up to a share of the room, and the part the rest."""
        if not self.is_attached:  # left before the room was known
            return
        whole, part, room = self.query_one("#whole"), self.query_one("#part"), self.query_one(Horizontal).size
        part.display = self._is_beside
        self.refresh_bindings()
        needed = -(-2 * room.height * self._run.settings.width // self._run.settings.height)
        taken = min(needed, int(WIDEST * room.width))
        whole.styles.width = taken if self._is_beside else "1fr"
        self._part_room = Size(max(1, room.width - taken - 1), max(1, room.height))
        self._draw_part()

    def _draw_part(self) -> None:
        part = self.query_one("#part", PictureView)
        part.crop = self._crop
        part.source = self._path if self._is_beside else None  # what is not shown is neither drawn nor sent

    @property
    def _crop(self) -> Crop:
        size = self._run.settings.width, self._run.settings.height
        return Crop.around(*self._center, *crop_sides("1:1", [size], *self._part_room))

    def action_copy(self) -> None:
        copy_out(self.app, self._path, self._root)

    def action_move(self, across: int, down: int) -> None:
        """Move the part that is shown at 1:1."""
        self._center = self._crop.moved(STRIDE * across, STRIDE * down).center
        self._draw_part()
