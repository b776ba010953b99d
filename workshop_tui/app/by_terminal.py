"""What a learner has chosen for one terminal and not for another: a small file for each such choice."""

from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from workshop_tui.exercises.seeing import terminal_name
from workshop_tui.files import private_folder, write_atomic


class ByTerminal(msgspec.Struct, frozen=True):
    """One choice, kept by terminal.

    Args:
        file: In the learner's folder.
        values: What can be chosen; anything else in the file counts as nothing.
    """

    file: str
    values: Collection[str]

    def last(self, root: Path, environment: Mapping[str, str]) -> str | None:
        """Return what was chosen for a terminal last; None where nothing was.

        Args:
            root: The learner's folder.
            environment: The terminal's.
        """
        return self._all(root).get(terminal_name(environment))

    def remember(self, value: str, root: Path, environment: Mapping[str, str]) -> None:
        """Keep a choice for a terminal.

        Raises:
            WorkshopError: The learner's folder cannot be written.
        """
        known, terminal = self._all(root), terminal_name(environment)
        if known.get(terminal) != value:
            private_folder(root)
            write_atomic(root / self.file, msgspec.json.encode({**known, terminal: value}))

    def _all(self, root: Path) -> dict[str, str]:
        try:
            found = msgspec.json.decode((root / self.file).read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        values = tuple(self.values)  # anything may stand in the file, also what cannot be a key
        return (
            {terminal: value for terminal, value in found.items() if value in values} if isinstance(found, dict) else {}
        )
