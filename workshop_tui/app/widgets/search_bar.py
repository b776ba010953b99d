"""A line to look for words in the lesson, and where the reader is among the hits."""

import asyncio
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from workshop_tui.app.key_table import key_of, keys
from workshop_tui.lesson.model import Lesson
from workshop_tui.lesson.search import Hit, SearchIndex
from workshop_tui.text import plain

_LONGEST = 200


class SearchBar(Horizontal):
    """Finds words as they are typed, and goes from hit to hit.

    Args:
        lesson: What is searched.
        instructor: Search what is for whoever teaches, too.
    """

    DEFAULT_CSS = """
    SearchBar { height: 1; background: $surface; }
    SearchBar > .key { width: 3; padding: 0 1; }
    SearchBar > Input { width: 1fr; }
    SearchBar > #search-place { width: auto; max-width: 60%; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    BINDINGS = keys(
        "search",
        Binding("enter,down", "go(1)", "next hit", id="next", priority=True, tooltip="Go to the next hit"),
        Binding("shift+enter,up", "go(-1)", "hit before", id="back", priority=True, tooltip="Go to the hit before"),
        Binding("escape", "close", "stays here", tooltip="Close the search and stay here"),
        typed=True,
    )

    @dataclass
    class Found(Message):
        """There are hits, and the reader goes to one."""

        hits: list[Hit]
        this: Hit | None
        """None while the reader still types."""

    @dataclass
    class Closed(Message):
        """The search has ended."""

    def __init__(self, lesson: Lesson, *, instructor: bool) -> None:
        super().__init__(id="search")
        self._lesson = lesson
        self._instructor = instructor
        self._index: asyncio.Task[SearchIndex]
        self._hits: list[Hit] = []
        self._place = -1
        """Which hit the reader is at; -1 before the first."""

    def compose(self) -> ComposeResult:
        yield Static(key_of("class.search"), classes="key")
        yield Input(placeholder="words to look for", max_length=_LONGEST, compact=True)
        yield Static(id="search-place")

    def on_mount(self) -> None:
        reading = asyncio.to_thread(SearchIndex, self._lesson, instructor=self._instructor)
        self._index = asyncio.create_task(reading)  # a long lesson takes its time

    @on(Input.Changed)
    async def _typed(self, event: Input.Changed) -> None:
        self._hits = (await self._index).find(event.value)
        self._place = -1
        self._draw_place(event.value)
        self.post_message(self.Found(self._hits, None))

    def action_go(self, step: int) -> None:
        """Go to the next hit or the one before, round the ends."""
        if not self._hits:
            return
        before_first = self._place < 0 and step < 0
        self._place = len(self._hits) - 1 if before_first else (self._place + step) % len(self._hits)
        self._draw_place(self.query_one(Input).value)
        self.post_message(self.Found(self._hits, self._hits[self._place]))

    def action_close(self) -> None:
        self.post_message(self.Closed())

    def _draw_place(self, text: str) -> None:
        count = len(self._hits)
        if not text.strip():
            said = ""
        elif not self._hits:
            said = "no hit"
        elif self._place < 0:
            said = f"{count} hit{'' if count == 1 else 's'}: {key_of('search.next')} goes there"
        else:
            part = self._lesson.part(self._hits[self._place].part).label
            said = f"hit {self._place + 1} of {count} · {plain(part)}"
        self.query_one("#search-place", Static).update(Content(said))
