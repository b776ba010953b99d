import pytest

from workshop_tui.errors import UserError
from workshop_tui.lesson.loader import load_lesson
from workshop_tui.lesson.model import Section
from workshop_tui.lesson.schedule import Schedule, parse_schedule, plan
from workshop_tui.paths import shipped


def sections(*kinds_and_minutes):
    return [
        Section(id=f"s{place}", title=f"S {place}", kind=kind, minutes=minutes, file=f"{place}.md")
        for place, (kind, minutes) in enumerate(kinds_and_minutes)
    ]


def minutes(planned):
    return [section.seconds / 60 for section in planned]


@pytest.fixture(scope="module")
def deep_dive():
    return load_lesson(shipped("lessons") / "flux-deep-dive").sections


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("own", Schedule("own")),
        (" Printed ", Schedule("printed")),
        ("fit 150", Schedule("fit", 150)),
        ("FIT  90", Schedule("fit", 90)),
    ],
)
def test_schedules_are_read_and_written(text, schedule):
    assert parse_schedule(text) == schedule
    assert parse_schedule(str(schedule)) == schedule


@pytest.mark.parametrize(
    "text", ["", "fit", "fit 0", "fit -5", "fit 1.5", "fit150", "fit 99999", "printed 5", "fit ١٥٠"]
)
def test_what_is_no_schedule_is_told(text):
    with pytest.raises(UserError, match="is not a schedule"):
        parse_schedule(text)


@pytest.mark.parametrize("schedule", [Schedule("own"), Schedule("printed"), Schedule("fit", 220), Schedule("fit", 300)])
def test_the_printed_minutes_hold_where_nothing_must_shrink(deep_dive, schedule):
    assert minutes(plan(deep_dive, schedule)) == [10, 45, 40, 15, 30, 35, 35, 10]


def test_a_schedule_that_shortens_nothing_says_so(deep_dive):
    assert Schedule("fit", 150).words(deep_dive) == "shortened to 150 minutes in all"
    assert Schedule("fit", 300).words(deep_dive) == "fit 300: nothing to shorten, the lesson has 220 minutes"


def test_fit_150_keeps_the_lab_and_shrinks_the_rest_in_proportion(deep_dive):
    assert minutes(plan(deep_dive, Schedule("fit", 150))) == [6, 28, 25, 9, 19, 22, 35, 6]


@pytest.mark.parametrize("total", range(46, 221))
def test_fit_takes_the_time_it_is_given(deep_dive, total):
    planned = plan(deep_dive, Schedule("fit", total))
    assert sum(minutes(planned)) == total
    for section, before in zip(planned, deep_dive, strict=True):
        assert section.seconds / 60 <= before.minutes
        least = {"lab": before.minutes, "break": 5, "lecture": 1}[before.kind]
        assert section.seconds / 60 >= least


@pytest.mark.parametrize("total", [1, 45])
def test_too_few_minutes_name_the_smallest_number(deep_dive, total):
    with pytest.raises(
        UserError, match=rf"{total} minutes are too few for this lesson; the smallest is 46\."
    ) as caught:
        plan(deep_dive, Schedule("fit", total))
    assert "fit 46" in caught.value.hint
    plan(deep_dive, Schedule("fit", 46))


def test_a_break_that_is_short_already_is_kept():
    assert minutes(plan(sections(("lecture", 30), ("break", 3), ("lecture", 30)), Schedule("fit", 33))) == [15, 3, 15]


def test_half_minutes_are_kept_in_the_sum():
    planned = minutes(plan(sections(("lab", 12.5), ("lecture", 40), ("lecture", 20)), Schedule("fit", 50)))
    assert planned[0] == 12.5
    assert sum(planned) == 50


def test_labs_alone_cannot_shrink():
    with pytest.raises(UserError, match="the smallest is 30"):
        plan(sections(("lab", 30)), Schedule("fit", 29))
