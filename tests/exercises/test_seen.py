"""What the program sees by itself in the runs, and which problem of the checklist that belongs to."""

import pytest

from workshop_tui.exercises.seen import seen
from workshop_tui.generation.record import Timing
from workshop_tui.generation.usage import GpuUse, Usage

CALM = {"readings": 20, "utilization_percent": 99.0, "memory_total_mib": 24_000, "board_peak_mib": 9_000}


@pytest.mark.parametrize(
    ("use", "problem", "words"),
    [
        ({}, None, ""),
        ({"throttled": {"heat (driver)": 0.5}}, "slow", "too hot and slowed 1 picture down"),
        ({"throttled": {"power limit": 0.6}}, "slow", "worked at its power limit with 1 picture"),
        ({"throttled": {"heat (hardware)": 0.6, "hardware slowdown": 0.6}}, "slow", "too hot"),
        ({"throttled": {"power supply brake": 0.6}}, "slow", "`runs show` says by what"),
        ({"throttled": {"clocks set by the operator": 1.0}}, None, ""),
        ({"throttled": {"power limit": 0.1}}, None, ""),
        ({"others_mib": 9000}, "out-of-memory", "another program held memory"),
        ({"others_mib": 700}, None, ""),  # CUDA's own
        ({"board_peak_mib": 23_500}, "out-of-memory", "memory was full to 95%"),
        ({"utilization_percent": 20.0}, "slow", "worked less than half of the time"),
        ({"utilization_percent": None, "memory_total_mib": None}, None, ""),
    ],
)
def test_signs_in_the_gpus_figures(deep_dive, make_run, use, problem, words):
    run = make_run(usage=Usage(gpu=GpuUse(**(CALM | use))), seconds=Timing(denoise=6.0))
    found = seen(deep_dive, [make_run(), run])
    assert [each.problem.id for each in found] == ([problem] if problem else [])
    if problem:
        assert found[0].runs == (run,)
        assert words in found[0].words
        assert not found[0].sign.failed


def test_several_signs_of_one_problem_are_all_told_failures_first(deep_dive, make_run):
    full = make_run(usage=Usage(gpu=GpuUse(**(CALM | {"board_peak_mib": 24_000, "others_mib": 5000}))))
    found = seen(deep_dive, [full, make_run(outcome="out-of-memory")])
    assert [each.problem.id for each in found] == ["out-of-memory"] * 3
    assert [each.sign.failed for each in found] == [True, False, False]


def test_a_short_run_does_not_say_that_the_gpu_waits(deep_dive, make_run):
    idle = Usage(gpu=GpuUse(**(CALM | {"utilization_percent": 20.0})))
    assert seen(deep_dive, [make_run(usage=idle, seconds=Timing(denoise=0.8))]) == []
