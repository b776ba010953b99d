"""`preset` as a person types it."""

import json

import pytest

from workshop_tui.notebook.store import Notebook


def test_the_shipped_ones_are_listed(run):
    code, out, _ = run("preset", "list")
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["fast-preview", "12"], ["low-vram", "20"], ["good-quality", "28"], ["maximum-quality", "45"]
    ]  # fmt: skip
    assert "768x768" in out


def test_an_own_one_is_saved_shown_listed_and_deleted(run, mine):
    code, out, _ = run("preset", "save", "my-portraits", "--steps", "20", "--guidance", "2.5", "--note", "soft skin")
    assert (code, out) == (0, f"my-portraits: 20 steps, guidance 2.5, kept in {mine.presets / 'my-portraits.toml'}\n")
    _, out, _ = run("preset", "show", "my-portraits")
    assert out == "my-portraits: My portraits (your own)\n20 steps, guidance 2.5\nsoft skin\n"
    _, out, _ = run("preset", "list", "--json")
    own = [entry for entry in json.loads(out)["presets"] if not entry["shipped"]]
    assert own == [{"name": "my-portraits", "label": "My portraits", "note": "soft skin", "num_inference_steps": 20,
                    "guidance_scale": 2.5, "shipped": False}]  # fmt: skip
    _, out, _ = run("preset", "show", "good-quality", "--json")
    assert json.loads(out)["shipped"]
    assert run("preset", "list", "--learner", "bob")[1].count("\n") == 4, "one learner's are not another's"
    assert run("preset", "save", "wordy", "--steps", "3", "--label", "word " * 40)[0] == 0
    assert max(map(len, run("preset", "list")[1].splitlines())) == 80
    run("preset", "delete", "wordy")
    assert run("preset", "delete", "my-portraits")[:2] == (0, "my-portraits: removed\n")
    assert "your own" not in run("preset", "list")[1]


def test_any_setting_can_be_kept(run, mine):
    options = ["--set", "size=768x512", "--set", "true-cfg=4", "--set", "negative=fog", "--set", "tiled=yes"]
    assert run("preset", "save", "soft", "--steps", "20", *options)[0] == 0
    _, out, _ = run("preset", "show", "soft")
    assert out == (
        "soft: Soft (your own)\n20 steps, guidance 3.5, 768x512, true CFG 4, negative prompt fog, in tiles\n"
    )


def test_it_is_taken_from_a_run(run, mine, make_run):
    notebook = Notebook(mine.notebook, mine.pictures)
    made = notebook.add_run(make_run(num_inference_steps=17, guidance_scale=6.0))
    notebook.close()
    code, out, _ = run("preset", "save", "good", "--from", made.run_id[:10], "--json")
    found = json.loads(out)
    assert code == 0
    assert (found["num_inference_steps"], found["guidance_scale"]) == (17, 6.0)
    assert found["note"] == f"From run {made.run_id[:12]}."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["save", "good-quality", "--steps", "5"], "'good-quality' ships with the program and cannot be changed"),
        (["delete", "good-quality"], "ships with the program"),
        (["delete", "nice"], "you have none called 'nice'"),
        (["show", "nice"], "Known: fast-preview, good-quality, low-vram, maximum-quality."),
        (["save", "My Preset", "--steps", "5"], "'My Preset' is no name"),
        (["save", "../x", "--steps", "5"], "is no name"),
        (["save", "x"], "--steps is missing"),
        (["save", "x", "--steps", "0"], "steps: 0 is out of range"),
        (["save", "x", "--steps", "5", "--guidance", "nan"], "guidance: nan"),
        (["save", "x", "--steps", "5", "--label", "\x1b[31m"], "label: "),
        (["save", "x", "--from", "abc"], "No run begins with 'abc'"),
        (["save", "x", "--steps", "5", "--set", "seed=4"], "--set: 'seed=4' is no setting of a preset"),
        (["save", "x", "--steps", "5", "--set", "walk=x"], "is no setting"),
        (["save", "x", "--steps", "5", "--set", "tiled=maybe"], "--set: tiled: 'maybe' is no value"),
        (["save", "x", "--steps", "5", "--set", "placement=moon"], "placement: 'moon' is unknown"),
        (["show"], "NAME"),
    ],
)
def test_what_cannot_be_done_is_said(run, arguments, said):
    code, out, err = run("preset", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "\x1b" not in err


def test_a_run_and_numbers_are_too_much(run, mine, make_run):
    notebook = Notebook(mine.notebook, mine.pictures)
    made = notebook.add_run(make_run())
    notebook.close()
    code, _, err = run("preset", "save", "x", "--from", made.run_id, "--steps", "5")
    assert code == 2
    assert "--from: the run has all settings already" in err


def test_a_damaged_one_names_its_file_and_key_and_hinders_no_other(run, mine):
    run("preset", "save", "soft", "--steps", "20")
    file = mine.presets / "soft.toml"
    file.write_text(file.read_text().replace("= 20", '= "many"'))
    for arguments in (["preset", "list"], ["preset", "show", "soft"], ["generate", "x", "--preset", "soft"]):
        code, _, err = run(*arguments)
        assert code == 2
        assert f"{file} cannot be read" in err
        assert "num_inference_steps" in err
        assert "workshop-tui preset delete soft" in err
    assert run("preset", "show", "good-quality")[0] == 0
    assert run("preset", "delete", "soft")[0] == 0
