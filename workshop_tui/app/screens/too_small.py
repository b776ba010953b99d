"""What stands alone in a window that is too small, until it is large again."""

from textual.app import ComposeResult
from textual.content import Content
from textual.events import Resize
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from workshop_tui.terminal import SMALLEST


def is_too_small(size: Size) -> bool:
    """Tell whether the class cannot be drawn in so many cells."""
    return size.width < SMALLEST[0] or size.height < SMALLEST[1]


class TooSmallScreen(ModalScreen[None]):
    """Says how large the window must be; keys do nothing meanwhile, because nobody sees what they do."""

    DEFAULT_CSS = """
    TooSmallScreen { background: $background; }
    TooSmallScreen Static { height: 1fr; }  /* with the terminal's own colours the screen below shows through */
    TooSmallScreen ToastRack { display: none; }
    """

    def compose(self) -> ComposeResult:
        yield Static(Content(f"{SMALLEST[0]}x{SMALLEST[1]} needed. workshop-tui class --plain"))

    def on_resize(self, event: Resize) -> None:
        self._leave_if_large()

    def on_screen_resume(self) -> None:
        self._leave_if_large()  # it lay below a question when the window became large

    def _leave_if_large(self) -> None:
        if self.is_current and not is_too_small(self.app.size):
            self.dismiss()
