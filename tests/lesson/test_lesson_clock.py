import datetime

import pytest

from workshop_tui.errors import UserError
from workshop_tui.lesson import clock
from workshop_tui.lesson.clock import Instant
from workshop_tui.lesson.clock_view import minutes_text, spent_seconds, view
from workshop_tui.lesson.loader import load_lesson
from workshop_tui.lesson.schedule import Schedule
from workshop_tui.paths import shipped

START = datetime.datetime(2030, 5, 6, 14, 0, tzinfo=datetime.UTC)
MINUTE = 60.0


def at(minutes, *, mono=1000.0, wall=None):
    """The moment `minutes` after the class began."""
    return Instant(mono + minutes * MINUTE, wall or START + datetime.timedelta(minutes=minutes))


@pytest.fixture(scope="module")
def sections():
    return load_lesson(shipped("lessons") / "flux-deep-dive").sections


@pytest.fixture
def printed(sections):
    return clock.begin(clock.new_clock(sections, Schedule("printed")), at(0))


def walk(state, *moves):
    """Advance at each of the given minutes."""
    for minutes in moves:
        state = clock.advance(state, at(minutes))
    return state


def test_before_the_class_begins_nothing_is_counted(sections):
    state = clock.new_clock(sections, Schedule("printed"))
    shown = view(clock.settle(state, at(30)), at(60))
    assert (shown.begun, shown.running, shown.class_spent, shown.timer) == (False, False, 0, "00:00 of 10:00")
    assert clock.resume(state, at(5)) == state
    assert shown.words == "on time"


def test_a_section_s_time_runs(printed):
    shown = view(printed, at(4))
    assert (shown.current.id, shown.timer, shown.remaining, shown.over) == ("recap", "04:00 of 10:00", 360, 0)
    assert shown.section_ends == START + datetime.timedelta(minutes=10)
    assert shown.class_ends == START + datetime.timedelta(minutes=220)
    assert shown.words == "on time"
    assert [section.standing for section in shown.sections] == ["current"] + ["coming"] * 7


def test_an_early_finish_is_carried_over(printed):
    shown = view(walk(printed, 6), at(8))
    assert (shown.current.id, shown.ahead, shown.words) == ("part-1", 240, "4 min ahead")
    assert shown.class_ends == START + datetime.timedelta(minutes=216)
    assert shown.sections[0].standing == "done"


def test_an_overrun_is_carried_over(printed):
    state = walk(printed, 13)
    shown = view(state, at(20))
    assert (shown.ahead, shown.words) == (-180, "3 min behind")
    assert shown.class_ends == START + datetime.timedelta(minutes=223)
    # Part 1 gives the three minutes back.
    assert view(clock.advance(state, at(55)), at(55)).words == "on time"


def test_an_overrun_is_shown_as_such_and_nothing_is_negative(printed):
    shown = view(printed, at(12 + 10 / 60))
    assert (shown.timer, shown.remaining, shown.over, shown.words) == ("+02:10 over", 0, 130, "2 min behind")
    assert shown.section_ends == at(12 + 10 / 60).wall
    assert view(printed, at(10)).timer == "10:00 of 10:00"


@pytest.mark.parametrize(("minutes", "words"), [(10.99, "on time"), (11, "1 min behind"), (11.99, "1 min behind")])
def test_less_than_a_minute_counts_as_on_time(printed, minutes, words):
    assert view(printed, at(minutes)).words == words


def test_at_one_s_own_pace_nobody_is_behind(sections):
    state = clock.begin(clock.new_clock(sections, Schedule("own")), at(0))
    shown = view(state, at(25))
    assert (shown.words, shown.timer) == ("own pace", "25:00 of 10:00")


def test_a_pause_belongs_to_no_section(printed):
    state = clock.pause(printed, at(4))
    assert not view(state, at(30)).running
    assert view(state, at(30)).current.spent == 240
    assert view(state, at(30)).words == "on time"
    assert view(state, at(30)).class_ends == START + datetime.timedelta(minutes=30 + 216)
    state = clock.resume(state, at(34))
    assert spent_seconds(clock.advance(state, at(37)), at(40)) == {"recap": 420, "part-1": 180}


