"""A notebook whose file was damaged is read, or named with what to do; nothing else comes of it."""

import contextlib
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mutations import MODEST, VALUES, check_told, damaged
from workshop_tui.errors import UserError, WorkshopError
from workshop_tui.lesson.clock import ClockState, new_clock
from workshop_tui.lesson.loader import load_lesson
from workshop_tui.lesson.schedule import Schedule
from workshop_tui.notebook.entries import Check, Observation, Tick
from workshop_tui.notebook.store import Notebook
from workshop_tui.paths import shipped

LESSON = "flux-deep-dive"
CLOCK = new_clock(load_lesson(shipped("lessons") / LESSON).sections, Schedule())
COLUMNS = (
    *(("runs", column) for column in ("run_id", "started", "lesson", "exercise", "outcome", "record")),
    *(("observations", column) for column in ("exercise", "sweep", "field", "value")),
    *(("checklist", column) for column in ("problem", "state", "note", "run_id", "own", "title")),
    *(("ticks", column) for column in ("problem", "solution", "state", "note", "place")),
    *(("improvements", column) for column in ("place", "text")),
    *(("kept", column) for column in ("key", "value")),
    *(("notes", column) for column in ("section", "text")),
    *(("owner", column) for column in ("token", "host", "pid", "seen")),
)
CELLS = (
    1.5,
    -1,
    2**62,
    b"\xff\x00",
    b"{}",
    "",
    "\x1b[31mred",
    "\ud7ff\u202e",
    "[" * 3000,
    *(each.decode() for each in VALUES),
)


@pytest.fixture
def path(tmp_path, make_run):
    path = tmp_path / "ada/notebook.sqlite3"
    with contextlib.closing(Notebook(path, tmp_path / "pictures")) as notebook:
        for steps in (2, 3, 4):
            notebook.add_run(make_run(num_inference_steps=steps), b"png")
        notebook.observe(LESSON, Observation("parameters", "steps", "differences", "finer [red]ruff[/]"))
        notebook.set_check(LESSON, Check("slow", "tried", "a note", ticks=(Tick("steps"), Tick("sampler", "helped"))))
        notebook.set_check(LESSON, Check("own:1", "open", own="problem", title="Mine"))
        notebook.set_improvement(LESSON, 1, "one")
        notebook.set_note(LESSON, "recap", "a note")
        notebook.keep("clock", CLOCK)
        notebook.claim("a terminal")
    return path


def use(path):
    """Read everything in a notebook and write into it; return what it complains of."""
    complaints = []
    try:
        notebook = Notebook(path, path.parent / "pictures")
    except WorkshopError as error:
        return [str(error)]
    with contextlib.closing(notebook):
        for call in (
            lambda: notebook.runs(),
            lambda: notebook.runs(lesson=LESSON, sweep="steps"),
            lambda: notebook.find_run("a"),
            lambda: [entry.value.strip() for entry in notebook.observations(LESSON)],
            lambda: [f"{check.note}{check.title}".strip() for check in notebook.checks(LESSON).values()],
            lambda: [text.strip() for text in notebook.improvements(LESSON).values()],
            lambda: [text.strip() for text in notebook.notes(LESSON).values()],
            lambda: notebook.citations(),
            lambda: notebook.kept("clock", ClockState),
            lambda: notebook.version(),
            lambda: notebook.holder(),
            lambda: notebook.claim("another", take_over=True),
            lambda: notebook.observe(LESSON, Observation("parameters", "steps", "quality", "4")),
            lambda: notebook.keep("clock", CLOCK),
        ):
            try:
                call()
            except WorkshopError as error:
                complaints.append(str(error))
    return complaints


def check_complaint(complaint, path):
    """Check that what is said of a damaged notebook names it, unless it can be said of a whole one, too."""
    usual = ("No run begins with", "Another terminal of yours writes")
    check_told(complaint, next((words for words in usual if words in complaint), path))


def test_bytes_that_were_changed_are_survived(path):
    valid = path.read_bytes()
    assert use(path) == ["No run begins with 'a'.\n  `workshop-tui runs list` lists all runs."] or not use(path)

    @MODEST
    @given(damaged(valid))
    def check(data):
        path.write_bytes(data)
        path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
        for complaint in use(path):
            check_complaint(complaint, path)

    check()


def test_values_of_another_kind_are_survived(path):
    valid = path.read_bytes()

    @MODEST
    @given(st.sampled_from(COLUMNS), st.sampled_from(CELLS))
    def check(column, cell):
        path.write_bytes(valid)
        with contextlib.closing(sqlite3.connect(path)) as database, contextlib.suppress(sqlite3.IntegrityError):
            database.execute(f"UPDATE {column[0]} SET {column[1]} = ? WHERE rowid = 1", (cell,))
            database.commit()
        for complaint in use(path):
            check_complaint(complaint, path)

    check()


def test_a_run_of_an_engine_cannot_name_a_file_elsewhere(path, make_run):
    with contextlib.closing(Notebook(path, path.parent / "pictures")) as notebook:
        with pytest.raises(UserError, match="is no run's id"):
            notebook.add_run(make_run(run_id="../../elsewhere"), b"png")
        assert len(notebook.runs()) == 3
    assert not list(path.parent.parent.rglob("*elsewher*"))


@pytest.mark.parametrize(("column", "value"), [("pid", "an eel"), ("pid", 2**62), ("seen", "never")])
def test_an_owner_that_cannot_be_is_none(tmp_path, column, value):
    notebook = Notebook(tmp_path / "notebook.sqlite3", tmp_path / "pictures")
    notebook.claim("me")
    with sqlite3.connect(tmp_path / "notebook.sqlite3") as database:
        database.execute(f"UPDATE owner SET {column} = ?", (value,))
    database.close()
    assert notebook.holder() is None
    assert notebook.claim("other")
    notebook.close()
