"""The report's plots, as PNG: what each setting costs in seconds, and what a batch costs in seconds and memory."""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop_tui.exercises.alike import alike, timed_alike
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import all_parts
from workshop_tui.files import cannot_write, write_atomic
from workshop_tui.generation.record import Run
from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.model import Lesson
from workshop_tui.profile.hand_in import LimitEntry
from workshop_tui.profile.models import model_name
from workshop_tui.text import plain

PLOTTED = ("steps", "guidance", "size", "sampler")
"""Settings whose cost is plotted; the others' names are too long for an axis."""

Cost = tuple[Part, str, dict[str, list[float]]]
"""A part, the model's name, and the seconds of its pictures by value."""

ROOM = 1.15
"""How far an axis goes beyond its largest value."""

SECONDS, BATCH = "plot-seconds.png", "plot-batch.png"
NAMES = (SECONDS, BATCH)
"""The files."""


@dataclass(frozen=True)
class Plot:
    """A plot, drawn and in words."""

    name: str
    """The file's."""
    words: str
    """What it shows, for whoever cannot see it."""
    png: bytes


def plots(lesson: Lesson, runs: Sequence[Run], limits: Sequence[LimitEntry]) -> list[Plot]:
    """Draw the plots for which there is something to plot.

    Args:
        lesson: Whose sweeps.
        runs: The lesson's, oldest first.
        limits: What was found to fit.
    """
    drawn: list[Plot] = []
    costs = _costs(lesson, runs)
    if costs:
        told = (
            f"{part.title} {value}: {', '.join(f'{each:.1f}' for each in seconds)} s"
            for part, _, by_value in costs
            for value, seconds in by_value.items()
        )
        drawn.append(Plot(SECONDS, f"Plot of the seconds that each picture took. {'; '.join(told)}.", _seconds(costs)))
    batch = _batches(limits)
    if batch:
        told = (f"{each.batch}: {each.seconds:.2f} s, {each.peak_memory_mib:,.0f} MiB" for each in batch.batches)
        words = f"Plot of seconds a picture against peak memory for each batch. {'; '.join(told)}."
        drawn.append(Plot(BATCH, words, _batch(batch)))
    return drawn


def write_plots(folder: Path, drawn: Sequence[Plot]) -> list[Path]:
    """Write plots, and remove those of an earlier time that there are not any more.

    Args:
        folder: The hand-in's.
        drawn: All there are.

    Returns:
        The files that are there now.

    Raises:
        WorkshopError: The folder cannot be written.
    """
    for plot in drawn:
        write_atomic(folder / plot.name, plot.png)
    written = [folder / plot.name for plot in drawn]
    try:
        for name in NAMES:
            if folder / name not in written:
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return written


def _batches(limits: Sequence[LimitEntry]) -> LimitEntry | None:
    """Return the limit whose batches are plotted; None where there are not two."""
    return next((each for each in reversed(limits) if len(each.batches) > 1), None)


def _costs(lesson: Lesson, runs: Sequence[Run]) -> list[Cost]:
    """Return the seconds of each part's newest pictures by the varied value, made on one device; of two at least."""
    found: list[Cost] = []
    for part in all_parts(lesson):
        if part.sweep is None or part.sweep.vary not in PLOTTED:
            continue
        costs: dict[str, list[float]] = {}
        made = timed_alike(alike(part, runs), part.sweep.vary)
        for run in made:
            costs.setdefault(AXES[part.sweep.vary].show(run.settings), []).append(run.seconds.repeat)
        order = {value: place for place, value in enumerate(part.sweep.axis.values)}
        ordered = {value: costs[value] for value in sorted(costs, key=lambda each: order.get(each, len(order)))}
        if len(ordered) > 1:
            model = made[-1].model
            found.append((part, "practice" if model and model.practice else model_name(model), ordered))
    return found


def figure_of(width: float, height: float) -> Any:
    """Return an empty figure, inches; untyped, because matplotlib's own types are not whole."""
    from matplotlib.figure import Figure  # takes half a second, and few commands draw

    return Figure(figsize=(width, height), layout="constrained")


def _seconds(sweeps: Sequence[Cost]) -> bytes:
    columns = min(3, len(sweeps))
    rows = -(-len(sweeps) // columns)
    figure = figure_of(3.2 * columns, 2.6 * rows)
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, (part, model, costs) in zip(grid.flat, sweeps, strict=False):
        for place, seconds in enumerate(costs.values()):
            axes.plot([place] * len(seconds), seconds, "o", color="tab:blue", alpha=0.7)
        axes.set_xticks(range(len(costs)), list(costs), rotation=30 if part.sweep and part.sweep.vary == "size" else 0)
        axes.set_title(plain(f"{part.title}, {model}"), fontsize=8, parse_math=False)
        axes.set_ylim(0, ROOM * max(max(seconds) for seconds in costs.values()))
        axes.set_ylabel("s a picture")
    for axes in list(grid.flat)[len(sweeps) :]:
        axes.remove()
    return png_of(figure)


def _batch(limit: LimitEntry) -> bytes:
    figure = figure_of(6.0, 3.4)
    axes = figure.subplots()
    memory, seconds = [each.peak_memory_mib for each in limit.batches], [each.seconds for each in limit.batches]
    axes.plot(memory, seconds, "o-", color="tab:blue")
    for each in limit.batches:
        axes.annotate(str(each.batch), (each.peak_memory_mib, each.seconds), (4, 4), textcoords="offset points")
    axes.set_title(plain(f"Pictures made together, {limit.size}, {limit.model}"), fontsize=10, parse_math=False)
    axes.set_xlabel("peak memory, MiB")
    axes.set_ylabel("s a picture")
    axes.set_ylim(0, ROOM * max(seconds))
    return png_of(figure)


def png_of(figure: Any) -> bytes:
    """Return a figure as PNG."""
    file = io.BytesIO()
    with warnings.catch_warnings():  # letters that no font here has are boxes in it; the report has them as text
        warnings.simplefilter("ignore", UserWarning)
        figure.savefig(file, format="png", dpi=110, metadata={"Software": None})
    return file.getvalue()
