"""A curve of the last readings, one row high."""

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

LEVELS = "▁▂▃▄▅▆▇█"


class Curve(Widget):
    """Draws percentages against a fixed scale of 0 to 100, the newest at the right."""

    DEFAULT_CSS = """
    Curve { height: 1; color: $primary; }
    """

    values: reactive[tuple[float, ...]] = reactive(())
    """Percentages, oldest first."""

    def render(self) -> Content:
        return Content(bars(self.values, self.size.width))


def bars(values: Sequence[float], width: int) -> str:
    """Return the newest `width` percentages as bars."""
    top = len(LEVELS) - 1
    return "".join(LEVELS[min(top, max(0, round(value / 100 * top)))] for value in values[-width:]).rjust(width)
