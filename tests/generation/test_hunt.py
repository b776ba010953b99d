"""A search for what fits, try by try; the machine's memory is a number here, its clock another."""

import msgspec
import pytest

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.generation.fit import MemoryNow
from workshop_tui.generation.hunt import Hunt
from workshop_tui.generation.limits import candidates, is_complete
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.planner import GIB
from workshop_tui.generation.probes import Found, recalled
from workshop_tui.generation.record import Origin, Timing
from workshop_tui.generation.settings import Settings

SETTINGS = Settings("A lighthouse", 8, 3.5, 42, 512, 512)
ROOMY = MemoryNow(host_free=8 * GIB, host_total=16 * GIB)


class Machine:
    """Makes what a hunt asks for, as long as it is no larger than so many pixels together."""

    def __init__(self, make_run, most, seconds=1.0):
        self.make_run, self.most, self.seconds = make_run, most, seconds
        self.now = 0.0
        self.runs = []

    def make(self, job):
        self.now += self.seconds
        fits = sum(item.settings.width * item.settings.height for item in job.items) <= self.most
        runs = [
            msgspec.structs.replace(
                self.make_run(batch=len(job.items), outcome="ok" if fits else "out-of-memory"),
                run_id=item.run_id,
                job_id=job.job_id,
                settings=item.settings,
                origin=item.origin,
                seconds=Timing(queue=0.0, encode=0.1, denoise=0.2 * item.settings.num_inference_steps, decode=0.1),
            )
            for item in job.items
        ]
        self.runs += runs
        return runs

    def hunt(self, kind, **changes):
        origin = Origin("flux-deep-dive", "hardware", "largest-size")
        wanted = {"memory": ROOMY, "clock": lambda: self.now} | changes
        return Hunt(kind, SETTINGS, 1, BUILT_IN, origin, **wanted)

    def search(self, hunt, tries=100):
        while tries and (job := hunt.next()):
            hunt.tell(self.make(job))
            tries -= 1
        return hunt.found


def test_the_largest_size_is_found_and_a_whole_run_confirms_it(make_run):
    machine = Machine(make_run, 1100 * 1100)
    found = machine.search(machine.hunt("max-size"))
    assert (found.size, found.too_large, found.complete, found.stopped) == ("1088x1088", 1152, True, "")
    [whole] = [run for run in machine.runs if not run.origin.is_try]
    assert (whole.run_id, whole.settings.num_inference_steps) == (found.confirmed, 8)
    assert whole.origin == Origin("flux-deep-dive", "hardware", "largest-size", 1088, model=BUILT_IN)
    assert {run.settings.num_inference_steps for run in machine.runs if run.origin.is_try} == {1}


def test_a_batch_search_fills_in_the_powers_of_two_below(make_run):
    machine = Machine(make_run, 11 * 512 * 512)
    found = machine.search(machine.hunt("max-batch"))
    assert (found.batch, found.size, found.too_large) == (11, "512x512", 12)
    fitting = {probe.batch: probe.seconds_each for probe in found.probes if probe.fits}
    assert {1, 2, 4, 8, 11} <= set(fitting)
    assert fitting[8] == 1.8  # eight steps of 0.2 s, encoding and decoding once


def test_when_the_time_is_short_the_best_is_confirmed_and_it_says_so(make_run):
    machine = Machine(make_run, 4096 * 4096, seconds=10.0)
    found = machine.search(machine.hunt("max-size", minutes=0.8))
    assert (found.stopped, found.complete, found.too_large) == ("budget", False, None)
    assert found.fits
    assert found.confirmed
    assert machine.now <= 48.0


def test_what_an_earlier_search_has_tried_is_not_tried_again(make_run):
    machine = Machine(make_run, 1100 * 1100)
    machine.search(machine.hunt("max-size"), tries=3)
    before = [run.origin.cell for run in machine.runs]
    again = machine.hunt("max-size")
    again.recall(machine.runs)
    found = machine.search(again)
    assert found.size == "1088x1088"
    assert len(found.probes) == len(machine.runs)
    assert not set(before) & {run.origin.cell for run in machine.runs[3:]}
    third = machine.hunt("max-size")
    third.recall(machine.runs)
    assert third.next() is None
    assert third.found.confirmed == found.confirmed


