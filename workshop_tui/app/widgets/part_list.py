"""The lesson's sections and pages at the side: where the class is, and what is read."""

from collections.abc import Collection, Sequence

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from workshop_tui.lesson.clock_view import ClockView
from workshop_tui.lesson.model import Page, Section
from workshop_tui.text import plain

MARKS = {"done": "✓", "passed": "-", "current": "▶", "coming": "·", "skipped": "x"}
LAB_MARK = "⚗"
NOTE_MARK = "✎"

ROOM = 21
"""Cells of a row beside the mark of a note."""


class PartList(OptionList):
    """Lists what is read; the row of what is shown is marked."""

    def __init__(self) -> None:
        super().__init__(id="parts", compact=True)
        self.can_focus = False
        self._rows: list[tuple[str, str]] = []
        """Id and text of what stands there."""

    def show(self, parts: Sequence[Section | Page], clock: ClockView | None, noted: Collection[str], read: str) -> None:
        """Draw the rows that have changed.

        Args:
            parts: In the order in which they are read.
            clock: The class clock; None before the first paint is done.
            noted: Ids of the parts on which the learner has written a note.
            read: The id of the part that is shown.
        """
        views = {section.id: section for section in clock.sections} if clock else {}
        rows: list[tuple[str, str]] = []
        for part in parts:
            view = views.get(part.id)
            mark = MARKS[view.standing] if view and clock and clock.begun else " "
            lab = LAB_MARK if view and view.kind == "lab" else " "
            minutes = f"{view.planned / 60:.0f}" if view else ""
            beside = f"{lab}{minutes:>4}" if view else ""  # a page has no minutes, and room for a longer name
            label = f"{mark} {plain(part.label)}"[: ROOM - len(beside)].ljust(ROOM - len(beside))
            note = NOTE_MARK if part.id in noted else " "
            rows.append((part.id, f"{label}{beside}{note}"))
        if rows != self._rows:
            self._rows = rows
            self.clear_options()
            self.add_options(Option(Content(text), id=part_id) for part_id, text in rows)
        if read:
            self.highlighted = self.get_option_index(read)
