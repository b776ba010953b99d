"""One field of an observation: a question and a line to answer it, saved as it is typed."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import DescendantBlur
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from workshop_tui.exercises.part import Part
from workshop_tui.lesson.exercise import Field
from workshop_tui.notebook.entries import Observation
from workshop_tui.notebook.store import LONGEST_TEXT
from workshop_tui.text import plain

SAVE_SECONDS = 0.5
"""After the last key."""


class ObservationField(Vertical):
    """Asks one question.

    Args:
        part: The sweep, task or scenario that is asked about.
        field: What is asked.
        choices: For a field of kind `choice`: what may be answered.
    """

    DEFAULT_CSS = """
    ObservationField { height: auto; }
    ObservationField > .question { height: auto; color: $text-muted; }
    ObservationField > .automatic { height: auto; }
    """

    @dataclass
    class Answered(Message):
        """The learner has written something."""

        observation: Observation

    def __init__(self, part: Part, field: Field, choices: tuple[str, ...] = ()) -> None:
        super().__init__(id=f"field-{field.id}")
        self.part = part
        """Where the answer belongs; the screen may have gone on to another part."""
        self.field = field
        self._choices = choices
        self.saved = ""
        """What the notebook holds, as far as this field knows."""
        self._timer: Timer | None = None

    @property
    def _question(self) -> Content:
        return Content(plain(self.field.label + (" *" if self.field.required else "")))

    def compose(self) -> ComposeResult:
        yield Static(self._question, classes="question")
        if self.field.kind == "auto":
            yield Static(Content("filled in when a picture is there"), classes="automatic")
        elif self.field.kind == "rating":
            yield Input(restrict=r"[1-5]?", max_length=1, placeholder="1 (poor) to 5 (excellent)", compact=True)
        else:
            hint = f"one of {', '.join(self._choices)}" if self._choices else "write, it is saved as you type"
            yield Input(max_length=LONGEST_TEXT, placeholder=hint, compact=True)

    def show(self, value: str) -> None:
        """Show what the notebook holds, unless the learner is typing here."""
        if self.field.kind == "auto":
            self.query_one(".automatic", Static).update(Content(value or "filled in when a picture is there"))
            return
        line = self.query_one(Input)
        if self._timer is None and (not line.has_focus or line.value == self.saved):
            self.saved = value
            if line.value != value:
                with self.prevent(Input.Changed):
                    line.value = value

    def fill(self, value: str) -> None:
        """Write an answer for the learner."""
        self.query_one(Input).value = value
        self.flush()

    def flush(self) -> Observation | None:
        """Save now what was typed; return it, or None where nothing is new."""
        if self._timer:
            self._timer.stop()
            self._timer = None
        if self.field.kind == "auto":
            return None
        value = self.query_one(Input).value
        if value == self.saved:
            return None
        allowed = not value or not self._choices or value in self._choices
        wrong = Content.styled(f"{self.field.label}: one of {', '.join(self._choices)}", "$text-error")
        self.query_one(".question", Static).update(self._question if allowed else wrong)
        if not allowed:
            return None
        self.saved = value
        observation = Observation(self.part.exercise.id, self.part.id, self.field.id, value)
        self.post_message(self.Answered(observation))
        return observation

    @on(Input.Changed)
    def _typed(self) -> None:
        if self._timer:
            self._timer.stop()
        self._timer = self.set_timer(SAVE_SECONDS, self.flush)

    @on(DescendantBlur)
    def _left(self) -> None:
        self.flush()
