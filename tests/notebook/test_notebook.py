import os
import sqlite3
import stat
import subprocess
import sys
import time

import msgspec
import pytest

from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.notebook.entries import Check, Observation, Tick, own_id, own_items
from workshop_tui.notebook.sqlite_errors import move_aside
from workshop_tui.notebook.store import LONGEST_TEXT, OWNER_SECONDS, Notebook, NotOwnerError
from workshop_tui.notebook.tables import SCHEMA, VERSIONS

LESSON = "flux-deep-dive"
PNG = b"\x89PNG pixels"


@pytest.fixture
def place(tmp_path):
    return tmp_path / "ada"


@pytest.fixture
def open_notebook(place):
    """Open the learner's notebook, as often as is asked for."""
    opened = []

    def open_one():
        opened.append(Notebook(place / "notebook.sqlite3", place / "pictures"))
        return opened[-1]

    yield open_one
    for notebook in opened:
        notebook.close()


@pytest.fixture
def notebook(open_notebook):
    return open_notebook()


# Runs


def test_a_run_comes_back_as_it_was_measured(notebook, open_notebook, make_run, place):
    run = make_run(picture="picture.png", prompt="Zoë 🦊\nsecond line", reason="retried tiled")
    stored = notebook.add_run(run, PNG)
    assert stored == msgspec.structs.replace(run, picture=f"{run.run_id[:12]}.png")
    assert open_notebook().runs() == [stored]
    assert (place / "pictures" / stored.picture).read_bytes() == PNG


def test_adding_a_run_again_changes_nothing(notebook, make_run, place):
    run = make_run()
    first = notebook.add_run(run, PNG)
    again = notebook.add_run(msgspec.structs.replace(run, outcome="failed", reason="late copy"), b"other pixels")
    assert notebook.runs() == [first]
    assert again.picture == first.picture
    assert (place / "pictures" / first.picture).read_bytes() == PNG


def test_a_run_without_a_picture_leaves_no_file(notebook, make_run, place):
    assert notebook.add_run(make_run(outcome="out-of-memory", reason="CUDA")).picture == ""
    assert not (place / "pictures").exists()


def test_runs_are_found_by_lesson_exercise_and_sweep_oldest_first(notebook, make_run):
    steps, guidance = make_run(), make_run(sweep="guidance")
    command = make_run("", "", lesson="")
    for run in (command, guidance, steps):
        notebook.add_run(run)
    ids = [steps.run_id, guidance.run_id, command.run_id]
    assert [run.run_id for run in notebook.runs()] == ids
    assert [run.run_id for run in notebook.runs(lesson=LESSON)] == ids[:2]
    assert [run.run_id for run in notebook.runs(exercise="parameters", sweep="guidance")] == [guidance.run_id]
    assert notebook.runs(lesson="") == [command]


def test_a_run_is_found_by_the_beginning_of_its_id(notebook, make_run):
    runs = [make_run(run_id=f"{number:032x}") for number in (0xAB, 0xAC)]
    for run in runs:
        notebook.add_run(run)
    assert notebook.find_run(f"{0xAB:032x}") == runs[0]
    with pytest.raises(UserError, match="Several runs begin with '000'"):
        notebook.find_run("000")
    with pytest.raises(UserError, match="Several runs begin with ''"):
        notebook.find_run("")
    for nothing in ("ff", "%", "_", "\\", "' OR 1 --"):
        with pytest.raises(UserError, match="No run begins"):
            notebook.find_run(nothing)


def test_bytes_of_another_encoding_are_told_and_not_taken(notebook, make_run):
    with pytest.raises(UserError, match=r"'\\udcff' is no UTF-8 text"):
        notebook.find_run("\udcff")
    with pytest.raises(UserError, match="is no UTF-8 text"):
        notebook.add_run(make_run(lesson="\udcff"))
    assert notebook.runs() == []


def test_a_run_that_cannot_be_read_is_told_and_kept(notebook, make_run, place):
    run = make_run()
    notebook.add_run(run)
    notebook.close()
    with sqlite3.connect(place / "notebook.sqlite3") as database:
        database.execute("UPDATE runs SET record = '{\"run_id\": 3}'")
    database.close()
    again = Notebook(place / "notebook.sqlite3", place / "pictures")
    with pytest.raises(UserError, match="holds a run that cannot be read") as caught:
        again.runs()
    assert caught.value.hint == move_aside(place / "notebook.sqlite3")
    again.close()


