"""What a part is run with, to be changed: prompt, seed, the varied values and all other settings."""

import asyncio
import importlib.util

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Collapsible, Input, Static

from workshop_tui.app import setup_form
from workshop_tui.app.key_table import key_of, keys
from workshop_tui.app.screens.ask import ChoiceScreen, LineScreen
from workshop_tui.app.widgets.key_line import KeyLine
from workshop_tui.app.widgets.prompt_line import PromptLine
from workshop_tui.app.widgets.setup_line import SetupLine
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Setup
from workshop_tui.generation.advice import PACKAGES, advice, values_to_choose
from workshop_tui.generation.fields import ADVANCED, FIELDS, RANGES, said, struct_fields
from workshop_tui.generation.model_shape import find_shape
from workshop_tui.generation.presets import Preset, Presets
from workshop_tui.generation.settings import Settings
from workshop_tui.text import plain

ROWS_AROUND = 9
"""Rows that the form needs beside its lines: border, title, note and keys."""


class SetupScreen(ModalScreen[Setup | None]):
    """A form; Enter takes it, Esc leaves everything as it was.

    Args:
        part: What it is for.
        setup: What stands there now.
        default: What the lesson asks for.
        model: Decides which sizes fit, and what is said of some settings.
        presets: What can be chosen, and where the learner's own are kept.
        first: The line that has the focus.
        shared: Whether another's engine makes the pictures: what is installed there, nobody knows here.
    """

    CSS = """
    #setup-lines { height: auto; }
    #setup-lines Collapsible { border: none; padding: 0; margin: 0; background: transparent; height: auto; }
    #setup-lines CollapsibleTitle { padding: 0; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    #setup-lines Contents { padding: 0; }
    #setup-note { height: auto; min-height: 2; max-height: 7; margin-top: 1; }
    #setup-keys { height: auto; color: $text-muted; }
    """

    BINDINGS = keys(
        "setup",
        Binding("escape", "dismiss(None)", "Cancel", id="cancel", tooltip="Leave all as it was"),
        Binding("down", "app.focus_next", "Next line", show=False, tooltip="The next line", priority=True),
        Binding("up", "app.focus_previous", "Line before", show=False, tooltip="The line before", priority=True),
        Binding("ctrl+o", "choose", "List", tooltip="List what the line can take", priority=True),
        Binding("ctrl+r", "lesson", "Lesson's values", tooltip="Put the lesson's values back", priority=True),
        Binding("ctrl+l", "preset", "Preset", tooltip="Fill in a preset", priority=True),
        Binding("ctrl+s", "save", "Save preset", tooltip="Keep the values as a preset", priority=True),
        typed=True,
    )

    def __init__(
        self,
        part: Part,
        setup: Setup,
        default: Setup,
        model: str,
        presets: Presets,
        first: str,
        *,
        shared: bool = False,
    ) -> None:
        super().__init__()
        self._part = part
        self._setup = setup
        self._default = default
        self._model = model
        self._presets = presets
        self._first = first
        self._shared = shared
        self._family = ""
        self._absent: frozenset[str] = frozenset()
        self._wrong: dict[str, UserError] = {}
        """What is wrong, by line."""
        self._message = Content("")
        """What the last key did; it stands until something is written, or another line is gone to."""

    def compose(self) -> ComposeResult:
        texts = setup_form.texts(self._part, self._setup)
        wide = (setup_form.PROMPT, "negative", setup_form.varied(self._part))

        def line(name: str) -> SetupLine:
            if name == setup_form.PROMPT:
                return PromptLine(name, texts[name], self._model)
            return SetupLine(name, texts[name], wide=name in wide)

        with Vertical(classes="ask", id="setup"):
            yield Static(Content.styled(plain(f"Settings: {self._part.title}"), "bold"))
            with VerticalScroll(id="setup-lines", can_focus=False):
                for name in setup_form.everyday(self._part):
                    yield line(name)
                with Collapsible(title="Advanced", id="setup-advanced"):
                    for name in setup_form.advanced(self._part):
                        yield line(name)
            yield Static("", id="setup-note")
            yield Static("Enter takes it.", id="setup-keys")
        yield KeyLine()

    def on_mount(self) -> None:
        self._fit()
        self._advise()
        self._go_to(self._first if self._first in FIELDS else setup_form.PROMPT)
        self.run_worker(self._look_at_model(), exit_on_error=False)

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """Leave the lines what the rest does not need."""
        self.query_one("#setup-lines").styles.max_height = max(3, self.size.height - ROWS_AROUND)

    async def _look_at_model(self) -> None:
        def look() -> tuple[str, frozenset[str]]:
            absent = frozenset(name for name in PACKAGES if not self._shared and not importlib.util.find_spec(name))
            try:
                return find_shape(self._model).family, absent
            except UserError:  # its pictures will say so
                return "", absent

        self._family, self._absent = await asyncio.to_thread(look)
        self._advise()

    # Lines

    def _line(self, name: str) -> SetupLine:
        return next(line for line in self.query(SetupLine) if line.setting == name)

    def _written(self) -> dict[str, str]:
        return {line.setting: line.value for line in self.query(SetupLine)}

    def _go_to(self, name: str) -> None:
        field = self._line(name).query_one(Input)
        folded = self.query_one(Collapsible)
        if name in setup_form.advanced(self._part) and folded.collapsed:
            folded.collapsed = False
            self.call_after_refresh(field.focus)  # what is folded up takes no focus
        else:
            field.focus()  # at once: a key that comes before the next refresh is for this line already

    @property
    def _here(self) -> str:
        """The line that has the focus; empty where none has."""
        line = self.focused.parent if self.focused else None
        return line.setting if isinstance(line, SetupLine) else ""

    def _draft(self) -> Settings:
        return setup_form.draft(self._part, self._written(), self._setup.settings)

    def _advise(self) -> None:
        """Say beside each line what its value costs, or what is wrong with it."""
        if not self.is_attached:  # left meanwhile
            return
        settings = self._draft()
        told = advice(settings, self._family, self._absent)
        for line in self.query(SetupLine):
            wrong = self._wrong.get(line.setting)
            line.say(wrong.message if wrong else told.get(line.setting, ""), wrong=wrong is not None)
        plain_one = Settings("")
        changed = [name for name in ADVANCED if FIELDS[name].show(settings) != FIELDS[name].show(plain_one)]
        words = ", ".join(said(settings, changed).values()) if changed else "true CFG, walk, placement, quantization..."
        self.query_one(Collapsible).title = plain(f"Advanced: {words}")
        self._describe(told)

    def _describe(self, told: dict[str, str]) -> None:
        """Say below the lines all there is to say on the one that is written in."""
        name, note = self._here, self.query_one("#setup-note", Static)
        if self._message:
            note.update(self._message)
        elif name in self._wrong:
            note.update(Content.styled(plain(str(self._wrong[name]), keep_newlines=True), "$text-error"))
        elif name in FIELDS:
            label = FIELDS[name].label
            several = "; several values, commas between them" if name == setup_form.varied(self._part) else ""
            takes = RANGES.get(
                name, f"{key_of('setup.choose')} lists the values" if values_to_choose(name) else "any text"
            )
            note.update(Content.assemble((f"{label}: ", "bold"), plain(f"{takes}{several}. {told.get(name, '')}")))
        elif name:
            note.update(Content(plain(self.query_one(PromptLine).about())))
        else:
            note.update(Content("Enter shows and hides the advanced settings."))

    @on(Input.Changed)
    def _typed(self) -> None:
        self._wrong.pop(self._here, None)
        self._message = Content("")
        self._advise()

    @on(SetupLine.Entered)
    def _entered(self) -> None:
        self._advise()

    @on(SetupLine.Left)
    def _left(self, event: SetupLine.Left) -> None:
        self._message = Content("")
        known = {*self._wrong, event.line.setting}  # nobody is told what is wrong with a line before it was left
        self._wrong = {name: error for name, error in self._faults().items() if name in known}
        self._advise()

    def _faults(self) -> dict[str, UserError]:
        return setup_form.faults(self._part, self._written(), self._setup, self._model)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        setup = self._read()
        if setup:
            self.dismiss(setup)

    def _read(self) -> Setup | None:
        """Return what the form says; None where something is wrong, and then show what."""
        try:
            return setup_form.read_form(self._part, self._written(), self._model)
        except UserError as error:
            self._wrong = self._faults()
            self._go_to(setup_form.line_of(error, self._part))
            self.call_after_refresh(self._advise)
            return None

    # Actions

    def action_lesson(self) -> None:
        """Put the lesson's own values back."""
        self._fill(setup_form.texts(self._part, self._default))
        self._say("As in the lesson.")

    @work
    async def action_choose(self) -> None:
        """Choose the line's value from a list; where it is varied, one more."""
        name = self._here
        line = self._line(name) if name else None
        prompt = line if isinstance(line, PromptLine) else None
        choices = prompt.choices() if prompt else values_to_choose(name, self._absent) if line else []
        if line is None or not choices:
            self._say("There is no list for this line: write the value.")
            return
        rows = [(value, plain(f"{value}  {note}")) for value, note in choices]
        label = "What it can paint" if prompt else FIELDS[name].label
        answer = await self.app.push_screen_wait(ChoiceScreen(f"{label}:", rows, line.value.strip()))
        if answer is None:
            return
        if prompt:
            prompt.put_in(answer)
            return
        before = line.value.strip().rstrip(",")
        several = name == setup_form.varied(self._part) and before
        line.value = f"{before}, {answer}" if several else answer

    @work
    async def action_preset(self) -> None:
        """Fill in a preset; a value that is varied keeps its list."""
        try:
            found = await asyncio.to_thread(self._presets.all)
        except UserError as error:
            self._complain(error)
            return
        rows = [(name, plain(f"{each.label}: {each.words}")) for name, each in found.items()]
        answer = await self.app.push_screen_wait(ChoiceScreen("Which preset?", rows))
        if answer is None:
            return
        preset, varied = found[answer], setup_form.varied(self._part)
        self._fill({name: FIELDS[name].show(preset.settings) for name in preset.held if name != varied})
        kept = f"; the values of {varied} stay, because they are varied here" if varied in preset.held else ""
        self._say(f"{preset.label}{kept}.")

    @work
    async def action_save(self) -> None:
        """Keep what stands here under a name; a setting that is varied stays out of it."""
        setup = self._read()
        if setup is None:
            return
        settings, without = setup.settings, frozenset[str]()
        if len(setup.values) == 1:
            settings = self._draft()
        elif setup.values and setup_form.varied(self._part) != setup_form.PROMPT:  # no preset holds a prompt
            without = struct_fields(setup_form.varied(self._part))

        def named(name: str) -> Preset:
            return Preset.of(name.strip(), self._presets.label(name.strip()), "", settings, without)

        line = LineScreen(
            plain(f"Save as a preset: {named('x').words}. Its name, such as my-portraits:"),
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

    def _fill(self, texts: dict[str, str]) -> None:
        self._wrong.clear()
        with self.prevent(Input.Changed):
            for name, text in texts.items():
                self._line(name).value = text

    def _say(self, text: str, style: str = "") -> None:
        self._message = Content.styled(plain(text, keep_newlines=True), style)
        self._advise()

    def _complain(self, error: WorkshopError) -> None:
        self._say(str(error), "$text-error")
