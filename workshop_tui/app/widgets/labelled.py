"""Rows of what something is about and what is said of it, each wrapped under itself."""

from collections.abc import Sequence

from workshop_tui.app.widgets.prose import Prose
from workshop_tui.lesson.lines import Line, Span
from workshop_tui.text import plain

_ABOUT = 14
"""Cells of what a row is about."""


class Labelled(Prose):
    """Shows rows, headings between them; all of it as text."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__("", id=id, classes=classes)

    def show_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Show other rows.

        Args:
            rows: What each is about, and its text of a line or several; a text about nothing is a heading.
        """
        lines: list[Line] = []
        for about, text in rows:
            if not about:
                lines.append(Line((Span(plain(text)),), "heading", 4, space_before=bool(lines)))
                continue
            marker = plain(about)[:_ABOUT].ljust(_ABOUT + 1)
            for line in plain(text, keep_newlines=True).split("\n"):
                lines.append(Line((Span(line),), indent=len(marker) + 1, marker=marker))
                marker = " " * len(marker)
        self._show_lines(lines)
