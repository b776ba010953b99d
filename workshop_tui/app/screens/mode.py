"""What the five modes share: the title, the strip, the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.actions import parse
from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Input

from workshop_tui.app.book import Book
from workshop_tui.app.key_table import key_of, keys
from workshop_tui.app.widgets.bars import StatusStrip, TitleBar

if TYPE_CHECKING:
    from workshop_tui.app.app import WorkshopApp


def may_write(app: WorkshopApp) -> bool:
    """Tell whether this terminal writes; where another one of the learner's does, say so."""
    if app.book.read_only:
        app.notify(f"Another terminal of yours writes: {key_of('app.take_over')} writes here.")
    return not app.book.read_only


class ModeScreen(Screen[None]):
    """A mode's screen: `mode_title` on top, `body` below it, the strip and the keys at the bottom."""

    BINDINGS = keys(
        "mode", Binding("escape", "leave_field", "leaves the field", tooltip="Leave a text field"), typed=True
    )

    WRITES: ClassVar[frozenset[str]] = frozenset()
    """Actions that write; they are off while another terminal of this learner writes."""

    mode_title = ""
    """What stands at the right end of the title, behind the key that opens it."""

    @property
    def workshop(self) -> WorkshopApp:
        """The app, by its own type."""
        return cast("WorkshopApp", self.app)

    def body(self) -> ComposeResult:
        """Compose what is between title and strip."""
        yield from ()

    def compose(self) -> ComposeResult:
        yield TitleBar(self.workshop.headline, self.mode_title)
        yield from self.body()
        yield StatusStrip(by_minute=self.workshop.look.slow_line)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what cannot be done now; the way out of a field is shown in a field only."""
        if action == "leave_field":
            return isinstance(self.focused, Input)
        return None if action in self.WRITES and self.workshop.book.read_only else True

    @on(Key)
    def _say_why_grey(self, event: Key) -> None:
        """Say why a greyed out key does nothing, where that is because another terminal writes."""
        key = self.active_bindings.get(event.key)
        if key and not key.enabled and parse(key.binding.action)[1] in {*self.WRITES, "prepare"}:
            may_write(self.workshop)

    def on_descendant_focus(self) -> None:
        self.refresh_bindings()

    def on_mount(self) -> None:
        """Follow the app; this is called besides what a mode does when it is mounted."""
        strip = self.query_one(StatusStrip)
        self.watch(self.app, "clock", lambda clock: setattr(strip, "clock", clock))
        self.watch(self.app, "work", lambda work: setattr(strip, "work", work))
        self.watch(self.app, "snapshot", lambda snapshot: setattr(strip, "snapshot", snapshot))
        self.watch(self.app, "book", self._show_owner)
        title = self.query_one(TitleBar)
        self.watch(self.app, "model", lambda _: title.show(self.workshop.headline), init=False)

        self.watch(self.app, "entered", self._show_keys)

    def _show_keys(self, entered: bool) -> None:
        """Show the keys once they do something: not below the card that stands before the class."""
        if not entered:
            return
        from workshop_tui.app.widgets.key_line import KeyLine

        if not self.query(KeyLine):
            self.mount(KeyLine())

    def _show_owner(self, book: Book) -> None:
        strip = self.query_one(StatusStrip)
        if strip.read_only != book.read_only:
            strip.read_only = book.read_only
            self.refresh_bindings()

    def action_leave_field(self) -> None:
        """Give the keys back to the screen."""
        self.set_focus(None)
        self.focus_first()

    def focus_first(self) -> None:
        """Focus what the screen's keys act on."""
