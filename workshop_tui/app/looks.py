"""The app's part in how it looks: it puts a look to work, and changes it on a key."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

from msgspec.structs import replace
from rich.console import RenderableType
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.events import DescendantFocus, Resize
from textual.filter import LineFilter, NoColor
from textual.reactive import var
from textual.screen import Screen

from workshop_tui.app.ascii_signs import AsciiSigns
from workshop_tui.app.colours import COLOURS
from workshop_tui.app.key_table import show_arrows
from workshop_tui.app.look import THEME, WORDS, Look, next_theme
from workshop_tui.app.sending import Sent
from workshop_tui.errors import WorkshopError
from workshop_tui.text import plain


class Looks(App[Any]):
    """An app that has a look."""

    look: var[Look] = var(Look(), init=False)
    """How it looks in this terminal."""

    pictures: var[str] = var("half")
    """How pictures are drawn: a name of `exercises.seeing.DRAWN`."""

    _own_filters: tuple[LineFilter, ...] = ()
    _sent: Sent
    _drawn: Screen[Any] | None = None
    """The screen that was drawn last."""

    def use_look(self, look: Look, pictures: str, root: Path) -> None:
        """Take a look, before anything is drawn.

        Args:
            look: What was chosen.
            pictures: How pictures are drawn: a name of `exercises.seeing.DRAWN`.
            root: The learner's folder, where a theme is remembered.
        """
        self._sent = Sent()
        self._root = root
        self._own_filters = (AsciiSigns(look.encoding),) if look.ascii else ()
        show_arrows(as_words=look.ascii)
        if look.no_colour:
            self.no_color = True  # for `:nocolor` in the styles
            self._filters = [each for each in self._filters if type(each).__name__ != "Monochrome"]
            self._own_filters += (NoColor(),)
        self.animation_level = "none"  # a line or a page is there at once: each step on the way to it would be sent
        for theme in COLOURS:
            self.register_theme(theme)
        self.stylesheet.set_variables(self.get_css_variables())  # they stand in the place of those of the same names
        self.set_reactive(Looks.look, look)
        self.set_reactive(Looks.pictures, pictures)
        self._first_pictures = pictures
        self.theme = look.textual_theme

    def set_terminal_title(self, title: str | None) -> None:
        """Set the terminal's title; None gives back what it was before, where the terminal knows that."""
        if self._driver:
            self._driver.write(f"\x1b[22;2t\x1b]2;{title}\x07" if title else "\x1b]2;workshop-tui\x07\x1b[23;2t")

    def get_line_filters(self) -> list[LineFilter]:
        """Return what changes all lines before they are sent: signs that the terminal lacks, colours."""
        return [*super().get_line_filters(), *self._own_filters]

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, CompositorUpdate):
            if self._drawn is not screen:  # another one is drawn whole
                self._drawn = screen
                self._sent.forget()
            renderable = cast("RenderableType", self._sent.sparing(renderable))
        super()._display(screen, renderable)

    def on_resize(self, event: Resize) -> None:
        """Show how large the window must be, while it is too small."""
        self._sent.forget()
        from workshop_tui.app.screens.too_small import TooSmallScreen, is_too_small

        if is_too_small(event.size) and not isinstance(self.screen, TooSmallScreen):
            self.push_screen(TooSmallScreen())

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Keep the cursor of a text field from blinking on a slow line: each blink is sent."""
        if self.look.slow_line and hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False  # pyright: ignore[reportAttributeAccessIssue]

    def on_mount(self) -> None:
        """Say once why the signs are other ones; and know nothing of a screen that a shell has had meanwhile."""
        self.app_resume_signal.subscribe(self, lambda _app: self._sent.forget())
        if self.look.because:
            self.notify(f"Drawn with ASCII signs: {self.look.because}. --no-ascii draws all.", markup=False)

    def action_pictures(self) -> None:
        """Draw pictures in another way."""
        from workshop_tui.app.graphics import DRAWN, next_way

        self.pictures = next_way(self.pictures, self._first_pictures, shades=self.look.shades)
        self.notify(f"Pictures: {DRAWN[self.pictures]}.")

    def action_theme(self) -> None:
        """Take the next theme, and remember it for this terminal."""
        self.look = replace(self.look, theme=next_theme(self.look.theme))
        self.theme = self.look.textual_theme
        try:
            THEME.remember(self.look.theme, self._root, os.environ)
        except WorkshopError as error:
            self.notify(plain(error.message), severity="error", markup=False)
        self.notify(f"Colours: {WORDS[self.look.theme]}.")
