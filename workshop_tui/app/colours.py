"""Textual's dark and light themes, changed where a text was hard to read on what lies behind it."""

from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

COLOURS: tuple[Theme, ...] = (
    replace(
        BUILTIN_THEMES["textual-dark"],
        primary="#0066b4",
        # A tint of the text's colour, as Textual has it, stays white where a part of a text is styled with it.
        variables={"text-muted": "#a0a0a0", "text-disabled": "#969696", "text-primary": "#57a5e2"},
    ),
    replace(
        BUILTIN_THEMES["textual-light"],
        variables={
            "text-muted": "#4c4c4c",
            "text-disabled": "#565656",
            "text-accent": "#7a4a00",
            "text-warning": "#7a4a00",
            "footer-key-foreground": "#004578",
        },
    ),
)
"""By Textual's own names; each text has a contrast of 4.5 at least."""
