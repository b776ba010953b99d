"""`?`: what the keys do on the screen that it was pressed on."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

GENERAL = """\
Letters act where no text field has the focus: Enter or Tab goes into a field, Esc leaves it.
1 Class, 2 Lab, 3 Monitor, 4 Troubleshoot, 5 Profile.
Everything is saved as you type. Pictures go on when you leave or when the line drops."""


_SAID_BELOW = ("switch_mode",)


class HelpScreen(ModalScreen[None]):
    """Lists the keys that work there, from the actions themselves.

    Args:
        bindings: The active bindings of the screen below.
        about: What else there is to say there; otherwise it is said what holds on all screens.
    """

    BINDINGS = [Binding("escape,q,question_mark,enter", "dismiss", "Close")]

    def __init__(self, bindings: Sequence[ActiveBinding], about: str = GENERAL) -> None:
        super().__init__()
        self._about = about
        self._listed = bindings

    def compose(self) -> ComposeResult:
        rows: list[Content] = []
        with_own_line = {active.binding.key for active in self._listed if active.binding.tooltip}
        seen: set[str] = set()
        for active in self._listed:
            binding = active.binding
            if binding.action in seen or not binding.tooltip or binding.action.startswith(_SAID_BELOW):
                continue
            seen.add(binding.action)
            key, *second = self.app.get_key_display(binding).split()[:2] or [" "]
            if second and second[0] not in with_own_line:
                key = f"{key} {second[0]}"
            rows.append(Content.assemble((f"{key:>8}  ", "bold $text-accent"), binding.tooltip))
        with VerticalScroll(id="help") as listed:
            listed.border_title = "Keys here"
            listed.border_subtitle = "↑ ↓ scroll, Esc closes"
            yield Static(Content("\n").join(rows))
            yield Static(Content("\n" + self._about))
