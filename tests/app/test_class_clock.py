"""The class clock of a terminal that reads while another one of the learner writes."""

from datetime import datetime, timedelta

import pytest

from workshop_tui.app.class_clock import ClassClock
from workshop_tui.lesson import clock as clocks
from workshop_tui.lesson.clock import Instant
from workshop_tui.lesson.schedule import Schedule


class Time:
    """Both clocks, of which the monotonic one begins elsewhere in each terminal."""

    def __init__(self, wall: datetime) -> None:
        self._wall = wall
        self.seconds = 0.0

    def of(self, zero: float) -> Instant:
        return Instant(zero + self.seconds, self._wall + timedelta(seconds=self.seconds))


@pytest.fixture
def time(noon):
    return Time(noon)


@pytest.fixture
def terminals(deep_dive, time):
    """The clock of the terminal that writes, begun, what it has kept, and the clock of the one that reads."""
    stored = []
    writer = ClassClock(deep_dive.sections, Schedule(), lambda: time.of(1000.0), stored.append)
    reader = ClassClock(deep_dive.sections, Schedule(), lambda: time.of(7.0), lambda _: None)
    writer.begin()
    return writer, stored, reader


def test_it_shows_the_writers_time_which_taking_over_does_not_lose(terminals, time):
    writer, stored, reader = terminals
    time.seconds = 500.0
    writer.save()
    time.seconds = 510.0
    assert reader.take_up(stored[-1], None, None, reads=True) == 0.0
    assert reader.view() == writer.view()
    time.seconds = 525.0
    reader.mirror(stored[-1])  # seen before: the reading clock has gone on
    assert reader.view() == writer.view()


def test_it_follows_the_writer_and_stands_while_that_one_does(terminals, time):
    writer, stored, reader = terminals
    reader.take_up(stored[-1], None, None, reads=True)
    time.seconds = 60.0
    writer.next()
    writer.toggle()
    time.seconds = 75.0
    reader.mirror(stored[-1])
    time.seconds = 100.0
    assert reader.view() == writer.view()
    assert not reader.view().running


def test_a_clock_whose_terminal_died_long_ago_has_not_run_on(terminals, time):
    _, stored, reader = terminals
    time.seconds = 3600.0
    assert reader.take_up(stored[-1], None, None, reads=True) == pytest.approx(3600.0)
    reader.mirror(stored[-1])
    assert reader.view().class_spent == 0.0


def test_a_class_that_has_begun_only_here_goes_on(terminals, deep_dive, time):
    _, _, reader = terminals
    reader.begin()
    reader.mirror(None)
    reader.mirror(clocks.new_clock(deep_dive.sections, Schedule("printed")))
    assert reader.begun