def test_tries_with_other_settings_say_nothing(make_run):
    machine = Machine(make_run, 1100 * 1100)
    machine.search(machine.hunt("max-size"))
    other = msgspec.structs.replace(SETTINGS, precision="bf16")
    assert len(recalled("max-size", SETTINGS, machine.runs)) == len(machine.runs)
    assert recalled("max-size", other, machine.runs) == []


def test_a_batch_of_which_a_picture_is_lacking_says_nothing(make_run):
    machine = Machine(make_run, 11 * 512 * 512)
    found = machine.search(machine.hunt("max-batch"))
    of_whole = [run for run in machine.runs if not run.origin.is_try]
    without_one = [run for run in machine.runs if run != of_whole[3]]
    assert Found.of("max-batch", [probe for probe, _ in recalled("max-batch", SETTINGS, without_one)]).confirmed is None
    shuffled = sorted(machine.runs, key=lambda run: run.run_id)
    again = Found.of("max-batch", [probe for probe, _ in recalled("max-batch", SETTINGS, shuffled)])
    assert (again.batch, again.confirmed) == (11, found.confirmed)


def test_waiting_in_line_is_no_part_of_a_try(make_run):
    machine = Machine(make_run, 4096 * 4096)
    hunt = machine.hunt("max-size")
    runs = machine.make(hunt.next())
    machine.now += 100.0
    waited = [msgspec.structs.replace(run, seconds=Timing(queue=100.0, denoise=0.2)) for run in runs]
    assert hunt.tell(waited).seconds == 1.0


@pytest.mark.parametrize("minutes", [0, -1.0, float("nan")])
def test_no_time_is_refused(make_run, minutes):
    with pytest.raises(UserError, match="no number of minutes"):
        Machine(make_run, 1).hunt("max-size", minutes=minutes)


def test_where_nothing_fits_it_says_that(make_run):
    machine = Machine(make_run, 0)
    found = machine.search(machine.hunt("max-size"))
    assert (found.fits, found.size, found.confirmed, found.complete) == (False, None, None, True)


def test_a_stopped_try_ends_the_search(make_run):
    machine = Machine(make_run, 4096 * 4096)
    hunt = machine.hunt("max-size")
    runs = machine.make(hunt.next())
    assert hunt.tell([msgspec.structs.replace(runs[0], outcome="cancelled")]) is None
    assert (hunt.stopped, hunt.next(), hunt.found.probes) == ("stopped", None, ())


def test_a_failure_that_says_nothing_of_memory_ends_it(make_run):
    machine = Machine(make_run, 4096 * 4096)
    hunt = machine.hunt("max-size")
    runs = machine.make(hunt.next())
    with pytest.raises(WorkshopError, match="weights are damaged"):
        hunt.tell([msgspec.structs.replace(runs[0], outcome="failed", reason="The weights are damaged.")])


def test_on_the_cpu_it_stays_below_what_is_free(make_run):
    machine = Machine(make_run, 1)
    assert machine.hunt("max-size").cap == 7.2
    assert machine.hunt("max-size", cap=6.0).cap == 6.0
    card = MemoryNow(gpu_free=20 * GIB, gpu_total=24 * GIB, host_free=8 * GIB, host_total=16 * GIB)
    assert machine.hunt("max-size", memory=card).cap is None
    with pytest.raises(UserError, match="cap"):
        machine.hunt("max-size", cap=0.0)


def test_a_whole_run_that_fails_takes_its_try_back(make_run):
    probes = []
    for value, is_try, fits in ((512, True, True), (576, True, True), (576, False, False), (640, True, False)):
        made = Settings("A lighthouse", 1 if is_try else 8, 3.5, 42, value, value)
        run = make_run(outcome="ok" if fits else "out-of-memory")
        origin = Origin("l", "e", "s", value, is_try)
        probes.append(msgspec.structs.replace(run, settings=made, origin=origin, job_id=f"{len(probes)}"))
    found = Found.of("max-size", [probe for probe, _ in recalled("max-size", SETTINGS, probes)])
    assert (found.size, found.too_large, found.confirmed) == ("512x512", 576, None)


def test_a_search_is_complete_when_the_next_larger_does_not_fit_and_a_whole_run_shows_it(make_run):
    machine, values = Machine(make_run, 1100 * 1100), candidates("max-size", 32)
    hunt = machine.hunt("max-size")
    states = []
    while job := hunt.next():
        hunt.tell(machine.make(job))
        states.append(is_complete(hunt.found, values))
    assert states[-1]
    assert not any(states[:-1])
