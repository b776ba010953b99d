"""What is in line, and of how many."""

import asyncio
import uuid

import pytest

from workshop_tui.app.pictures import PROGRESS_SECONDS
from workshop_tui.app.tracker import WorkTracker
from workshop_tui.generation.protocol import Item, Progress, State
from workshop_tui.generation.record import Origin, Timing
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


async def test_of_many_steps_a_second_four_are_told_and_each_phase(open_app):
    async with open_app() as pilot:
        pictures = pilot.app.desk.pictures

        def told(phase, step):
            pictures._on_event(Progress("a", phase, step, 50))
            return pilot.app.work.progress.phase, pilot.app.work.progress.step

        assert told("denoise", 1) == ("denoise", 1)
        assert told("denoise", 2) == ("denoise", 1)
        assert told("decode", 0) == ("decode", 0)
        assert told("decode", 1) == ("decode", 0)
        await asyncio.sleep(PROGRESS_SECONDS)
        assert told("decode", 2) == ("decode", 2)


def test_failures_are_counted_before_the_line_is_told_to_be_empty(make_run):
    tracker = WorkTracker(lambda: [], lambda work: None)
    tracker.ask(items(3))
    for outcome in ("out-of-memory", "cancelled", "ok"):
        tracker.ended(make_run(outcome=outcome))
    tracker.told(state())
    assert tracker.work.failed == 1
    tracker.ask(items(1))
    assert tracker.work.failed == 0


def test_several_replicas_divide_the_time(make_run):
    runs = [make_run(seconds=Timing(denoise=10.0)) for _ in range(3)]
    tracker = WorkTracker(lambda: runs, lambda work: None, lambda: 0.0)
    settings = runs[0].settings
    tracker.ask([Item(uuid.uuid4().hex, settings) for _ in range(8)])
    alone = tracker.work.seconds_left
    tracker.change(at_once=4)
    assert alone == pytest.approx(4 * tracker.work.seconds_left)
    tracker.change(at_once=40)
    assert alone == pytest.approx(8 * tracker.work.seconds_left)


def test_a_time_left_stands_while_pictures_are_paused(make_run):
    runs = [make_run(seconds=Timing(denoise=10.0)) for _ in range(3)]
    now, told = [100.0], []
    tracker = WorkTracker(lambda: runs, told.append, lambda: now[0])
    tracker.ask([Item(uuid.uuid4().hex, runs[0].settings)])
    tracker.change(activity="paused")
    before, count = tracker.work.seconds_left, len(told)
    now[0] += 60
    tracker.age()
    assert len(told) == count  # nothing is drawn anew
    tracker.change(text="")
    assert tracker.work.seconds_left == before


def test_a_time_left_goes_on_and_nothing_is_said_of_one_that_is_over(make_run):
    runs = [make_run(seconds=Timing(denoise=10.0)) for _ in range(3)]
    now = [100.0]
    tracker = WorkTracker(lambda: runs, lambda work: None, lambda: now[0])
    first, second = (Item(uuid.uuid4().hex, runs[0].settings) for _ in range(2))
    tracker.ask([first, second])
    tracker.told(state(first.run_id, second.run_id))
    both = tracker.work.seconds_left

    def after(seconds):
        now[0] += seconds
        tracker.age()
        return tracker.work.seconds_left

    assert after(3) == pytest.approx(both - 3)
    tracker.change(progress=Progress(first.run_id, "load", detail="text_encoder_2"))  # says nothing of the time
    assert after(2) == pytest.approx(both - 5)
    tracker.change(progress=Progress(first.run_id, "denoise", 1, 10, 4.0))
    assert after(1) == pytest.approx(3 + both / 2)
    assert tracker.work.picture_seconds_left == pytest.approx(3)
    after(4)
    assert tracker.work.picture_seconds_left is None
    assert after(both) is None
    tracker.ended(runs[0])
    tracker.told(state(second.run_id))
    assert after(0) == pytest.approx(both / 2)


def test_a_search_tells_its_time_itself(make_run):
    tracker = WorkTracker(lambda: [make_run()], lambda work: None)
    tracker.ask([Item(uuid.uuid4().hex, Settings("A lighthouse"), Origin(is_try=True))])
    assert tracker.work.seconds_left is None
