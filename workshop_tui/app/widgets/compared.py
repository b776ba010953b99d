"""One of several pictures that are held against each other, with its figures below it."""

import textwrap
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from workshop_tui.app.widgets.picture import PictureView
from workshop_tui.text import plain


class ComparedPicture(Vertical):
    """A picture and the lines below it.

    Args:
        path: The picture's file.
    """

    DEFAULT_CSS = """
    ComparedPicture { width: 1fr; height: 1fr; padding: 0 1 0 0; }
    ComparedPicture Static { height: 5; }
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.view = PictureView()
        """The picture itself."""
        self.view.source = path
        self._words = Static()
        self._told = ("", "", [""])

    def compose(self) -> ComposeResult:
        yield self.view
        yield self._words

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.call_after_refresh(self._write)

    def tell(self, name: str, differs: str, figures: list[str]) -> None:
        """Write below the picture what it is called, in what it differs, and what was measured."""
        self._told = (name, differs, figures)
        self._write()

    def _write(self) -> None:
        """Write all that there is room for: where it is short, the words on how the picture differs are cut."""
        width, rows = self._words.size
        if not width:  # it is not laid out yet
            return
        name, differs, figures = self._told
        measured = [line for figure in figures for line in textwrap.wrap(figure, width)]
        told = textwrap.wrap(differs, width, max_lines=max(1, rows - 1 - len(measured)), placeholder="…")
        lines = map(Content, [*told, *measured])
        self._words.update(Content("\n").join([Content.styled(plain(name), "bold"), *lines]))
