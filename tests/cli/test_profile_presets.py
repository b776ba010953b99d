"""`profile presets`: presets of a hand-in, taken as one's own."""

import json
import tomllib

import pytest
import tomli_w

PROFILE = "optimization-profile.toml"


@pytest.fixture
def theirs(run, tmp_path):
    """Ada's hand-in with one preset."""
    assert run("preset", "save", "balanced", "--steps", "20", "--guidance", "3", "--note", "skin [red]stays")[0] == 0
    assert run("profile", "export", "--out", tmp_path / "ada")[0] == 0
    return tmp_path / "ada"


def changed(folder, **changes):
    file = folder / PROFILE
    found = tomllib.loads(file.read_text())
    found["presets"] = [{**found["presets"][0], **changes}]
    file.write_text(tomli_w.dumps(found))


def test_presets_go_from_one_learner_to_another(run, theirs):
    assert "balanced" in (theirs / "report.md").read_text()
    assert run("profile", "check", theirs)[0] == 0
    assert "balanced: 20 steps, guidance 3. skin [red]stays" in run("profile", "presets", theirs)[1]
    assert run("preset", "show", "balanced", "--learner", "bo")[0] == 2, "showing takes nothing"
    code, out, _ = run("profile", "presets", theirs, "--take", "balanced", "--learner", "bo")
    assert (code, "kept" in out) == (0, True)
    assert json.loads(run("preset", "show", "balanced", "--learner", "bo", "--json")[1])["num_inference_steps"] == 20


def test_one_that_cannot_be_read_hides_no_other(run, theirs):
    file = theirs / PROFILE
    found = tomllib.loads(file.read_text())
    found["presets"].append({**found["presets"][0], "name": "My Preset"})
    file.write_text(tomli_w.dumps(found))
    code, out, err = run("profile", "presets", theirs, "--take", "balanced", "--learner", "bo")
    assert (code, "balanced: 20 steps" in out) == (0, True)
    assert "Left out: preset: 'My Preset' is no name." in err


def test_nothing_of_ones_own_is_lost_unasked(run, theirs):
    code, _, err = run("profile", "presets", theirs, "--take", "balanced")
    assert (code, "you have a 'balanced' already" in err) == (2, True)
    assert run("profile", "presets", theirs, "--take", "balanced", "--force")[0] == 0
    code, _, err = run("profile", "presets", theirs, "--take", "other")
    assert (code, "It has: balanced" in err) == (2, True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"settings": {"num_inference_steps": 0}}, "steps: 0 is out of range"),
        ({"settings": {"prompt": "mine"}}, "a preset has no such key"),
        ({"settings": {"num_inference_steps": "many"}}, "num_inference_steps"),
        ({"note": "\x1b[31m"}, "cannot be shown"),
        ({"name": "../../evil"}, "no name"),
        ({"name": "x\nmine: 10 steps, kept"}, "no name"),
        ({"settings": {"sampler": "s" * 100_000}}, f"sampler: '{'s' * 40}' is unknown"),
        ({"name": "fast-preview"}, "ships with the program"),
    ],
)
def test_a_damaged_or_hostile_preset_is_refused(run, theirs, home, changes, said):
    changed(theirs, **changes)
    name = changes.get("name", "balanced")
    code, out, err = run("profile", "presets", theirs, "--take", name, "--learner", "bo")
    assert code == 2
    assert said in err
    assert "\x1b" not in out + err
    assert not list(home.rglob("evil*"))
    if "name" not in changes:
        assert run("profile", "check", theirs)[0] == 2


def test_a_replay_can_be_of_one_preset(run, theirs):
    code, _, err = run("profile", "replay", theirs, "--preset", "fast", "--yes")
    assert (code, "--preset: the hand-in has no 'fast'" in err) == (2, True)
    code, _, err = run("profile", "replay", theirs, "--preset", "balanced", "--yes")
    assert (code, "nothing in it to be made again" in err) == (2, True)
