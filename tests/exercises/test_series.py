"""All sweeps at once: what is not there yet, what is left out where time is short, and how much time there is."""

import datetime

import msgspec
import pytest

from workshop_tui.exercises.registry import KINDS
from workshop_tui.exercises.series import jobs, plan, shorter, time_left
from workshop_tui.exercises.sweeps import job_for, lesson_setup, sweep_cells
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.protocol import Item
from workshop_tui.generation.record import Timing
from workshop_tui.generation.settings import Settings
from workshop_tui.lesson import clock
from workshop_tui.lesson.clock import Instant
from workshop_tui.lesson.clock_view import view
from workshop_tui.lesson.schedule import parse_schedule


@pytest.fixture
def exercise(deep_dive):
    return deep_dive.exercise("parameters")


@pytest.fixture
def parts(exercise):
    return KINDS[exercise.kind](exercise)


@pytest.fixture
def setups(parts):
    return {part.id: lesson_setup(part, BUILT_IN) for part in parts}


NOON = Instant(0.0, datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC))


@pytest.fixture
def in_section(deep_dive):
    """The class clock at the beginning of a section."""

    def at(section, schedule="printed"):
        state = clock.begin(clock.new_clock(deep_dive.sections, parse_schedule(schedule)), NOON)
        return view(clock.go_to(state, section, NOON), NOON)

    return at


@pytest.fixture
def planned(exercise, setups, in_section):
    def call(section="part-2", runs=(), in_line=()):
        return plan(exercise, setups, BUILT_IN, runs, in_line, in_section(section))

    return call


def shown(cells):
    return [(cell.part.id, cell.place) for cell in cells]


def cost(cells):
    """A second a step at 512 px, as a computer without a GPU takes it."""
    return sum(c.settings.num_inference_steps * c.settings.width * c.settings.height / 512**2 for c in cells)


def test_at_first_everything_is_pending_and_no_time_is_known(planned):
    now = planned()
    names = [name for name, _ in shown(now.pending)]
    assert names == ["steps"] * 3 + ["guidance"] * 3 + ["resolution"] * 3 + ["samplers"] * 5
    assert str(now) == "14 pictures, time known after the first"
    assert not now.is_late
    assert now.fewer == now.pending


def test_what_was_made_is_not_pending_and_what_is_in_line_keeps_its_id(planned, parts, setups, make_run):
    made = make_run(sweep="steps", num_inference_steps=25)
    failed = make_run(sweep="steps", num_inference_steps=50, outcome="failed")
    cells = sweep_cells(parts[1], setups["guidance"], BUILT_IN, [])
    asked = job_for("flux-deep-dive", parts[1], cells, BUILT_IN).items[:2]
    now = planned(runs=[made, failed], in_line=asked)
    assert shown(now.pending)[:5] == [("steps", 0), ("steps", 2), ("guidance", 0), ("guidance", 1), ("guidance", 2)]
    assert [cell.run_id for cell in now.pending[:5]] == ["", "", asked[0].run_id, asked[1].run_id, ""]
    assert [len(job.items) for job in jobs("flux-deep-dive", now.pending, BUILT_IN)] == [2, 1, 3, 5]


def test_with_time_enough_the_plan_says_so(planned, make_run):
    # 2.75 s for 10 steps at 512 px: about 2 min for all, which Part 2, the break, Part 3 and Part 4 have.
    now = planned(runs=[make_run(sweep="steps", num_inference_steps=10)])
    assert str(now) == "13 pictures, about 2 min, ready before Part 5"
    assert now.fewer == now.pending


def test_with_too_little_time_a_smaller_set_fits(planned, make_run):
    slow = Timing(denoise=1000.0, decode=1.0)
    now = planned("part-4", runs=[make_run(sweep="steps", num_inference_steps=10, seconds=slow)])
    assert now.is_late
    assert str(now).startswith("13 pictures, about 14 h 42 min, ")
    assert str(now).endswith("but Part 5 is 35 min away")
    assert 0 < len(now.fewer) < len(now.pending)
    assert now.fewer_seconds < now.seconds
    assert set(now.left_out) | set(now.fewer) == set(now.pending)
    assert "guidance/7" in [cell.value for cell in now.left_out]


def test_in_the_lab_itself_its_end_counts(planned, make_run):
    now = planned("part-5", runs=[make_run(sweep="steps", num_inference_steps=10)])
    assert now.left == 35 * 60
    assert str(now).endswith("ready before the end of Part 5")


