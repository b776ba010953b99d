import io
import json
import sys
import tomllib

from workshop_tui.notebook.store import Notebook


def test_a_note_is_written_shown_listed_and_handed_in(run, mine):
    assert run("note", "list") == (
        0,
        "Nothing is noted yet: workshop-tui note write SECTION TEXT, or o in the class.\n",
        "",
    )
    shown = "Part 2: Model Parameters Deep Dive  (part-2)\n    25 steps [b]were[/b] enough\n"
    assert run("note", "write", "part-2", "25 steps [b]were[/b] enough") == (0, shown, "")
    assert run("note", "show", "part-2") == (0, shown, "")
    run("note", "write", "recap", "first")
    assert run("note", "list")[1] == f"Opening Recap  (recap)\n    first\n{shown}"
    profile = tomllib.loads((mine.hand_in / "optimization-profile.toml").read_text())
    assert profile["notes"] == {"recap": "first", "part-2": "25 steps [b]were[/b] enough"}


def test_a_note_comes_from_stdin_and_is_taken_back(run, mine, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("zwei\nZeilen ✓\n".encode())))
    assert run("note", "write", "wrap-up", "-")[1].endswith("    zwei\n    Zeilen ✓\n")
    assert run("note", "write", "wrap-up", "")[1].endswith("    nothing noted\n")
    notebook = Notebook(mine.notebook, mine.pictures)
    assert notebook.notes("flux-deep-dive") == {}
    notebook.close()


def test_a_hand_in_that_cannot_be_written_loses_no_note(run, mine):
    mine.hand_in.parent.mkdir(parents=True)
    mine.hand_in.write_text("a file where a folder should be")
    code, _, err = run("note", "write", "part-2", "25 steps were enough.")
    assert code == 1
    assert "The notebook has the change; only the hand-in is not up to date." in err
    assert "25 steps were enough." in run("note", "show", "part-2")[1]


def test_notes_as_json(run):
    run("note", "write", "break", "coffee \x1b[2J")
    found = json.loads(run("note", "list", "--json")[1])
    assert found == {
        "lesson": "flux-deep-dive",
        "learner": "ada",
        "notes": [{"section": "break", "title": "Break", "note": "coffee \\x1b[2J"}],
    }
    assert "\x1b" not in run("note", "list")[1]
    assert json.loads(run("note", "show", "recap", "--json")[1])["notes"][0]["note"] == ""


def test_mistakes_name_what_there_is(run):
    code, out, err = run("note", "write", "part-9", "x")
    assert (code, out) == (2, "")
    assert "There is no section 'part-9' here." in err
    assert "part-2" in err
    code, _, err = run("note", "write", "recap", "x" * 20_001)
    assert code == 2
    assert "at most 20,000 are kept" in err
