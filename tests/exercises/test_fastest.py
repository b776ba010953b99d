import msgspec
import pytest

from workshop_tui.exercises.blind import PREFIX
from workshop_tui.exercises.fastest import rungs, three_presets, verdict
from workshop_tui.exercises.registry import find_part
from workshop_tui.exercises.sweeps import Setup, lesson_setup, sweep_cells
from workshop_tui.exercises.trying import parts_to_try
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.record import Placing, Timing
from workshop_tui.notebook.entries import Observation
from workshop_tui.notebook.run_table import SHORT


@pytest.fixture
def part(deep_dive):
    return find_part(deep_dive, "hardware", "fastest")


@pytest.fixture
def climbed(part, make_run):
    """Return the rungs of a ladder from seconds by steps and stars by steps."""

    def climb(seconds, stars):
        setup = lesson_setup(part, BUILT_IN)
        runs, rated = [], {}
        for steps, several in seconds.items():
            for each in several:
                run = make_run("hardware", "fastest", seconds=Timing(denoise=each))
                settings = msgspec.structs.replace(setup.settings, num_inference_steps=steps)
                runs.append(msgspec.structs.replace(run, settings=settings))
                rated[steps] = runs[-1].run_id[:SHORT]
        answers = [
            Observation(
                "hardware",
                "fastest",
                f"{PREFIX}{steps}",
                f"{'not rated' if not given else f'{given}/5'}, seen here, run {rated[steps]}",
            )
            for steps, given in stars.items()
        ]
        cells = sweep_cells(part, Setup(setup.settings, setup.values), BUILT_IN, runs)
        return rungs(part, [cell.settings for cell in cells], runs, answers)

    return climb


def test_the_ladder_is_a_part_with_a_sweep_of_steps(part, deep_dive):
    assert lesson_setup(part, BUILT_IN).values == ("4", "8", "12", "20", "28", "50")
    assert [field.id for field in part.asks] == ["quality", "best", "found"]
    assert [each.id for each in parts_to_try(deep_dive, "steps")] == ["steps"]  # the lesson's own sweep


def test_nothing_is_claimed_before_it_is_made_rated_and_repeated(climbed):
    assert verdict(climbed({}, {})) == "Nothing is made yet."
    assert verdict(climbed({4: [1], 8: [2]}, {})) == "None is rated yet: {lab.blind} rates them blind."
    assert verdict(climbed({4: [1], 8: [2]}, {4: 1, 8: 2})) == "None is rated acceptable (3 of 5) yet."
    once = climbed({4: [1], 8: [2], 12: [3]}, {4: 1, 8: 3, 12: None})
    assert verdict(once) == "Fastest acceptable: 8 steps: 3/5, 2.0 s in 1 run."
    two = climbed({8: [2], 12: [3]}, {8: 3, 12: 4})
    assert verdict(two).endswith("too few runs to tell from 12 steps.")
    assert "so far" in verdict(two)


def test_a_clear_range_makes_it_the_fastest_and_an_overlap_does_not(climbed):
    clear = climbed({8: [2, 2.1, 2.2], 12: [3, 3.1, 3.2]}, {8: 3, 12: 4})
    assert verdict(clear) == ("Fastest acceptable: 8 steps: 3/5, 2.0 to 2.2 s in 3 runs; clearly faster than 12 steps.")
    overlapping = climbed({8: [2, 2.1, 3.1], 12: [3, 3.1, 3.2]}, {8: 3, 12: 4})
    assert verdict(overlapping).endswith("no clear difference from 12 steps.")


def test_three_presets_come_of_two_rungs_that_will_do(climbed):
    assert three_presets(climbed({4: [1], 8: [2]}, {4: 2, 8: 5})) == []
    made = three_presets(climbed({4: [1], 8: [2], 12: [3], 20: [4], 28: [5]}, {4: 1, 8: 3, 12: 4, 20: 4, 28: 5}))
    assert [(preset.name, preset.steps) for preset in made] == [("preview", 8), ("balanced", 20), ("best", 28)]
    assert "width" not in made[0].values
    equal = three_presets(climbed({8: [2], 12: [3], 20: [4]}, {8: 3, 12: 4, 20: 4}))
    assert [preset.steps for preset in equal] == [8, 12, 12]  # of equal ratings the fastest is best


def test_a_rating_of_another_picture_is_none_of_this_one(part, make_run):
    setup = lesson_setup(part, BUILT_IN)
    made = msgspec.structs.replace(
        make_run("hardware", "fastest"), settings=msgspec.structs.replace(setup.settings, num_inference_steps=8)
    )
    rated = Observation("hardware", "fastest", f"{PREFIX}8", "4/5, seen here, run 0123456789ab")
    assert [rung.stars for rung in rungs(part, [made.settings], [made], [rated])] == [None]


def test_times_of_another_gpu_are_none_of_the_ladder_and_a_rating_counts_wherever_it_was_made(part, make_run):
    start = lesson_setup(part, BUILT_IN).settings
    old, new = Placing("cuda", "RTX 4090", "bfloat16"), Placing("cuda", "H200", "bfloat16")

    def run(steps, seconds, placing):
        made = make_run("hardware", "fastest", seconds=Timing(denoise=seconds), placing=placing)
        return msgspec.structs.replace(made, settings=msgspec.structs.replace(start, num_inference_steps=steps))

    runs = [run(8, 9.0, old), run(12, 12.0, old), run(8, 2.0, new)]
    rated = Observation("hardware", "fastest", f"{PREFIX}8", f"4/5, seen here, run {runs[0].run_id[:SHORT]}")
    (rung,) = rungs(part, [run.settings for run in runs[:2]], runs, [rated])
    assert (rung.value, rung.time.n, rung.time.median, rung.stars) == ("8", 1, 2.0, 4)


def test_a_picture_that_loaded_the_model_times_a_rung_only_while_it_is_alone(part, make_run):
    settings = msgspec.structs.replace(lesson_setup(part, BUILT_IN).settings, num_inference_steps=8)
    first, second = (
        msgspec.structs.replace(make_run("hardware", "fastest", seconds=seconds), settings=settings)
        for seconds in (Timing(load=3, encode=1, denoise=2), Timing(denoise=2))
    )
    (alone,) = rungs(part, [settings], [first], [])
    (both,) = rungs(part, [settings], [first, second], [])
    assert (alone.time.median, both.time.median, both.time.n) == (3, 2, 1)
