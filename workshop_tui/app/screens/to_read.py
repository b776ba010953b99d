"""What is only read: rows over the whole screen, with nothing to change."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from workshop_tui.app.key_table import HELP, keys
from workshop_tui.app.widgets.key_line import KeyLine
from workshop_tui.app.widgets.labelled import Labelled


class ToReadScreen(ModalScreen[None]):
    """Rows of what something is about and what is said of it; whoever derives from it fills them in when mounted."""

    DEFAULT_CSS = """
    ToReadScreen { background: $background; }
    ToReadScreen > VerticalScroll { padding: 0 1; }
    """

    BINDINGS = keys(
        "to_read",
        Binding("escape,q", "dismiss", "Close", tooltip="Back to where you were"),
        Binding("j", "scroll(1)", "Scroll", id="down", key_display="{down} {up}", tooltip="Read on"),
        Binding("k", "scroll(-1)", "Scroll back", id="up", show=False, tooltip="Read back"),
        HELP,
    )

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Labelled()
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def show(self, rows: Sequence[tuple[str, str]]) -> None:
        """Show other rows; one that is about nothing is a heading."""
        self.query_one(Labelled).show_rows(rows)

    def action_scroll(self, step: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)