# Answers


def test_what_could_steer_a_terminal_is_kept_as_it_is_shown(notebook):
    notebook.observe(LESSON, Observation("parameters", "steps", "differences", "a\x1b[31mb\u202e\r\nc\rd"))
    (kept,) = notebook.observations(LESSON)
    assert kept.value == "a\\x1b[31mb\\u202e\nc\nd"


def test_an_answer_is_kept_changed_and_taken_back(notebook):
    for value in ("sharper", "sharper, but slow 🦊\n[red]\t'{}'"):
        notebook.observe(LESSON, Observation("parameters", "steps", "differences", value))
        assert notebook.observations(LESSON) == [Observation("parameters", "steps", "differences", value)]
    notebook.observe(LESSON, Observation("parameters", "steps", "differences", " \n"))
    assert notebook.observations(LESSON) == []
    assert notebook.observations("other-lesson") == []


@pytest.mark.parametrize(
    ("text", "said"), [("x" * (LONGEST_TEXT + 1), "20,001 characters"), ("a\udce9", "character 2")]
)
def test_a_text_that_cannot_be_kept_is_refused_and_the_old_one_stays(notebook, text, said):
    old = Observation("parameters", "steps", "differences", "old")
    notebook.observe(LESSON, old)
    with pytest.raises(UserError, match=said):
        notebook.observe(LESSON, Observation("parameters", "steps", "differences", text))
    with pytest.raises(UserError, match=said):
        notebook.set_check(LESSON, Check("slow", note=text))
    with pytest.raises(UserError, match=said):
        notebook.set_improvement(LESSON, 1, text)
    assert notebook.observations(LESSON) == [old]
    assert notebook.checks(LESSON) == {}
    assert notebook.improvements(LESSON) == {}


def test_the_checklist_is_kept(notebook):
    check = Check("slow", "solved", "fewer steps", "ab" * 16)
    notebook.set_check(LESSON, check)
    assert notebook.checks(LESSON) == {"slow": check}
    with pytest.raises(UserError, match="'done' is no state") as caught:
        notebook.set_check(LESSON, Check("slow", "done"))  # type: ignore[arg-type]
    assert "open, tried, solved, not applicable" in caught.value.hint
    assert notebook.checks(LESSON) == {"slow": check}


def test_three_areas_for_improvement_are_kept(notebook):
    for place, text in ((2, "prompts"), (1, "seeds"), (3, " ")):
        notebook.set_improvement(LESSON, place, text)
    assert notebook.improvements(LESSON) == {1: "seeds", 2: "prompts"}
    with pytest.raises(UserError, match="number 4"):
        notebook.set_improvement(LESSON, 4, "more")


def test_what_was_kept_by_a_version_that_knew_other_fields_counts_as_nothing(notebook):
    notebook.keep("check", Check("slow", "tried"))
    assert notebook.kept("check", Check) == Check("slow", "tried")
    notebook.keep("check", {"problem": ["a", "list"]})
    assert notebook.kept("check", Check) is None
    assert notebook.kept("never", Check) is None
    notebook.keep("check", [1, 2])
    assert notebook.kept("check", list[int]) == [1, 2]


# Several at once

_WRITER = """
import sys
from pathlib import Path
import msgspec
from workshop_tui.generation.record import Run
from workshop_tui.notebook.entries import Observation
from workshop_tui.notebook.store import Notebook
folder, name, run = Path(sys.argv[1]), sys.argv[2], msgspec.json.decode(sys.argv[3], type=Run)
notebook = Notebook(folder / "notebook.sqlite3", folder / "pictures")
for number in range(40):
    notebook.add_run(msgspec.structs.replace(run, run_id=f"{name}{number:031x}"))
    notebook.observe("flux-deep-dive", Observation("parameters", "steps", f"{name}{number}", "seen"))
notebook.close()
"""


def test_two_processes_write_at_once_and_nothing_is_lost(place, make_run, open_notebook):
    record = msgspec.json.encode(make_run()).decode()
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, place, name, record], stderr=subprocess.PIPE, text=True)
        for name in "ab"
    ]
    for writer in writers:
        _, said = writer.communicate(timeout=60)
        assert (writer.returncode, said) == (0, "")
    notebook = open_notebook()
    assert len(notebook.runs()) == 80
    assert len(notebook.observations(LESSON)) == 80


