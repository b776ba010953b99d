"""The table of a sweep's pictures; rows change in place while they are made."""

from collections.abc import Collection, Sequence

from textual.content import Content
from textual.widgets import DataTable

from workshop_tui.app.book import Work
from workshop_tui.app.key_table import key_of
from workshop_tui.app.run_words import circumstances, noteworthy, place_in_row
from workshop_tui.exercises.rework import mark
from workshop_tui.exercises.sweeps import Cell
from workshop_tui.generation.fields import FIELDS
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.samplers import SAMPLERS
from workshop_tui.generation.sweep import AXES
from workshop_tui.text import plain

BAR_CELLS = 6

COLUMNS = (("#", 2), ("steps", 5), ("guid.", 5), ("size", 9), ("sampler", 7), ("seed", 10), ("time", 7), ("memory", 9))
"""Name and cells of each column but the last."""

FIGURES = {name: width for name, width in COLUMNS if name != "sampler"}
"""Columns whose values end at the same cell, and so do their names."""

MARK = "*"
"""Stands after the number of a row that is marked."""

WIDEST = 18
"""Cells of a column for a setting that is not one of these: `sequential-offload`."""

RESULT_CELLS = 16
"""The least; the result gets all room that is left."""

DISPENSABLE = ("memory", "sampler", "guid.", "size", "seed")
"""Columns that a narrow screen goes without, the first one first; never the one that is varied."""

_COLUMNS = {"prompt": AXES["prompt"], **FIELDS}
"""Settings that may have a column."""

_COLUMN_OF = {"guidance": "guid."}
"""Which column shows a setting, where that is not called as it is."""


class CellTable(DataTable[Content]):
    """One row a picture."""

    DEFAULT_CSS = """
    CellTable { height: auto; max-height: 8; }
    """

    def __init__(self) -> None:
        super().__init__(id="cells", cursor_type="row", zebra_stripes=False, cell_padding=0)
        self._shown: list[dict[str, str]] = []
        self._widths: dict[str, int] = {}
        """Cells of each column's text, by its name; one more is left to the next column, or to a number's mark."""
        self._last: tuple[Sequence[Cell], Work, Sequence[Item], Collection[str]] | None = None
        self._varied, self._with_seed = "", False
        self._further: dict[str, int] = {}
        """Settings that have a column here because they differ from row to row, and its cells."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave Enter to the screen where there is no row to choose."""
        return bool(self.row_count) if action == "select_cursor" else super().check_action(action, parameters)

    def set_columns(self, varied: str, *, with_seed: bool = False) -> None:
        """Draw the columns anew.

        Args:
            varied: The setting that the part's sweep changes; empty for none.
            with_seed: Whether the seed has a column, though it is not varied; it takes much room.
        """
        self._varied, self._with_seed = varied, with_seed or varied == "seed"
        self._further = {}
        self._draw_columns()

    def _draw_columns(self) -> None:
        self.clear(columns=True)
        self._shown = []
        widths = {name: width + 1 for name, width in COLUMNS if self._with_seed or name != "seed"}
        place = list(widths).index("time")
        further = [(name, width + 1) for name, width in self._further.items()]
        widths = dict([*list(widths.items())[:place], *further, *list(widths.items())[place:]])
        for name in DISPENSABLE:
            short = self.size.width - sum(widths.values()) < RESULT_CELLS
            if short and name in widths and name != _COLUMN_OF.get(self._varied, self._varied):
                del widths[name]
        widths["result"] = max(RESULT_CELLS, self.size.width - sum(widths.values()))
        self._widths = {name: width - (name not in ("#", "result")) for name, width in widths.items()}
        for name, width in widths.items():
            self.add_column(name.rjust(FIGURES.get(name, 0)), width=width, key=name)

    def on_resize(self) -> None:
        """Give the result the room that there is now."""
        row = self.cursor_row
        self._draw_columns()
        if self._last:
            self.show(*self._last)
            self.move_cursor(row=row, animate=False)

    def show(self, cells: Sequence[Cell], work: Work, in_line: Sequence[Item], marked: Collection[str] = ()) -> None:
        """Draw the cells; only what has changed is drawn again.

        Args:
            cells: The pictures of one part, those made out of others last.
            work: What the worker does.
            in_line: This part's pictures that wait or are in work.
            marked: Run ids of those that are marked, to be compared.
        """
        self._last = (cells, work, in_line, marked)
        further = _further(cells, self._varied)
        if further != self._further:
            self._further = further
            self._draw_columns()
        rows = [self._row(place, cell, mark(cell, cells), work, in_line) for place, cell in enumerate(cells)]
        for row, cell in zip(rows, cells, strict=True):
            row["#"] += MARK if cell.run and cell.run.run_id in marked else ""
        if len(rows) != len(self._shown):
            row = self.cursor_row
            self.clear()
            for place, texts in enumerate(rows):
                self.add_row(*(self._fitted(name, texts) for name in self._widths), key=str(place))
            self.move_cursor(row=min(row, max(0, len(rows) - 1)), animate=False)
        else:
            for place, (old, new) in enumerate(zip(self._shown, rows, strict=True)):
                for name in self._widths:
                    if old[name] != new[name]:
                        self.update_cell(str(place), name, self._fitted(name, new))
        self._shown = rows

    def _fitted(self, name: str, texts: dict[str, str]) -> Content:
        """Return a column's text of a row, with an ellipsis where it is cut."""
        return Content(texts[name]).truncate(self._widths[name], ellipsis=True)

    def _row(self, place: int, cell: Cell, made_of: str, work: Work, in_line: Sequence[Item]) -> dict[str, str]:
        s, run = cell.settings, cell.run
        done = run is not None and run.outcome in ("ok", "bad-picture")
        peak = run.peak_memory_mib if run and done else None
        return {
            "#": f"{place + 1:>2}",
            "steps": f"{_steps(cell):>5}",
            "guid.": _guidance(s.guidance_scale),
            "size": f"{s.size:>9}",
            "sampler": SAMPLERS[s.sampler].label,
            "seed": f"{s.seed:>10}",
            "time": _time(run.seconds.making) if run and done else "",
            "memory": "" if peak is None else _memory(peak),
            "result": _result(cell, made_of, work, in_line),
        } | {name: plain(_COLUMNS[name].show(s)) for name in self._further}


