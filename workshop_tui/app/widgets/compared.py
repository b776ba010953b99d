"""One of several pictures that are held against each other, with its figures below it."""

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

    def compose(self) -> ComposeResult:
        yield self.view
        yield self._words

    def tell(self, name: str, lines: list[str]) -> None:
        """Write below the picture what it is called, and what there is to say of it."""
        text = Content("\n").join([Content.styled(plain(name), "bold"), *map(Content, lines)])
        self._words.update(text)
