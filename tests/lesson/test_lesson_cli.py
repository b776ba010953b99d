import json
import os
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from workshop_tui.cli.lesson import follow_notes, lesson
from workshop_tui.errors import UserError
from workshop_tui.lesson.loader import load_lesson
from workshop_tui.lesson.plain_text import lesson_text
from workshop_tui.lesson.position import POSITION_FILE, Position, read_position, write_position
from workshop_tui.paths import find_paths, shipped


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKSHOP_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WORKSHOP_TUI_LEARNER", "ada")


def run(*arguments):
    return CliRunner().invoke(lesson, [str(argument) for argument in arguments])


def command(*arguments):
    """Run the real program, with its exit codes and its streams."""
    return subprocess.run(
        [sys.executable, "-m", "workshop_tui", "lesson", *map(str, arguments)], capture_output=True, text=True
    )


@pytest.mark.parametrize("name", ["list", "show", "search", "notes", "check", "new"])
def test_every_command_has_help_with_an_example(name):
    result = run(name, "-h")
    assert result.exit_code == 0
    assert f"workshop-tui lesson {name}" in result.output
    assert run(name, "--help").output == result.output


def test_list_shows_id_title_and_length():
    listed = run("list").output
    assert "flux-deep-dive  Lesson 2: Technical Deep Dive into FLUX Technology\n" in listed
    assert "8 sections, 220 min with breaks, 3 exercises" in listed
    assert "flux-creative-control  Lesson 3: Creative Control with FLUX.1\n" in listed
    assert "5 sections, 70 min, 5 exercises" in listed


def test_list_as_json():
    listed = json.loads(run("list", "--json").output)["lessons"]
    assert {one["id"]: (one["minutes"], one["breaks"], one["problem"]) for one in listed} == {
        "flux-creative-control": (70, 0, ""),
        "flux-deep-dive": (220, 15, ""),
    }


def test_own_lessons_are_listed_too(small):
    own = find_paths().data / "lessons"
    own.parent.mkdir(parents=True)
    small(("minutes = 20", "minutes = 0")).parent.rename(own)
    output = run("list").output
    assert "small  cannot be opened" in output
    assert "sections[0].minutes = 0" in output


def test_show_marks_notes_and_hides_what_is_for_the_instructor(small):
    folder = small()
    assert run("show", folder).output == (
        "Talk\n====\n\nWords.\n\n"
        "  | Note (not part of the lesson): Steps\n  | More is slower.\n  | Source: measured\n\n"
        "More words.\n\n\nRest\n====\n\n\nLab\n===\n"
    )
    assert "It is next door" in run("show", folder, "--notes").output
    assert run("show", folder, "--section", "lab").output == "Lab\n===\n"


def test_in_a_pipe_a_paragraph_of_a_note_is_one_line(small):
    rows = ["Each of its words is in one line," * 3] * 2
    folder = small(texts={"02-rest.md": "# Rest\n\n:::instructor\n" + "\n".join(rows) + "\n\nLast.\n:::\n"})
    whole = " ".join(rows)
    assert f"  | {whole}\n  |\n  | Last.\n" in run("show", folder, "--notes").output
    assert f"  | {whole}\n" in run("notes", folder).output


def test_show_of_an_instructor_s_page_needs_notes():
    result = command("show", "flux-deep-dive", "--section", "instructor-notes")
    assert (result.returncode, result.stdout) == (2, "")
    assert "Show it with --notes." in result.stderr
    assert (
        "Encourage systematic" in command("show", "flux-deep-dive", "--section", "instructor-notes", "--notes").stdout
    )


def test_text_from_a_lesson_cannot_steer_the_terminal(small):
    folder = small(("A small lesson", "A \\u001b]0;owned\\u0007 lesson"), texts={"03-lab.md": "# L\x1b[2Jab\n\tTab\n"})
    assert run("show", folder, "--section", "lab").output == "L\\x1b[2Jab\n=======\n\tTab\n"
    own = find_paths().data / "lessons"
    own.parent.mkdir(parents=True)
    folder.parent.rename(own)
    for arguments in (["list"], ["list", "--json"], ["check", own / "small"], ["check", own / "small", "--json"]):
        assert "\x1b" not in run(*arguments).output
    broken = own / "small" / "lesson.toml"
    broken.write_text(broken.read_text().replace('kind = "sweeps"', 'kind = "\\u001b]0;owned\\u0007"'))
    assert "\x1b" not in command("show", "small").stderr
    assert "\\x1b]0;owned" in command("show", "small").stderr


def test_notes_shows_only_what_is_for_the_instructor(small):
    folder = small()
    expected = "Rest (10 min)\n-------------\n\n  | For the instructor: Coffee\n  | It is next door.\n"
    assert run("notes", folder).output == expected
    assert run("notes", folder, "--section", "rest").output == expected
    assert run("notes", folder, "--section", "lab").output == "There are no instructor notes here.\n"