def test_a_notebook_that_stays_locked_is_told(notebook, place, monkeypatch):
    other = sqlite3.connect(place / "notebook.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr("workshop_tui.notebook.database.BUSY_SECONDS", 0.1)
    with pytest.raises(WorkshopError, match="has been locked for") as caught:
        Notebook(place / "notebook.sqlite3", place / "pictures")
    assert "close it" in caught.value.hint
    other.close()
    notebook.observe(LESSON, Observation("parameters", "steps", "quality", "4"))


# One terminal writes


def test_the_second_terminal_reads_only_until_it_takes_over(open_notebook):
    first, second = open_notebook(), open_notebook()
    answer = Observation("parameters", "steps", "quality", "4")
    assert first.claim("first")
    assert not second.claim("second")
    first.observe(LESSON, answer)
    with pytest.raises(NotOwnerError):
        second.observe(LESSON, answer)
    with pytest.raises(NotOwnerError):
        second.set_check(LESSON, Check("slow", "tried"))
    assert second.observations(LESSON) == [answer]

    assert second.claim("second", take_over=True)
    second.set_check(LESSON, Check("slow", "tried"))
    assert not first.claim("first")
    with pytest.raises(NotOwnerError, match="Another terminal"):
        first.observe(LESSON, Observation("parameters", "steps", "quality", "5"))
    assert first.observations(LESSON) == [answer]


def test_runs_are_added_whoever_writes_the_answers(open_notebook, make_run):
    first, second, command = open_notebook(), open_notebook(), open_notebook()
    assert first.claim("first")
    assert not second.claim("second")
    for notebook in (first, second, command):
        notebook.add_run(make_run())
    assert len(command.runs()) == 3
    command.observe(LESSON, Observation("parameters", "steps", "quality", "4"))


def test_closing_gives_the_notebook_up(open_notebook, place):
    first = Notebook(place / "notebook.sqlite3", place / "pictures")
    assert first.claim("first")
    second = open_notebook()
    assert not second.claim("second")
    first.close()
    assert second.claim("second")


def test_closing_after_a_takeover_takes_nothing_away(open_notebook, place):
    first = Notebook(place / "notebook.sqlite3", place / "pictures")
    first.claim("first")
    second = open_notebook()
    second.claim("second", take_over=True)
    first.close()
    written = Observation("parameters", "steps", "quality", "4")
    second.observe(LESSON, written)
    assert second.observations(LESSON) == [written]


def test_a_terminal_that_died_holds_nothing(open_notebook, place):
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom workshop_tui.notebook.store import Notebook\n"
        "folder = Path(sys.argv[1])\n"
        "assert Notebook(folder / 'notebook.sqlite3', folder / 'pictures').claim('dead')\nos._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", program, place]).returncode == 9
    assert open_notebook().claim("second")


@pytest.mark.parametrize(("age", "free"), [(0, False), (OWNER_SECONDS + 1, True)])
def test_a_terminal_on_another_host_is_lost_after_a_while(open_notebook, place, age, free):
    notebook = open_notebook()
    notebook.claim("other")
    with sqlite3.connect(place / "notebook.sqlite3") as database:
        database.execute("UPDATE owner SET host = 'elsewhere', pid = 1, seen = ?", (time.time() - age,))
    database.close()
    assert open_notebook().claim("second") is free


# Files that are not as they should be


def test_the_file_is_its_learners_alone(notebook, place):
    assert stat.S_IMODE((place / "notebook.sqlite3").stat().st_mode) == 0o600
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_a_notebook_of_a_newer_version_is_left_as_it_is(notebook, place):
    notebook.close()
    path = place / "notebook.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    database.close()
    before = path.read_bytes()
    with pytest.raises(UserError, match=f"version {SCHEMA + 1}; this program knows {SCHEMA}") as caught:
        Notebook(path, place / "pictures")
    assert "Update workshop-tui" in caught.value.hint
    assert path.read_bytes() == before
    assert [entry.name for entry in place.iterdir()] == [path.name]


