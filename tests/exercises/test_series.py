"""All sweeps at once: what is lacking, what is left out where time is short, and how much time there is."""

import datetime

import msgspec
import pytest

from workshop_tui.exercises.registry import KINDS
from workshop_tui.exercises.series import jobs, lacking, shorter, time_left
from workshop_tui.exercises.sweeps import job_for, lesson_setup, sweep_cells
from workshop_tui.generation.models import BUILT_IN
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


def shown(cells):
    return [(cell.part.id, cell.place) for cell in cells]


def cost(cells):
    """A second a step at 512 px, as a computer without a GPU takes it."""
    return sum(c.settings.num_inference_steps * c.settings.width * c.settings.height / 512**2 for c in cells)


def test_at_first_everything_is_lacking(parts, setups):
    wanted = lacking(parts, setups, BUILT_IN, [], [])
    assert [name for name, _ in shown(wanted)] == ["steps"] * 3 + ["guidance"] * 3 + ["resolution"] * 3 + ["samplers"]


def test_what_was_made_or_asked_for_is_not_lacking(parts, setups, make_run):
    steps, guidance = parts[0], parts[1]
    made = make_run(sweep="steps", num_inference_steps=25)
    failed = make_run(sweep="steps", num_inference_steps=50, outcome="failed")
    asked = job_for("flux-deep-dive", guidance, sweep_cells(guidance, setups["guidance"], BUILT_IN, []), BUILT_IN)
    wanted = lacking([steps, guidance], setups, BUILT_IN, [made, failed], asked.items[:2])
    assert shown(wanted) == [("steps", 0), ("steps", 2), ("guidance", 2)]


def test_jobs_hold_each_picture_at_its_place(parts, setups):
    wanted = [cell for cell in lacking(parts, setups, BUILT_IN, [], []) if cell.is_end]
    made = jobs("flux-deep-dive", wanted, BUILT_IN)
    assert [[(item.origin.sweep, item.origin.cell) for item in job.items] for job in made] == [
        [("steps", 0), ("steps", 2)],
        [("guidance", 0), ("guidance", 2)],
        [("resolution", 0), ("resolution", 2)],
        [("samplers", 0)],
    ]
    assert {item.origin.lesson for job in made for item in job.items} == {"flux-deep-dive"}
    assert len({item.run_id for job in made for item in job.items}) == 7


def test_with_time_enough_nothing_is_left_out(parts, setups):
    wanted = lacking(parts, setups, BUILT_IN, [], [])
    assert shorter(wanted, cost(wanted), cost) == wanted


def test_the_values_between_the_ends_go_first(parts, setups):
    wanted = lacking(parts, setups, BUILT_IN, [], [])
    fewer = shorter(wanted, cost(wanted) - 1, cost)
    assert [place for name, place in shown(fewer) if name == "steps"] == [0, 2]
    assert {name for name, _ in shown(fewer)} == {"steps", "guidance", "resolution", "samplers"}


def test_then_whole_sweeps_go_the_longest_first(parts, setups):
    wanted = lacking(parts, setups, BUILT_IN, [], [])
    fewer = shorter(wanted, 100, cost)
    assert {name for name, _ in shown(fewer)} == {"samplers", "guidance"}
    assert cost(fewer) <= 100


def test_one_sweep_is_left_however_short_the_time(parts, setups):
    fewer = shorter(lacking(parts, setups, BUILT_IN, [], []), 1, cost)
    assert shown(fewer) == [("samplers", 0)]


@pytest.mark.parametrize(
    ("section", "minutes_in", "left"),
    [("part-2", 10, 30 + 15 + 30 + 35), ("break", 0, 15 + 30 + 35), ("part-5", 5, 30), ("part-4", 50, 0)],
)
def test_the_time_left_is_that_until_the_exercise(deep_dive, exercise, section, minutes_in, left):
    now = Instant(0.0, datetime.datetime(2026, 1, 31, 14, tzinfo=datetime.UTC))
    state = clock.begin(clock.new_clock(deep_dive.sections, parse_schedule("printed")), now)
    state = clock.go_to(state, section, now)
    later = Instant(minutes_in * 60.0, now.wall + datetime.timedelta(minutes=minutes_in))
    assert time_left(view(state, later), exercise) == left * 60


def test_there_is_no_time_left_before_the_class_and_after_the_exercise(deep_dive, exercise):
    now = Instant(0.0, datetime.datetime(2026, 1, 31, 14, tzinfo=datetime.UTC))
    state = clock.new_clock(deep_dive.sections, parse_schedule("printed"))
    assert time_left(view(state, now), exercise) is None
    state = clock.go_to(clock.begin(state, now), "wrap-up", now)
    assert time_left(view(state, now), exercise) is None


def test_a_skipped_break_is_no_time(deep_dive, exercise):
    now = Instant(0.0, datetime.datetime(2026, 1, 31, 14, tzinfo=datetime.UTC))
    state = clock.begin(clock.new_clock(deep_dive.sections, parse_schedule("printed")), now)
    state = clock.skip_break(clock.go_to(state, "part-2", now), now)
    assert time_left(view(state, now), exercise) == (40 + 30 + 35) * 60


def test_a_prompt_of_ones_own_is_used(parts, setups):
    own = msgspec.structs.replace(setups["steps"].settings, prompt="A lighthouse")
    setups["steps"] = msgspec.structs.replace(setups["steps"], settings=own)
    wanted = lacking(parts, setups, BUILT_IN, [], [])
    assert [cell.settings.prompt for cell in wanted if cell.part.id == "steps"] == ["A lighthouse"] * 3
