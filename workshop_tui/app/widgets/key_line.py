"""The line of keys at the bottom; where there is no room for all, the screen's last ones are left out."""

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.events import Resize
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from workshop_tui.app.key_table import place_of

ALWAYS = ("help", "app.help", "explain", "app.quit")
"""The app's help, what a screen shows in its place, and a screen's own way out of the app."""


class KeyLine(Footer):
    """The keys of a screen, the most useful first, then those that work everywhere, which are always there."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)
        self._room = 0

    def compose(self) -> ComposeResult:
        active = self.screen.active_bindings.values()
        nodes = list(dict.fromkeys(key.node for key in active))
        # A key that was changed keeps its action's place; Textual puts it last.
        order = {key.binding.action: (nodes.index(key.node), place_of(key.binding)) for key in active}
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        keys.sort(key=lambda key: order[key.action])
        everywhere = {key.binding.action for key in active if key.node is self.app or key.binding.action in ALWAYS}
        while _cells(keys) > self.app.size.width:
            own = [key for key in keys if key.action not in everywhere]
            if not own:
                break
            keys.remove(own[-1])
        yield from keys

    def on_mount(self) -> None:
        self.bindings_changed(self.screen)  # it may be mounted after the keys were made known

    def on_resize(self, event: Resize) -> None:
        if event.size.width != self._room:
            self._room = event.size.width
            self.call_after_refresh(self.recompose)


def _cells(keys: Iterable[FooterKey]) -> int:
    return sum(len(key.key_display) + len(key.description) + 2 for key in keys) - 1
