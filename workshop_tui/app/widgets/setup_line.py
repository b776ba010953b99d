"""One line of a form: a name, its value to write, and beside it what the value costs or what is wrong with it."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import DescendantBlur, DescendantFocus
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from workshop_tui.text import plain


class SetupLine(Horizontal):
    """A setting's line.

    Args:
        name: What it is called.
        text: What stands there.
        wide: Whether its value needs all the room; nothing is said beside it then.
        suggester: Completes what is written.
    """

    DEFAULT_CSS = """
    SetupLine { height: 1; }
    SetupLine > .name { width: 14; }
    SetupLine > Input { width: 20; margin-right: 1; }
    SetupLine.-wide > Input { width: 1fr; }
    SetupLine > .note { width: 1fr; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    SetupLine.-wide > .note { display: none; }
    SetupLine.-wrong > .name, SetupLine.-wrong > .note { color: $text-error; }
    """

    class Entered(Message):
        """The line has got the focus."""

    @dataclass
    class Left(Message):
        """The line has lost the focus."""

        line: "SetupLine"

    def __init__(self, name: str, text: str, *, wide: bool, suggester: Suggester | None = None) -> None:
        super().__init__(classes="-wide" if wide else "")
        self.setting = name
        """The setting's name."""
        self._text = text
        self._suggester = suggester

    def compose(self) -> ComposeResult:
        yield Static(Content(self.setting), classes="name")
        yield Input(self._text, id=f"set-{self.setting}", compact=True, suggester=self._suggester)
        yield Static(classes="note")

    @property
    def value(self) -> str:
        """What is written."""
        return self.query_one(Input).value

    @value.setter
    def value(self, text: str) -> None:
        self.query_one(Input).value = text

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Show a sentence beside the value."""
        self.set_class(wrong, "-wrong")
        self.query_one(".name", Static).update(Content(f"✗{self.setting}" if wrong else self.setting))
        self.query_one(".note", Static).update(Content(plain(text)))

    @on(DescendantFocus)
    def _entered(self) -> None:
        self.post_message(self.Entered())

    @on(DescendantBlur)
    def _left(self) -> None:
        self.post_message(self.Left(self))
