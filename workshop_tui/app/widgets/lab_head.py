"""What a part of an exercise is run with, in three lines."""

from textual.content import Content
from textual.widgets import Static

from workshop_tui.app.key_table import key_of
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.sweeps import Setup, ways
from workshop_tui.generation.fields import said
from workshop_tui.generation.sweep import AXES
from workshop_tui.text import plain


class LabHead(Static):
    """Title and place of a part, its prompt, and the settings that all its pictures share."""

    def __init__(self) -> None:
        super().__init__(id="lab-head")
        self._shown: tuple[Part, Setup, str] | None = None
        self._told: tuple[str, str, str, str] | None = None

    def on_resize(self) -> None:
        """Shorten the title where there is no room for it, and only there."""
        if self._shown:
            self.show(*self._shown)

    def show(self, part: Part, setup: Setup, count: str) -> None:
        """Draw a part.

        Args:
            part: Which.
            setup: What it is run with.
            count: `2 of 12`; with a check mark, `2 of 12 ✓`, where a hand-in lacks nothing of it.
        """
        self._shown = (part, setup, count)
        s = setup.settings
        varied = part.sweep.vary if part.sweep else ""
        prompt = AXES[varied].join(setup.values) if varied == "prompt" else s.prompt
        fixed = ", ".join(text for name, text in said(s).items() if name != varied)
        both = ways(part, setup)
        if both:
            fixed = f"{fixed} - {both[0]} ({key_of('lab.way')}: {both[1]})"
        title = f"{part.exercise.title} · {part.title}"
        if len(title) + len(count) + 4 > self.size.width:
            title = f"{part.exercise.title.split(':')[0]} · {part.title}"
        told = (title, count, prompt, fixed)
        if told != self._told:  # each step of a picture comes here, and changes nothing
            self._told = told
            self.update(
                Content.assemble(
                    (plain(title), "bold"),
                    f"  {count}\n",
                    (plain(prompt), "italic"),
                    plain(f"\n{fixed}", keep_newlines=True),
                ),
                layout=False,
            )
