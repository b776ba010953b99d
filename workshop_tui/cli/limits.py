"""`workshop-tui limits`: the largest size or batch that really fits, found by trying."""

from collections.abc import Callable
from pathlib import Path

import click

from workshop_tui.cli.common import open_notebook, say, say_json
from workshop_tui.cli.making import Stopped, make
from workshop_tui.cli.settings_options import SettingsCommand, settings_options
from workshop_tui.errors import UserError
from workshop_tui.exercises.limits import batch_lines, check_own_worker, result
from workshop_tui.generation.choices import Limit
from workshop_tui.generation.hunt import BUDGET_MINUTES, Hunt
from workshop_tui.generation.limits import EXERCISE
from workshop_tui.generation.models import default_model
from workshop_tui.generation.pace import duration
from workshop_tui.generation.probes import Probe
from workshop_tui.generation.record import Origin
from workshop_tui.generation.settings import Settings
from workshop_tui.generation.sizes import parse_size, size_note
from workshop_tui.monitor.memory_now import look_at_memory
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import LearnerPaths, Paths, find_paths

WIDTH = 80
"""Cells of a line."""


@click.command(cls=SettingsCommand)
@settings_options
@click.option("--max-size", is_flag=True, help="Find the largest square picture.")
@click.option("--max-batch", is_flag=True, help="Find how many pictures can be made at a time.")
@click.option("--budget", type=float, default=BUDGET_MINUTES, show_default=True, metavar="MIN", help="Minutes to take.")
def limits(
    settings: Settings,
    max_size: bool,
    max_batch: bool,
    model: str | None,
    device: str,
    engine: str | None,
    learner: str | None,
    as_json: bool,
    batch: int,
    cap: float | None,
    budget: float,
) -> int:
    """Find the largest size, or batch, that fits the memory: by trying, one denoising step and the decode each.

    The search begins with a small picture, which tells how long a try takes, goes on at what the planner says, in
    growing strides and then by halves, and ends with a whole run; no try but the first takes most of the time that is
    left. `fits` says that memory sufficed, nothing of how good the picture is. On the CPU it stays below the main
    memory that is free, so that nothing else is pushed out.

    \b
    workshop-tui limits --max-size --cap 6
    workshop-tui limits --max-batch --size 512x512 --budget 5
    """
    if max_size is max_batch:
        both = ": not both at once" if max_size else ""
        raise UserError(f"limits: say what to find{both}.", "Give --max-size or --max-batch.")
    kind: Limit = "max-size" if max_size else "max-batch"
    if kind == "max-batch" and batch > 1:
        raise UserError(f"--batch: {batch} has no effect: --max-batch looks for it.", "Leave it out.")
    paths = find_paths(engine=engine)
    mine = paths.learner(learner)
    check_own_worker(mine.engine)
    origin, memory = Origin(exercise=EXERCISE, sweep=kind), look_at_memory(Path.home())
    model = model or default_model()
    hunt = Hunt(kind, settings, batch, model, origin, memory, minutes=budget, device=device, cap=cap)
    if not as_json:
        what = "square size" if kind == "max-size" else f"batch at {settings.size}"
        say(f"The largest {what} of {hunt.shape.name} that fits.")
        limit = f"; memory is limited to {hunt.cap:.3g} GiB" if hunt.cap else ""
        say(f"Takes up to {duration(budget * 60)}{limit}. One step each:\n")
    with open_notebook(mine) as notebook:
        search(hunt, paths, mine, notebook, lambda probe: None if as_json else say(probe_line(probe)))
    if as_json:
        say_json(hunt.found)
    else:
        _print(hunt)
    if hunt.stopped == "stopped":
        return 130
    return 0 if hunt.found.fits else 1


for _parameter in limits.params:
    if _parameter.name == "prompt":  # what it shows does not matter here
        _parameter.required, _parameter.default = False, "A lighthouse at dusk"


def search(
    hunt: Hunt, paths: Paths, learner: LearnerPaths, notebook: Notebook, on_probe: Callable[[Probe], None]
) -> None:
    """Have everything tried that a search asks for, and tell how each try ended; ctrl+c at any moment ends the search.

    Raises:
        WorkshopError: A try ended in a way that says nothing of memory.
    """
    try:
        while job := hunt.next():
            probe = hunt.tell(make(job, paths, learner, notebook, seconds=hunt.seconds_left))
            if probe:
                on_probe(probe)
    except (Stopped, KeyboardInterrupt):  # the latter between two tries
        hunt.stop()


def probe_line(probe: Probe) -> str:
    """Return a line that says how a try ended."""
    verdict = "fits" if probe.fits else "out of memory" if probe.outcome == "out-of-memory" else "was split"
    peak = "" if probe.peak_mib is None else f"{probe.peak_mib:,.0f} MiB"
    batch = f" x{probe.batch}" if probe.batch > 1 else ""
    note = "  a whole run" if not probe.is_try else "  in tiles" if "in tiles" in probe.reason else ""
    return f"{probe.size + batch:>13}  {verdict:13} {peak:>12} {probe.seconds:>7.1f} s{note}"


def _print(hunt: Hunt) -> None:
    found = hunt.found
    if found.probes:
        say("")
    if found.stopped == "budget":
        say("Stopped: the next try would not end in time (--budget gives more).")
    elif found.stopped:
        say("Stopped.")
    if found.kind == "max-batch" and found.fits:
        for text in batch_lines(found.probes, WIDTH):
            say(text)
        say("")
    say(result(found, hunt.steps))
    if found.fits and found.size and size_note(*parse_size(found.size)):
        say("Fits is not the same as good: FLUX.1 was trained around 1 MP (black-forest-labs/flux README).")
