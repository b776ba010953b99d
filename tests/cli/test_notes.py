import io
import json
import sys
import tomllib

import pytest

from workshop_tui.lesson.position import Position, write_position
from workshop_tui.notebook.store import LONGEST_TEXT, Notebook


@pytest.fixture
def runs(mine, make_run):
    made = [make_run(num_inference_steps=steps) for steps in (10, 25)]
    notebook = Notebook(mine.notebook, mine.pictures)
    for one in made:
        notebook.add_run(one)
    notebook.close()
    return made


def profile(mine):
    return tomllib.loads((mine.hand_in / "optimization-profile.toml").read_text())


def checklist(mine):
    entries = tomllib.loads((mine.hand_in / "troubleshooting-checklist.toml").read_text())["problems"]
    return {entry["id"]: entry for entry in entries}


def test_an_answer_is_in_the_hand_in_at_once(run, mine, runs):
    assert run("observe", "parameters", "steps", "quality", "4")[0] == 0
    assert run("observe", "parameters", "steps", "optimal", " 25 ")[0] == 0
    code, out, err = run("observe", "parameters", "steps", "differences", "Finer ruff 🦊 [red]")
    assert (code, err) == (0, "")
    assert "Finer ruff 🦊 [red]" in out
    answers = {answer["field"]: answer["answer"] for answer in profile(mine)["observations"]}
    assert answers == {"quality": "4", "optimal": "25", "differences": "Finer ruff 🦊 [red]"}
    assert profile(mine)["good_settings"][0]["runs"] == [runs[1].run_id]
    assert profile(mine)["hardware"]["cpu_count"] >= 1


def test_an_empty_text_takes_an_answer_back(run, mine):
    run("observe", "parameters", "steps", "quality", "4")
    assert run("observe", "parameters", "steps", "quality", "")[0] == 0
    assert profile(mine)["observations"] == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [(b"two\nlines\n", "two\nlines"), ("Zoë".encode(), "Zoë")],
)
def test_a_text_comes_from_stdin(run, mine, monkeypatch, given, kept):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
    assert run("observe", "parameters", "steps", "differences", "-")[0] == 0
    assert profile(mine)["observations"][0]["answer"] == kept


@pytest.mark.parametrize(
    ("given", "said"), [(b"\xff\xfe", "not UTF-8"), ("é".encode() * (LONGEST_TEXT + 5), "characters; at most 20,000")]
)
def test_a_stdin_that_cannot_be_kept_is_refused(run, mine, monkeypatch, given, said):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
    code, _, err = run("observe", "parameters", "steps", "differences", "-")
    assert code == 2
    assert said in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("paramters",), "There is no exercise 'paramters' here.\n  Did you mean 'parameters'?"),
        (("parameters", "stepz"), "no part 'stepz'"),
        (("parameters", "steps", "qualty"), "There is no field 'qualty' here.\n  Did you mean 'quality'?"),
        (("parameters", "steps", "qualty", "4"), "Known: quality, time, differences, optimal"),
        (("parameters", "steps", "quality", "6"), "'6' is no rating"),
        (("parameters", "steps", "optimal", "26"), "Choose one of: 10, 25, 50"),
        (("parameters", "steps", "time", "3"), "the program fills this in itself"),
        (("parameters", "steps", "differences", "a\udce9"), "not UTF-8 text at character 2"),
        (("parameters", "--lesson", "no-such-lesson"), "There is no lesson 'no-such-lesson'"),
        (("parameters", "--learner", "\x1b[31m"), "\\x1b[31m"),
    ],
)
def test_what_is_not_there_or_not_allowed_is_named(run, mine, arguments, said):
    code, out, err = run("observe", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert not (mine.hand_in / "optimization-profile.toml").exists()


def test_what_can_be_answered_is_listed_with_the_answers(run, runs):
    run("observe", "parameters", "steps", "quality", "4")
    _, out, _ = run("observe", "parameters")
    assert "parameters samplers" in out
    assert "Image quality assessment (1 to 5, 0 not rated, needed)\n               4\n" in out
    assert "3.0 s, 3.0 s" in out
    found = json.loads(run("observe", "parameters", "steps", "--json")[1])
    assert [row["field"] for row in found["answers"]] == ["quality", "time", "differences", "optimal"]
    assert found["answers"][3]["choices"] == ["10", "25", "50"]
    assert len(json.loads(run("observe", "--json")[1])["answers"]) == 4 * 4 + 6 + 10 + 4


def test_the_last_class_says_which_lesson(run, mine, home):
    lesson = home / "data" / "lessons" / "tiny"
    lesson.mkdir(parents=True)
    (lesson / "01.md").write_text("Words.\n")
    (lesson / "lesson.toml").write_text(
        'format_version = 1\nid = "tiny"\ntitle = "Tiny"\nstated_minutes = 5\n[[sections]]\nid = "one"\ntitle = "One"\n'
        'kind = "lecture"\nminutes = 5\nfile = "01.md"\n'
    )
    assert json.loads(run("checklist", "show", "--json")[1])["lesson"] == "flux-deep-dive"
    write_position(mine.root, Position("tiny", "one"))
    assert json.loads(run("checklist", "show", "--json")[1])["lesson"] == "tiny"


def test_a_problem_is_set_with_note_and_evidence(run, mine, runs):
    code, out, _ = run("checklist", "set", "slow", "solved", "--note", "10 steps", "--run", runs[0].run_id[:8])
    assert code == 0
    assert runs[0].run_id[:12] in out
    entry = checklist(mine)["slow"]
    assert (entry["state"], entry["note"], entry["run_id"]) == ("solved", "10 steps", runs[0].run_id)
    run("checklist", "set", "slow", "Not-Applicable")
    entry = checklist(mine)["slow"]
    assert (entry["state"], entry["note"], entry["run_id"]) == ("not applicable", "10 steps", runs[0].run_id)
    run("checklist", "set", "slow", "open", "--note", "", "--run", "")
    entry = checklist(mine)["slow"]
    assert (entry["state"], entry["note"], entry["run_id"]) == ("open", "", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("slo", "solved"), "Did you mean 'slow'?"),
        (("slow", "sovled"), "Did you mean 'solved'? Known: open, tried, solved, not-applicable"),
        (("slow", "solved", "--run", "ffff"), "No run begins with 'ffff'"),
    ],
)
def test_a_problem_that_cannot_be_set_is_named(run, mine, runs, arguments, said):
    code, _, err = run("checklist", "set", *arguments)
    assert code == 2
    assert said in err


def test_two_learners_of_one_account_share_nothing(run, home):
    run("observe", "parameters", "steps", "quality", "4", "--learner", "../ada")
    code, out, _ = run("observe", "parameters", "steps", "quality", "--json")
    assert (code, json.loads(out)["answers"][0]["answer"]) == (0, "")
    assert len(list((home / "data" / "profiles").iterdir())) == 1
