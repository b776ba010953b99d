"""What a blind rating came to: now with what each picture was made with, to be kept or not."""

from collections.abc import Sequence
from typing import Literal

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from workshop_tui.app.key_table import keys
from workshop_tui.app.widgets.key_line import KeyLine
from workshop_tui.exercises.blind import Proposal, Rating, axis_label, places, value_of
from workshop_tui.exercises.part import Part
from workshop_tui.text import plain


class RatedScreen(ModalScreen[Literal["all", "only", "back", "leave"]]):
    """Shows the ratings beside the values, and asks what to keep.

    Args:
        part: What was rated.
        ratings: Of its pictures, in any order.
        proposal: What is offered for the part's own rating; None for nothing.
    """

    CSS = """
    RatedScreen { background: $background; }
    RatedScreen VerticalScroll { height: 1fr; padding: 0 1; }
    """

    BINDINGS = keys(
        "rated",
        Binding("enter", "dismiss('all')", "Keep", id="keep", tooltip="Keep the ratings, and what is proposed"),
        Binding("o", "dismiss('only')", "Keep the blind ratings only", id="only", tooltip="Without what is proposed"),
        Binding("b,left", "dismiss('back')", "Back", id="back", tooltip="Back to the last picture"),
        Binding("escape,q", "dismiss('leave')", "Leave", id="leave", tooltip="Leave; nothing is kept"),
    )

    def __init__(self, part: Part, ratings: Sequence[Rating], proposal: Proposal | None) -> None:
        super().__init__()
        self._part = part
        self._rows = _rows(part, ratings)
        self._proposal = proposal

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(Content.styled(plain(f"Rated blind: {self._part.title}"), "bold"))
            yield Static(Content("\n" + "\n".join(self._rows) + "\n"))
            yield Static(
                Content.styled("Place 1 is the best; equal ratings share the mean of their places.", "$text-muted")
            )
            if self._proposal:
                yield Static(Content(plain(f"\n{_words(self._proposal)}", keep_newlines=True)))
        yield KeyLine()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to keep less only where more would be kept."""
        return self._proposal is not None if parameters == ("only",) else True


def _rows(part: Part, ratings: Sequence[Rating]) -> list[str]:
    """Return a line a picture, the best first, those that were not rated last."""
    found = zip(places(ratings), ratings, strict=True)
    lines = [
        f"{'' if place is None else f'{place:g}':>5}  {rating.words:9}  {value_of(part, rating.run)}"
        for place, rating in sorted(found, key=lambda pair: pair[0] or len(ratings) + 1)
    ]
    return [f"place  rating     {axis_label(part)}", *(plain(line) for line in lines)]


def _words(proposal: Proposal) -> str:
    why = "you chose that as the best" if proposal.chosen else "the highest"
    return f"{proposal.field.label}: {proposal.stars}/5 is proposed, the rating of {proposal.value} ({why})."
