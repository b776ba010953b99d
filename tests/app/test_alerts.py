"""One line, one bell, the terminal's title: when long work or the break ends, and not otherwise."""

import datetime

import msgspec
import pytest

from workshop_tui.app import alerts
from workshop_tui.app.alerts import Alerts
from workshop_tui.app.book import Work
from workshop_tui.lesson import clock
from workshop_tui.lesson.clock import Instant
from workshop_tui.lesson.clock_view import view
from workshop_tui.lesson.schedule import Schedule


class Told:
    def __init__(self, loud=True):
        self.lines, self.bells, self.title = [], 0, None
        self.alerts = Alerts(lambda text, bad: self.lines.append((text, bad)), self.ring, self.set_title, loud)

    def ring(self):
        self.bells += 1

    def set_title(self, title):
        self.title = title


@pytest.fixture
def passes(monkeypatch):
    """Let seconds pass for the alerts."""
    now = [1000.0]
    monkeypatch.setattr(alerts.time, "monotonic", lambda: now[0])

    def pass_(seconds):
        now[0] += seconds

    return pass_


def work_for(told, passes, seconds, failures=0):
    told.alerts.work(Work("working", ("a", "b"), total=2))
    passes(seconds)
    told.alerts.work(Work("idle", (), total=2, failed=failures))


def test_long_work_ends_with_a_line_a_bell_and_a_title(passes):
    told = Told()
    work_for(told, passes, 30)
    assert told.lines == [("2 pictures have ended: 2 shows them.", False)]
    assert told.bells == 1
    assert told.title == "* pictures have ended - workshop-tui"
    told.alerts.seen()
    assert told.title is None


def test_short_work_ends_in_silence(passes):
    told = Told()
    work_for(told, passes, 5)
    assert (told.lines, told.bells, told.title) == ([], 0, None)


def test_what_failed_is_counted_once(passes):
    told = Told()
    work_for(told, passes, 30, failures=1)
    work_for(told, passes, 30)
    assert told.lines[0] == ("2 pictures have ended, 1 without success: 2 shows them.", True)
    assert told.lines[1] == ("2 pictures have ended: 2 shows them.", False)


def test_a_lost_worker_rings_once(passes):
    told = Told()
    told.alerts.work(Work("working", ("a",), total=1))
    passes(30)
    told.alerts.work(Work("lost", ("a",), total=1))
    told.alerts.work(Work("lost", ("a",), total=1, text="again"))
    assert told.bells == 1
    assert told.title == "* the pictures have stopped - workshop-tui"


def test_quiet_leaves_out_bell_and_title_but_not_the_line(passes):
    told = Told(loud=False)
    work_for(told, passes, 30)
    assert len(told.lines) == 1
    assert (told.bells, told.title) == (0, None)


def test_the_end_of_the_break_is_told_once(deep_dive):
    told = Told()
    now = Instant(0.0, datetime.datetime(2026, 1, 31, 14, tzinfo=datetime.UTC))
    state = clock.begin(clock.new_clock(deep_dive.sections, Schedule()), now)
    state = clock.go_to(state, "break", now)
    for minutes in (1, 14, 15.1, 16):
        told.alerts.clock(view(state, Instant(minutes * 60, now.wall + datetime.timedelta(minutes=minutes))))
    assert told.lines == [("Break is over: n goes on.", False)]
    assert told.bells == 1


def test_a_break_that_was_over_when_the_class_was_opened_is_no_news(deep_dive):
    told = Told()
    now = Instant(0.0, datetime.datetime(2026, 1, 31, 14, tzinfo=datetime.UTC))
    state = clock.go_to(clock.begin(clock.new_clock(deep_dive.sections, Schedule()), now), "break", now)
    state = msgspec.structs.replace(state, spent={"break": 2000.0})
    told.alerts.clock(view(state, now))
    assert told.lines == []


def test_what_the_learner_has_stopped_is_no_news(passes):
    for stopping, lines in ((("a", "b"), []), (("a",), [("1 picture has ended: 2 shows them.", False)])):
        told = Told()
        told.alerts.work(Work("working", ("a", "b"), total=2))
        passes(30)
        told.alerts.work(Work("working", ("a", "b"), frozenset(stopping), 2))
        told.alerts.work(Work("idle"))
        assert told.lines == lines
        assert told.bells == len(lines)
