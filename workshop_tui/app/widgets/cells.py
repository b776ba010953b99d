"""The table of a sweep's pictures; rows change in place while they are made."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import DataTable

from workshop_tui.app.book import Work
from workshop_tui.exercises.rework import mark
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.text import plain

BAR_CELLS = 6

COLUMNS = (("#", 2), ("steps", 5), ("guid.", 5), ("size", 9), ("sampler", 7), ("seed", 10), ("time", 7), ("memory", 9))
"""Name and cells of each column but the last."""

RESULT_CELLS = 16
"""The least; the result gets all room that is left."""

DISPENSABLE = ("memory", "sampler")
"""Columns that a narrow screen goes without, the first one first."""


class CellTable(DataTable[Content]):
    """One row a picture."""

    DEFAULT_CSS = """
    CellTable { height: auto; max-height: 8; }
    """

    def __init__(self) -> None:
        super().__init__(id="cells", cursor_type="row", zebra_stripes=False, cell_padding=0)
        self._shown: list[dict[str, str]] = []
        self._names: list[str] = []
        self._last: tuple[Sequence[Cell], Work, Sequence[Item]] | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave Enter to the screen where there is no row to choose."""
        return bool(self.row_count) if action == "select_cursor" else super().check_action(action, parameters)

    def set_columns(self, *, with_seed: bool) -> None:
        """Draw the columns anew; the seed only where it differs from row to row, for it takes much room."""
        self.clear(columns=True)
        self._shown = []
        widths = {name: width + 1 for name, width in COLUMNS if with_seed or name != "seed"}
        for name in DISPENSABLE:
            if self.size.width - sum(widths.values()) < RESULT_CELLS:
                del widths[name]
        widths["result"] = max(RESULT_CELLS, self.size.width - sum(widths.values()))
        self._names = list(widths)
        for name, width in widths.items():
            self.add_column(name, width=width, key=name)

    def on_resize(self) -> None:
        """Give the result the room that there is now."""
        row = self.cursor_row
        self.set_columns(with_seed="seed" in self._names)
        if self._last:
            self.show(*self._last)
            self.move_cursor(row=row, animate=False)

    def show(self, cells: Sequence[Cell], work: Work, in_line: Sequence[Item]) -> None:
        """Draw the cells; only what has changed is drawn again.

        Args:
            cells: The pictures of one part, those made out of others last.
            work: What the worker does.
            in_line: This part's pictures that wait or are in work.
        """
        self._last = (cells, work, in_line)
        rows = [self._row(place, cell, mark(cell, cells), work, in_line) for place, cell in enumerate(cells)]
        if len(rows) != len(self._shown):
            row = self.cursor_row
            self.clear()
            for place, texts in enumerate(rows):
                self.add_row(*(Content(texts[name]) for name in self._names), key=str(place))
            self.move_cursor(row=min(row, max(0, len(rows) - 1)), animate=False)
        else:
            for place, (old, new) in enumerate(zip(self._shown, rows, strict=True)):
                for name in self._names:
                    if old[name] != new[name]:
                        self.update_cell(str(place), name, Content(new[name]))
        self._shown = rows

    def _row(self, place: int, cell: Cell, made_of: str, work: Work, in_line: Sequence[Item]) -> dict[str, str]:
        s, run = cell.settings, cell.run
        done = run is not None and run.outcome == "ok"
        peak = run.peak_memory_mib if run and done else None
        return {
            "#": f"{place + 1:>2}",
            "steps": f"{_steps(cell):>5}",
            "guid.": f"{s.guidance_scale:>5.1f}",
            "size": f"{s.size:>9}",
            "sampler": SAMPLERS[s.sampler].label,
            "seed": f"{s.seed:>10}",
            "time": f"{run.seconds.making:>5.1f} s" if run and done else "",
            "memory": f"{peak:>5,.0f} MiB" if peak is not None else "",
            "result": _result(cell, made_of, work, in_line),
        }


def _steps(cell: Cell) -> str:
    steps = cell.settings.num_inference_steps
    made = cell.rework.steps(steps) if cell.rework else steps
    return str(steps) if made == steps else f"{made}/{steps}"


def _result(cell: Cell, made_of: str, work: Work, in_line: Sequence[Item]) -> str:
    asked = (cell.settings, cell.rework)
    waiting = [item for item in in_line if (item.settings, item.rework) == asked and not cell.past]
    if waiting and waiting[0].run_id in work.stopping:
        return "stopping" if len(waiting) == 1 else "stopping, then made again"
    if waiting and work.waiting and waiting[0].run_id == work.waiting[0]:
        progress = work.progress
        if progress and progress.steps and made_of:
            left = f" {progress.seconds_left:.0f} s" if progress.seconds_left is not None else ""
            return f"▶ {progress.step}/{progress.steps}{left} {made_of}"
        if progress and progress.steps:
            full = round(BAR_CELLS * progress.step / progress.steps)
            left = f" {progress.seconds_left:.0f} s" if progress.seconds_left is not None else ""
            return f"▶ {progress.step}/{progress.steps} {'█' * full}{'░' * (BAR_CELLS - full)}{left}"
        return f"▶ {work.phase_text()}"
    if waiting:
        return f"in line, {made_of}" if made_of else f"in line, {work.waiting.index(waiting[0].run_id)} before it"
    if cell.left_out and (cell.run is None or cell.run.outcome == "cancelled"):
        return "left out for time; r makes it"
    if cell.run is None:
        return made_of or "not made yet"
    if cell.done:
        instead = SAMPLERS[cell.settings.sampler].runs_as
        return made_of or (f"ok, as {SAMPLERS[instead].label}" if instead else "ok")
    outcome = f"{made_of}, {cell.run.outcome}" if made_of else cell.run.outcome
    return outcome if cell.run.outcome == "cancelled" else plain(f"{outcome}: {cell.run.reason}")
