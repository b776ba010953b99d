"""Which key comes next: all keys that do something where the learner is, the seldom pressed ones first."""

from __future__ import annotations

import unicodedata
from collections import Counter
from random import Random
from typing import Any

from textual.app import App
from textual.binding import ActiveBinding
from textual.events import Key
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.widgets import Input, TextArea

SIZES = ((80, 24), (60, 20), (120, 40), (61, 21), (80, 24), (40, 10), (160, 50))
EVERYWHERE = ("tab", "shift+tab", "up", "down", "left", "right", "enter", "escape", "pageup", "pagedown", "home", "end")
TYPED = (
    *("[red]x[/]", "[@click=app.quit]x[/]", "[/", "\\[", "[b", "$text", "{0} %s", "&amp;<b>", "漢字", "e\u0301\u0302"),
    *("👩\u200d👩\u200d👧", "ﷺ", "\u0915\u094d\u0937", "wide ｗｉｄｅ", "1", "2, 3", "5", "0", "64x64", "3.5", "own"),
    *(
        "fit 150",
        "printed",
        "yes",
        "no",
        "Portrait of a knight",
        "sharper, but the hands are odd",
        "a" * 90,
        " ",
        "?/q",
    ),
)
PASTED = (
    "\x1b[31mred\x1b[0m",
    "\x1b]52;c;QUJD\x07",
    "\x9b2J",
    "a\u202eb\u2066c",
    "two\r\nlines\n[/b]",
    "\x00\x08\x7f",
    "x" * 3000,
)
SELDOM = 0.02
"""How much of a usual key's weight one has that leaves the app: the walk shall get somewhere in between."""
OWN = 5.0
"""The same, of a key that does something of the program's own and not what Textual has in any field or table."""


class Keys:
    """Draws what happens next.

    Args:
        random: Draws.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._pressed: Counter[tuple[str, str]] = Counter()

    def next(self, app: App[Any]) -> str:
        """Return a key by Textual's name, `type TEXT`, `paste TEXT` or `resize WIDTHxHEIGHT`.

        Args:
            app: As it stands.
        """
        draw = self._random.random()
        if draw < 0.01:
            return "resize {}x{}".format(*self._random.choice(SIZES))
        in_field = isinstance(app.focused, Input | TextArea)
        if in_field and draw < 0.35:
            if draw < 0.05:
                return f"paste {self._random.choice(PASTED)}"
            return f"type {self._random.choice(TYPED)}"
        bound = {key: active for key, active in app.screen.active_bindings.items() if active.enabled}
        keys = list(bound) if draw < (0.5 if in_field else 0.8) else EVERYWHERE
        where = type(app.screen).__name__
        weights = [_weight(bound.get(key)) / (1 + self._pressed[where, key]) for key in keys]
        key = self._random.choices(keys, weights)[0]
        self._pressed[where, key] += 1
        return key


def _weight(active: ActiveBinding | None) -> float:
    if active is None:
        return 1.0
    if active.binding.action.removeprefix("app.") == "quit":
        return SELDOM
    return OWN if type(active.node).__module__.startswith("workshop_tui.") else 1.0


def event_of(key: str) -> Key:
    """Return what a terminal sends for a key by Textual's name, or for a character."""
    if len(key) == 1:
        return Key(_character_to_key(key), key)
    name = _get_unicode_name_from_key(REPLACED_KEYS.get(key, key))
    try:
        return Key(key, unicodedata.lookup(name))
    except KeyError:  # no character: F1, an arrow
        return Key(key, None)
