"""The configuration's table `[keys]`: what is wrong with it, and an app that follows it."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from textual.app import App
from textual.binding import Binding, InvalidBinding
from textual.dom import DOMNode
from textual.keys import Keys, key_to_character
from textual.screen import ModalScreen, Screen

from workshop_tui.app.key_table import all_known, named_keys, shown_key, use
from workshop_tui.app.keys import KeysInOrder
from workshop_tui.config import read_keys, site_file, user_file
from workshop_tui.text import plain

_TAB = "a browser takes it for its tabs"
_WINDOW = "a browser takes it for its window"

SWALLOWED = {
    "ctrl+b": "tmux takes it",
    "ctrl+a": "GNU screen takes it",
    "ctrl+w": _TAB,
    "ctrl+t": _TAB,
    "ctrl+shift+w": _TAB,
    "ctrl+shift+t": _TAB,
    "ctrl+tab": _TAB,
    "ctrl+shift+tab": _TAB,
    "ctrl+pageup": _TAB,
    "ctrl+pagedown": _TAB,
    "ctrl+n": _WINDOW,
    "ctrl+shift+n": _WINDOW,
    "ctrl+q": _WINDOW,
    "f11": _WINDOW,
    "ctrl+c": "it copies what is marked",
    "ctrl+z": "the shell takes it",
    "tab": "it goes to the next field",
    "shift+tab": "it goes to the field before",
    "ctrl+i": "terminals send Tab for it",
    "ctrl+m": "terminals send Enter for it",
    "ctrl+j": "terminals send Enter for it",
    "ctrl+h": "terminals send Backspace for it",
}
"""Keys that do not come here, or mean something else already, and why."""

_NAMED = [key.value for key in Keys if not key.value.startswith("<")]


def key_fault(key: str) -> str:
    """Return what is wrong with a key as Textual names it; empty for nothing."""
    if key in SWALLOWED:
        return f"cannot be used: {SWALLOWED[key]}."
    *modifiers, base = key.split("+")
    letter = _letter(base)
    if modifiers == ["shift"] and letter and letter.isalpha():
        return f"is written {letter.upper()}."
    if key in _NAMED or (not modifiers and letter and letter.isprintable()):
        return ""
    near = difflib.get_close_matches(key.lower(), _NAMED, 1)
    return f"is no key; {f'did you mean {near[0]}?' if near else 'write a letter, f1 to f12, ctrl+ and a letter.'}"


def _letter(key: str) -> str:
    """Return the character that a key types; empty for none."""
    named = {"plus": "+", "minus": "-"}.get(key)  # which Textual's own function does not know
    return named or ("" if "+" in key else key_to_character(key) or "")


def read_own_keys(files: Sequence[Path] | None = None) -> tuple[dict[str, str], list[str]]:
    """Return the keys that the files set, and a sentence for each fault; later files win, id by id.

    Args:
        files: The configuration's, where none are named.
    """
    tables = [(path, read_keys(path)) for path in files or (site_file(), user_file())]
    told = {path: table for path, table in tables if table is not None}
    if not told:
        return {}, []
    wanted: dict[str, str] = {}
    where: dict[str, str] = {}
    faults: list[str] = []
    for path, table in told.items():
        if not isinstance(table, dict):
            faults.append(f"{path}: keys: {_shown(table)} is no table of ids and keys.")
            continue
        for name, value in _flat(cast("dict[str, Any]", table)):
            at = f"{path}: keys: {plain(name)} = {_shown(value)}"
            fault = _fault(name, value)
            if fault:
                faults.append(f"{at}: {fault}")
            else:
                wanted[name], where[name] = value, at
    return wanted, [*faults, *_clashes(wanted, where)]


def _flat(table: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield ids and values; without quotes TOML takes `lab.run` for a table in a table."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(cast("dict[str, Any]", value), f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _fault(name: str, value: Any) -> str:
    known = all_known()
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        return f"this id is unknown; {f'did you mean {near[0]}?' if near else 'workshop-tui config keys lists them.'}"
    if not isinstance(value, str) or not value.strip():
        return "the key is no text."
    try:
        named = named_keys(value)
    except InvalidBinding:
        return "between two commas there is no key; the comma's own name is comma."
    for key in named:
        if fault := key_fault(key):
            return f"{plain(key)} {fault}"
        if known[name].typed and _letter(key):
            return f"{plain(key)} is typed into the text there; take a key with ctrl, or f1 to f12."
    return ""


def _clashes(wanted: dict[str, str], where: dict[str, str]) -> list[str]:
    """Return a sentence for each two actions that would have one key on one screen, and have not by themselves."""
    known = all_known()
    new = {name: set(named_keys(text)) for name, text in wanted.items()}
    faults: dict[frozenset[str], str] = {}
    for names in contexts():
        for first in names:
            for second in names:
                if second == first or second not in new:
                    continue
                both = new.get(first, set(known[first].keys)) & new[second]
                if both:
                    text = f"{where[second]}: {first} has the key {min(both)} on the same screen as {second}."
                    faults.setdefault(frozenset((first, second)), text)
    return list(faults.values())


def contexts() -> list[list[str]]:
    """Return the ids that work together, for each screen and each widget that has some."""
    all_known()
    app = [name for name in all_known() if name.startswith("app.")]
    found: list[list[str]] = [app]
    for cls in _subclasses(DOMNode):
        if cls.__module__.startswith("workshop_tui.") and not issubclass(cls, App):
            own = [
                binding.id
                for base in cls.__mro__
                for binding in base.__dict__.get("BINDINGS", ())
                if isinstance(binding, Binding) and binding.id
            ]
            is_mode = issubclass(cls, Screen) and not issubclass(cls, ModalScreen)
            found.append([*own, *(app if is_mode else [])])
    return found


def _subclasses(cls: type) -> Iterator[type]:
    for each in cls.__subclasses__():
        yield each
        yield from _subclasses(each)


def _shown(value: Any) -> str:
    return plain(f"'{value}'")[:60]


class OwnKeys(KeysInOrder):
    """An app whose keys the configuration can change; keys are shown by their short names."""

    def get_key_display(self, binding: Binding) -> str:
        return shown_key(binding)

    async def use_own_keys(self) -> None:
        """Take over the configuration's keys; where something is wrong with them, say so and keep one's own."""
        found, faults = await asyncio.to_thread(read_own_keys)
        use({} if faults else found)
        self.set_keymap({} if faults else found)
        if faults:
            more = "" if len(faults) == 1 else f" ({len(faults) - 1} more: workshop-tui config check)"
            text = f"The keys are as they come, because of the configuration. {faults[0]}{more}"
            self.notify(plain(text), severity="warning", markup=False, timeout=15)
