"""The folder that a sweep's results go to: pictures, a table and a contact sheet."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop_tui.cli.showing import check_folder
from workshop_tui.errors import UserError
from workshop_tui.files import write_atomic
from workshop_tui.generation import table
from workshop_tui.generation.contact_sheet import contact_sheet, frames
from workshop_tui.generation.record import Run
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.sweep import AXES, Axis

RESULTS_FILE = "results.csv"
SHEET_FILE = "sheet.png"

MOST_SHOWN = 100
"""Pictures on a contact sheet; it is drawn in memory, and has 4,016 px a side then."""

_NOT_IN_NAMES = re.compile(r"[^\w.+-]+")
"""What a prompt may have, and a file name of ours has not."""
LONGEST_NAME = 180
"""Bytes of a picture's name before its end; file systems take 255."""


@dataclass(frozen=True)
class Result:
    """A run of a sweep."""

    cell: int
    """Place in the sweep as it was asked for, from 0."""
    repeat: int
    """Which time the cell was made, from 1."""
    run: Run
    from_notebook: bool
    """Whether it was there before the sweep."""
    picture: str
    """The picture's name in the folder; empty where there is none."""

    @property
    def row(self) -> dict[str, Any]:
        """The run as a row with the keys `table.SWEEP_COLUMNS`."""
        extra = {"picture": self.picture, "repeat": self.repeat, "from_notebook": self.from_notebook}
        return {**table.row(self.run), **extra}

    @property
    def json(self) -> dict[str, Any]:
        """The run as a JSON object."""
        return {**table.as_json(self.run), **self.row}


class SweepFolder:
    """Gathers the results of a sweep, in the order asked for whatever the order made.

    Args:
        out: The folder; made with the first file.
        axes: What is varied.
        pictures: Where the learner's pictures lie.
    """

    def __init__(self, out: Path, axes: list[Axis], pictures: Path) -> None:
        self.out = out.absolute()
        self._axes = axes
        self._pictures = pictures
        self._found: dict[tuple[int, int], Result] = {}

    @property
    def results(self) -> list[Result]:
        """What is there, by cell and repeat."""
        return [self._found[key] for key in sorted(self._found)]

    @property
    def table(self) -> Path:
        """Where the table lies."""
        return self.out / RESULTS_FILE

    def check(self, *, force: bool) -> None:
        """Refuse a folder that cannot be written, or, without force, one that holds results.

        Raises:
            UserError: Names the folder, and what is in it.
        """
        check_folder(self.out, "--out")
        for name in () if force else (RESULTS_FILE, SHEET_FILE):
            if (self.out / name).is_file():
                raise UserError(
                    f"--out: {self.out} holds a {name} already, which would be lost.",
                    "Choose another folder, or give --force.",
                )

    def add(self, cell: int, repeat: int, run: Run, *, from_notebook: bool = False) -> Result:
        """Take a run that ended and write its picture; one with the pixels of an earlier repeat has that one's file.

        Raises:
            WorkshopError: The picture cannot be written.
        """
        earlier = [self._found[key] for key in ((cell, before) for before in range(1, repeat)) if key in self._found]
        same = [other.picture for other in earlier if other.picture and other.run.pixels_sha256 == run.pixels_sha256]
        name = ""
        if run.picture:
            name = same[0] if same else self._name(cell, repeat, run.settings)
            if not same:
                write_atomic(self.out / name, (self._pictures / run.picture).read_bytes())
        self._found[cell, repeat] = result = Result(cell, repeat, run, from_notebook, name)
        return result

    def write_table(self) -> None:
        """Write the rows of what is there.

        Raises:
            WorkshopError: It cannot be written.
        """
        write_atomic(self.table, table.as_csv((result.row for result in self.results), table.SWEEP_COLUMNS))

    def write_sheet(self) -> Path | None:
        """Write the contact sheet of the cells that ended; None where they are too few, or too many to see anything.

        Raises:
            WorkshopError: It cannot be written.
        """
        first: dict[int, Run] = {}
        for result in self.results:
            if result.run.outcome != "cancelled" and not (result.cell in first and first[result.cell].picture):
                first[result.cell] = result.run
        shown = frames(list(first.values()), [axis.name for axis in self._axes], self._pictures)
        if len(shown) > MOST_SHOWN or sum(frame.picture is not None for frame in shown) < 2:
            return None
        labels = ", ".join(AXES[axis.name].label.lower() for axis in self._axes)
        path = self.out / SHEET_FILE
        write_atomic(path, contact_sheet(shown, f"Sweep: {labels}"))
        return path

    def _name(self, cell: int, repeat: int, settings: Settings) -> str:
        shown = [f"{axis.name}-{AXES[axis.name].show(settings)}" for axis in self._axes]
        values = _NOT_IN_NAMES.sub("-", "-".join(shown))
        again = f"-repeat-{repeat}" if repeat > 1 else ""
        name = f"{cell + 1:03}-{values}"[:100].encode()[:LONGEST_NAME].decode(errors="ignore")
        return f"{name}{again}.png"