def test_what_others_have_in_line_takes_time_too(planned, make_run):
    runs = [make_run(sweep="steps", num_inference_steps=10)]
    other = Item("e" * 32, Settings("A lighthouse", 100, 3.5, 1, 1024, 1024))
    assert planned(runs=runs, in_line=[other]).seconds > planned(runs=runs).seconds + 60
    assert len(planned(runs=runs, in_line=[other]).pending) == 13


def test_jobs_hold_each_picture_at_its_place(planned):
    wanted = [cell for cell in planned().pending if cell.is_end]
    made = jobs("flux-deep-dive", wanted, BUILT_IN)
    assert [[(item.origin.sweep, item.origin.cell) for item in job.items] for job in made] == [
        [("steps", 0), ("steps", 2)],
        [("guidance", 0), ("guidance", 2)],
        [("resolution", 0), ("resolution", 2)],
        [("samplers", 0), ("samplers", 4)],
    ]
    assert {item.origin.lesson for job in made for item in job.items} == {"flux-deep-dive"}
    assert len({item.run_id for job in made for item in job.items}) == 8


def test_with_time_enough_nothing_is_left_out(planned):
    wanted = planned().pending
    assert shorter(wanted, cost(wanted), cost) == list(wanted)


def test_the_values_between_the_ends_go_first(planned):
    wanted = planned().pending
    fewer = shorter(wanted, cost(wanted) - 1, cost)
    assert [place for name, place in shown(fewer) if name == "steps"] == [0, 2]
    assert {name for name, _ in shown(fewer)} == {"steps", "guidance", "resolution", "samplers"}


def test_then_whole_sweeps_go_the_longest_first(planned):
    fewer = shorter(planned().pending, 120, cost)
    assert {name for name, _ in shown(fewer)} == {"samplers", "guidance"}
    assert cost(fewer) <= 120


def test_one_sweep_is_left_however_short_the_time(planned):
    assert shown(shorter(planned().pending, 1, cost)) == [("guidance", 0), ("guidance", 2)]


def test_where_the_ends_are_made_the_cheapest_values_that_fit_are_left(planned, setups):
    setups["steps"] = msgspec.structs.replace(setups["steps"], values=("10", "30", "20", "50"))
    between = [cell for cell in planned().pending if not cell.is_end and cell.part.id == "steps"]
    assert shown(shorter(between, 25, cost)) == [("steps", 2)]
    assert shorter(between, 19, cost) == []


def test_an_exercise_may_have_scenarios_too(planned, exercise, deep_dive, setups, in_section):
    scenarios = deep_dive.exercise("troubleshooting").scenarios
    both = msgspec.structs.replace(exercise, scenarios=scenarios)
    wanted = plan(both, setups, BUILT_IN, (), (), in_section("part-2")).pending
    assert shown(shorter(wanted, 1, cost)) == [("guidance", 0), ("guidance", 2)]
    assert len(jobs("flux-deep-dive", wanted, BUILT_IN)) == 4


@pytest.mark.parametrize(
    ("section", "minutes_in", "left"),
    [("part-2", 10, 30 + 15 + 30 + 35), ("break", 0, 15 + 30 + 35), ("part-5", 5, 30), ("part-4", 50, 0)],
)
def test_the_time_left_is_that_until_the_exercise(deep_dive, exercise, section, minutes_in, left):
    now = NOON
    state = clock.begin(clock.new_clock(deep_dive.sections, parse_schedule("printed")), now)
    state = clock.go_to(state, section, now)
    later = Instant(minutes_in * 60.0, now.wall + datetime.timedelta(minutes=minutes_in))
    assert time_left(view(state, later), exercise) == left * 60


def test_there_is_no_time_left_before_the_class_and_after_the_exercise(deep_dive, exercise):
    now = NOON
    state = clock.new_clock(deep_dive.sections, parse_schedule("printed"))
    assert time_left(view(state, now), exercise) is None
    state = clock.go_to(clock.begin(state, now), "wrap-up", now)
    assert time_left(view(state, now), exercise) is None


def test_a_skipped_break_is_no_time(deep_dive, exercise):
    now = NOON
    state = clock.begin(clock.new_clock(deep_dive.sections, parse_schedule("printed")), now)
    state = clock.skip_break(clock.go_to(state, "part-2", now), now)
    assert time_left(view(state, now), exercise) == (40 + 30 + 35) * 60


def test_a_prompt_of_ones_own_is_used(planned, setups):
    own = msgspec.structs.replace(setups["steps"].settings, prompt="A lighthouse")
    setups["steps"] = msgspec.structs.replace(setups["steps"], settings=own)
    assert [cell.settings.prompt for cell in planned().pending if cell.part.id == "steps"] == ["A lighthouse"] * 3
