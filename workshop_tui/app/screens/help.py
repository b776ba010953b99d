"""`?`: what the keys do on the screen that it was pressed on; each can be done from here, by key or by a click."""

import textwrap
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from workshop_tui.app.key_table import key_name, keys, keys_of, place_of, with_keys
from workshop_tui.app.widgets.key_line import KeyLine

GENERAL = """\
Letters act where no text field has the focus: Tab goes into a field, {mode.leave_field} leaves it.
Notes and answers are saved as you type, a line in a box with Enter.
Pictures go on when you leave or when the line drops."""


WIDEST, AROUND = 76, 6
"""Cells of the box, and of its frame, its padding and its bar."""


class HelpScreen(ModalScreen[str | None]):
    """Lists the keys that work on a screen, from the actions themselves; it answers the key of the one chosen.

    Args:
        below: The screen.
        about: What else there is to say there; otherwise it is said what holds on all screens.
    """

    DEFAULT_CSS = """
    HelpScreen OptionList { height: auto; max-height: 16; border: none; padding: 0; }
    """

    BINDINGS = keys("help", Binding("escape,q,question_mark", "dismiss", "Close", tooltip="Back to where you were"))

    def __init__(self, below: Screen[Any], about: str = GENERAL) -> None:
        super().__init__()
        self._about = with_keys(about)
        self._listed = list(below.active_bindings.values())

    def compose(self) -> ComposeResult:
        with Vertical(id="help") as listed:
            listed.border_title = "Keys here"
            listed.border_subtitle = f"{key_name('up')} {key_name('down')} scroll, Enter or a click does it"
            yield OptionList(*_rows(self._listed, min(WIDEST, self.app.size.width) - AROUND), compact=True)
            yield Static(Content("\n" + self._about))
        yield KeyLine()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)


def _rows(listed: list[ActiveBinding], width: int) -> list[Option]:
    """Return a row an action, with all its keys; what does not fit goes on below where it began.

    Args:
        listed: What works.
        width: Cells of a row.
    """
    by_id = {active.binding.id: active for active in listed if active.binding.id and active.binding.tooltip}
    listed_keys = {name: " ".join(map(key_name, keys_of(name))) for name in by_id}
    room = max(map(len, listed_keys.values()), default=0)
    rows: list[Option] = []
    for name, active in sorted(by_id.items(), key=lambda each: (each[0].startswith("app."), place_of(each[1].binding))):
        does = textwrap.fill(active.binding.tooltip, width - room - 2).replace("\n", "\n" + " " * (room + 2))
        row = Content.assemble((listed_keys[name].rjust(room), "bold"), "  ", does)
        rows.append(Option(row, id=active.binding.key, disabled=not active.enabled))
    return rows


def show_help(screen: Screen[Any], about: str = GENERAL) -> None:
    """Show what the keys do on a screen, and do what is chosen there."""

    def act(key: str | None) -> None:
        if key:
            screen.app.call_after_refresh(screen.app.simulate_key, key)

    screen.app.push_screen(HelpScreen(screen, about), act)
