"""`workshop-tui limits`: the largest size or batch that really fits, found by trying."""

import contextlib
import math
import time
import uuid
from pathlib import Path
from typing import Any

import click
import msgspec

from workshop_tui.cli.common import say, say_json
from workshop_tui.cli.making import Stopped, make
from workshop_tui.cli.settings_options import SettingsCommand, settings_options
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation import pace
from workshop_tui.generation.limits import EXERCISE, Kind, Probe, Search, guess, is_fit, seconds_of
from workshop_tui.generation.line import check_cap
from workshop_tui.generation.model_shape import find_shape
from workshop_tui.generation.models import default_model, size_unit
from workshop_tui.generation.planner import CONTEXT, GIB, PROCESS
from workshop_tui.generation.protocol import Item, Job
from workshop_tui.generation.record import Origin, Run
from workshop_tui.generation.settings import LARGEST_BATCH, Settings, check_settings, with_next_seeds
from workshop_tui.generation.sizes import LARGEST_SIDE, size_note
from workshop_tui.monitor.memory_now import look_at_memory
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import LearnerPaths, Paths, find_paths

STEP = 64
"""px between two sizes that are tried; finer says more of the moment than of the machine."""

BUDGET_MINUTES = 15.0

FIRST_PIXELS = 512 * 512
"""Of the first try's pictures together, at most: how long a larger one takes is known only then."""

