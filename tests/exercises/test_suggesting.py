"""Areas for improvement that measurements suggest."""

from dataclasses import replace

import msgspec

from tests.conftest import DEV
from workshop_tui.exercises.alike import alike, timed_alike
from workshop_tui.exercises.registry import find_part
from workshop_tui.exercises.seen import seen
from workshop_tui.exercises.suggesting import is_suggestion, suggestions
from workshop_tui.generation.record import Origin, Placing, Timing
from workshop_tui.notebook.entries import Observation


def test_without_measurements_nothing_is_suggested(deep_dive):
    assert suggestions(deep_dive, [], []) == []


def test_what_was_measured_is_what_is_suggested(deep_dive, make_run):
    slow = Timing(denoise=9.0)
    runs = [
        make_run(num_inference_steps=10, seconds=Timing(load=40.0, denoise=2.0)),
        make_run(num_inference_steps=50, seconds=slow),
        make_run("hardware", "batch", outcome="out-of-memory", width=2048, height=2048),
    ]
    told = suggestions(deep_dive, runs, [])
    assert [text.split(":")[0] for text in told] == ["Memory", "Loading", "Steps", "Ratings", "Model"]
    assert "up to 2048x2048" in told[0]
    assert "4.5 times as long" in told[2]


def test_times_that_lie_apart_are_named_and_those_of_a_loading_run_do_not_count(deep_dive, make_run):
    runs = [make_run(seconds=Timing(denoise=seconds)) for seconds in (2.0, 2.1, 3.5)]
    assert any(
        text.startswith("Timing: the same picture took 2.0 to 3.5 s") for text in suggestions(deep_dive, runs, [])
    )
    steady = [
        *runs[:2],
        make_run(seconds=Timing(load=9.0, denoise=3.5)),
        make_run(seconds=Timing(encode=1.5, denoise=2)),
    ]
    assert not any(text.startswith("Timing") for text in suggestions(deep_dive, steady, []))


def test_times_of_two_gpus_are_not_held_beside_each_other(deep_dive, make_run):
    old, new = Placing("cuda", "RTX 4090", "bfloat16"), Placing("cuda", "H200", "bfloat16")
    sweep = [
        make_run(num_inference_steps=10, seconds=Timing(denoise=1.0), placing=new),
        make_run(num_inference_steps=50, seconds=Timing(denoise=9.0), placing=old),
        make_run(num_inference_steps=25, seconds=Timing(denoise=1.9), placing=new),
    ]
    equal = [make_run(seconds=Timing(denoise=each), placing=on) for each, on in ((1, new), (1, new), (4, old))]
    told = suggestions(deep_dive, [*equal, *sweep], [])
    assert not any(text.startswith(("Steps", "Timing")) for text in told), told


def test_where_placements_are_what_is_varied_they_are_what_costs(deep_dive, make_run):
    part = find_part(deep_dive, "parameters", "steps")
    placed = msgspec.structs.replace(part.sweep, vary="placement", values=("gpu", "group-offload"))
    gpu, offload = (
        make_run(placement=name, seconds=Timing(denoise=seconds), placing=Placing("cuda", "H200", "bfloat16", name))
        for name, seconds in (("gpu", 1.0), ("group-offload", 9.0))
    )
    assert timed_alike(alike(replace(part, sweep=placed), [gpu, offload]), "placement") == [gpu, offload]
    assert timed_alike([gpu, offload]) == [offload]


def test_encoding_the_prompt_is_no_setting_s_cost(deep_dive, make_run):
    first, *others = (
        make_run(sweep="guidance", guidance_scale=each, seconds=Timing(denoise=1.3)) for each in (3, 7, 12)
    )
    first = msgspec.structs.replace(first, seconds=Timing(load=20.0, encode=2.5, denoise=1.3))
    assert not any(text.startswith("Guidance") for text in suggestions(deep_dive, [first, *others], []))


def test_tries_of_a_search_and_rated_sweeps_suggest_nothing(deep_dive, make_run):
    is_try = Origin("flux-deep-dive", "hardware", "batch", 4, is_try=True)
    short = msgspec.structs.replace(make_run(outcome="out-of-memory"), origin=is_try)
    rated = [Observation("parameters", "steps", "quality", "4")]
    told = suggestions(deep_dive, [short, make_run()], rated)
    assert not any(text.startswith(("Memory", "Ratings")) for text in told)


def test_a_scenario_that_is_meant_to_run_out_of_memory_is_no_finding(deep_dive, make_run):
    told = suggestions(deep_dive, [make_run("troubleshooting", "low-vram", outcome="out-of-memory"), make_run()], [])
    assert not any(text.startswith("Memory") for text in told)


def test_models_and_other_settings_are_not_mixed(deep_dive, make_run):
    practice = make_run(num_inference_steps=10, seconds=Timing(denoise=0.1))
    real = make_run(num_inference_steps=50, seconds=Timing(denoise=9.0), model=DEV)
    larger = make_run(num_inference_steps=10, seconds=Timing(denoise=1.0), width=1024, height=1024, model=DEV)
    told = suggestions(deep_dive, [practice, larger, real], [])
    assert not any(text.startswith("Steps") for text in told)


def test_a_suggestion_is_known_by_its_words_whatever_its_figures_have_become():
    known = ["Loading: 41% of the time (52 s) went into loading the model; group them."]
    assert is_suggestion("Loading: 38% of the time (49.5 s) went into loading the model; group them.", known)
    assert not is_suggestion("Loading: 38% of my time went into loading the model; group them.", known)


def test_what_went_wrong_on_purpose_is_no_problem_that_was_seen(deep_dive, make_run):
    is_try = Origin("flux-deep-dive", "hardware", "batch", 4, is_try=True)
    on_purpose = [
        msgspec.structs.replace(make_run(outcome="out-of-memory"), origin=is_try),
        make_run("troubleshooting", "low-vram", outcome="out-of-memory"),
    ]
    assert seen(deep_dive, on_purpose) == []
    real = make_run("hardware", "fastest", outcome="out-of-memory")
    assert [each.runs for each in seen(deep_dive, [*on_purpose, real])] == [(real,)]
