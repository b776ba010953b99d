"""What of a lesson's optional exploration was done, and that nothing of it is missing."""

from workshop_tui.exercises.exploring import explored, explored_key, part_words
from workshop_tui.notebook.entries import Check, Tick
from workshop_tui.profile.build import missing
from workshop_tui.profile.findings import Findings


def test_what_was_read_made_and_logged_is_told(deep_dive, make_run):
    papers, samplers, extremes, discoveries = deep_dive.data.exploration
    key = explored_key(papers)
    checks = {
        key: Check(key, ticks=(Tick("guides"),)),
        "own:1": Check("own:1", own="discovery", title="Fog"),
        "own:2": Check("own:2", own="problem", title="Hands"),
    }
    runs = [
        make_run("extremes", "steps", num_inference_steps=1),
        make_run("extremes", "steps", num_inference_steps=1),
        make_run("extremes", "steps", num_inference_steps=3),
        make_run("extremes", "guidance", guidance_scale=20.0, outcome="failed"),
        make_run("parameters", "samplers", sampler="heun"),
    ]
    found = {each.item.id: each for each in explored(deep_dive, checks, runs)}
    assert found[papers.id].done == ["1 of 5 read"]
    assert found[papers.id].read == ["Hardware optimization guides"]
    assert found[samplers.id].done == ["Samplers: 1 of 5 pictures"]
    assert found[extremes.id].done == ["Steps: 1 of 2 pictures"]
    assert found[discoveries.id].done == ["1 logged"]
    told = [part_words(part, made) for part, made in found[extremes.id].parts]
    assert told[0] == "Steps 1, 100: 1 of 2 pictures"
    assert told[3] == "Prompts: 0 of 3 pictures"


def test_nothing_of_it_is_missing_in_a_hand_in(deep_dive):
    said = missing(Findings("ada", deep_dive, [], [], {}, {}, {}, None, {}))
    assert any("Exercise 1, Steps" in sentence for sentence in said)
    assert not any("Exploration" in sentence for sentence in said)
