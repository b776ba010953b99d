"""Blind rating: one picture after the other, without a word about what it was made with."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.reactive import var
from textual.screen import ModalScreen
from textual.widgets import Static

from workshop_tui.app.key_table import keys
from workshop_tui.app.screens.help import show_help
from workshop_tui.app.widgets.key_line import KeyLine
from workshop_tui.app.widgets.picture import PictureView
from workshop_tui.exercises.blind import Rating
from workshop_tui.exercises.seeing import Seeing, how_seen

ABOUT = """\
The pictures stand in another order than in the table, and nothing says what each was made with until all are rated. \
'Not rated' is an answer like the others. Nothing is kept before you confirm it at the end."""


class BlindScreen(ModalScreen[Literal["rated", "check", "leave"]]):
    """Asks for a rating of each picture; it answers whether all were shown, or what the learner wants instead.

    Args:
        ratings: As they stand, in the order in which the pictures are shown; what is rated is changed in it.
        pictures: The folder that they lie in.
        seeing: How the learner sees them.
        terminal: What this terminal is called.
        at: The place of the one that is shown first.
    """

    CSS = """
    BlindScreen { background: $background; }
    #blind-head { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    BINDINGS = keys(
        "blind",
        *(
            Binding(
                str(stars),
                f"rate({stars})",
                "Rate",
                id=f"rate_{stars}",
                show=stars == 1,
                key_display="{rate_1}-{rate_5}" if stars == 1 else None,
                tooltip=f"{stars} of 5{told}, and on to the next picture",
            )
            for stars, told in enumerate((" (poor)", "", "", "", " (excellent)"), 1)
        ),
        Binding("0", "rate(0)", "Not rated", id="not_rated", tooltip="Not rated, and on to the next picture"),
        Binding("enter", "on", "Go on", tooltip="Leave this picture as it is, rated or not, and go on"),
        Binding(
            "left", "go(-1)", "Back", id="back", key_display="{back} {forth}", tooltip="Look at the picture before"
        ),
        Binding("right", "go(1)", "Forth", id="forth", show=False, tooltip="Look at the picture after"),
        Binding(
            "c",
            "dismiss('check')",
            "Check",
            id="check",
            tooltip="Look again whether a difference can be seen in this terminal",
        ),
        Binding("question_mark", "explain", "Help", tooltip="Keys, and what blind rating is"),
        Binding("escape,q", "dismiss('leave')", "Leave", id="leave", tooltip="Leave; nothing is kept"),
    )

    at: var[int] = var(0, init=False)
    """The place of the picture that is shown."""

    def __init__(self, ratings: list[Rating], pictures: Path, seeing: Seeing, terminal: str, at: int = 0) -> None:
        super().__init__()
        self._ratings = ratings
        self._pictures = pictures
        self._seeing: Seeing = seeing
        self._terminal = terminal
        self.set_reactive(BlindScreen.at, at)

    def compose(self) -> ComposeResult:
        yield Static(id="blind-head")
        yield PictureView()
        yield KeyLine()

    def on_mount(self) -> None:
        self._draw()

    def watch_at(self) -> None:
        self._draw()

    def _draw(self) -> None:
        rating = self._ratings[self.at]
        self.query_one(PictureView).source = self._pictures / rating.run.picture
        said = rating.words if rating.how else "1 (poor) to 5 (excellent)?"
        file = f"  file {rating.run.picture}" if self._seeing == "elsewhere" else ""
        head = f"Blind rating: picture {self.at + 1} of {len(self._ratings)}  {said}{file}"
        self.query_one("#blind-head", Static).update(Content.styled(head, "bold"))

    def action_rate(self, stars: int) -> None:
        cells = self.query_one(PictureView).drawn_cells
        if stars and cells is None and self._seeing != "elsewhere":
            self.notify("No picture is shown yet: it cannot be rated. 0 is 'not rated'.")
            return
        drawn = getattr(self.app, "pictures", "half")
        how = how_seen(self._seeing, *(cells or (0, 0)), self._terminal, drawn) if cells or stars else ""
        self._ratings[self.at] = replace(self._ratings[self.at], stars=stars or None, how=how)
        self.action_on()

    def action_on(self) -> None:
        if self.at + 1 < len(self._ratings):
            self.at += 1
        else:
            self.dismiss("rated")

    def action_go(self, step: int) -> None:
        self.at = min(max(0, self.at + step), len(self._ratings) - 1)

    def action_explain(self) -> None:
        show_help(self, ABOUT)
