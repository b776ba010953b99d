"""One run drawn: memory, power and load over time, with its phases."""

from typing import Any

from workshop_tui.errors import UserError
from workshop_tui.generation.record import Run
from workshop_tui.generation.usage import Course, Mark
from workshop_tui.generation.usage_words import NOT_READ, energy_words
from workshop_tui.profile.plots import ROOM, figure_of, png_of

_COLORS = {"load": "tab:gray", "encode": "tab:orange", "denoise": "tab:blue", "decode": "tab:green"}
_MIB_PER_GIB = 1024


def run_plot(run: Run) -> bytes:
    """Draw a run's readings as PNG: of the GPU where it ran on one, else of the worker and the host.

    Raises:
        UserError: Nothing was read while it went on.
    """
    if run.usage is None or not run.usage.course.at:
        raise UserError(
            f"Run {run.run_id[:12]} has no readings: {NOT_READ}.", "Make it again: a new run is read once a second."
        )
    course = run.usage.course
    curves = _curves(course)
    figure = figure_of(7.2, 1.6 + 1.7 * len(curves))
    grid = figure.subplots(len(curves), 1, squeeze=False, sharex=True)
    for axes, (label, values, top) in zip(grid.flat, curves, strict=True):
        known = [(at, value) for at, value in zip(course.at, values, strict=True) if value is not None]
        axes.plot([at for at, _ in known], [value for _, value in known], "o-", markersize=3, color="black")
        axes.set_ylabel(label)
        axes.set_ylim(0, top or ROOM * max(value for _, value in known))
        _shade(axes, run.usage.phases, course.at[-1])
    last = grid.flat[-1]
    last.set_xlabel("s since the run began")
    last.set_xlim(0, max(course.at[-1], 0.1))
    handles = {name: _patch(color) for name, color in _COLORS.items() if any(m.phase == name for m in run.usage.phases)}
    grid.flat[0].legend(
        handles.values(), handles.keys(), loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, fontsize=8
    )
    where = f"{run.placing.device_name}, {run.placing.words}" if run.placing else "not placed"
    model = run.model.name if run.model else "no model"
    title = f"{run.run_id[:12]}: {run.settings.words}\n{model} on {where}\n{run.outcome}, energy {energy_words(run)}"
    figure.suptitle(title, fontsize=8, parse_math=False)
    return png_of(figure)


def _curves(course: Course) -> list[tuple[str, tuple[float | None, ...], float | None]]:
    """Return name, values and top of each curve that has a value."""

    def gib(values: tuple[int | None, ...]) -> tuple[float | None, ...]:
        return tuple(None if value is None else value / _MIB_PER_GIB for value in values)

    board: list[tuple[str, tuple[float | None, ...], float | None]] = [
        ("board VRAM, GiB", gib(course.vram_mib), None),
        ("board power, W", course.power_w, None),
        ("GPU use, %", course.utilization_percent, 105),
        ("SM clock, MHz", course.sm_clock_mhz, None),
    ]
    host: list[tuple[str, tuple[float | None, ...], float | None]] = [
        ("worker RAM, GiB", gib(course.worker_mib), None),
        ("CPU, %", course.cpu_percent, 105),
    ]
    shown = [curve for curve in board if any(curve[1])] or host
    return [curve for curve in shown if any(value is not None for value in curve[1])]


def _shade(axes: Any, phases: tuple[Mark, ...], end: float) -> None:
    for place, mark in enumerate(phases):
        until = phases[place + 1].at if place + 1 < len(phases) else max(end, mark.at)
        axes.axvspan(mark.at, until, color=_COLORS.get(mark.phase, "tab:red"), alpha=0.18, linewidth=0)


def _patch(color: str) -> Any:
    from matplotlib.patches import Patch

    return Patch(color=color, alpha=0.3)
