"""What is in line, and of how many."""

import uuid

from workshop_tui.app.tracker import WorkTracker
from workshop_tui.generation.protocol import Item, State
from workshop_tui.generation.settings import Settings


def items(count):
    return [Item(uuid.uuid4().hex, Settings("A lighthouse")) for _ in range(count)]


def state(*waiting):
    return State("working", tuple(waiting), "", "", 0.0)


def test_a_state_that_does_not_know_the_newest_job_counts_nothing_twice():
    tracker = WorkTracker(lambda: [], lambda work: None)
    first, second = items(3), items(2)
    tracker.ask(first)
    tracker.ask(second)
    tracker.told(state(*(item.run_id for item in first)))  # sent before the second job was taken
    tracker.told(state(*(item.run_id for item in [*first, *second])))
    assert tracker.work.total == 5
    tracker.told(state(*(item.run_id for item in [*first[1:], *second])))
    assert (tracker.work.total, tracker.work.done) == (5, 1)


def test_the_count_begins_anew_when_the_line_was_empty():
    tracker = WorkTracker(lambda: [], lambda work: None)
    tracker.ask(items(3))
    tracker.told(state())
    assert tracker.work.total == 0
    tracker.ask(items(2))
    assert tracker.work.total == 2
