"""`workshop-tui checklist`: solutions are ticked, own problems added and deleted."""

import json

import pytest

from tests.cli.test_notes import checklist, profile
from workshop_tui.notebook.store import Notebook


@pytest.fixture
def made(mine, make_run):
    notebook = Notebook(mine.notebook, mine.pictures)
    run = notebook.add_run(make_run())
    notebook.close()
    return run


def test_a_solution_is_ticked_with_the_run_that_shows_it(run, mine, made):
    code, out, _ = run("checklist", "tick", "slow", "steps", "helped", "--run", made.run_id[:6], "--note", "10 do")
    assert code == 0
    assert f"helped: Reduce steps for previews, run {made.run_id[:12]}, 10 do" in out
    ticked = {"solution": "Reduce steps for previews", "state": "helped", "note": "10 do", "run_id": made.run_id}
    assert checklist(mine)["slow"]["tried"] == [ticked]
    run("checklist", "set", "slow", "solved")
    assert checklist(mine)["slow"]["tried"] == [ticked]
    run("checklist", "tick", "slow", "steps", "tried")  # what showed it is not lost
    assert checklist(mine)["slow"]["tried"] == [{**ticked, "state": "tried"}]
    run("checklist", "tick", "slow", "steps", "no")
    assert checklist(mine)["slow"]["tried"] == []


def test_a_technique_can_be_ticked_too(run, mine):
    assert run("checklist", "tick", "text-rendering", "Technique", "tried")[0] == 0
    (ticked,) = checklist(mine)["text-rendering"]["tried"]
    assert ticked["solution"].startswith("Put text in quotes")


def test_an_unknown_solution_is_named_with_those_there_are(run):
    code, _, err = run("checklist", "tick", "slow", "stepz", "helped")
    assert code == 2
    assert "There is no solution 'stepz' here." in err
    assert "Did you mean 'steps'?" in err


def test_an_own_problem_is_added_changed_and_deleted(run, mine):
    assert run("checklist", "add", "[red]Six fingers\x1b[31m", "--note", "in pockets")[0] == 0
    entry = checklist(mine)["own:1"]
    assert (entry["level"], entry["state"], entry["note"]) == ("own", "solved", "in pockets")
    code, out, _ = run("checklist", "show")
    assert code == 0
    assert "[red]Six fingers\\x1b[31m" in out
    assert "\x1b" not in out
    run("checklist", "set", "own:1", "open", "--note", "")
    assert checklist(mine)["own:1"]["state"] == "open"
    rows = json.loads(run("checklist", "show", "--json")[1])["problems"]
    assert (rows[-1]["problem"], rows[-1]["level"], rows[-1]["solutions"]) == ("own:1", "own", {})
    assert run("checklist", "delete", "own:1")[0] == 0
    assert "own:1" not in checklist(mine)
    assert len(checklist(mine)) == 7


def test_something_unexpected_is_logged_with_its_run(run, mine, made):
    assert run("checklist", "add", "--discovery", "Fog", "--note", "at guidance 1", "--run", made.run_id)[0] == 0
    assert profile(mine)["discoveries"] == [{"title": "Fog", "note": "at guidance 1", "run_id": made.run_id}]
    assert len(checklist(mine)) == 7
    assert run("profile", "check", mine.hand_in)[2] == ""
    assert run("checklist", "delete", "own:1")[0] == 0
    assert profile(mine)["discoveries"] == []


def test_what_is_the_lessons_is_not_deleted_and_a_title_is_needed(run):
    code, _, err = run("checklist", "delete", "slow")
    assert (code, "'slow' is the lesson's." in err) == (2, True)
    code, _, err = run("checklist", "add", "  ")
    assert (code, "The title is empty." in err) == (2, True)


def test_what_was_read_is_ticked_and_taken_back(run, mine):
    code, out, _ = run("checklist", "read", "papers")
    assert code == 0
    assert [line[:3] for line in out.splitlines()] == ["[ ]", "[x]", "[ ]", "[ ]", "[ ]"]
    assert profile(mine)["exploration"][0]["read"] == ["Diffusion model research papers"]
    assert "[x]" not in run("checklist", "read", "papers", "--undo")[1]
    code, _, err = run("checklist", "read", "paper")
    assert code == 2
    assert "Did you mean 'papers'?" in err
