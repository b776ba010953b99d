"""Which key does what: each action's id, `SCREEN.ACTION`, its own keys, and those that the configuration gives it."""

from __future__ import annotations

import dataclasses
import importlib
import re
from collections.abc import Mapping

import msgspec
from textual.binding import Binding, BindingType
from textual.keys import format_key

_NAMES = {"escape": "Esc", "enter": "Enter", "pagedown": "PgDn", "pageup": "PgUp", "delete": "Del"}
_ARROWS = {"up": "Up", "down": "Down", "left": "Left", "right": "Right"}


class Known(msgspec.Struct, frozen=True):
    """One action of a screen."""

    id: str
    """What a configuration names it by."""
    keys: tuple[str, ...]
    """By Textual's names; several do the same."""
    label: str
    """What the line of keys says; or, where it says nothing, a word for it."""
    does: str
    """What it does, in a sentence."""
    display: str
    """Keys that are shown together, `{next} {back}`; empty where just its own is."""
    typed: bool
    """Text is typed where it works: letters are no commands there."""


HELP = Binding("question_mark", "app.help", "Help", tooltip="What the keys do here")
"""For a screen that lies over the others, where the app's own keys do nothing."""

_known: dict[str, Known] = {}
_changed: dict[str, tuple[str, ...]] = {}
_names = dict(_NAMES)


def keys(screen: str, *bindings: Binding, typed: bool = False) -> list[BindingType]:
    """Return a screen's bindings, each with the id that a configuration names it by.

    An id is the screen and the action; a binding whose action takes a parameter says by `id` what stands in its place.
    `key_display` names the actions whose keys are shown together, `{next} {back}`.

    Args:
        screen: The screen's name.
        bindings: What works there, the most useful first.
        typed: Text is typed there.
    """
    made: list[BindingType] = []
    for binding in bindings:
        action = binding.id or binding.action.removeprefix("app.")
        if not re.fullmatch(r"[a-z0-9_]+", action):
            raise ValueError(f"{screen}: {binding.action} needs an id")
        name = f"{screen}.{action}"
        own = named_keys(binding.key)
        display = (binding.key_display or "").replace("{", f"{{{screen}.")
        _known[name] = Known(name, own, binding.description, binding.tooltip, display, typed)
        made.append(dataclasses.replace(binding, id=name, key_display=None))
    return made


def all_known() -> Mapping[str, Known]:
    """Return every action of every screen; imports them all."""
    import pkgutil

    for room in ("screens", "widgets"):
        package = importlib.import_module(f"workshop_tui.app.{room}")
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    importlib.import_module("workshop_tui.app.app")
    return _known


def use(changed: Mapping[str, str]) -> None:
    """Have actions answer to other keys from now on: what texts say; the app is told by `set_keymap`."""
    _changed.clear()
    _changed.update({name: named_keys(text) for name, text in changed.items()})


def show_arrows(as_words: bool) -> None:
    """Have the arrow keys shown as words from now on, or as arrows; in ASCII signs ↓ would look like the letter v."""
    _names.clear()
    _names.update(_NAMES | _ARROWS if as_words else _NAMES)


def keys_of(name: str) -> tuple[str, ...]:
    """Return the keys of an action as they are now, by Textual's names."""
    if name not in _known:
        all_known()
    return _changed.get(name, _known[name].keys)


def key_of(name: str) -> str:
    """Return an action's first key as texts show it: a letter, `Esc`, `ctrl+o`."""
    return key_name(keys_of(name)[0])


def with_keys(text: str) -> str:
    """Return a text with the key of each action that it names, `{lab.run}`."""
    return re.sub(r"\{([a-z_]+\.[a-z_]+)\}", lambda found: key_of(found[1]), text)


def shown_key(binding: Binding) -> str:
    """Return what the line of keys shows for a binding."""
    known = _known.get(binding.id or "")
    if known and known.display:
        return re.sub(r"\{(.*?)\}", lambda found: key_of(found[1]), known.display)
    return key_name(binding.key)


def place_of(binding: Binding) -> int:
    """Return where an action stands among all, so that a changed key keeps its place."""
    return list(_known).index(binding.id) if binding.id in _known else len(_known)


def key_name(key: str) -> str:
    """Return how a key is shown."""
    *modifiers, base = key.split("+")
    return "+".join([*modifiers, _names.get(base) or format_key(base)])


def named_keys(text: str) -> tuple[str, ...]:
    """Return Textual's names of keys that are parted by commas.

    Raises:
        InvalidBinding: There is none between two commas.
    """
    return tuple(binding.key for binding in Binding.make_bindings([Binding(text, "")]))
