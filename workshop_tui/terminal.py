"""What this terminal says of itself; asked before the first paint, so that nothing here takes a moment."""

import re
from collections.abc import Mapping

COMFORTABLE = (80, 24)
SMALLEST = (60, 20)
"""Columns and rows below which the class does not open."""

TRUE_COLOUR = 2**24

AS_LINES = "Plain mode works everywhere: workshop-tui class --plain"
"""What to do where the screens cannot be shown."""

_VT = re.compile(r"vt\d")
"""DEC's terminals: they have bold, underline and reverse, and no colours."""


def colours(environ: Mapping[str, str]) -> int:
    """Return how many colours the terminal says that it shows: 1 (none), 16, 256 or 2**24."""
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") or term in ("", "dumb") or term.endswith("-mono") or _VT.match(term):
        return 1
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or term.endswith("-direct"):
        return TRUE_COLOUR
    return 256 if "256" in term or term in ("xterm-kitty", "alacritty", "foot") else 16


def locale_of(environ: Mapping[str, str]) -> str:
    """Return the locale that letters go by; empty where none is set."""
    return next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "")


def is_utf8(name: str) -> bool:
    """Tell whether an encoding or a locale is UTF-8."""
    return "utf8" in name.lower().replace("-", "")


def speaks_unicode(encoding: str, environ: Mapping[str, str]) -> bool:
    """Tell whether output and locale are UTF-8; where no locale is set, as in containers, the output decides."""
    wanted = locale_of(environ)
    return is_utf8(encoding) and (is_utf8(wanted) or not wanted)
