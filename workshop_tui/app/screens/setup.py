"""What a part is run with, to be changed: prompt, seed, the varied values and the other settings."""

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from workshop_tui.errors import UserError
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Setup, check_setup
from workshop_tui.generation.settings import random_seed
from workshop_tui.generation.sizes import RATIOS
from workshop_tui.generation.sweep import AXES


class SetupScreen(ModalScreen[Setup | None]):
    """A form; Enter takes it, Esc leaves everything as it was.

    Args:
        part: What it is for.
        setup: What stands there now.
        default: What the lesson asks for.
        model: Decides which sizes fit.
    """

    BINDINGS = [
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("ctrl+r", "lesson", "As in the lesson", priority=True),
    ]

    def __init__(self, part: Part, setup: Setup, default: Setup, model: str) -> None:
        super().__init__()
        self._part = part
        self._setup = setup
        self._default = default
        self._model = model

    def compose(self) -> ComposeResult:
        with Vertical(classes="ask", id="setup"):
            yield Static(Content.styled(f"Settings: {self._part.title}", "bold"))
            for name, text in _texts(self._part, self._setup).items():
                with Horizontal(classes="line"):
                    yield Static(Content(name), classes="name")
                    yield Input(text, id=f"set-{name}", compact=True)
            yield Static(Content(_help(self._part)), classes="help")
            yield Static("", id="ask-error")

    @on(Input.Submitted)
    def _submitted(self) -> None:
        try:
            self.dismiss(self._read())
        except UserError as error:
            self.query_one("#ask-error", Static).update(Content.styled(str(error), "$text-error"))

    def action_lesson(self) -> None:
        """Put the lesson's own values back."""
        for name, text in _texts(self._part, self._default).items():
            self.query_one(f"#set-{name}", Input).value = text

    def _read(self) -> Setup:
        texts = {name: self.query_one(f"#set-{name}", Input).value.strip() for name in _texts(self._part, self._setup)}
        prompt = texts.pop("prompt")
        values = self._setup.values
        varied = self._part.sweep.vary if self._part.sweep else ""
        if varied:
            values = tuple(value.strip() for value in texts.pop(varied).split(",") if value.strip())
            if not values:
                raise UserError(f"{varied}: no values.", "Write at least one; commas between them.")
        if texts.get("seed", "").lower() == "random":
            texts["seed"] = str(random_seed())
        settings = msgspec.structs.replace(self._setup.settings, prompt=prompt)
        for name, text in texts.items():
            try:
                settings = msgspec.structs.replace(settings, **AXES[name].read(text))
            except ValueError:
                raise UserError(f"{name}: '{text}' is not a number.") from None
        setup = Setup(settings, values)
        check_setup(self._part, setup, self._model)
        return setup


def _texts(part: Part, setup: Setup) -> dict[str, str]:
    """Return the form's lines: the prompt, then each setting; the varied one holds all its values."""
    varied = part.sweep.vary if part.sweep else ""
    rows = {"prompt": setup.settings.prompt}
    for name, axis in AXES.items():
        rows[name] = ", ".join(setup.values) if name == varied else axis.show(setup.settings)
    return rows


def _help(part: Part) -> str:
    varied = f"{part.sweep.vary} takes several values, commas between them. " if part.sweep else ""
    return (
        f"{varied}Steps 1-100, guidance 1-20, seed 0-4294967295 or 'random', "
        f"size WxH or {', '.join(RATIOS)}.\nEnter takes it, Esc cancels, ctrl+r puts the lesson's values back."
    )
