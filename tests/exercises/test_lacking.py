"""What a part lacks: one answer for the Lab's tick, plain mode's list and the hand-in."""

import msgspec
import pytest

from workshop_tui.exercises.homework import chores
from workshop_tui.exercises.lacking import lacking_of
from workshop_tui.exercises.registry import all_parts, find_part
from workshop_tui.exercises.sweeps import handed_in_setup, lesson_setup
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.record import Origin
from workshop_tui.notebook.entries import Observation


def wrote(exercise, part, field):
    return [Observation(exercise, part, field, "fewer steps")]


def test_a_sweep_of_other_values_lacks_the_lessons(deep_dive, make_run):
    part, own = find_part(deep_dive, "parameters", "steps"), [make_run(sweep="steps", num_inference_steps=20)]
    lacks = lacking_of(part, own, [])
    assert lacks.words == ["3 of 3 pictures to make", "to write: Image quality assessment, Notable differences"]
    given = [make_run(sweep="steps", num_inference_steps=steps) for steps in (10, 25, 50)]
    answers = [*wrote("parameters", "steps", "quality"), *wrote("parameters", "steps", "differences")]
    assert lacking_of(part, given, answers).is_done


def test_homework_and_hand_in_agree_after_a_sweep_is_changed_to_one_value(deep_dive, make_run):
    part = find_part(deep_dive, "parameters", "steps")
    kept = msgspec.structs.replace(lesson_setup(part, BUILT_IN), values=("20",))
    setups = {
        each.name: handed_in_setup(each, kept if each.name == part.name else None, BUILT_IN)
        for each in all_parts(deep_dive)
    }
    runs = []
    for steps in (None, 10, 25, 50):
        if steps:
            runs.append(make_run(sweep="steps", num_inference_steps=steps))
        found = chores(deep_dive, setups, BUILT_IN, runs, None)
        lacking = sum(chore.lacking for chore in found if chore.part.name == part.name)
        assert lacking == lacking_of(part, runs, []).pictures


@pytest.mark.parametrize(("scenario", "pictures"), [("low-vram", 0), ("quality", 1), ("speed", 1), ("consistency", 4)])
def test_a_scenario_that_was_only_written_about_lacks_its_pictures(deep_dive, make_run, scenario, pictures):
    part, answers = find_part(deep_dive, "troubleshooting", scenario), wrote("troubleshooting", scenario, "worked")
    assert lacking_of(part, [], answers).pictures == pictures
    runs = [
        msgspec.structs.replace(
            make_run("troubleshooting", scenario), origin=Origin(deep_dive.id, "troubleshooting", scenario, place)
        )
        for place in range(pictures)
    ]
    assert lacking_of(part, runs, []).fields == part.asks[-1:]
    assert lacking_of(part, runs, answers).is_done
