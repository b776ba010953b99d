"""What a part is run with, to be changed: prompt, seed, the varied values and the other settings."""

import asyncio
from typing import Any

import msgspec
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from workshop_tui.app.screens.ask import ChoiceScreen, LineScreen
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Setup, check_setup
from workshop_tui.generation.presets import Preset, Presets
from workshop_tui.generation.settings import Settings, random_seed
from workshop_tui.generation.sizes import RATIOS
from workshop_tui.generation.sweep import AXES
from workshop_tui.text import plain


class SetupScreen(ModalScreen[Setup | None]):
    """A form; Enter takes it, Esc leaves everything as it was.

    Args:
        part: What it is for.
        setup: What stands there now.
        default: What the lesson asks for.
        model: Decides which sizes fit.
        presets: What can be chosen, and where the learner's own are kept.
        first: The line that has the focus.
    """

    BINDINGS = [
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("ctrl+r", "lesson", "As in the lesson", priority=True),
        Binding("ctrl+l", "preset", "Choose a preset", priority=True),
        Binding("ctrl+s", "save", "Save as a preset", priority=True),
    ]

    def __init__(self, part: Part, setup: Setup, default: Setup, model: str, presets: Presets, first: str) -> None:
        super().__init__()
        self._part = part
        self._setup = setup
        self._default = default
        self._model = model
        self._presets = presets
        self._first = first

    def compose(self) -> ComposeResult:
        with Vertical(classes="ask", id="setup"):
            yield Static(Content.styled(f"Settings: {self._part.title}", "bold"))
            for name, text in _texts(self._part, self._setup).items():
                with Horizontal(classes="line"):
                    yield Static(Content(name), classes="name")
                    yield Input(text, id=f"set-{name}", compact=True)
            yield Static("", id="ask-error")  # on a short screen rather the help is cut off
            yield Static(Content(_help(self._part)), classes="help")

    def on_mount(self) -> None:
        self._line(self._first).focus()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        try:
            self.dismiss(self._read())
        except UserError as error:
            self._complain(error)

    def action_lesson(self) -> None:
        """Put the lesson's own values back."""
        for name, text in _texts(self._part, self._default).items():
            self._line(name).value = text

    @work
    async def action_preset(self) -> None:
        """Fill in a preset's steps and guidance; a value that is varied keeps its list."""
        try:
            found = await asyncio.to_thread(self._presets.all)
        except UserError as error:
            self._complain(error)
            return
        rows = [
            (name, plain(f"{each.label}: {each.words}"))
            for name, each in found.items()
        ]
        answer = await self.app.push_screen_wait(ChoiceScreen("Which preset?", rows))
        if answer is None:
            return
        preset = found[answer]
        values = {name: AXES[name].show(preset.settings) for name in ("steps", "guidance")}
        for name, text in values.items():
            if name != self._varied:
                self._line(name).value = text
        kept = f"; the values of {self._varied} stay, because they are varied here" if self._varied in values else ""
        self._say(f"{preset.label}{kept}.")

    @work
    async def action_save(self) -> None:
        """Keep steps and guidance as they stand here under a name."""
        try:
            steps, guidance = int(self._single("steps")), float(self._single("guidance"))
        except ValueError:
            self._complain(UserError("A preset holds one number of steps and one guidance.", "Write them first."))
            return

        def named(name: str) -> Preset:
            return Preset.of(name.strip(), self._presets.label(name.strip()), "", Settings("", steps, guidance))

        line = LineScreen(
            f"Save {steps} steps and guidance {guidance:g} as a preset. Its name, such as my-portraits:",
            "",
            lambda name: self._presets.check(named(name)),
        )
        if await self.app.push_screen_wait(line):
            try:
                await asyncio.to_thread(self._presets.save, named(line.value))
            except WorkshopError as error:
                self._complain(error)
            else:
                self._say(f"Kept as {line.value.strip()}; --preset takes it too.")

    @property
    def _varied(self) -> str:
        return self._part.sweep.vary if self._part.sweep else ""

    def _line(self, name: str) -> Input:
        return self.query_one(f"#set-{name}", Input)

    def _single(self, name: str) -> str:
        """Return a line's text; of a varied setting only where it has one value."""
        return self._line(name).value.strip().rstrip(",")

    def _say(self, text: str) -> None:
        self.query_one("#ask-error", Static).update(Content(plain(text)))

    def _complain(self, error: WorkshopError) -> None:
        self.query_one("#ask-error", Static).update(
            Content.styled(plain(str(error), keep_newlines=True), "$text-error")
        )

    def _value(self, name: str, text: str) -> dict[str, Any]:
        try:
            return AXES[name].read(text)
        except ValueError:
            raise UserError(f"{name}: '{text}' is not a number.") from None

    def _read(self) -> Setup:
        texts = {name: self._line(name).value.strip() for name in _texts(self._part, self._setup)}
        prompt = texts.pop("prompt")
        values = self._setup.values
        if self._varied:
            values = tuple(value.strip() for value in texts.pop(self._varied).split(",") if value.strip())
            if not values:
                raise UserError(f"{self._varied}: no values.", "Write at least one; commas between them.")
            for value in values:
                self._value(self._varied, value)
        if texts.get("seed", "").lower() == "random":
            texts["seed"] = str(random_seed())
        settings = msgspec.structs.replace(self._setup.settings, prompt=prompt)
        for name, text in texts.items():
            settings = msgspec.structs.replace(settings, **self._value(name, text))
        setup = Setup(settings, values)
        check_setup(self._part, setup, self._model)
        return setup


def _texts(part: Part, setup: Setup) -> dict[str, str]:
    """Return the form's lines: the prompt, then each setting; the varied one holds all its values."""
    varied = part.sweep.vary if part.sweep else ""
    rows = {"prompt": setup.settings.prompt}
    for name, axis in AXES.items():
        if axis.advanced and name != varied:
            continue
        rows[name] = ", ".join(setup.values) if name == varied else axis.show(setup.settings)
    return rows


def _help(part: Part) -> str:
    varied = f"{part.sweep.vary} takes several values, commas between them. " if part.sweep else ""
    return (
        f"{varied}Steps 1-100, guidance 1-20, seed 0-4294967295 or 'random', size WxH or {', '.join(RATIOS)}.\n"
        "Enter takes it, Esc cancels, ctrl+r puts the lesson's values back.\n"
        "ctrl+l fills in a preset, ctrl+s saves steps and guidance as one."
    )
