"""A field for the note on one section: saved half a second after the last key and on Esc."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static, TextArea

from workshop_tui.app.key_table import key_of, keys
from workshop_tui.app.widgets.observation import RETRY_SECONDS, SAVE_SECONDS
from workshop_tui.text import plain


class NoteField(Vertical):
    """Edits one note.

    Args:
        section: The id of the section or page.
        label: What it is called.
        text: The note as the notebook has it.
        save: Writes it down; tells whether it is on disk.
    """

    DEFAULT_CSS = """
    NoteField { height: 8; background: $surface; }
    NoteField > Static { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    NoteField > TextArea { height: 1fr; padding: 0; border: none; }
    """

    BINDINGS = keys("note", Binding("escape", "close", "closes", tooltip="Leave the note"), typed=True)

    @dataclass
    class Closed(Message):
        """The learner has left the field."""

        field: "NoteField"
        lost: bool
        """Whether what was written could not be saved."""

    def __init__(self, section: str, label: str, text: str, save: Callable[[str, str], Awaitable[bool]]) -> None:
        super().__init__(id="note")
        self.section = section
        """The id of the section or page that it is about."""
        self._label = label
        self._known = text
        """What the notebook holds, as far as this field has been told."""
        self._sent = text
        """What was last given away to be kept."""
        self._save = save
        self._saving = asyncio.Lock()
        self._failed = False
        self._timer: Timer | None = None
        # Held here, because leaving the class saves a note whose field is just being opened or closed.
        self._title = Static(id="note-title")
        self._area = TextArea(text, compact=True, soft_wrap=True, show_line_numbers=False)

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._area

    def on_mount(self) -> None:
        self._area.move_cursor(self._area.document.end)
        self._area.focus()

    def show(self, text: str, *, read_only: bool) -> None:
        """Show what the notebook holds, unless the learner is typing here.

        Args:
            text: The note.
            read_only: Another terminal of this learner writes.
        """
        area = self._area
        area.read_only = read_only
        if area.text == self._known == self._sent != text:  # all that was typed is kept: somebody else has written
            self._known = self._sent = text
            area.text = text
        elif area.text.strip() == text.strip():
            self._known = self._sent = text
            self._failed = False
        elif not read_only and self._timer is None:  # this terminal has taken over, with something unsaved
            self._typed()
        self._draw_title()

    async def write(self) -> bool:
        """Write down what is new, and try again in a while where that fails; tell whether nothing is unsaved."""
        async with self._saving:  # one after the other: the newest is written last
            self._stop_timer()
            text = self._area.text
            if self._area.read_only:
                return True
            self._failed = False
            if text != self._known:
                self._sent = text
                self._failed = not await self._save(self.section, text)
                if self._failed:
                    self._sent = self._known
                    self._timer = self.set_timer(RETRY_SECONDS, self.write)
                else:
                    self._known = text
            self._draw_title()
            return not self._failed

    async def action_close(self) -> None:
        """Save and leave; where saving fails, a second Esc leaves all the same."""
        await self._close(at_once=self._failed)

    async def leave(self) -> None:
        """Save and close, because something else is read now; what cannot be saved stays here."""
        await self._close(at_once=False)

    async def _close(self, *, at_once: bool) -> None:
        self._area.disabled = True  # what is typed while it is saved would go with the field
        if await self.write() or at_once:
            self.post_message(self.Closed(self, self._failed))
        else:
            self._area.disabled = False
            self._area.focus()

    def _draw_title(self) -> None:
        closes = f"{key_of('note.close')} closes"
        if self._area.read_only:
            said = f"READ ONLY: another terminal writes · {closes}"
        elif self._failed:
            said = f"NOT SAVED: it is tried again · {closes} without it"
        else:
            said = f"saved as you type, goes into your hand-in · {closes}"
        self._title.update(Content.assemble((f"Note: {plain(self._label)}", "bold"), f" · {said}"))

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.stop()
            self._timer = None

    @on(TextArea.Changed)
    def _typed(self) -> None:
        self._stop_timer()
        if self._area.text != self._known:
            self._timer = self.set_timer(SAVE_SECONDS, self.write)
