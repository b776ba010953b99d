"""How the app looks in this terminal: colours, signs, and how much is sent.

What is chosen here holds for all widgets; none needs to know of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import msgspec

from workshop_tui.app.by_terminal import ByTerminal
from workshop_tui.config import THEMES, Config, ThemeName
from workshop_tui.terminal import colours, speaks_unicode

WORDS = {"dark": "dark", "light": "light", "ansi": "your terminal's own 16 colours"}

SLOW_SECONDS = 10.0
"""How often readings are told on a slow line."""

THEME = ByTerminal("look.json", THEMES)
"""The theme that was chosen."""


class Look(msgspec.Struct, frozen=True):
    """How the app looks, and why."""

    theme: ThemeName = "dark"
    is_bright: bool = False
    """Whether the terminal's own background is bright; the theme `ansi` wants to know."""
    no_colour: bool = False
    """Whether nothing is told by colours, because the terminal has none or nobody wants them."""
    ascii: bool = False
    """Draw with ASCII signs alone."""
    encoding: str = "utf-8"
    """The terminal's, for letters."""
    slow_line: bool = False
    """Send as little as can be."""
    because: str = ""
    """Why it is ASCII, where nobody has asked for it."""

    @property
    def textual_theme(self) -> str:
        """What Textual calls the theme."""
        if self.theme == "ansi":
            return "ansi-light" if self.is_bright else "ansi-dark"
        return f"textual-{self.theme}"

    @property
    def shades(self) -> bool:
        """Whether pictures can be drawn as ASCII shades alone."""
        return self.ascii or self.no_colour

    @property
    def reading_seconds(self) -> float:
        """Seconds from one reading that is told to the next."""
        return SLOW_SECONDS if self.slow_line else 0.0


def choose_look(
    theme: str | None,
    ascii_: bool | None,
    slow_line: bool | None,
    *,
    config: Config,
    root: Path,
    environment: Mapping[str, str],
    encoding: str,
) -> Look:
    """Return how the app looks here, and remember a theme that was asked for.

    Args:
        theme: A name of `THEMES`; None takes what was chosen for this terminal last, else the configuration's, else
            `ansi` where the terminal has 16 colours or none, else `dark`.
        ascii_: None takes the configuration's, else what the locale says.
        slow_line: None takes the configuration's.
        config: What site and user have set.
        root: The learner's folder.
        environment: The terminal's.
        encoding: Of the output.

    Raises:
        WorkshopError: The learner's folder cannot be written.
    """
    count = colours(environment)
    if theme:
        THEME.remember(theme, root, environment)
    theme = theme or THEME.last(root, environment) or config.theme or ("ansi" if count <= 16 else "dark")
    signs = config.ascii if ascii_ is None else ascii_
    because = "" if signs is not None or speaks_unicode(encoding, environment) else f"output: {encoding}"
    if because and encoding.lower().replace("-", "") == "utf8":
        because = "the locale is not UTF-8"
    return Look(
        theme=cast("ThemeName", theme),
        is_bright=environment.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15"),
        no_colour=count == 1,
        ascii=bool(because) if signs is None else signs,
        encoding=encoding,
        slow_line=config.slow_line if slow_line is None else slow_line,
        because=because,
    )


def next_theme(theme: ThemeName) -> ThemeName:
    """Return the theme that follows one in turn."""
    return THEMES[(THEMES.index(theme) + 1) % len(THEMES)]
