"""Small questions: one line to type, or a few answers to choose from."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from workshop_tui.app.class_clock import ClassClock
from workshop_tui.app.key_table import keys
from workshop_tui.app.widgets.key_line import KeyLine
from workshop_tui.errors import WorkshopError
from workshop_tui.lesson.schedule import CHOICES, parse_schedule
from workshop_tui.notebook.store import LONGEST_TEXT
from workshop_tui.text import plain, plain_start

SHOWN = 60
"""Characters of a learner's text in a question."""


class ChoiceScreen(ModalScreen[str | None]):
    """Asks for one of a few answers; Esc answers None.

    Args:
        question: One sentence.
        choices: Answer and what to show for it, in the order shown.
        likely: The answer that the cursor stands on at first; the first one where it is none of them.
    """

    BINDINGS = keys("choice", Binding("escape,q", "dismiss(None)", "Cancel", id="cancel", tooltip="Choose none"))

    def __init__(self, question: str, choices: Sequence[tuple[str, str]], likely: str = "") -> None:
        super().__init__()
        self._likely = likely
        self._question = question
        self._choices = choices

    def compose(self) -> ComposeResult:
        with Vertical(classes="ask"):
            yield Static(Content(plain(self._question, keep_newlines=True)))
            answers = (Option(Content(plain(text, keep_newlines=True)), id=answer) for answer, text in self._choices)
            yield OptionList(*answers, compact=True)
            yield Static(Content.styled("Enter or a click chooses", "$text-muted"))
        yield KeyLine()

    def on_mount(self) -> None:
        answers = [answer for answer, _ in self._choices]
        self.query_one(OptionList).highlighted = answers.index(self._likely) if self._likely in answers else 0

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)


class Line(Input):
    """A text field whose Enter stands in the line of keys; what was typed before it is in the field by then."""

    BINDINGS = keys(
        "line",
        Binding("enter", "submit", "Take it", id="take", tooltip="Take the line as it is written"),
        typed=True,
    )


class LineScreen(ModalScreen[bool]):
    """Asks for one line; what is wrong with it is said below it, and it can be mended.

    Args:
        question: One sentence or two.
        value: What stands there at first.
        accept: Takes the line; raises `UserError` where it is wrong. None takes any text that can be kept.
    """

    BINDINGS = keys(
        "line",
        Binding("escape", "dismiss(False)", "Cancel", id="cancel", tooltip="Leave it as it was"),
        typed=True,
    )

    def __init__(self, question: str, value: str, accept: Callable[[str], object] | None = None) -> None:
        super().__init__()
        self._question = question
        self.value = value
        """The line as it was taken."""
        self._accept = accept

    def compose(self) -> ComposeResult:
        with Vertical(classes="ask"):
            yield Static(Content(plain(self._question, keep_newlines=True)))
            # A text is gone on with; a name or a number is replaced.
            select = self._accept is not None
            yield Line(self.value, max_length=LONGEST_TEXT, compact=True, select_on_focus=select)
            yield Static(id="ask-error")
        yield KeyLine()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        try:
            if self._accept:
                self._accept(event.value)
        except WorkshopError as error:
            self.query_one("#ask-error", Static).update(Content.styled(str(error), "$text-error"))
            return
        self.value = event.value
        self.dismiss(True)


async def write_line(app: App[Any], question: str, text: str, keep: Callable[[str], Awaitable[bool]]) -> None:
    """Ask for a line until it is on disk, or given up.

    Args:
        app: Whose screen.
        question: One sentence.
        text: What stands there at first.
        keep: Writes the line down, and tells whether it is on disk.
    """
    while True:
        screen = LineScreen(question, text)
        if not await app.push_screen_wait(screen) or await keep(screen.value):
            return
        text = screen.value


async def keep_or_ask(app: App[Any], text: str, keep: Callable[[], Awaitable[bool]]) -> bool:
    """Write something down until it is on disk, or given up; tell whether it is on disk.

    Args:
        app: Whose screen.
        text: What would be lost.
        keep: Writes it down, and tells whether it is on disk.
    """
    choices = [("again", "Try again"), ("leave", f"Leave it; this is lost: {plain_start(text, SHOWN)}")]
    while not await keep():
        if await app.push_screen_wait(ChoiceScreen("It could not be written down.", choices)) == "leave":
            return False
    return True


class ScheduleScreen(LineScreen):
    """Asks how the class is paced."""

    def __init__(self, clock: ClassClock) -> None:
        super().__init__(
            f"Schedule: {CHOICES}.",
            str(clock.schedule),
            lambda text: clock.pace(parse_schedule(text)),
        )