def test_pausing_and_resuming_twice_changes_nothing(printed):
    paused = clock.pause(printed, at(4))
    assert clock.pause(paused, at(9)).spent == paused.spent
    resumed = clock.resume(paused, at(10))
    assert clock.resume(resumed, at(20)) == resumed
    assert clock.begin(resumed, at(30)) == resumed


def test_minutes_are_exact_over_many_small_changes(printed):
    state = printed
    for tick in range(1, 601):
        now = at(tick / 10)
        state = (clock.settle, clock.pause, clock.resume)[tick % 3](state, now)
    # Of each three tenths of a minute one is paused.
    assert spent_seconds(state, at(60))["recap"] == pytest.approx(40 * MINUTE, abs=1e-6)
    total = clock.settle(printed, at(60))
    for tick in range(61, 121):
        total = clock.settle(total, at(tick))
    assert spent_seconds(total, at(120)) == {"recap": 7200}


def test_a_section_is_paused_when_the_class_moves_while_paused(printed):
    state = clock.go_to(clock.pause(printed, at(5)), "part-2", at(6))
    assert spent_seconds(state, at(20)) == {"recap": 300}
    assert not state.running
    assert view(state, at(20)).sections[1].standing == "passed"


def test_going_back_adds_to_the_section_and_back_again_restores_the_plan(printed):
    state = walk(printed, 10, 55)
    before = view(state, at(60))
    state = clock.go_to(state, "recap", at(60))
    assert view(state, at(60)).ahead == before.ahead
    state = clock.go_to(state, "part-2", at(62))
    shown = view(state, at(62))
    assert (shown.words, shown.current.spent) == ("2 min behind", 300)
    assert spent_seconds(state, at(62))["recap"] == 12 * MINUTE


def test_the_last_section_has_no_next(printed):
    state = clock.go_to(printed, "wrap-up", at(1))
    assert clock.following(state) is None
    assert clock.advance(state, at(2)) == state


def test_an_unknown_section_is_told(printed):
    with pytest.raises(UserError, match="There is no section 'part-9' here"):
        clock.go_to(printed, "part-9", at(1))


def test_skipping_the_break_wins_its_minutes_back(printed):
    state = walk(printed, 20)
    assert view(state, at(20)).words == "10 min behind"
    state = clock.skip_break(state, at(20))
    shown = view(state, at(20))
    assert (shown.words, shown.class_ends) == ("5 min ahead", START + datetime.timedelta(minutes=215))
    assert shown.sections[3].standing == "skipped"
    assert walk(state, 65, 105).current == "part-3"
    with pytest.raises(UserError, match="No break is left to skip"):
        clock.skip_break(state, at(21))


def test_whatever_changes_the_clock_loses_no_minute_when_the_program_then_dies(printed):
    for change in (
        clock.settle,
        clock.advance,
        clock.skip_break,
        lambda state, now: clock.move_break(state, before="part-2"),
    ):
        stored = change(printed, at(4))
        state = clock.resume_after_gap(stored, at(9, mono=5.0), count_gap=True)
        assert sum(spent_seconds(state, at(9, mono=5.0)).values()) == 9 * MINUTE


def test_a_break_that_has_begun_can_be_ended(printed):
    state = walk(printed, 10, 55, 95)
    assert state.current == "break"
    state = clock.skip_break(state, at(100))
    assert state.current == "part-3"
    assert view(state, at(100)).words == "10 min ahead"
    assert spent_seconds(state, at(101)) == {
        "recap": 600,
        "part-1": 2700,
        "part-2": 2400,
        "break": 300,
        "part-3": 60,
    }


def test_a_skipped_break_is_held_after_all_when_the_class_goes_there(printed):
    state = clock.go_to(clock.skip_break(printed, at(1)), "break", at(2))
    assert (state.current, state.skipped) == ("break", ())


def test_a_break_can_be_moved(printed):
    state = clock.move_break(printed, before="part-2")
    assert [section.id for section in state.plan][:4] == ["recap", "part-1", "break", "part-2"]
    assert walk(state, 10, 55).current == "break"
    state = clock.move_break(printed, before="part-5")
    assert [section.id for section in state.plan][3:7] == ["part-3", "part-4", "break", "part-5"]
    assert view(state, at(5)).class_ends == START + datetime.timedelta(minutes=220)
    assert clock.move_break(printed, before="break") == printed