def test_check_leaves_with_0_when_in_order_and_with_warnings(small):
    folder = small()
    result = command("check", folder)
    assert (result.returncode, result.stdout) == (0, f"{folder}: in order\n")
    (folder / "unused.md").write_text("x")
    result = command("check", folder)
    assert result.returncode == 0
    assert result.stdout.endswith(f"{folder}: 0 errors, 1 warning\n")


def test_check_leaves_with_2_on_errors_and_says_all(small):
    folder = small(("minutes = 20", "minutes = 2000"), ("seed = 7", "seed = -7"))
    result = command("check", folder)
    assert (result.returncode, result.stderr) == (2, "")
    assert "error: lesson.toml sections[0].minutes = 2000: this must be at most 1440.\n" in result.stdout
    assert "error: lesson.toml exercises[0].seed = -7: " in result.stdout
    assert result.stdout.endswith(f"{folder}: 2 errors, 1 warning\n")
    report = json.loads(command("check", folder, "--json").stdout)
    assert (report["errors"], report["warnings"]) == (2, 1)
    assert report["findings"][0]["where"] == "sections[0].minutes"


def test_check_takes_an_id(shipped_lesson):
    done = command("check", shipped_lesson.name)
    assert (done.returncode, done.stdout) == (0, f"{shipped_lesson}: in order\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "./nowhere"],
        ["check", "nowhere"],
        ["show", "nowhere"],
        ["show", "flux-deep-dive", "--section", "part-9"],
        ["notes", "flux-deep-dive", "--section", "part-9"],
        ["notes", "flux-deep-dive", "--follow", "--section", "part-1"],
        ["notes", "flux-deep-dive", "--learner", "ada"],
        ["show"],
        ["show", "flux-deep-dive", "--colour"],
        ["show", "flux-deep-dive", "--lang", "german"],
        ["search", " "],
        ["search", "steps", "nowhere"],
    ],
)
def test_mistakes_leave_with_2_and_one_clear_message(arguments):
    result = command(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr
    assert "Traceback" not in result.stderr


def test_follow_goes_where_the_class_goes(small):
    opened = load_lesson(small())
    positions = iter(
        [
            None,
            None,
            Position("small", "rest"),
            Position("small", "rest"),
            Position("small", "lab"),
            Position("another", "lab"),
            Position("small", "rest"),
        ]
    )
    written = []

    def position():
        try:
            return next(positions)
        except StopIteration:
            raise KeyboardInterrupt from None

    with pytest.raises(KeyboardInterrupt):
        follow_notes(opened, position, written.append, lambda: None)
    rest = "\nRest (10 min)\n-------------\n\n  | For the instructor: Coffee\n  | It is next door.\n"
    waiting = "Waiting for a class on small ...\n"
    assert written == [waiting, rest, "\nLab: no notes.\n", waiting, rest]


def test_follow_reads_the_class_s_position_and_ends_on_interrupt(small):
    root = find_paths().learner().root
    write_position(root, Position("small", "rest"))
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "workshop_tui", "lesson", "notes", str(small()), "--follow"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        # A shell starts what it runs in the background with this signal ignored, and that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        lines = [process.stdout.readline() for _ in range(6)]
        assert lines[1] == "Rest (10 min)\n"
        write_position(root, Position("small", "lab"))
        assert [process.stdout.readline() for _ in range(2)] == ["\n", "Lab: no notes.\n"]
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert (process.returncode, rest, errors) == (0, "\n", "")


@pytest.mark.parametrize("content", ["", "[", "[]", '{"lesson": 1, "section": "a"}', '{"lesson": "a"}'])
def test_a_position_that_cannot_be_read_is_none(tmp_path, content):
    assert read_position(tmp_path) is None
    (tmp_path / POSITION_FILE).write_text(content)
    assert read_position(tmp_path) is None


def test_a_position_is_read_as_written(tmp_path):
    write_position(tmp_path, Position("a", "b"))
    assert read_position(tmp_path) == Position("a", "b")
    assert json.loads((tmp_path / POSITION_FILE).read_text()) == {"lesson": "a", "section": "b", "folder": ""}


def test_wrapped_text_fits_and_keeps_its_lists(small):
    text = "# Lab\n\n- One item that is rather longer than\n  the line\n"
    text += "  - Inner item, longer too than it may be\n\nA\nb.\n"
    opened = load_lesson(small(texts={"03-lab.md": text}))
    assert lesson_text(opened, part="lab", width=24) == (
        "Lab\n===\n\n- One item that is\n  rather longer than the\n  line\n"
        "  - Inner item, longer\n    too than it may be\n\nA b.\n"
    )
    with pytest.raises(UserError):
        lesson_text(opened, part="nowhere")


def test_search_prints_each_line_once_under_its_section(small):
    folder = small(texts={"01-talk.md": "# Talk\n\nSteps and steps.\n\n:::note STEPS\nMore.\n\nSource: me\n:::\n"})
    assert run("search", "STÉPS", folder).output == "Talk  (talk)\n  Steps and steps.\n  Note: STEPS\n3 hits\n"
    assert run("search", "next door", folder).output == "0 hits\n"
    assert run("search", "next door", folder, "--notes").output.startswith(
        "Rest  (rest)\n  Instructor: It is next door"
    )


def test_search_without_a_lesson_is_in_that_of_the_last_class():
    assert run("search", "renaissance nobleman").output.startswith("Part 5: Hands-On Technical Exercises  (part-5)\n")
    root = find_paths().learner("ada").root
    root.mkdir(parents=True)
    write_position(root, Position("flux-creative-control", "part-1"))
    assert run("search", "renaissance nobleman").output == "0 hits\n"
    assert run("search", "style sheet").output.startswith("Part 2: Style & Artistic Direction  (part-2)\n")


def test_search_as_json(small):
    found = json.loads(run("search", "slower", small(), "--json").output)
    hit = {"section": "talk", "title": "Talk", "in": "note", "line": "More is slower.", "start": 8, "end": 14}
    assert found["hits"] == [hit]
    assert found["text"] == "slower"


def test_show_and_search_take_a_language(small, monkeypatch):
    folder = small(texts={"03-lab.de.md": "# Labor\n"})
    lacking = "Not translated into de, shown as written: Talk, Rest.\n"
    done = command("show", folder, "--lang", "de")
    assert done.stdout.endswith("\n\n\nLabor\n=====\n")
    assert done.stderr == lacking
    assert command("show", folder, "--lang", "de", "--section", "lab").stderr == ""
    monkeypatch.setenv("WORKSHOP_TUI_LANG", "de")
    done = command("search", "labor", folder)
    assert (done.stdout, done.stderr) == ("Labor  (lab)\n  Labor\n1 hit\n", lacking)
    assert command("show", folder, "--lang", "", "--section", "lab").stdout == "Lab\n===\n"


def test_the_instructors_notes_take_a_language_too(small):
    folder = small(texts={"02-rest.de.md": "# Pause\n\n:::instructor Kaffee\nEr steht nebenan.\n:::\n"})
    done = command("notes", folder, "--lang", "de", "--section", "rest")
    assert done.stdout == "Pause (10 min)\n--------------\n\n  | For the instructor: Kaffee\n  | Er steht nebenan.\n"
    assert done.stderr == ""


def test_a_new_lesson_is_in_order_and_can_be_read(tmp_path):
    done = command("new", "my-lesson", "--folder", tmp_path / "deep")
    assert done.returncode == 0
    folder = tmp_path / "deep" / "my-lesson"
    assert f"workshop-tui lesson check {folder}" in done.stdout
    assert command("check", folder).stdout == f"{folder}: in order\n"
    opened = load_lesson(folder)
    assert (opened.id, opened.title) == ("my-lesson", "My lesson")
    assert opened.exercise("steps").sweep("steps").values == (10, 25, 50)
    assert "Only you see this" not in run("show", folder).output
    assert "Only you see this" in run("show", folder, "--notes").output


def test_a_new_lesson_takes_no_place_that_is_taken(tmp_path):
    (tmp_path / "mine").mkdir()
    done = command("new", "mine", "--folder", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"There is something at {tmp_path / 'mine'} already." in done.stderr
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_new_lesson_takes_no_id_that_is_taken(tmp_path):
    done = command("new", "flux-deep-dive", "--folder", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "There is a lesson 'flux-deep-dive' already" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["My", "a b", "../a", "a/b", "", "-a", "x" * 41, "a\n"])
def test_a_new_lesson_needs_an_id(tmp_path, name):
    done = command("new", "--folder", tmp_path, "--", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not an id." in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_new_lesson_in_a_place_that_is_a_file_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    done = command("new", "mine", "--folder", tmp_path / "file")
    assert done.returncode == 2
    assert f"--folder: {tmp_path / 'file'} is no folder." in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_list_says_which_lesson_folder_is_not_there(small, monkeypatch):
    monkeypatch.setenv("WORKSHOP_TUI_LESSON_FOLDERS", f"/nowhere:{small().parent}")
    listed = run("list").output
    assert "small  A small lesson\n  3 sections, 60 min with breaks, 1 exercise\n" in listed
    assert listed.endswith("Note: lesson_folders names /nowhere, which is not there.\n")


def test_the_guide_that_a_new_lesson_names_is_printed_wherever_the_program_lies(tmp_path):
    run("new", "mine", "--folder", tmp_path)
    assert "`workshop-tui lesson guide`" in (tmp_path / "mine/lesson.toml").read_text()
    assert run("guide").output == (shipped("lessons") / "README.md").read_text()


def test_code_is_printed_as_it_stands_and_code_within_a_line_is_words(small):
    text = "# Lab\n\n```inline``` code\ngoes on.\n\n- An item\n\n    ```\n    # one\n    two\n    ```\n"
    told = lesson_text(load_lesson(small(texts={"03-lab.md": text})), part="lab", width=60)
    assert "```inline``` code goes on.\n" in told
    assert "    # one\n    two\n" in told
