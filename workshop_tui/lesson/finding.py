"""What the linter says about a lesson."""

from collections.abc import Iterable
from typing import Literal, cast

import msgspec

from workshop_tui.text import plain

Severity = Literal["error", "warning"]


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong with a lesson, or that looks wrong."""

    severity: Severity
    """With an error the lesson is not opened; with a warning it is."""
    file: str
    """Relative to the lesson's folder."""
    where: str
    """A key such as `sections[2].minutes` (lists count from 0) or a line such as `line 12`; empty for a whole file."""
    value: str
    """What stands there, shortened; empty where nothing does."""
    message: str
    """What is wrong, in one sentence."""
    todo: str
    """What to do about it."""

    def __str__(self) -> str:
        place = " ".join(part for part in (self.file, self.where) if part)
        value = f" = {self.value}" if self.value else ""
        # A lesson may come from anyone; its values stand in messages too.
        return plain(f"{self.severity}: {place}{value}: {self.message}\n  {self.todo}", keep_newlines=True)


def shown(value: object) -> str:
    """Return a value as a finding shows it: on one line, as TOML would write it, at most 60 characters."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = '"' + value.replace("\n", "\\n") + '"'
    elif isinstance(value, dict):
        text = "a table"
    elif isinstance(value, list):
        text = "[" + ", ".join(shown(item) for item in cast("list[object]", value)) + "]"
    else:
        text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def meant(name: str, known: Iterable[str], otherwise: str = "Known") -> str:
    """Return what to do about an unknown name: the known one that it may stand for, else what there is."""
    import difflib  # only once something is wrong

    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean '{near[0]}'?" if near else f"{otherwise}: {', '.join(names) or 'none'}."