@pytest.mark.parametrize("content", [b"this is no database, " * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_notebook_is_told_and_left_as_it_is(tmp_path, content):
    place = tmp_path / "ada's notes"
    place.mkdir(mode=0o700)
    path = place / "notebook.sqlite3"
    path.write_bytes(content)
    with pytest.raises(UserError, match="is damaged") as caught:
        Notebook(path, place / "pictures")
    assert path.read_bytes() == content
    subprocess.run(caught.value.hint.partition(": ")[2], shell=True, check=True)
    assert [entry.name for entry in place.iterdir()] == [f"{path.name}.damaged"]


def test_a_notebook_that_was_moved_away_is_told(notebook, place, tmp_path):
    place.rename(tmp_path / "elsewhere")
    with pytest.raises(WorkshopError, match="was moved or removed while it was open") as caught:
        notebook.observe(LESSON, Observation("parameters", "steps", "quality", "4"))
    assert "leave the class and open it again" in caught.value.hint


def test_a_folder_in_place_of_the_notebook_is_told(tmp_path):
    place = tmp_path / "ada"
    (place / "notebook.sqlite3").mkdir(parents=True)
    place.chmod(0o700)
    with pytest.raises(WorkshopError, match="Cannot write"):
        Notebook(place / "notebook.sqlite3", place / "pictures")


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told(tmp_path):
    place = tmp_path / "ada"
    place.mkdir(mode=0o500)
    with pytest.raises(WorkshopError, match="Cannot write"):
        Notebook(place / "notebook.sqlite3", place / "pictures")


def test_a_full_disk_is_told_and_nothing_is_lost(notebook, make_run):
    """SQLite itself says that it is full: the file may grow no further."""
    notebook.observe(LESSON, Observation("parameters", "steps", "quality", "4"))
    pages = notebook._database.execute("PRAGMA page_count").fetchone()[0]
    notebook._database.execute(f"PRAGMA max_page_count = {pages}")

    def fill():
        for _ in range(50):
            notebook.add_run(make_run(prompt="x" * 9000))

    with pytest.raises(WorkshopError, match="the disk is full"):
        fill()
    kept = notebook.runs()
    assert notebook.observations(LESSON) == [Observation("parameters", "steps", "quality", "4")]
    notebook._database.execute("PRAGMA max_page_count = 100000")
    notebook.add_run(make_run())
    assert len(notebook.runs()) == len(kept) + 1


def test_a_picture_that_cannot_be_written_keeps_its_run_out(notebook, make_run, place):
    (place / "pictures").write_text("a file where the folder should be")
    with pytest.raises(WorkshopError, match="Cannot write"):
        notebook.add_run(make_run(), PNG)
    assert notebook.runs() == []


# Notes on sections


def test_a_note_is_kept_replaced_and_taken_back(notebook):
    notebook.set_note(LESSON, "part-2", "Steps: 25\nare enough.")
    notebook.set_note(LESSON, "recap", "ask about CFG")
    notebook.set_note("another", "part-2", "not this lesson's")
    assert notebook.notes(LESSON) == {"part-2": "Steps: 25\nare enough.", "recap": "ask about CFG"}
    notebook.set_note(LESSON, "part-2", " \n")
    assert notebook.notes(LESSON) == {"recap": "ask about CFG"}


def test_a_note_that_is_too_long_is_refused(notebook):
    with pytest.raises(UserError, match="The note has 20,001 characters"):
        notebook.set_note(LESSON, "recap", "x" * 20_001)


def test_a_notebook_of_the_first_version_gets_room_for_notes_ticks_and_own_items(tmp_path):
    path = tmp_path / "notebook.sqlite3"
    with sqlite3.connect(path) as database:
        database.executescript(VERSIONS[0])
        database.execute("INSERT INTO observations VALUES (?, 'parameters', 'steps', 'quality', '4', '')", (LESSON,))
        database.execute("INSERT INTO checklist VALUES (?, 'slow', 'tried', 'fewer', 'abc', '')", (LESSON,))
        database.execute("PRAGMA user_version = 1")
    database.close()
    opened = Notebook(path, tmp_path / "pictures")
    opened.set_note(LESSON, "recap", "kept")
    assert opened.notes(LESSON) == {"recap": "kept"}
    assert opened.observations(LESSON) == [Observation("parameters", "steps", "quality", "4")]
    assert opened.checks(LESSON) == {"slow": Check("slow", "tried", "fewer", "abc")}
    own = Check("own:1", "solved", "in pockets", ticks=(Tick("steps"),), own="problem", title="Hands")
    opened.set_check(LESSON, own)
    assert opened.checks(LESSON)["own:1"] == own
    opened.close()


def test_ticks_stay_in_the_order_of_ticking_and_go_with_their_line(notebook):
    check = Check("slow", "tried")
    for solution in ("steps", "sampler", "resolution"):
        check = check.with_tick(solution, Tick(solution, "helped", f"saw {solution}"))
    check = check.with_tick("sampler", None).with_tick("steps", Tick("steps", "tried"))
    notebook.set_check(LESSON, check)
    kept = notebook.checks(LESSON)["slow"]
    assert kept.ticks == (Tick("resolution", "helped", "saw resolution"), Tick("steps", "tried"))
    assert kept.ticked("sampler") is None
    notebook.delete_check(LESSON, "slow")
    assert notebook.checks(LESSON) == {}
    notebook.set_check(LESSON, Check("slow"))
    assert notebook.checks(LESSON)["slow"].ticks == ()


def test_own_items_come_in_the_order_of_adding_and_need_a_title(notebook):
    for title in ("first", "second", "third"):
        item = own_id(notebook.checks(LESSON))
        notebook.set_check(LESSON, Check(item, own="problem", title=title))
    notebook.set_check(LESSON, Check("own:1", "solved", own="problem", title="first, changed"))
    notebook.delete_check(LESSON, "own:2")
    checks = notebook.checks(LESSON)
    assert [check.title for check in own_items(checks, "problem")] == ["first, changed", "third"]
    assert own_items(checks, "discovery") == []
    assert own_id(checks) == "own:4"
    with pytest.raises(UserError, match="The title is empty"):
        notebook.set_check(LESSON, Check("own:4", own="problem", title=" "))


def test_a_line_is_changed_as_it_stands_by_now_and_never_comes_back_after_it_was_deleted(notebook):
    notebook.set_check(LESSON, Check("slow", "tried", run_id="a" * 32))
    notebook.change_check(LESSON, "slow", lambda check: msgspec.structs.replace(check, note="fewer steps"))
    assert notebook.checks(LESSON)["slow"] == Check("slow", "tried", "fewer steps", "a" * 32)
    notebook.change_check(LESSON, "memory", lambda check: msgspec.structs.replace(check, state="solved"))
    assert notebook.checks(LESSON)["memory"].state == "solved"
    notebook.set_check(LESSON, Check("own:1", own="problem", title="mine"))
    notebook.delete_check(LESSON, "own:1")
    with pytest.raises(UserError, match="own:1 is not there any more"):
        notebook.change_check(LESSON, "own:1", lambda check: msgspec.structs.replace(check, note="late"))
    assert "own:1" not in notebook.checks(LESSON)


def test_a_tick_cites_its_run_until_that_is_forgotten(notebook, make_run):
    gone = make_run()
    notebook.add_run(gone)
    notebook.set_check(LESSON, Check("slow", ticks=(Tick("steps", "helped", "seen", gone.run_id),)))
    assert notebook.citations() == [(LESSON, "slow", gone.run_id)]
    notebook.remove_runs([gone.run_id])
    assert notebook.citations() == []
    assert notebook.checks(LESSON)["slow"].ticks == (Tick("steps", "helped", "seen", ""),)


def test_several_candidates_are_named_and_an_unknown_run_is_pointed_to_the_list(notebook, make_run):
    for number in range(8):
        notebook.add_run(make_run(run_id=f"ab{number:030x}"))
    with pytest.raises(UserError, match=r"Several runs begin with 'ab': (ab0{10}, ){5}ab0{10}, and more\."):
        notebook.find_run("ab")
    with pytest.raises(UserError, match="No run begins with 'ff'") as caught:
        notebook.find_run("ff")
    assert "runs list" in caught.value.hint


def test_runs_are_forgotten_with_what_cites_them(notebook, make_run):
    kept, gone = make_run(), make_run()
    for run in (kept, gone):
        notebook.add_run(run)
    notebook.set_check(LESSON, Check("slow", "solved", "fewer steps", gone.run_id))
    notebook.set_check(LESSON, Check("memory", "tried", "", kept.run_id))
    assert notebook.citations() == [(LESSON, "memory", kept.run_id), (LESSON, "slow", gone.run_id)]
    notebook.remove_runs([gone.run_id])
    assert notebook.runs() == [kept]
    assert notebook.checks(LESSON)["slow"] == Check("slow", "solved", "fewer steps", "")
    assert notebook.citations() == [(LESSON, "memory", kept.run_id)]


def test_the_terminal_that_holds_the_notebook_is_told(notebook, open_notebook):
    assert notebook.holder() is None
    other = open_notebook()
    other.claim("one")
    assert notebook.holder() == os.getpid()
    other.close()
    assert notebook.holder() is None