HOST_SHARE = 0.9
"""Of the free main memory that a search on the CPU may take: beyond it the system would end other programs."""


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
    kind: Kind = "max-size" if max_size else "max-batch"
    if kind == "max-batch" and batch > 1:
        raise UserError(f"--batch: {batch} has no effect: --max-batch looks for it.", "Leave it out.")
    if not (budget > 0 and math.isfinite(budget)):
        raise UserError(f"--budget: {budget:g} is no number of minutes.", "Give minutes above 0, such as 10.")
    paths = find_paths(engine=engine)
    mine = paths.learner(learner)
    if mine.engine:
        raise UserError("limits: a shared engine's memory is not yours to fill.", "Use a worker of your own.")
    model = model or default_model()
    shape = find_shape(model)
    unit = max(shape.unit, size_unit(model))
    check_settings(settings, unit)
    vram, ram, cap = _memory(device, cap)
    stride = -(-STEP // unit) * unit
    values = range(stride, LARGEST_SIDE + 1, stride) if kind == "max-size" else range(1, LARGEST_BATCH + 1)
    search = Search(guess(kind, values, shape, settings, vram, ram), len(values) - 1, low=0)
    with contextlib.closing(_Pictures(mine.notebook, mine.pictures)) as notebook:
        tries = _Tries(kind, settings, batch, Job("", (), model, device, cap=cap), budget * 60, paths, mine, notebook)
        tries.show = not as_json
        if not as_json:
            what = "square size" if kind == "max-size" else f"batch at {settings.size}"
            say(f"The largest {what} of {shape.name} that fits.")
            limit = f"; memory is limited to {cap:.3g} GiB" if cap else ""
            say(f"Takes up to {pace.duration(budget * 60)}{limit}. One step each:\n")
        return tries.find(search, values, as_json)


for _parameter in limits.params:
    if _parameter.name == "prompt":  # what it shows does not matter here
        _parameter.required, _parameter.default = False, "A lighthouse at dusk"


class _Pictures(Notebook):
    """The learner's notebook; of tries it keeps the record only, of the confirmed run the picture too."""

    def add_run(self, run: Run, picture: bytes = b"") -> Run:
        return super().add_run(run, b"" if run.origin.exercise == EXERCISE and run.origin.cell else picture)


class _Tries:
    """Tries one value after the other until all is known, the time is over, or ctrl+c."""

    def __init__(
        self,
        kind: Kind,
        settings: Settings,
        batch: int,
        job: Job,
        budget: float,
        paths: Paths,
        learner: LearnerPaths,
        notebook: Notebook,
    ) -> None:
        self._kind, self._settings, self._batch, self._job = kind, settings, batch, job
        self._where = (paths, learner, notebook)
        self._end = time.monotonic() + budget
        self._probes: list[Probe] = []
        self._fitting: tuple[Run, float] | None = None
        self._stopped = ""
        self.show = True

    def find(self, search: Search, values: range, as_json: bool) -> int:
        """Search, confirm and print; returns the exit code."""
        confirmed: Probe | None = None
        try:
            confirmed = self._search(search, values)
        except KeyboardInterrupt:  # between two tries
            self._stopped = "ctrl+c"
        best = None if search.best is None else values[search.best]
        self._print(best, confirmed, search.next is None, as_json)
        return 130 if self._stopped == "ctrl+c" else 0 if best is not None else 1

    def _search(self, search: Search, values: range) -> Probe | None:
        """Try until all is known, the time is over or ctrl+c; returns the whole run that fits, if one was made."""
        while not self._stopped:
            place = search.next
            whole = place is None
            place = search.best if place is None else place
            if place is not None and not whole:
                place = self._affordable(place, values, 0 if search.best is None else search.best + 1)
            if place is None or not self._has_time(values[place], whole, search, values):
                break
            probe = self._try(values[place], whole)
            if probe is None:
                break
            search.tell(place, probe.fits)  # before it is shown: ctrl+c may come on seeing it
            self._show(probe, whole)
            if whole and probe.fits:
                return probe
        best = None if search.best is None else values[search.best]
        if best is not None and self._stopped == "budget" and self._has_time(best, True):
            probe = self._try(best, True)
            if probe:
                self._show(probe, True)
            return probe if probe and probe.fits else None
        return None

    def _affordable(self, place: int, values: range, least: int) -> int | None:
        """Return the place, or a lower one where its try would take most of the time; None where each would."""
        places = range(place, least - 1, -1)
        if not self._probes:
            small = (each for each in places if self._pixels(values[each]) <= FIRST_PIXELS)
            return next(small, least)
        most = max((self._end - time.monotonic()) / 2, self._probes[-1].seconds)
        found = next((each for each in places if self._predicted(values[each], False) <= most), None)
        if found is None:
            self._stopped = "budget"
        return found

    def _has_time(self, value: int, whole: bool, search: Search | None = None, values: range = range(0)) -> bool:
        """Tell whether a try ends in time, and the confirming run after it."""
        needed = self._predicted(value, whole)
        if not whole and search is not None and search.best is not None:
            needed += self._predicted(values[search.best], True)
        if time.monotonic() + needed > self._end:
            self._stopped = "budget"
            return False
        return True

    def _predicted(self, value: int, whole: bool) -> float:
        run, work = self._fitting or (None, 0.0)
        last = self._probes[-1] if self._probes else None
        steps = self._settings.num_inference_steps if whole else 1
        return seconds_of(last, self._pixels(value), steps, run, work)

    def _pixels(self, value: int) -> int:
        """Return the pixels of all pictures that are made with a value."""
        settings, batch = self._made_with(value, False)
        return settings.width * settings.height * batch

    def _made_with(self, value: int, whole: bool) -> tuple[Settings, int]:
        steps = self._settings.num_inference_steps if whole else 1
        settings = msgspec.structs.replace(self._settings, num_inference_steps=steps)
        if self._kind == "max-batch":
            return settings, value
        return msgspec.structs.replace(settings, width=value, height=value), self._batch

    def _try(self, value: int, whole: bool) -> Probe | None:
        settings, batch = self._made_with(value, whole)
        origin = Origin(exercise=EXERCISE, sweep=self._kind, cell=0 if whole else len(self._probes) + 1)
        items = [Item(uuid.uuid4().hex, each, origin) for each in with_next_seeds(settings, batch)]
        job = msgspec.structs.replace(self._job, job_id=uuid.uuid4().hex, items=tuple(items), batch=batch)
        began = time.monotonic()
        try:
            runs = make(job, *self._where, seconds=self._end - began)
        except Stopped:
            self._stopped = "budget" if time.monotonic() >= self._end else "ctrl+c"
            return None
        verdicts = [is_fit(run, batch) for run in runs]
        if None in verdicts:
            run = runs[verdicts.index(None)]
            raise (UserError if run.outcome == "refused" else WorkshopError)(run.reason or run.outcome)
        worst = next((run for run, fits in zip(runs, verdicts, strict=True) if not fits), runs[0])
        probe = Probe(
            value=value,
            size=settings.size,
            batch=batch,
            steps=settings.num_inference_steps,
            fits=all(verdicts),
            outcome=worst.outcome,
            reason=worst.reason,
            peak_mib=max((run.peak_memory_mib for run in runs if run.peak_memory_mib is not None), default=None),
            seconds=round(time.monotonic() - began, 1),
            run_id=runs[0].run_id,
        )
        self._probes.append(probe)
        if probe.fits:
            self._fitting = runs[0], settings.width * settings.height * batch
        return probe

    def _show(self, probe: Probe, whole: bool) -> None:
        if self.show:
            say(_line(probe, whole))

    def _print(self, best: int | None, confirmed: Probe | None, complete: bool, as_json: bool) -> None:
        settings, batch = self._made_with(best, True) if best is not None else (self._settings, self._batch)
        found: dict[str, Any] = {
            "kind": self._kind,
            "cap_gib": self._job.cap,
            "size": settings.size if best is not None else None,
            "batch": batch if best is not None else None,
            "fits": best is not None,
            "complete": complete,
            "confirmed": confirmed.run_id if confirmed else None,
            "stopped": self._stopped,
            "probes": self._probes,
        }
        if as_json:
            say_json(found)
            return
        why = {"budget": "Stopped: the next try would not end in time (--budget gives more).", "ctrl+c": "Stopped."}
        if self._probes:
            say("")
        if self._stopped:
            say(why[self._stopped])
        if best is None:
            say("Nothing that was tried fits." if self._probes else "No try has ended: nothing is known yet.")
            return
        together = f", {batch} at a time" if batch > 1 or self._kind == "max-batch" else ""
        known = "" if complete else "at least "
        run = f"confirmed by run {confirmed.run_id[:12]}" if confirmed else "not confirmed by a whole run"
        say(f"Fits: {known}{settings.size}{together} ({run}, {settings.num_inference_steps} steps).")
        if size_note(settings.width, settings.height):
            say("Fits is not the same as good: FLUX.1 was trained around 1 MP (black-forest-labs/flux README).")


def _memory(device: str, cap: float | None) -> tuple[float | None, float, float | None]:
    """Return what a plan counts as free (bytes of the card, of main memory), and the cap that is to be set (GiB)."""
    check_cap(cap, "--cap")
    now = look_at_memory(Path.home())
    on_cpu = device == "cpu" or (not device and now.gpu_total is None)
    ram = float(now.host_free or 0)
    if not on_cpu:
        return (now.gpu_free or 0.0) if cap is None else cap * GIB + CONTEXT, ram, cap
    if now.host_free and (cap is None or cap > HOST_SHARE * ram / GIB):
        cap = math.floor(HOST_SHARE * ram / GIB * 100) / 100
    return None, ram if cap is None else cap * GIB + PROCESS, cap


def _line(probe: Probe, whole: bool) -> str:
    verdict = "fits" if probe.fits else "out of memory" if probe.outcome == "out-of-memory" else "was split"
    peak = "" if probe.peak_mib is None else f"{probe.peak_mib:,.0f} MiB"
    batch = f" x{probe.batch}" if probe.batch > 1 else ""
    note = "  a whole run" if whole else "  in tiles" if "in tiles" in probe.reason else ""
    return f"{probe.size + batch:>13}  {verdict:13} {peak:>12} {probe.seconds:>7.1f} s{note}"
