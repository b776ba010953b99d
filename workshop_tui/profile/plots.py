"""The report's plots, as PNG: what each setting costs in seconds, and what a batch costs in seconds and memory."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workshop_tui.exercises.alike import alike
from workshop_tui.exercises.part import Part
from workshop_tui.exercises.registry import all_parts
from workshop_tui.files import cannot_write, write_atomic
from workshop_tui.generation.record import Run
from workshop_tui.generation.sweep import AXES
from workshop_tui.lesson.model import Lesson
from workshop_tui.profile.hand_in import LimitEntry
from workshop_tui.profile.models import model_name

PLOTTED = ("steps", "guidance", "size", "sampler")
"""Settings whose cost is plotted; the others' names are too long for an axis."""

Cost = tuple[Part, str, dict[str, list[float]]]
"""A part, the model's name, and the seconds of its pictures by value."""

SECONDS, BATCH = "plot-seconds.png", "plot-batch.png"
NAMES = (SECONDS, BATCH)
"""The files."""


def write_plots(folder: Path, lesson: Lesson, runs: Sequence[Run], limits: Sequence[LimitEntry]) -> list[Path]:
    """Write the plots for which there is something to plot, and remove those for which there is not.

    Args:
        folder: The hand-in's.
        lesson: Whose sweeps.
        runs: The lesson's, oldest first.
        limits: What was found to fit.

    Returns:
        The files that are there now.

    Raises:
        WorkshopError: The folder cannot be written.
    """
    sweeps = _costs(lesson, runs)
    batch = _batches(limits)
    drawn = {SECONDS: _seconds(sweeps) if sweeps else b"", BATCH: _batch(batch) if batch else b""}
    for name, picture in drawn.items():
        if picture:
            write_atomic(folder / name, picture)
            continue
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise cannot_write(folder, error) from error
    return [folder / name for name, picture in drawn.items() if picture]


def described(name: str, lesson: Lesson, runs: Sequence[Run], limits: Sequence[LimitEntry]) -> str:
    """Return in words what a plot shows, for whoever cannot see it."""
    if name == SECONDS:
        shown = [
            f"{part.title} {value}: {', '.join(f'{each:.1f}' for each in seconds)} s"
            for part, _, costs in _costs(lesson, runs)
            for value, seconds in costs.items()
        ]
        return f"Plot of the seconds that each picture took. {'; '.join(shown)}."
    batch = _batches(limits)
    each_batch = batch.batches if batch else ()
    told = [f"{each.batch}: {each.seconds:.2f} s, {each.peak_memory_mib:,.0f} MiB" for each in each_batch]
    return f"Plot of seconds a picture against peak memory for each batch. {'; '.join(told)}."


def _batches(limits: Sequence[LimitEntry]) -> LimitEntry | None:
    """Return the limit whose batches are plotted; None where there are not two."""
    return next((each for each in reversed(limits) if len(each.batches) > 1), None)


def _costs(lesson: Lesson, runs: Sequence[Run]) -> list[Cost]:
    """Return the seconds of each part's newest pictures by the varied value; parts with one value are left out."""
    found: list[Cost] = []
    for part in all_parts(lesson):
        if part.sweep is None or part.sweep.vary not in PLOTTED:
            continue
        costs: dict[str, list[float]] = {}
        made = alike(part, runs)
        for run in made:
            costs.setdefault(AXES[part.sweep.vary].show(run.settings), []).append(run.seconds.making)
        order = {value: place for place, value in enumerate(part.sweep.axis.values)}
        ordered = {value: costs[value] for value in sorted(costs, key=lambda each: order.get(each, len(order)))}
        if len(ordered) > 1:
            model = made[-1].model
            found.append((part, "practice" if model and model.practice else model_name(model), ordered))
    return found


def _figure(width: float, height: float) -> Any:
    """Return an empty figure, inches; untyped, because matplotlib's own types are not whole."""
    from matplotlib.figure import Figure  # takes half a second, and few commands draw

    return Figure(figsize=(width, height), layout="constrained")


def _seconds(sweeps: Sequence[Cost]) -> bytes:
    columns = min(3, len(sweeps))
    rows = -(-len(sweeps) // columns)
    figure = _figure(3.2 * columns, 2.6 * rows)
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, (part, model, costs) in zip(grid.flat, sweeps, strict=False):
        for place, seconds in enumerate(costs.values()):
            axes.plot([place] * len(seconds), seconds, "o", color="tab:blue", alpha=0.7)
        axes.set_xticks(range(len(costs)), list(costs), rotation=30 if part.sweep and part.sweep.vary == "size" else 0)
        axes.set_title(f"{part.title}, {model}", fontsize=8, parse_math=False)
        axes.set_ylim(bottom=0)
        axes.set_ylabel("s a picture")
    for axes in list(grid.flat)[len(sweeps) :]:
        axes.remove()
    return _png(figure)


def _batch(limit: LimitEntry) -> bytes:
    figure = _figure(6.0, 3.4)
    axes = figure.subplots()
    memory, seconds = [each.peak_memory_mib for each in limit.batches], [each.seconds for each in limit.batches]
    axes.plot(memory, seconds, "o-", color="tab:blue")
    for each in limit.batches:
        axes.annotate(str(each.batch), (each.peak_memory_mib, each.seconds), (4, 4), textcoords="offset points")
    axes.set_title(f"Pictures made together, {limit.size}, {limit.model}", fontsize=10, parse_math=False)
    axes.set_xlabel("peak memory, MiB")
    axes.set_ylabel("s a picture")
    axes.set_ylim(bottom=0)
    return _png(figure)


def _png(figure: Any) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110, metadata={"Software": None})
    return file.getvalue()
