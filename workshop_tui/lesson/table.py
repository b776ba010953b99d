"""A forgiving view of parsed TOML, so that one wrong value does not hide what is wrong elsewhere."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, cast

import msgspec

from workshop_tui.lesson.finding import Finding, Severity, meant, shown
from workshop_tui.lesson.read import LESSON_TOML


class Table(msgspec.Struct, frozen=True):
    """A TOML table and the key path that leads to it; a value of another type than asked for counts as absent."""

    where: str
    """Such as `sections[2]`; empty for the whole file."""
    data: Mapping[str, Any]

    def at(self, key: str) -> str:
        """Return the key path of a key in this table."""
        return f"{self.where}.{key}" if self.where else key

    def text(self, key: str) -> str | None:
        """Return a text."""
        value = self.data.get(key)
        return value if isinstance(value, str) else None

    def number(self, key: str) -> float | None:
        """Return a finite number."""
        value = self.data.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return None
        return value

    def whole(self, key: str) -> int | None:
        """Return a whole number."""
        value = self.data.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def items(self, key: str) -> list[Any]:
        """Return a list, empty where there is none."""
        value = self.data.get(key)
        return cast("list[Any]", value) if isinstance(value, list) else []

    def table(self, key: str) -> "Table":
        """Return an inner table, empty where there is none."""
        value = self.data.get(key)
        return Table(self.at(key), cast("Mapping[str, Any]", value) if isinstance(value, dict) else {})

    def tables(self, key: str) -> list["Table"]:
        """Return a list's tables, with their places in it."""
        return [
            Table(f"{self.at(key)}[{place}]", cast("Mapping[str, Any]", item))
            for place, item in enumerate(self.items(key))
            if isinstance(item, dict)
        ]


def toml_finding(severity: Severity, where: str, value: str, message: str, todo: str) -> Finding:
    """Return what is wrong at a key path of `lesson.toml`."""
    return Finding(severity, LESSON_TOML, where, value, message, todo)


def unknown_finding(where: str, name: str, what: str, known: Iterable[str]) -> Finding:
    """Return the error for a name at a key path that is none of those there are."""
    return toml_finding("error", where, shown(name), f"there is no {what} '{name}'.", meant(name, known))
