"""One field of an observation: a question and a line to answer it, saved as it is typed."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import DescendantBlur
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from workshop_tui.errors import UserError
from workshop_tui.exercises.answers import NOT_RATED, in_a_row, same_value
from workshop_tui.exercises.part import Part
from workshop_tui.lesson.exercise import Field
from workshop_tui.notebook.entries import Observation
from workshop_tui.notebook.store import LONGEST_TEXT
from workshop_tui.text import plain

SAVE_SECONDS = 0.5
"""After the last key."""

RETRY_SECONDS = 5.0
"""After an answer that could not be written down."""


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

        field: "ObservationField"
        observation: Observation

    def __init__(self, part: Part, field: Field, choices: Sequence[str] = ()) -> None:
        super().__init__(id=f"field-{field.id}")
        self.part = part
        """Where the answer belongs; the screen may have gone on to another part."""
        self.field = field
        self.choices = tuple(choices)
        """For a field of kind `choice`: what may be answered now."""
        self._known = ""
        """What the notebook holds, as far as this field has been told."""
        self._sent = ""
        """What was last given away to be kept."""
        self._timer: Timer | None = None

    @property
    def _question(self) -> Content:
        return Content(plain(self.field.label + (" *" if self.field.required else "")))

    def compose(self) -> ComposeResult:
        yield Static(self._question, classes="question")
        if self.field.kind == "auto":
            yield Static(Content("filled in when a picture is there"), classes="automatic")
        elif self.field.kind == "rating":
            hint = "1 (poor) to 5, 0 not rated"
            yield Input(restrict=r"[0-5]?", max_length=1, placeholder=hint, compact=True)
        else:
            hint = in_a_row(self.part, self.choices, " or ") or "write, it is saved as you type"
            # A whole answer is not replaced by the first letter that is added to it; a choice is.
            select = self.field.kind == "choice"
            yield Input(max_length=LONGEST_TEXT, placeholder=hint, compact=True, select_on_focus=select)

    def show(self, value: str) -> None:
        """Show what the notebook holds, unless the learner is typing here."""
        if self.field.kind == "auto":
            self.query_one(".automatic", Static).update(Content(value or "filled in when a picture is there"))
            return
        line = self.query_one(Input)
        value = "0" if value == NOT_RATED else value
        if line.value.strip() == value.strip():
            self._known = self._sent = value
        elif line.value == self._known == self._sent:  # all that was typed is kept: somebody else has written
            self._known = self._sent = value
            with self.prevent(Input.Changed):
                line.value = value

    def fill(self, value: str) -> None:
        """Write an answer for the learner."""
        self.query_one(Input).value = value
        self._give_away()

    def flush(self) -> Observation | None:
        """Give away what was typed; return it, or None where nothing is new.

        Raises:
            UserError: It is no answer to this question; it stays in the line, and is not kept.
        """
        self._stop_timer()
        if self.field.kind == "auto":
            return None
        value = self.query_one(Input).value
        if value == self._sent:
            return None
        self.query_one(".question", Static).update(self._question)
        if value.strip() and self.choices and self.part.sweep:
            same = [choice for choice in self.choices if same_value(self.part.sweep.vary, choice, value.strip())]
            if not same:
                wanted = f"{self.field.label}: one of {in_a_row(self.part, self.choices)}"
                self.query_one(".question", Static).update(Content.styled(plain(wanted), "$text-error"))
                raise UserError(f"'{value}' was not kept. {wanted}.")
            value = same[0]
        self._sent = self.query_one(Input).value
        if self.field.kind == "rating" and value == "0":
            value = NOT_RATED
        return Observation(self.part.exercise.id, self.part.id, self.field.id, value)

    def not_kept(self) -> None:
        """Try again in a while: the text is still here, and not on disk."""
        self._sent = self._known
        self._timer = self.set_timer(RETRY_SECONDS, self._give_away)

    def _give_away(self) -> None:
        with contextlib.suppress(UserError):  # the question says what is wrong
            observation = self.flush()
            if observation:
                self.post_message(self.Answered(self, observation))

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.stop()
            self._timer = None

    @on(Input.Changed)
    def _typed(self) -> None:
        self._stop_timer()
        self._timer = self.set_timer(SAVE_SECONDS, self._give_away)

    @on(DescendantBlur)
    def _left(self) -> None:
        self._give_away()