def _guidance(scale: float) -> str:
    return f"{scale:>5.1f}" if round(scale, 1) == scale else f"{scale:>5g}"


def _time(seconds: float) -> str:
    return f"{seconds:>5.1f} s" if seconds < 1000 else f"{seconds:>5.0f} s"


def _memory(mib: float) -> str:
    """Return memory in nine cells."""
    return f"{mib:>5,.0f} MiB" if mib < 10_000 else f"{mib / 1024:>5.1f} GiB"


def _further(cells: Sequence[Cell], varied: str) -> dict[str, int]:
    """Return the settings that differ among some pictures and have no column of their own, and the cells they need."""
    shown = {"steps", "guidance", "size", "sampler", "seed"}
    widths: dict[str, int] = {}
    for name, field in _COLUMNS.items():
        values = {field.show(cell.settings) for cell in cells}
        if name not in shown and (len(values) > 1 or name == varied):
            widths[name] = min(max(map(len, (name, *values))), WIDEST)
    return widths


def _steps(cell: Cell) -> str:
    steps = cell.settings.num_inference_steps
    made = cell.rework.steps(steps) if cell.rework else steps
    return str(steps) if made == steps else f"{made}/{steps}"


def _result(cell: Cell, made_of: str, work: Work, in_line: Sequence[Item]) -> str:
    asked = (cell.settings, cell.rework)
    waiting = [item for item in in_line if (item.settings, item.rework) == asked and not cell.past]
    if waiting and waiting[0].run_id in work.stopping:
        return "stopping" if len(waiting) == 1 else "stopping, then made again"
    if waiting and work.activity == "paused":
        return f"paused, {made_of}" if made_of else f"paused; {key_of('lab.pause')} goes on"
    if waiting and work.waiting and waiting[0].run_id == work.waiting[0]:
        progress = work.progress
        left = f" {work.picture_seconds_left:.0f} s" if work.picture_seconds_left is not None else ""
        if progress and progress.steps and made_of:
            return f"▶ {progress.step}/{progress.steps}{left} {made_of}"
        if progress and progress.steps:
            full = round(BAR_CELLS * progress.step / progress.steps)
            return f"▶ {progress.step}/{progress.steps} {'█' * full}{'░' * (BAR_CELLS - full)}{left}"
        if work.place and work.activity == "waiting":
            return place_in_row(work.place)
        return f"▶ {work.phase_text()}"
    if waiting:
        return f"in line, {made_of}" if made_of else f"in line, {work.waiting.index(waiting[0].run_id)} before it"
    if cell.left_out and (cell.run is None or cell.run.outcome == "cancelled"):
        return f"left out for time; {key_of('lab.run')} makes it"
    if cell.run is None:
        return made_of or "not made yet"
    told = ", ".join([*circumstances(cell.run), *filter(None, [noteworthy(cell.run)])])
    if cell.done:
        instead = SAMPLERS[cell.settings.sampler].runs_as
        ended = made_of or (f"ok, as {SAMPLERS[instead].label}" if instead else "ok")
        return plain(f"{ended}, {told}" if told else ended)
    outcome = f"{made_of}, {cell.run.outcome}" if made_of else cell.run.outcome
    return outcome if cell.run.outcome == "cancelled" else plain(f"{outcome}: {told}")
