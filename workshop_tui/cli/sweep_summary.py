"""What the repeats of a sweep add up to, as a table for people and an object for programs."""

from collections.abc import Iterator, Sequence

import msgspec

from workshop_tui.cli.sweep_folder import Result
from workshop_tui.generation.repeats import FEWEST, Spread, Verdict, compare, spread
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.sweep import AXES, Axis, neighbours


class CellSummary(msgspec.Struct, frozen=True):
    """One cell's repeats."""

    values: dict[str, str]
    """The axes' values."""
    making_seconds: Spread | None
    """None where no run counts."""
    different_pictures: int
    """1 where all repeats gave the same pixels, as they must."""


class Neighbours(msgspec.Struct, frozen=True):
    """Two cells that differ by one place of one axis."""

    axis: str
    first: dict[str, str]
    second: dict[str, str]
    verdict: Verdict
    """Of the second beside the first."""
    ratio: float | None
    """The second's median divided by the first's."""


class Summary(msgspec.Struct, frozen=True):
    """All cells, and what can be said of neighbours."""

    cells: tuple[CellSummary, ...]
    neighbours: tuple[Neighbours, ...]


def summarize(asked: Sequence[Settings], axes: Sequence[Axis], results: Sequence[Result]) -> Summary:
    """Return what the runs that are ok tell; one that loaded the model or encoded the prompt is no measure."""
    cells: list[CellSummary] = []
    for place, settings in enumerate(asked):
        runs = [result.run for result in results if result.cell == place and result.run.outcome == "ok"]
        cells.append(
            CellSummary(
                {axis.name: AXES[axis.name].show(settings) for axis in axes},
                spread([run.seconds.making for run in runs if not run.seconds.is_warm_up]),
                len({run.pixels_sha256 for run in runs}),
            )
        )
    pairs: list[Neighbours] = []
    for axis, i, j in neighbours(axes):
        first, second = cells[i].making_seconds, cells[j].making_seconds
        ratio = round(second.median / first.median, 3) if first and second and first.median else None
        pairs.append(Neighbours(axis.name, cells[i].values, cells[j].values, compare(first, second), ratio))
    return Summary(tuple(cells), tuple(pairs))


def lines(summary: Summary) -> Iterator[str]:
    """Return a summary as people read it."""
    names = [_values(cell.values) for cell in summary.cells]
    title = "seconds to make"
    width = max(map(len, (title, *names)))
    yield f"{title:{width}}   n  median  range"
    for name, cell in zip(names, summary.cells, strict=True):
        s = cell.making_seconds
        told = f"{s.n:3} {s.median:7.2f}  {s.low:.2f} to {s.high:.2f}" if s else f"{0:3}  no run that counts"
        yield f"{name:{width}} {told}"
    for pair in summary.neighbours:
        others = {name: value for name, value in pair.first.items() if name != pair.axis}
        where = f" at {_values(others)}" if others else ""
        yield f"{pair.axis} {pair.first[pair.axis]} and {pair.second[pair.axis]}{where}: {_verdict(pair)}"
    for name, cell in zip(names, summary.cells, strict=True):
        if cell.different_pictures > 1:
            yield f"{name}: {cell.different_pictures} different pictures of the same settings; there should be one."


def _values(values: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _verdict(pair: Neighbours) -> str:
    value = pair.second[pair.axis]
    match pair.verdict:
        case "no clear difference":
            return "no clear difference (the ranges overlap)"
        case "too few runs":
            return f"too few runs to compare (at least {FEWEST} each)"
        case verdict:
            return f"{value} is {verdict}" + ("" if pair.ratio is None else f" (median x {pair.ratio:.2f})")
