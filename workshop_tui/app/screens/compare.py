"""Two to four pictures side by side or flipped in place, at one crop, with figures and what those do not say."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import var
from textual.screen import ModalScreen
from textual.widgets import Static

from workshop_tui.app.key_table import keys
from workshop_tui.app.screens.help import show_help
from workshop_tui.app.widgets.compared import ComparedPicture
from workshop_tui.app.widgets.key_line import KeyLine
from workshop_tui.exercises.compare import differences
from workshop_tui.generation.crop import ZOOMS, Crop, crop_sides
from workshop_tui.generation.drift import VISIBLE, Drift, drift
from workshop_tui.generation.picture_statistics import sharpness
from workshop_tui.generation.record import Run
from workshop_tui.text import plain

MEANING = f"""\
Sharpness is the strength of the finest detail, in levels of 255. Noise and hatching are sharp too: compare it within \
one style. It does not say which picture is better.
Drift is how far a picture lies from the reference: levels of 255 on average, and the pixels that differ by more than \
{VISIBLE} levels. It says different, not worse.
At 1:1 each half of a cell is one pixel of the largest picture; the others show the same part."""

COLUMNS = 30
"""The least that a picture has beside others."""

STRIDE = 0.25
"""How far a key moves the crop, in shares of it."""


class CompareScreen(ModalScreen[None]):
    """Holds pictures against each other.

    Args:
        runs: Two to four, the first reference first.
        names: What the Lab calls them.
        pictures: The folder that their pictures lie in.
        title: What they belong to.
    """

    CSS = """
    CompareScreen { background: $background; }
    #compare-head { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    #compared { height: 1fr; }
    """

    BINDINGS = keys(
        "compare",
        Binding("escape,c,q", "dismiss", "Close", tooltip="Back to the Lab"),
        Binding("z", "zoom(1, True)", "Zoom", id="zoom", tooltip="Zoom: 1x, 2x, 4x, 1:1, and 1x again"),
        Binding("plus,equals_sign", "zoom(1)", "In", id="zoom_in", show=False, tooltip="Zoom in"),
        Binding("minus", "zoom(-1)", "Out", id="zoom_out", show=False, tooltip="Zoom out"),
        Binding("s", "flip", "Flip", tooltip="Side by side, or one at a time in the same place"),
        Binding("n", "next(1)", "Next", id="next", tooltip="Show the next picture, where not all are shown"),
        Binding(
            "left",
            "arrow(-1)",
            "Move",
            id="back",
            key_display="{back} {on}",
            tooltip="Flip to another, else move the crop",
        ),
        Binding("right", "arrow(1)", "Right", id="on", show=False, tooltip="Flip on, else move the crop right"),
        Binding("h", "move(-1, 0)", "Left", id="left", show=False, tooltip="Move the crop left"),
        Binding("l", "move(1, 0)", "Right", id="right", show=False, tooltip="Move the crop right"),
        Binding("k,up", "move(0, -1)", "Up", id="up", show=False, tooltip="Move the crop up"),
        Binding("j,down", "move(0, 1)", "Down", id="down", show=False, tooltip="Move the crop down"),
        Binding("r", "reference", "Reference", tooltip="Make the next picture the one that drift is measured from"),
        Binding("question_mark", "explain", "Help", tooltip="Keys, and what figures mean"),
    )

    zoom: var[int] = var(0, init=False)
    """Which of `ZOOMS`."""
    flips: var[bool] = var(False, init=False)
    """One picture at a time, in the same place."""
    at: var[int] = var(1, init=False)
    """The picture that is shown, or that stands beside the reference where there is no room for all."""
    reference: var[int] = var(0, init=False)
    """The picture that drift is measured from."""

    def __init__(self, runs: Sequence[Run], names: Sequence[str], pictures: Path, title: str) -> None:
        super().__init__()
        self._runs = runs
        self._names = names
        self._title = title
        self._paths = [pictures / run.picture for run in runs]
        self._compared = [ComparedPicture(path) for path in self._paths]
        self._told = differences(runs)
        self._center = (0.5, 0.5)
        self._sharpness: dict[int, float | None] = {}
        """By place, as far as they are measured; None for a picture that cannot be read."""
        self._drift: dict[tuple[int, int], Drift | None] = {}
        """By the reference's place and the picture's."""

    def compose(self) -> ComposeResult:
        yield Static(id="compare-head")
        with Horizontal(id="compared"):
            yield from self._compared
        yield KeyLine()

    def on_mount(self) -> None:
        self._draw()
        self._measure()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def watch_zoom(self) -> None:
        self._draw()

    def watch_flips(self) -> None:
        self._draw()

    def watch_at(self) -> None:
        self._draw()

    def watch_reference(self) -> None:
        self._draw()
        self._measure()

    # Drawing

    @property
    def _shown(self) -> list[int]:
        """Places of the pictures on the screen."""
        every = list(range(len(self._runs)))
        room = 1 if self.flips else max(1, self.app.size.width // COLUMNS)
        if room >= len(every):
            return every
        return [self.at] if room == 1 else sorted({self.reference, self._beside})

    @property
    def _beside(self) -> int:
        """The picture beside the reference: never that itself."""
        return self.at if self.at != self.reference else (self.at + 1) % len(self._runs)

    def _draw(self) -> None:
        if not self.is_attached:  # left before it was laid out
            return
        shown = self._shown
        for place, compared in enumerate(self._compared):
            compared.display = place in shown
            compared.tell(*self._words(place))
        how = "flipping" if len(shown) == 1 else "side by side"
        some = f", {len(shown)} of {len(self._runs)}" if len(shown) < len(self._runs) else ""
        head = f"Compare: {self._title}  {ZOOMS[self.zoom]}, {how}{some}"
        self.query_one("#compare-head", Static).update(Content.styled(plain(head), "bold"))
        self.call_after_refresh(self._draw_crop)  # a picture's room is known when it has been laid out

    def _draw_crop(self) -> None:
        crop = self._crop
        self._center = crop.center
        for compared in self._compared:
            compared.view.crop = crop

    @property
    def _crop(self) -> Crop:
        room = self._compared[self._shown[0]].view.size
        sizes = [(run.settings.width, run.settings.height) for run in self._runs]
        return Crop.around(*self._center, *crop_sides(ZOOMS[self.zoom], sizes, max(1, room.width), max(1, room.height)))

    def _words(self, place: int) -> tuple[str, str, list[str]]:
        sharp = "..."
        if place in self._sharpness:
            value = self._sharpness[place]
            sharp = "n/a" if value is None else f"{value:.1f}"
        is_reference = place == self.reference
        name = f"{self._names[place]}  reference" if is_reference else self._names[place]
        away = "" if is_reference else f"drift {self._away(place)}"
        return name, self._told[place], [f"sharpness {sharp}", away]

    def _away(self, place: int) -> str:
        key = (self.reference, place)
        if key not in self._drift:
            return "..."
        found = self._drift[key]
        if found:
            return f"{found.mean:.2f} levels, {found.area}"
        return "n/a: other size" if None not in (self._sharpness.get(each) for each in key) else "n/a"

    @work(exclusive=True, group="measure")
    async def _measure(self) -> None:
        """Measure what is not measured yet, away from the screen's loop, and show each figure when it is there."""
        start = self.reference
        for place, path in enumerate(self._paths):
            if place not in self._sharpness:
                self._sharpness[place] = await asyncio.to_thread(sharpness, path)
            if (start, place) not in self._drift and place != start:
                self._drift[start, place] = await asyncio.to_thread(drift, self._paths[start], path)
            self._draw()

    # Actions

    def action_zoom(self, step: int, around: bool = False) -> None:
        self.zoom = (self.zoom + step) % len(ZOOMS) if around else min(max(0, self.zoom + step), len(ZOOMS) - 1)

    def action_flip(self) -> None:
        self.flips = not self.flips

    def action_next(self, step: int) -> None:
        start = self.at if len(self._shown) == 1 else self._beside
        self.at = (start + step) % len(self._runs)

    def action_arrow(self, step: int) -> None:
        if len(self._shown) == 1:
            self.action_next(step)
        else:
            self.action_move(step, 0)

    def action_move(self, across: int, down: int) -> None:
        self._center = self._crop.moved(STRIDE * across, STRIDE * down).center
        self._draw_crop()

    def action_reference(self) -> None:
        self.reference = (self.reference + 1) % len(self._runs)

    def action_explain(self) -> None:
        show_help(self, MEANING)