def test_a_break_cannot_be_moved_into_the_past(printed):
    with pytest.raises(UserError, match="Opening Recap has begun already"):
        clock.move_break(printed, before="recap")
    with pytest.raises(UserError, match="No break is left to move"):
        clock.move_break(walk(printed, 10, 55, 95), before="part-4")
    with pytest.raises(UserError, match="There is no section"):
        clock.move_break(printed, before="nowhere")


def test_a_wall_clock_that_jumps_changes_no_minutes(printed):
    jumped = at(5, wall=START - datetime.timedelta(days=400))
    state = clock.advance(printed, jumped)
    assert spent_seconds(state, at(8)) == {"recap": 300, "part-1": 180}


@pytest.mark.parametrize(("count", "seconds"), [(True, 4 * 60 + 600 + 120), (False, 4 * 60 + 120)])
def test_after_a_gap_the_learner_says_whether_it_counts(printed, count, seconds):
    stored = clock.settle(printed, at(4))
    # Another process, ten minutes later: its monotonic clock has another zero.
    assert clock.gap(stored, at(14).wall) == 600
    state = clock.resume_after_gap(stored, at(14, mono=-50000.0), count_gap=count)
    assert spent_seconds(state, at(16, mono=-50000.0)) == {"recap": seconds}


def test_a_paused_clock_has_no_gap(printed):
    stored = clock.pause(printed, at(4))
    assert clock.gap(stored, at(500).wall) == 0
    assert clock.resume_after_gap(stored, at(500), count_gap=True) == stored


def test_a_gap_is_never_negative(printed):
    stored = clock.settle(printed, at(4))
    assert clock.gap(stored, START - datetime.timedelta(days=1)) == 0


def test_a_learner_who_joins_late_has_the_class_s_time_but_not_its_minutes(sections):
    state = clock.begin(clock.new_clock(sections, Schedule("printed")), at(20), began=START)
    shown = view(state, at(20))
    assert (shown.words, shown.class_spent) == ("20 min behind", 0)
    shown = view(clock.go_to(state, "part-1", at(20)), at(20))
    assert shown.words == "10 min behind"


def test_a_class_cannot_have_begun_in_the_future(sections):
    with pytest.raises(UserError, match="begins at 14:00, which is yet to come"):
        clock.begin(clock.new_clock(sections, Schedule("printed")), at(-5), began=START)


def test_another_schedule_keeps_what_was_spent(printed, sections):
    state = clock.refit(walk(printed, 20), sections, Schedule("fit", 150), at(30))
    assert (state.current, spent_seconds(state, at(31))) == ("part-1", {"recap": 1200, "part-1": 660})
    assert view(state, at(30)).words == "14 min behind"
    with pytest.raises(UserError, match="too few"):
        clock.refit(printed, sections, Schedule("fit", 10), at(1))


def test_another_schedule_leaves_a_moved_break_where_it_is(printed, sections):
    moved = clock.move_break(printed, before="part-2")
    state = clock.refit(moved, sections, Schedule("fit", 150), at(1))
    assert [section.id for section in state.plan] == [section.id for section in moved.plan]
    assert view(state, at(1)).class_ends == START + datetime.timedelta(minutes=150)
    shorter = clock.refit(moved, sections[1:], Schedule("printed"), at(1))
    assert [section.id for section in shorter.plan] == [section.id for section in sections[1:]]


def test_an_edited_lesson_that_lost_the_section_begins_at_its_first(printed, sections):
    state = clock.refit(printed, sections[1:], Schedule("printed"), at(5))
    assert state.current == "part-1"
    assert state.spent == {"recap": 300}
    assert view(state, at(6)).current.spent == 60


def test_minutes_are_written_in_full():
    assert [minutes_text(seconds) for seconds in (0, 59.9, 760, 6005, -3)] == [
        "00:00",
        "00:59",
        "12:40",
        "100:05",
        "00:00",
    ]
