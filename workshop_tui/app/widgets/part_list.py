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


class PartList(OptionList):
    """Lists what is read; the row of what is shown is marked."""

    def __init__(self) -> None:
        super().__init__(id="parts", compact=True)
        self.can_focus = False

    def show(self, parts: Sequence[Section | Page], clock: ClockView | None, noted: Collection[str], read: str) -> None:
        """Draw the rows that have changed.

        Args:
            parts: In the order in which they are read.
            clock: The class clock; None before the first paint is done.
            noted: Ids of the parts on which the learner has written a note.
            read: The id of the part that is shown.
        """
        views = {section.id: section for section in clock.sections} if clock else {}
        rows: list[Option] = []
        for part in parts:
            view = views.get(part.id)
            mark = MARKS[view.standing] if view and clock and clock.begun else " "
            lab = LAB_MARK if view and view.kind == "lab" else " "
            minutes = f"{view.planned / 60:.0f}" if view else ""
            label = f"{mark} {plain(part.label)}"[:16].ljust(16)
            note = NOTE_MARK if part.id in noted else " "
            rows.append(Option(Content(f"{label}{lab}{minutes:>4}{note}"), id=part.id))
        shown = [str(self.get_option_at_index(place).prompt) for place in range(self.option_count)]
        if shown != [str(row.prompt) for row in rows]:
            self.clear_options()
            self.add_options(rows)
        if read:
            self.highlighted = self.get_option_index(read)
